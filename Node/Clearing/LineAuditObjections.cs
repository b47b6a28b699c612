using System.Globalization;
using Provincial.Exchange.V1;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Clearing;

/// <summary>What the audit of the fee lines takes from the rows of a statement, as objections of the insured side.</summary>
internal static class LineAuditObjections
{
    private const int RowsMax = 1_000;

    /// <summary>In the order of the statement, less what its revision deducts for the same row already; settlements that were undone have none.</summary>
    public static IReadOnlyList<ObjectionRow> Of(Session session, ClearingStatement statement) =>
    [
        .. session.Query<AuditedRow>(
            """
            SELECT c.transaction_id, count(DISTINCT a.line_number) AS lines, sum(a.amount_fen) - coalesce((SELECT sum(d.amount_fen) FROM clearing_deduction d
              WHERE d.statement_number = c.statement_number AND d.revision = @Revision AND d.row_transaction_id = c.transaction_id), 0) AS due_fen
            FROM clearing_row c JOIN ledger_row l USING (transaction_id) JOIN insured_settlement s ON s.settlement_number = l.settlement_number AND s.state = 1
            JOIN line_audit a ON a.settlement_number = s.settlement_number AND a.amount_fen <> 0
            WHERE c.statement_number = @StatementNumber AND l.transaction_id = s.transaction_id
            GROUP BY c.transaction_id HAVING due_fen > 0 ORDER BY c.sequence LIMIT @RowsMax
            """,
            new { statement.StatementNumber, statement.Revision, RowsMax }).Select(row => new ObjectionRow
            {
                RowTransactionId = row.TransactionId,
                Kind = DisputeKind.Audit,
                AmountFen = row.DueFen,
                Field = "",
                Reason = string.Create(CultureInfo.InvariantCulture, $"明细审核 {row.Lines} 行 / line audit, {row.Lines} lines"),
            }),
    ];

    /// <summary>The confirmed or paid statement that a settlement was claimed in, and that takes nothing more in; null while there is none.</summary>
    public static string? ClosedStatementOf(Session session, string settlementNumber) => session.QuerySingleOrDefault<string?>(
        """
        SELECT c.statement_number FROM insured_settlement s JOIN clearing_row c USING (transaction_id)
        WHERE s.settlement_number = @settlementNumber AND EXISTS (SELECT 1 FROM clearing_statement k WHERE k.statement_number = c.statement_number AND k.state IN (@confirmed, @paid))
        """,
        new { settlementNumber, confirmed = (int)StatementStage.Confirmed, paid = (int)StatementStage.Paid });

    private sealed class AuditedRow
    {
        public required string TransactionId { get; init; }
        public required long Lines { get; init; }
        public required long DueFen { get; init; }
    }
}
