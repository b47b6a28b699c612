using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// A settlement, or its cancellation with every figure negative: what a hospital's day, period or month is made of. Each counts on the insured
/// side's date of its own.
/// </summary>
internal sealed record SettlementMove : SettlementFigures
{
    /// <summary>The node's id of this settlement or cancellation.</summary>
    public required string TransactionId { get; init; }
    public required bool IsCancellation { get; init; }
    public required string CountedOn { get; init; }

    /// <summary>The insured side's time.</summary>
    public required long AtMs { get; init; }
    public required string SettlementNumber { get; init; }

    /// <summary>The settlement's own id, also on its cancellation.</summary>
    public required string SettlementId { get; init; }

    /// <summary>What cancelled it; null while it stands.</summary>
    public string? CancellationId { get; init; }
    public required string VisitNumber { get; init; }
    public required string HospitalVisitNumber { get; init; }
    public required string VisitKind { get; init; }
    public required string InsuredDivision { get; init; }

    /// <summary>The business period it counts in; null when in none.</summary>
    public string? PeriodNumber { get; init; }

    /// <summary>The hospital's own id; null where its dialect has none.</summary>
    public string? HisTransactionId { get; init; }
}

/// <summary>The SQL of settlements and cancellations as one list. Every method runs in the caller's transaction.</summary>
internal static class SettlementMoves
{
    /// <summary>Settlements and cancellations that one answer lists.</summary>
    public const int RowsMax = 10_000;

    private static readonly string Negative = string.Join(", ", SettlementFigures.Columns.Split(", ").Select(column => $"-{column} AS {column}"));

    /// <summary>Sums of what is in the scope; its scheme is not looked at.</summary>
    public static HisSettlementTotals Totals(Session session, string institutionCode, HisSettlementScope scope) => session.QuerySingle<TotalsRow>(
        $"""
        SELECT count(*) FILTER (WHERE is_cancellation = 0) AS settlement_count, count(*) FILTER (WHERE is_cancellation = 1) AS cancellation_count,
          coalesce(sum(total_fen), 0) AS total_fen, coalesce(sum(fund_total_fen), 0) AS fund_total_fen, coalesce(sum(account_fen), 0) AS account_fen,
          coalesce(sum(cash_fen), 0) AS cash_fen
        FROM ({In(scope)})
        """,
        Parameters(institutionCode, scope)).ToTotals();

    /// <summary>What is in the scope, in the order of time; null when it is more than <see cref="RowsMax"/>. The scope's scheme is not looked at.</summary>
    public static IReadOnlyList<SettlementMove>? List(Session session, string institutionCode, HisSettlementScope scope)
    {
        var parameters = Parameters(institutionCode, scope);
        // Counted before it is sorted: a scope of everything must not cost more than its refusal.
        return session.QuerySingle<long>($"SELECT count(*) FROM (SELECT 1 FROM ({In(scope)}) LIMIT {RowsMax + 1})", parameters) > RowsMax
            ? null
            : Rows(session, In(scope), parameters);
    }

    /// <summary>The settlement of this number and its cancellation if there is one; none when it is another institution's.</summary>
    public static IReadOnlyList<SettlementMove> ByNumber(Session session, string institutionCode, string settlementNumber) => Rows(
        session, Moves("s.settlement_number = @settlementNumber", "s.settlement_number = @settlementNumber AND s.cancellation_id IS NOT NULL"), new { code = institutionCode, settlementNumber });

    /// <summary>What one transaction of this institution did: a settlement or a cancellation.</summary>
    public static IReadOnlyList<SettlementMove> ByTransaction(Session session, string institutionCode, string transactionId) => Rows(
        session, Moves("s.transaction_id = @transactionId", "s.cancellation_id = @transactionId"), new { code = institutionCode, transactionId });

    private static List<SettlementMove> Rows(Session session, string moves, object parameters) => session.Query<SettlementMove>(
        $"""
        SELECT m.*, p.period_number, (SELECT min(his_transaction_id) FROM his_request h WHERE h.transaction_id = m.transaction_id) AS his_transaction_id
        FROM ({moves}) m LEFT JOIN period_transaction p ON p.transaction_id = m.transaction_id
        ORDER BY at_ms, settlement_number, is_cancellation
        """,
        parameters);

    /// <summary>The rows of a scope as a statement.</summary>
    internal static string In(HisSettlementScope scope) => Moves(
        Conditions(scope, "s.business_date", "s.transaction_id"),
        scope.WithoutCancelled ? null : $"{Conditions(scope, "s.cancellation_date", "s.cancellation_id")} AND s.cancellation_id IS NOT NULL");

    private static string Conditions(HisSettlementScope scope, string date, string transaction)
    {
        var conditions = new List<string>();
        if (scope.From is not null)
            conditions.Add($"{date} >= @from");
        if (scope.To is not null)
            conditions.Add($"{date} <= @to");
        if (scope.PeriodNumber is not null)
            conditions.Add($"{transaction} IN (SELECT transaction_id FROM period_transaction WHERE period_number = @PeriodNumber)");
        if (scope.ClearingType is { } type)
            conditions.Add($"v.visit_kind {(type == ClearingTypes.Outpatient ? "" : "NOT ")}IN ('11', '12', '13', '14')");
        if (scope.WithoutCancelled)
            conditions.Add("s.cancellation_id IS NULL");
        return conditions.Count == 0 ? "TRUE" : string.Join(" AND ", conditions);
    }

    /// <param name="settled">Which settlements; SQL without values in it.</param>
    /// <param name="cancelled">Which cancellations; null for none.</param>
    private static string Moves(string settled, string? cancelled)
    {
        const string Visit = "FROM treatment_settlement s JOIN treatment_visit v ON v.id = s.visit_id WHERE v.institution_code = @code AND";
        const string Whose = "s.settlement_number, s.transaction_id AS settlement_id, s.cancellation_id, v.visit_number, v.hospital_visit_number, v.visit_kind, v.insured_division";
        var settlements = $"SELECT s.transaction_id, 0 AS is_cancellation, business_date AS counted_on, settled_at_ms AS at_ms, {Whose}, {SettlementFigures.Columns} {Visit} {settled}";
        return cancelled is null
            ? settlements
            : $"{settlements} UNION ALL SELECT s.cancellation_id, 1, cancellation_date, cancelled_at_ms, {Whose}, {Negative} {Visit} {cancelled}";
    }

    private static object Parameters(string institutionCode, HisSettlementScope scope) =>
        new { code = institutionCode, from = scope.From?.Iso(), to = scope.To?.Iso(), scope.PeriodNumber };

    private sealed class TotalsRow
    {
        public required int SettlementCount { get; init; }
        public required int CancellationCount { get; init; }
        public required long TotalFen { get; init; }
        public required long FundTotalFen { get; init; }
        public required long AccountFen { get; init; }
        public required long CashFen { get; init; }

        public HisSettlementTotals ToTotals() => new()
        {
            SettlementCount = SettlementCount,
            CancellationCount = CancellationCount,
            TotalFen = TotalFen,
            FundTotalFen = FundTotalFen,
            AccountFen = AccountFen,
            CashFen = CashFen,
        };
    }
}
