using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>The rows of a statement in this side's books: by sequence where they are its own, by claim where the other side numbered them.</summary>
internal static class ClearedRows
{
    public static bool Contains(Session session, ClearingStatement statement, string transactionId) => statement.Side is LedgerSide.Treatment
        ? Own(session, statement, transactionId) is not null
        : session.QuerySingle<long>("SELECT count(*) FROM clearing_row WHERE transaction_id = @transactionId AND statement_number = @StatementNumber",
            new { transactionId, statement.StatementNumber }) > 0 || IsObjectedTo(session, statement, transactionId);

    /// <summary>The treatment side's row of a statement; null when it is none of its range.</summary>
    public static LedgerRecord? Own(Session session, ClearingStatement statement, string transactionId) =>
        LedgerRows.Find(session, transactionId) is { Side: LedgerSide.Treatment } row && row.Partner.Code == statement.Partner
            && row.Sequence >= statement.FirstSequence && row.Sequence <= statement.LastSequence ? row : null;

    /// <summary>The closed statement that claims a row; null when none does yet, or this side knows no such row.</summary>
    public static string? ClosedIn(Session session, LedgerSide own, Division partner, string transactionId) => own is LedgerSide.Treatment
        ? session.QuerySingleOrDefault<string>(
            """
            SELECT s.statement_number FROM ledger_row r JOIN clearing_statement s ON s.side = 1 AND s.partner = r.partner AND r.sequence BETWEEN s.first_sequence AND s.last_sequence
            WHERE r.transaction_id = @transactionId AND r.side = 1 AND r.partner = @Code AND s.state IN (3, 6)
            """, new { transactionId, partner.Code })
        : session.QuerySingleOrDefault<string>(
            """
            SELECT s.statement_number FROM clearing_row r JOIN clearing_statement s USING (statement_number)
            WHERE r.transaction_id = @transactionId AND s.side = 2 AND s.partner = @Code AND s.state IN (3, 6)
            """, new { transactionId, partner.Code });

    /// <summary>In the order of the treatment side's sequence, at most <paramref name="max"/>, with its numbers on both sides.</summary>
    /// <param name="after">Sequence number after which the page begins.</param>
    public static IReadOnlyList<(long Sequence, LedgerRow Row)> Page(Session session, ClearingStatement statement, long after, int max)
    {
        var partner = Division.Parse(statement.Partner);
        if (statement.Side is LedgerSide.Treatment)
        {
            return [.. LedgerRows.InSequence(session, LedgerSide.Treatment, partner, Math.Max(after, statement.FirstSequence - 1), statement.LastSequence, max)
                .Select(record => (record.Sequence, record.Row))];
        }
        var claims = session.Query<Claimed>(
            "SELECT sequence, transaction_id FROM clearing_row WHERE statement_number = @StatementNumber AND sequence > @after ORDER BY sequence LIMIT @max",
            new { statement.StatementNumber, after, max });
        // A claimed row that this side does not know has no figures here; it stands in the check's findings.
        return [.. claims.Select(claim => (claim.Sequence, Record: LedgerRows.Find(session, claim.TransactionId))).Where(found => found.Record is not null).Select(found => (found.Sequence, found.Record!.Row))];
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

    private static bool IsObjectedTo(Session session, ClearingStatement statement, string transactionId) => session.QuerySingle<long>(
        "SELECT count(*) FROM clearing_objection WHERE statement_number = @StatementNumber AND revision = @Revision AND origin = 1 AND row_transaction_id = @transactionId",
        new { statement.StatementNumber, statement.Revision, transactionId }) > 0;

    private sealed class Claimed
    {
        public required long Sequence { get; init; }
        public required string TransactionId { get; init; }
    }
}

/// <summary>A row as a statement claims it.</summary>
/// <param name="Sequence">The treatment side's.</param>
/// <param name="ClearedFen">Funds and personal account; negative in a row that takes another back.</param>
internal readonly record struct ClaimedRow(string TransactionId, long Sequence, long ClearedFen);
