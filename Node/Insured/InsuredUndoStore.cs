using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>One undo that is asked for.</summary>
/// <param name="OriginalId">The transaction to be undone.</param>
/// <param name="AtMs">This side's time; <paramref name="On"/> is its date.</param>
internal sealed record Undo(string TransactionId, string OriginalId, bool ByReversal, long AtMs, DateOnly On);

/// <summary>The SQL of what was undone and what stands in the way of an undo. Every method runs in the caller's transaction.</summary>
internal static class InsuredUndoStore
{
    /// <summary>Records a discharge and makes it the one that stands.</summary>
    public static void Discharge(Session session, InsuredDischargeRow discharge)
    {
        session.ExecuteExpecting(1,
            "INSERT INTO insured_discharge (transaction_id, visit_number, discharge_date, corrects) VALUES (@TransactionId, @VisitNumber, @DischargeDate, @Corrects)",
            discharge);
        InsuredStore.SetDischarge(session, discharge.VisitNumber, discharge);
    }

    public static InsuredDischargeRow? FindDischarge(Session session, string? transactionId) => session.QuerySingleOrDefault<InsuredDischargeRow>(
        "SELECT transaction_id, visit_number, discharge_date, corrects FROM insured_discharge WHERE transaction_id = @transactionId", new { transactionId });

    /// <summary>The discharge that corrected another one last.</summary>
    public static string? CorrectionOf(Session session, string dischargeId) => session.QuerySingleOrDefault<string?>(
        "SELECT transaction_id FROM insured_discharge WHERE corrects = @dischargeId ORDER BY rowid DESC LIMIT 1", new { dischargeId });

    public static void Insert(Session session, Undo undo, OutboundKind originalKind, string visitNumber) => session.ExecuteExpecting(1,
        """
        INSERT INTO insured_undo (transaction_id, original_id, original_kind, by_reversal, visit_number, undone_at_ms, business_date, state)
        VALUES (@TransactionId, @OriginalId, @originalKind, @ByReversal, @visitNumber, @AtMs, @On, 1)
        """,
        new { undo.TransactionId, undo.OriginalId, originalKind = (int)originalKind, undo.ByReversal, visitNumber, undo.AtMs, On = undo.On.Iso() });

    /// <summary>What a cancellation undid.</summary>
    /// <exception cref="InvalidOperationException">It is no cancellation that was granted.</exception>
    public static string UndoneOf(Session session, string cancellationId) => session.QuerySingle<string>(
        "SELECT original_id FROM insured_undo WHERE transaction_id = @cancellationId", new { cancellationId });

    /// <summary>The cancellation or reversal by which a transaction is undone now.</summary>
    public static string? UndoneBy(Session session, string originalId) => session.QuerySingleOrDefault<string?>(
        "SELECT transaction_id FROM insured_undo WHERE original_id = @originalId AND state = 1", new { originalId });

    /// <summary>A cancellation was reversed: what it had undone is in force again.</summary>
    public static void Lift(Session session, string transactionId) => session.ExecuteExpecting(1,
        "UPDATE insured_undo SET state = 2 WHERE transaction_id = @transactionId AND state = 1", new { transactionId });

    /// <summary>The last settlement of a visit that stands.</summary>
    public static string? StandingSettlement(Session session, string visitNumber) => session.QuerySingleOrDefault<string?>(
        "SELECT settlement_number FROM insured_settlement WHERE visit_number = @visitNumber AND state = 1 ORDER BY rowid DESC LIMIT 1", new { visitNumber });

    /// <summary>A settlement of the visit that was undone after a cancellation, and is undone still.</summary>
    public static string? SettlementUndoneSince(Session session, string visitNumber, string cancellationId) => session.QuerySingleOrDefault<string?>(
        """
        SELECT s.settlement_number FROM insured_undo u JOIN insured_settlement s ON s.transaction_id = u.original_id
        WHERE u.visit_number = @visitNumber AND u.original_kind = 3 AND u.state = 1
          AND u.rowid > (SELECT rowid FROM insured_undo WHERE transaction_id = @cancellationId) AND s.rowid < (
            SELECT o.rowid FROM insured_undo k JOIN insured_settlement o ON o.transaction_id = k.original_id WHERE k.transaction_id = @cancellationId)
        ORDER BY u.rowid LIMIT 1
        """,
        new { visitNumber, cancellationId });

    /// <summary>
    /// A standing settlement of a person that was made or restored after a cancellation: account, year and ordinal it was decided with are those
    /// that the cancellation left. The inbox keeps the order in which things happened here.
    /// </summary>
    public static LaterSettlementRow? SettlementAfter(Session session, string personNumber, string cancellationId) => session.QuerySingleOrDefault<LaterSettlementRow>(
        """
        WITH after AS (SELECT transaction_id FROM inbox WHERE rowid > (SELECT rowid FROM inbox WHERE transaction_id = @cancellationId))
        SELECT s.settlement_number, s.treatment_province FROM insured_settlement s
        WHERE s.person_number = @personNumber AND s.state = 1
          AND (s.transaction_id IN after OR EXISTS (
            SELECT 1 FROM insured_undo k JOIN insured_undo r ON r.original_id = k.transaction_id
            WHERE k.original_id = s.transaction_id AND r.transaction_id IN after))
        ORDER BY s.rowid LIMIT 1
        """,
        new { personNumber, cancellationId });

    /// <summary>Another visit that is registered under the same number of the same hospital and stands.</summary>
    public static string? OtherVisitOf(Session session, InsuredVisitRow visit) => session.QuerySingleOrDefault<string?>(
        """
        SELECT visit_number FROM insured_visit
        WHERE treatment_province = @TreatmentProvince AND institution_code = @InstitutionCode AND hospital_visit_number = @HospitalVisitNumber
          AND visit_number <> @VisitNumber AND state <> 4
        ORDER BY rowid DESC LIMIT 1
        """,
        visit);

    internal sealed class LaterSettlementRow
    {
        public required string SettlementNumber { get; init; }
        public required string TreatmentProvince { get; init; }
    }
}
