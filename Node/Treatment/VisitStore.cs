using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Treatment;

/// <summary>The SQL of visits and mirrored settlements. Every method runs in the caller's transaction.</summary>
internal static class VisitStore
{
    private const string Columns =
        "id, institution_code, hospital_visit_number, insured_division, admission_id, admission, visit_number, state, visit_kind, admission_date, discharge_date, "
        + "diagnoses, discharge_id, settlement_id, cancellation_id, chronic_disease, person_class, fee_version, preview_fee_version, state_beneath, reversed_kind, reversal_id";

    private const string SettlementColumns =
        "settlement_number, transaction_id, visit_id, insured_province, policy_version, settled_at_ms, business_date, catalogue_versions, state, interim, fee_version, " + SettlementFigures.Columns;

    public static long Insert(Session session, VisitRow visit) => session.QuerySingle<long>(
        """
        INSERT INTO treatment_visit (institution_code, hospital_visit_number, insured_division, admission_id, admission, state, visit_kind, chronic_disease, admission_date, diagnoses, fee_version)
        VALUES (@InstitutionCode, @HospitalVisitNumber, @InsuredDivision, @AdmissionId, @Admission, @State, @VisitKind, @ChronicDisease, @AdmissionDate, @Diagnoses, @FeeVersion)
        RETURNING id
        """,
        new
        {
            visit.InstitutionCode,
            visit.HospitalVisitNumber,
            visit.InsuredDivision,
            visit.AdmissionId,
            visit.Admission,
            State = (int)visit.State,
            visit.VisitKind,
            visit.ChronicDisease,
            visit.AdmissionDate,
            visit.Diagnoses,
            visit.FeeVersion,
        });

    /// <summary>
    /// A visit of this institution by the insured side's number or the hospital's own; under the hospital's own refused and undone admissions do not
    /// count, because it may be used again.
    /// </summary>
    public static VisitRow? Find(Session session, string institutionCode, HisVisitReference reference) => reference switch
    {
        { VisitNumber.Length: > 0 } => session.QuerySingleOrDefault<VisitRow>(
            $"SELECT {Columns} FROM treatment_visit WHERE visit_number = @VisitNumber AND institution_code = @institutionCode",
            new { reference.VisitNumber, institutionCode }),
        { HospitalVisitNumber.Length: > 0 } => session.QuerySingleOrDefault<VisitRow>(
            $"SELECT {Columns} FROM treatment_visit WHERE hospital_visit_number = @HospitalVisitNumber AND institution_code = @institutionCode AND state NOT IN (8, 11)",
            new { reference.HospitalVisitNumber, institutionCode }),
        _ => null,
    };

    /// <summary>The visit a hospital's cancellation of an admission means: the one that stands, otherwise the last one that is undone already.</summary>
    public static VisitRow? FindToUndo(Session session, string institutionCode, HisVisitReference reference) =>
        Find(session, institutionCode, reference) ?? session.QuerySingleOrDefault<VisitRow>(
            $"""
            SELECT {Columns} FROM treatment_visit
            WHERE hospital_visit_number = @HospitalVisitNumber AND institution_code = @institutionCode AND state = 11 ORDER BY id DESC LIMIT 1
            """,
            new { reference.HospitalVisitNumber, institutionCode });

    /// <summary>The visit of this province that has the insured side's number.</summary>
    public static VisitRow? ByNumber(Session session, string visitNumber) =>
        session.QuerySingleOrDefault<VisitRow>($"SELECT {Columns} FROM treatment_visit WHERE visit_number = @visitNumber", new { visitNumber });

    /// <summary>Some visit of this province has the insured side's number already.</summary>
    public static bool HasNumber(Session session, string visitNumber) =>
        session.QuerySingle<long>("SELECT count(*) FROM treatment_visit WHERE visit_number = @visitNumber", new { visitNumber }) > 0;

    public static VisitRow Get(Session session, long id) => session.QuerySingle<VisitRow>($"SELECT {Columns} FROM treatment_visit WHERE id = @id", new { id });

    /// <summary>Moves a visit by the machine's rule, compare-and-set on the state it was read in; beneath a reversal under way what is known moves.</summary>
    public static void Move(Session session, VisitRow visit, VisitEvent happened) => session.ExecuteExpecting(1,
        visit.StateBeneath is null
            ? "UPDATE treatment_visit SET state = @next WHERE id = @Id AND state = @from"
            : "UPDATE treatment_visit SET state_beneath = @next WHERE id = @Id AND state = 13 AND state_beneath = @from",
        new { next = (int)NextOf(visit, happened), visit.Id, from = (int)visit.Known });

    /// <summary>Bars every other step until the reversal is answered.</summary>
    public static void BeginReversal(Session session, VisitRow visit, OutboundKind reversed, string reversalId) => session.ExecuteExpecting(1,
        """
        UPDATE treatment_visit SET state = 13, state_beneath = state, reversed_kind = @reversed, reversal_id = @reversalId
        WHERE id = @Id AND state = @from AND state <> 13
        """,
        new { visit.Id, reversed = (int)reversed, reversalId, from = (int)visit.State });

    /// <param name="happened">What the reversal made of the visit; null when it changed nothing.</param>
    public static void EndReversal(Session session, VisitRow visit, VisitEvent? happened) => session.ExecuteExpecting(1,
        """
        UPDATE treatment_visit SET state = @next, state_beneath = NULL, reversed_kind = NULL, reversal_id = NULL
        WHERE id = @Id AND reversal_id = @ReversalId AND state_beneath = @from
        """,
        new { next = (int)(happened is { } moved ? NextOf(visit, moved) : visit.Known), visit.Id, visit.ReversalId, from = (int)visit.Known });

    // Before the move to Admitted: a CHECK wants a visit number on every visit that the insured side has accepted.
    /// <param name="personClass">As the insured side states it; empty when it does not.</param>
    public static void SetAdmission(Session session, long id, string visitNumber, string personClass) => session.ExecuteExpecting(1,
        "UPDATE treatment_visit SET visit_number = @visitNumber, person_class = nullif(@personClass, '') WHERE id = @id AND visit_number IS NULL", new { id, visitNumber, personClass });

    /// <param name="discharge">The discharge that stands from now on; null is none.</param>
    public static void SetDischarge(Session session, long id, DischargeRow? discharge, string diagnoses) => session.ExecuteExpecting(1,
        "UPDATE treatment_visit SET discharge_date = @DischargeDate, discharge_id = @TransactionId, diagnoses = @diagnoses WHERE id = @id",
        new { id, discharge?.DischargeDate, discharge?.TransactionId, diagnoses });

    public static void SetDiagnoses(Session session, long id, string diagnoses) => session.ExecuteExpecting(1,
        "UPDATE treatment_visit SET diagnoses = @diagnoses WHERE id = @id", new { id, diagnoses });

    public static void SetSettlementId(Session session, long id, string settlementId) => session.ExecuteExpecting(1,
        "UPDATE treatment_visit SET settlement_id = @settlementId, cancellation_id = NULL WHERE id = @id", new { id, settlementId });

    /// <param name="settlementId">Of what is cancelled: not always the settlement that was asked for last.</param>
    public static void SetCancellationId(Session session, long id, string settlementId, string cancellationId) => session.ExecuteExpecting(1,
        "UPDATE treatment_visit SET settlement_id = @settlementId, cancellation_id = @cancellationId WHERE id = @id", new { id, settlementId, cancellationId });

    public static void ClearCancellationId(Session session, long id) => session.ExecuteExpecting(1,
        "UPDATE treatment_visit SET cancellation_id = NULL WHERE id = @id", new { id });

    public static void FeesChanged(Session session, long id) => session.ExecuteExpecting(1,
        "UPDATE treatment_visit SET fee_version = fee_version + 1 WHERE id = @id", new { id });

    /// <summary>Marks the preview good for the fees it was made of; a change in between leaves it stale.</summary>
    public static void Previewed(Session session, long id, int feeVersion) => session.ExecuteExpecting(1,
        "UPDATE treatment_visit SET preview_fee_version = @feeVersion WHERE id = @id", new { id, feeVersion });

    public static void InsertSettlement(Session session, TreatmentSettlementRow settlement) => session.ExecuteExpecting(1,
        $"""
        INSERT INTO treatment_settlement ({SettlementColumns})
        VALUES (@SettlementNumber, @TransactionId, @VisitId, @InsuredProvince, @PolicyVersion, @SettledAtMs, @BusinessDate, @CatalogueVersions, @State, @Interim, @FeeVersion, {SettlementFigures.Parameters})
        """,
        settlement);

    public static TreatmentSettlementRow? FindSettlement(Session session, string settlementNumber) => session.QuerySingleOrDefault<TreatmentSettlementRow>(
        $"SELECT {SettlementColumns} FROM treatment_settlement WHERE settlement_number = @settlementNumber", new { settlementNumber });

    public static TreatmentSettlementRow? SettlementOf(Session session, string transactionId) => session.QuerySingleOrDefault<TreatmentSettlementRow>(
        $"SELECT {SettlementColumns} FROM treatment_settlement WHERE transaction_id = @transactionId", new { transactionId });

    /// <summary>The last settlement of a visit that stands: undo begins with it.</summary>
    public static TreatmentSettlementRow? LastStanding(Session session, long visitId) => session.QuerySingleOrDefault<TreatmentSettlementRow>(
        $"SELECT {SettlementColumns} FROM treatment_settlement WHERE visit_id = @visitId AND state = 1 ORDER BY settlement_number DESC LIMIT 1", new { visitId });

    /// <summary>Every settlement of a visit, cancelled ones included, in the order in which they were made.</summary>
    public static IReadOnlyList<TreatmentSettlementRow> SettlementsOf(Session session, long visitId) => session.Query<TreatmentSettlementRow>(
        $"SELECT {SettlementColumns} FROM treatment_settlement WHERE visit_id = @visitId ORDER BY settlement_number", new { visitId });

    public static void CancelSettlement(Session session, string settlementNumber, string cancellationId, long cancelledAtMs, string cancellationDate) =>
        session.ExecuteExpecting(1,
            """
            UPDATE treatment_settlement SET state = 2, cancellation_id = @cancellationId, cancelled_at_ms = @cancelledAtMs, cancellation_date = @cancellationDate
            WHERE settlement_number = @settlementNumber AND state = 1
            """,
            new { settlementNumber, cancellationId, cancelledAtMs, cancellationDate });

    /// <summary>The reversal of a cancellation restored the settlement.</summary>
    /// <param name="catalogueVersions">Of its lines, for a settlement that was cancelled before they were kept.</param>
    public static void RestoreSettlement(Session session, string settlementNumber, string cancellationId, string? catalogueVersions) => session.ExecuteExpecting(1,
        """
        UPDATE treatment_settlement SET state = 1, cancellation_id = NULL, cancelled_at_ms = NULL, cancellation_date = NULL,
          catalogue_versions = coalesce(catalogue_versions, @catalogueVersions),
          fee_version = (SELECT v.fee_version FROM treatment_visit v WHERE v.id = visit_id)
        WHERE settlement_number = @settlementNumber AND state = 2 AND cancellation_id = @cancellationId
        """,
        new { settlementNumber, cancellationId, catalogueVersions });

    private static VisitState NextOf(VisitRow visit, VisitEvent happened) => VisitMachine.Next(visit.Course, visit.Known, happened)
        ?? throw new InvalidOperationException($"Event {happened} reached visit {visit.Id} in state {visit.Known}.");
}
