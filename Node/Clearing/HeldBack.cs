using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>What closed statements deducted for a row, by where and why, less what later ones restored.</summary>
internal sealed record HeldRow
{
    /// <summary>The statement it was deducted in.</summary>
    public required string SourceStatementNumber { get; init; }

    /// <summary>That statement's.</summary>
    public required string Period { get; init; }

    public required LedgerSide Side { get; init; }

    public required string Partner { get; init; }

    /// <summary>Exchange code of the deduction.</summary>
    public required string Kind { get; init; }

    public required string RowTransactionId { get; init; }

    /// <summary>Above zero.</summary>
    public required long HeldFen { get; init; }

    public required string Reason { get; init; }

    /// <summary>The settlement was undone by a row up to the sequence number asked about: the next statement gives the deduction back.</summary>
    public required bool IsNegated { get; init; }

    /// <summary>Of the treatment side: why the dispute is resolved, so that the next cut proposes to restore it.</summary>
    public string? Resolution { get; init; }
}

/// <summary>Deductions that stand in closed statements of one relation. What is open or of another relation holds nothing back here.</summary>
internal static class HeldBack
{
    private const string Standing =
        """
        SELECT CASE d.source_statement_number WHEN '' THEN d.statement_number ELSE d.source_statement_number END AS source_statement_number, d.kind, d.row_transaction_id,
          d.amount_fen, CASE d.source_statement_number WHEN '' THEN d.reason END AS reason
        FROM clearing_deduction d JOIN clearing_statement c USING (statement_number, revision)
        WHERE c.side = @side AND c.partner = @Code AND c.state IN (3, 6) AND c.statement_number <> @except
          AND (d.source_statement_number = '' OR d.row_transaction_id <> '' OR d.amount_fen < 0)
        """;

    /// <summary>Of a row (or, with an empty key, of a kind as a whole) after one closed statement: deducted less restored.</summary>
    /// <param name="except">A statement that does not count: the one that is judged.</param>
    public static long Of(Session session, LedgerSide side, Division partner, string source, string kind, string rowTransactionId, string except) => session.QuerySingle<long>(
        $"SELECT coalesce(sum(amount_fen), 0) FROM ({Standing} AND d.row_transaction_id = @row AND d.kind = @kind) WHERE source_statement_number = @source",
        new { side = (int)side, partner.Code, source, kind, row = rowTransactionId, except });

    /// <summary>Of a row in all: what closed statements took from what it claims.</summary>
    public static long OfRow(Session session, LedgerSide side, Division partner, string rowTransactionId, string except) => session.QuerySingle<long>(
        $"SELECT coalesce(sum(amount_fen), 0) FROM ({Standing} AND d.row_transaction_id = @row)", new { side = (int)side, partner.Code, row = rowTransactionId, except });

    /// <summary>Every row of a relation of which something is held back, oldest statement first.</summary>
    /// <param name="through">The sequence number of the treatment side's ledger up to which a settlement may have been undone.</param>
    public static IReadOnlyList<HeldRow> Rows(Session session, LedgerSide side, Division partner, long through, string except) => session.Query<HeldRow>(
        $"""
        SELECT h.source_statement_number, max(s.period) AS period, @side AS side, @Code AS partner, h.kind, h.row_transaction_id, sum(h.amount_fen) AS held_fen,
          coalesce(max(h.reason), '') AS reason, {Negation(side)} AS is_negated, max(r.reason) AS resolution
        FROM ({Standing} AND d.row_transaction_id <> '') h
        JOIN (SELECT DISTINCT statement_number, period FROM clearing_statement) s ON s.statement_number = h.source_statement_number
        LEFT JOIN clearing_resolution r ON (r.source_statement_number, r.kind, r.row_transaction_id) = (h.source_statement_number, h.kind, h.row_transaction_id)
        GROUP BY h.source_statement_number, h.kind, h.row_transaction_id HAVING sum(h.amount_fen) > 0 ORDER BY period, h.row_transaction_id, h.kind
        """,
        new { side = (int)side, partner.Code, through, except });

    public static bool IsNegated(Session session, LedgerSide side, Division partner, string rowTransactionId, long through) => session.QuerySingle<long>(
        $"SELECT {Negation(side)} FROM (SELECT @row AS row_transaction_id) h", new { row = rowTransactionId, side = (int)side, partner.Code, through }) > 0;

    /// <summary>What is due to be given back in a statement that ends at a sequence number: rows undone by then, and rows whose dispute is resolved.</summary>
    public static IEnumerable<Deduction> Restorations(Session session, Division partner, string statementNumber, long lastSequence) =>
        Rows(session, LedgerSide.Treatment, partner, lastSequence, statementNumber).Where(row => row.IsNegated || row.Resolution is not null).Select(row => new Deduction
        {
            Kind = row.Kind,
            AmountFen = checked(-row.HeldFen),
            RowTransactionId = row.RowTransactionId,
            SourceStatementNumber = row.SourceStatementNumber,
            Reason = row.IsNegated ? $"结算已撤销，退回 {row.Period} 期扣款 / the settlement was undone: what {row.Period} deducted is given back" : row.Resolution!,
        });

    /// <summary>The insured side: whether a statement restores rows that were disputed and are not undone.</summary>
    public static bool NeedsConsent(Session session, ClearingStatement statement) => statement.ToStatement().Deductions.Any(deduction =>
        Deductions.IsRestoration(deduction) && deduction.RowTransactionId.Length > 0
        && !IsNegated(session, LedgerSide.Insured, Division.Parse(statement.Partner), deduction.RowTransactionId, statement.LastSequence));

    /// <summary>The rows held back in every relation of this province, but for those of the final audit of fee lines.</summary>
    public static IReadOnlyList<HeldRow> All(Session session) =>
    [
        .. StatementBook.All(session).Select(statement => (statement.Side, statement.Partner)).Distinct()
            .SelectMany(relation => Rows(session, relation.Side, Division.Parse(relation.Partner), long.MaxValue, "")).Where(row => row.Kind != Deductions.Audit),
    ];

    /// <summary>The treatment side: a row's dispute is resolved, the next cut restores it.</summary>
    /// <returns>How many deductions of the row are released.</returns>
    public static int Resolve(Session session, Division partner, string rowTransactionId, string reason, string @operator, long nowMs)
    {
        var held = Rows(session, LedgerSide.Treatment, partner, 0, "").Where(row => row.RowTransactionId == rowTransactionId).ToList();
        foreach (var row in held)
        {
            session.Execute(
                """
                INSERT INTO clearing_resolution (source_statement_number, kind, row_transaction_id, reason, resolved_by, resolved_at_ms)
                VALUES (@SourceStatementNumber, @Kind, @RowTransactionId, @reason, @operator, @nowMs)
                ON CONFLICT DO UPDATE SET reason = excluded.reason, resolved_by = excluded.resolved_by, resolved_at_ms = excluded.resolved_at_ms
                """,
                new { row.SourceStatementNumber, row.Kind, row.RowTransactionId, reason, @operator, nowMs });
        }
        return held.Count;
    }

    /// <summary>The insured side objects to the restoration: the row stays held back.</summary>
    public static void Unresolve(Session session, string rowTransactionId) =>
        session.Execute("DELETE FROM clearing_resolution WHERE row_transaction_id = @rowTransactionId", new { rowTransactionId });

    // The treatment side knows its own numbers; the insured side knows them of the rows that were claimed.
    private static string Negation(LedgerSide side) => side is LedgerSide.Treatment
        ? "EXISTS (SELECT 1 FROM ledger_row n WHERE n.negated_transaction_id = h.row_transaction_id AND n.side = @side AND n.partner = @Code AND n.sequence <= @through)"
        : """
          EXISTS (SELECT 1 FROM ledger_row n JOIN clearing_row c ON c.transaction_id = n.transaction_id
            WHERE n.negated_transaction_id = h.row_transaction_id AND n.side = @side AND n.partner = @Code AND c.sequence <= @through)
          """;
}
