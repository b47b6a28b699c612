using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>The SQL of visits, settlements and accumulators of the insured side. Every method runs in the caller's transaction.</summary>
internal static class InsuredStore
{
    private const string VisitColumns =
        "visit_number, person_number, treatment_province, treatment_division, institution_code, institution_level, hospital_visit_number, visit_kind, chronic_disease, "
        + "admission_date, admission_id, discharge_date, discharge_id, state";

    private const string SettlementColumns =
        "settlement_number, transaction_id, visit_number, person_number, treatment_province, scheme, service_date, accumulator_year, admission_ordinal, "
        + "policy_version, policy_hash, settled_at_ms, business_date, state, interim, admissions, " + SettlementFigures.Columns;

    public static void InsertVisit(Session session, InsuredVisitRow visit, string? filingNumber) =>
        session.ExecuteExpecting(1,
            """
            INSERT INTO insured_visit (visit_number, person_number, treatment_province, treatment_division, institution_code, institution_level,
              hospital_visit_number, visit_kind, chronic_disease, admission_date, admission_id, filing_number, state)
            VALUES (@VisitNumber, @PersonNumber, @TreatmentProvince, @TreatmentDivision, @InstitutionCode, @InstitutionLevel,
              @HospitalVisitNumber, @VisitKind, @ChronicDisease, @AdmissionDate, @AdmissionId, @filingNumber, @State)
            """,
            new
            {
                visit.VisitNumber,
                visit.PersonNumber,
                visit.TreatmentProvince,
                visit.TreatmentDivision,
                visit.InstitutionCode,
                visit.InstitutionLevel,
                visit.HospitalVisitNumber,
                visit.VisitKind,
                visit.ChronicDisease,
                visit.AdmissionDate,
                visit.AdmissionId,
                filingNumber,
                State = (int)visit.State,
            });

    public static InsuredVisitRow? FindVisit(Session session, string visitNumber) =>
        session.QuerySingleOrDefault<InsuredVisitRow>($"SELECT {VisitColumns} FROM insured_visit WHERE visit_number = @visitNumber", new { visitNumber });

    /// <exception cref="InvalidOperationException">There is no such visit.</exception>
    public static InsuredVisitRow GetVisit(Session session, string visitNumber) =>
        session.QuerySingle<InsuredVisitRow>($"SELECT {VisitColumns} FROM insured_visit WHERE visit_number = @visitNumber", new { visitNumber });

    /// <summary>Visits that are neither settled nor undone.</summary>
    public static List<InsuredVisitRow> OpenVisitsOf(Session session, string personNumber) => session.Query<InsuredVisitRow>(
        $"SELECT {VisitColumns} FROM insured_visit WHERE person_number = @personNumber AND state IN (1, 2) ORDER BY visit_number", new { personNumber });

    /// <summary>The visit that an admission opened.</summary>
    /// <exception cref="InvalidOperationException">There is no such visit.</exception>
    public static InsuredVisitRow VisitOf(Session session, string admissionId) =>
        session.QuerySingle<InsuredVisitRow>($"SELECT {VisitColumns} FROM insured_visit WHERE admission_id = @admissionId", new { admissionId });

    /// <summary>Makes a discharge the one that stands; null ends the last one and the visit is admitted again.</summary>
    public static void SetDischarge(Session session, string visitNumber, InsuredDischargeRow? discharge) => session.ExecuteExpecting(1,
        """
        UPDATE insured_visit SET discharge_date = @DischargeDate, discharge_id = @TransactionId, state = @to
        WHERE visit_number = @visitNumber AND state IN (1, 2)
        """,
        new
        {
            visitNumber,
            discharge?.DischargeDate,
            discharge?.TransactionId,
            to = (int)(discharge is null ? InsuredVisitState.Admitted : InsuredVisitState.Discharged),
        });

    public static void MoveVisit(Session session, string visitNumber, InsuredVisitState from, InsuredVisitState to) => session.ExecuteExpecting(1,
        "UPDATE insured_visit SET state = @to WHERE visit_number = @visitNumber AND state = @from",
        new { visitNumber, from = (int)from, to = (int)to });

    /// <summary>What of a visit is settled; null where nothing is.</summary>
    public static StaySoFar? StaySoFar(Session session, string visitNumber) => Stay(session, visitNumber, before: null);

    /// <summary>What of its stay stood settled before a settlement; null where nothing did.</summary>
    public static StaySoFar? StayBefore(Session session, InsuredSettlementRow settlement) => Stay(session, settlement.VisitNumber, settlement.SettlementNumber);

    private static StaySoFar? Stay(Session session, string visitNumber, string? before)
    {
        const string Settled = "s.visit_number = @visitNumber AND s.state = 1 AND (@before IS NULL OR s.rowid < (SELECT rowid FROM insured_settlement WHERE settlement_number = @before))";
        var sums = session.QuerySingle<StayRow>(
            $"""
            SELECT coalesce(min(s.admission_ordinal), 0) AS admission_ordinal, coalesce(sum(s.deductible_fen), 0) AS deductible_fen, coalesce(sum(s.in_scope_fen), 0) AS in_scope_fen,
              coalesce(sum(s.pool_fen), 0) AS pool_fen
            FROM insured_settlement s WHERE {Settled}
            """,
            new { visitNumber, before });
        if (sums.AdmissionOrdinal == 0)
            return null;
        var layers = session.Query<LayerRow>(
            $"""
            SELECT l.layer, sum(l.paid_fen) AS paid_fen, sum(l.base_fen) AS base_fen FROM insured_settlement s JOIN insured_settlement_layer l USING (settlement_number)
            WHERE {Settled} GROUP BY l.layer
            """,
            new { visitNumber, before });
        return new StaySoFar(sums.AdmissionOrdinal, new Fen(sums.DeductibleFen), new Fen(sums.InScopeFen), new Fen(sums.PoolFen),
            layers.ToDictionary(layer => layer.Layer, layer => new Fen(layer.BaseFen)));
    }

    /// <summary>The last day that a part of a stay was settled for.</summary>
    public static string? LastServiceDate(Session session, string visitNumber) => session.QuerySingleOrDefault<string?>(
        "SELECT max(service_date) FROM insured_settlement WHERE visit_number = @visitNumber AND state = 1", new { visitNumber });

    /// <summary>An outpatient visit ends on the service date of its settlement, a stay on the discharge that it has.</summary>
    public static void Settle(Session session, InsuredVisitRow visit, InsuredSettlementRow settlement)
    {
        // The stay goes on.
        if (settlement.Interim)
            return;
        session.ExecuteExpecting(1,
            "UPDATE insured_visit SET state = @to, discharge_date = coalesce(discharge_date, @ServiceDate) WHERE visit_number = @VisitNumber AND state = @from",
            new { visit.VisitNumber, settlement.ServiceDate, from = (int)visit.BeforeSettlement, to = (int)InsuredVisitState.Settled });
    }

    public static void Unsettle(Session session, InsuredVisitRow visit, InsuredSettlementRow settlement)
    {
        if (settlement.Interim)
            return;
        session.ExecuteExpecting(1,
            """
            UPDATE insured_visit SET state = @to, discharge_date = CASE WHEN discharge_id IS NOT NULL THEN discharge_date END
            WHERE visit_number = @VisitNumber AND state = @from
            """,
            new { visit.VisitNumber, from = (int)InsuredVisitState.Settled, to = (int)visit.BeforeSettlement });
    }

    public static InsuredSettlementRow? FindSettlement(Session session, string settlementNumber) => session.QuerySingleOrDefault<InsuredSettlementRow>(
        $"SELECT {SettlementColumns}, cancellation_id FROM insured_settlement WHERE settlement_number = @settlementNumber", new { settlementNumber });

    public static InsuredSettlementRow? SettlementOf(Session session, string transactionId) => session.QuerySingleOrDefault<InsuredSettlementRow>(
        $"SELECT {SettlementColumns}, cancellation_id FROM insured_settlement WHERE transaction_id = @transactionId", new { transactionId });

    public static void InsertSettlement(Session session, InsuredSettlementRow settlement, BenefitDelta delta)
    {
        session.ExecuteExpecting(1,
            $"""
            INSERT INTO insured_settlement ({SettlementColumns})
            VALUES (@SettlementNumber, @TransactionId, @VisitNumber, @PersonNumber, @TreatmentProvince, @Scheme, @ServiceDate, @AccumulatorYear,
              @AdmissionOrdinal, @PolicyVersion, @PolicyHash, @SettledAtMs, @BusinessDate, @State, @Interim, @Admissions, {SettlementFigures.Parameters})
            """,
            settlement);
        foreach (var layer in delta.LayerBase.Keys.Union(delta.LayerPaid.Keys))
        {
            session.ExecuteExpecting(1,
                "INSERT INTO insured_settlement_layer (settlement_number, layer, paid_fen, base_fen) VALUES (@SettlementNumber, @layer, @paid, @reached)",
                new { settlement.SettlementNumber, layer, paid = delta.LayerPaid.GetValueOrDefault(layer).Value, reached = delta.LayerBase.GetValueOrDefault(layer).Value });
        }
    }

    public static void CancelSettlement(Session session, string settlementNumber, string cancellationId, long cancelledAtMs, string cancellationDate) =>
        session.ExecuteExpecting(1,
            """
            UPDATE insured_settlement SET state = 2, cancellation_id = @cancellationId, cancelled_at_ms = @cancelledAtMs, cancellation_date = @cancellationDate
            WHERE settlement_number = @settlementNumber AND state = 1
            """,
            new { settlementNumber, cancellationId, cancelledAtMs, cancellationDate });

    public static void RestoreSettlement(Session session, string settlementNumber, string cancellationId) => session.ExecuteExpecting(1,
        """
        UPDATE insured_settlement SET state = 1, cancellation_id = NULL, cancelled_at_ms = NULL, cancellation_date = NULL
        WHERE settlement_number = @settlementNumber AND state = 2 AND cancellation_id = @cancellationId
        """,
        new { settlementNumber, cancellationId });

    public static IReadOnlyList<LayerRow> SettlementLayers(Session session, string settlementNumber) => session.Query<LayerRow>(
        "SELECT layer, paid_fen, base_fen FROM insured_settlement_layer WHERE settlement_number = @settlementNumber ORDER BY layer", new { settlementNumber });

    public static AccumulatorRow Accumulator(Session session, string personNumber, int year) => session.QuerySingleOrDefault<AccumulatorRow>(
        "SELECT deductible_paid_fen, pool_paid_fen, admissions FROM accumulator WHERE person_number = @personNumber AND year = @year",
        new { personNumber, year }) ?? new AccumulatorRow();

    /// <summary>The person's year from the settlements that stand: adds up to <see cref="Accumulator"/>, and can be counted as any policy wants.</summary>
    /// <param name="before">ISO date: only settlements with an earlier business date; null for all.</param>
    public static IReadOnlyList<YearPartRow> YearParts(Session session, string personNumber, int year, string? before) => session.Query<YearPartRow>(
        """
        SELECT s.scheme, v.visit_kind, v.chronic_disease, sum(s.deductible_fen) AS deductible_fen, sum(s.pool_fen) AS pool_fen, sum(s.admissions) AS settlements
        FROM insured_settlement s JOIN insured_visit v USING (visit_number)
        WHERE s.person_number = @personNumber AND s.accumulator_year = @year AND s.state = 1 AND (@before IS NULL OR s.business_date < @before)
        GROUP BY s.scheme, v.visit_kind, v.chronic_disease
        """,
        new { personNumber, year, before });

    /// <summary>What the standing settlements of a year with a business date before a day (ISO) added to each layer.</summary>
    public static IReadOnlyList<LayerRow> YearLayers(Session session, string personNumber, int year, string before) => session.Query<LayerRow>(
        """
        SELECT l.layer, sum(l.paid_fen) AS paid_fen, sum(l.base_fen) AS base_fen
        FROM insured_settlement s JOIN insured_settlement_layer l USING (settlement_number)
        WHERE s.person_number = @personNumber AND s.accumulator_year = @year AND s.state = 1 AND s.business_date < @before
        GROUP BY l.layer
        """,
        new { personNumber, year, before });

    /// <summary>Standing settlements with a business date (ISO) from a day until before another, in the order in which they were made.</summary>
    public static IReadOnlyList<InsuredSettlementRow> StandingSettlements(Session session, string from, string to) => session.Query<InsuredSettlementRow>(
        $"SELECT {SettlementColumns}, cancellation_id FROM insured_settlement WHERE state = 1 AND business_date >= @from AND business_date < @to ORDER BY rowid",
        new { from, to });

    /// <summary>Standing settlements of a person as of a day after the given one (ISO), in the order in which they were made.</summary>
    public static IReadOnlyList<InsuredSettlementRow> StandingAsOfLater(Session session, string personNumber, string day) => session.Query<InsuredSettlementRow>(
        $"SELECT {SettlementColumns}, cancellation_id FROM insured_settlement WHERE person_number = @personNumber AND state = 1 AND service_date > @day ORDER BY rowid",
        new { personNumber, day });

    public static IReadOnlyList<LayerRow> AccumulatorLayers(Session session, string personNumber, int year) => session.Query<LayerRow>(
        "SELECT layer, paid_fen, base_fen FROM accumulator_layer WHERE person_number = @personNumber AND year = @year ORDER BY layer",
        new { personNumber, year });

    /// <summary>Adds one settlement to the person's year (<paramref name="sign"/> 1) or takes it away again (-1); CHECKs refuse a negative year.</summary>
    public static void Accumulate(Session session, InsuredSettlementRow settlement, IReadOnlyList<LayerRow> layers, int sign)
    {
        var year = new
        {
            settlement.PersonNumber,
            settlement.AccumulatorYear,
            Deductible = sign * settlement.DeductibleFen,
            Pool = sign * settlement.PoolFen,
            Admissions = sign * settlement.Admissions,
        };
        if (session.Execute(
            """
            UPDATE accumulator SET deductible_paid_fen = deductible_paid_fen + @Deductible, pool_paid_fen = pool_paid_fen + @Pool, admissions = admissions + @Admissions
            WHERE person_number = @PersonNumber AND year = @AccumulatorYear
            """, year) == 0)
        {
            session.ExecuteExpecting(1,
                "INSERT INTO accumulator (person_number, year, deductible_paid_fen, pool_paid_fen, admissions) VALUES (@PersonNumber, @AccumulatorYear, @Deductible, @Pool, @Admissions)",
                year);
        }
        foreach (var layer in layers)
            AccumulateLayer(session, settlement, layer, sign);
    }

    public static void MoveAccount(Session session, string personNumber, long byFen)
    {
        if (byFen != 0)
        {
            session.ExecuteExpecting(1,
                "UPDATE person SET account_balance_fen = account_balance_fen + @byFen WHERE person_number = @personNumber", new { personNumber, byFen });
        }
    }

    private static void AccumulateLayer(Session session, InsuredSettlementRow settlement, LayerRow layer, int sign)
    {
        var row = new { settlement.PersonNumber, settlement.AccumulatorYear, layer.Layer, Paid = sign * layer.PaidFen, Base = sign * layer.BaseFen };
        if (session.Execute(
            """
            UPDATE accumulator_layer SET paid_fen = paid_fen + @Paid, base_fen = base_fen + @Base
            WHERE person_number = @PersonNumber AND year = @AccumulatorYear AND layer = @Layer
            """, row) == 0)
        {
            session.ExecuteExpecting(1,
                "INSERT INTO accumulator_layer (person_number, year, layer, paid_fen, base_fen) VALUES (@PersonNumber, @AccumulatorYear, @Layer, @Paid, @Base)",
                row);
        }
    }

    private sealed class StayRow
    {
        /// <summary>0 where nothing is settled.</summary>
        public required int AdmissionOrdinal { get; init; }
        public required long DeductibleFen { get; init; }
        public required long InScopeFen { get; init; }
        public required long PoolFen { get; init; }
    }
}
