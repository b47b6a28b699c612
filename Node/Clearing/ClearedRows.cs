using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>The rows of a statement in this side's books: by sequence where they are its own, by claim where the other side numbered them.</summary>
internal static class ClearedRows
{
    /// <summary>A row of the treatment side's ledger that its statements claim up to a sequence number; null when there is none.</summary>
    public static LedgerRecord? Claimed(Session session, Division partner, long through, string transactionId) =>
        LedgerRows.Find(session, transactionId) is { Side: LedgerSide.Treatment } row && row.Partner == partner && row.Sequence <= through ? row : null;

    /// <summary>The insured side: whether a closed statement of the same relation has claimed the row.</summary>
    public static bool IsClaimedBefore(Session session, ClearingStatement statement, string transactionId) => session.QuerySingle<long>(
        """
        SELECT count(*) FROM clearing_row c JOIN clearing_statement s USING (statement_number)
        WHERE c.transaction_id = @transactionId AND s.side = 2 AND s.partner = @Partner AND s.state IN (3, 6) AND s.statement_number <> @StatementNumber
        """,
        new { transactionId, statement.Partner, statement.StatementNumber }) > 0;

    /// <summary>In the order of the treatment side's sequence, at most <paramref name="max"/>, with its numbers on both sides.</summary>
    /// <param name="after">Sequence number after which the page begins.</param>
    public static IReadOnlyList<ClearedRow> Page(Session session, ClearingStatement statement, long after, int max)
    {
        var partner = Division.Parse(statement.Partner);
        if (statement.Side is LedgerSide.Treatment)
        {
            return [.. LedgerRows.InSequence(session, LedgerSide.Treatment, partner, Math.Max(after, statement.FirstSequence - 1), statement.LastSequence, max)
                .Select(record => new ClearedRow(record.Sequence, record.Row.TransactionId, record.Row))];
        }
        var claims = session.Query<Listed>(
            "SELECT sequence, transaction_id FROM clearing_row WHERE statement_number = @StatementNumber AND sequence > @after ORDER BY sequence LIMIT @max",
            new { statement.StatementNumber, after, max });
        return [.. claims.Select(claim => new ClearedRow(claim.Sequence, claim.TransactionId, LedgerRows.Find(session, claim.TransactionId)?.Row))];
    }

    /// <summary>Claims rows for a statement, each once for ever.</summary>
    /// <returns>The places of those that stand in a statement already, with its number: of another one, or at another sequence of this one.</returns>
    public static List<(int Place, string StatementNumber)> Claim(Session session, string statementNumber, IReadOnlyList<ClaimedRow> rows)
    {
        var before = new List<(int Place, string StatementNumber)>();
        using var claims = new RowScan(session, "SELECT statement_number, sequence FROM clearing_row WHERE transaction_id = ?1");
        foreach (var place in session.InsertEachNew(
            "INSERT INTO clearing_row (transaction_id, statement_number, sequence) VALUES (?1, ?2, ?3) ON CONFLICT (transaction_id) DO NOTHING", rows,
            (bound, row) => bound.Bind(1, row.TransactionId).Bind(2, statementNumber).Bind(3, row.Sequence)))
        {
            claims.Each(claim =>
            {
                if (claim.Text(0) is var number && (number != statementNumber || claim.Long(1) != rows[place].Sequence))
                    before.Add((place, number));
            }, rows[place].TransactionId);
        }
        return before;
    }

    private sealed class Listed
    {
        public required long Sequence { get; init; }
        public required string TransactionId { get; init; }
    }
}

/// <summary>A row as a statement claims it.</summary>
/// <param name="Sequence">The treatment side's.</param>
/// <param name="ClearedFen">Funds and personal account; negative in a row that takes another back.</param>
internal readonly record struct ClaimedRow(string TransactionId, long Sequence, long ClearedFen);

/// <summary>A row that a statement claims.</summary>
/// <param name="Sequence">The treatment side's.</param>
/// <param name="Row">Null on the insured side when its ledger has no such row: it has no figures here and stands in the check's findings.</param>
internal sealed record ClearedRow(long Sequence, string TransactionId, LedgerRow? Row);
