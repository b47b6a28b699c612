using System.Globalization;
using Provincial.Exchange.V1;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Clearing;

/// <summary>What the audit of the fee lines has found for a settlement and no statement has taken up.</summary>
internal sealed record OpenFinding
{
    public required string Partner { get; init; }
    public required string SettlementNumber { get; init; }

    /// <summary>Key of the settlement's ledger row.</summary>
    public required string TransactionId { get; init; }

    /// <summary>The statement that claims the row; null while none does, and the finding goes with the one that will.</summary>
    public string? StatementNumber { get; init; }

    /// <summary>Lines with an amount.</summary>
    public required long Lines { get; init; }

    /// <summary>The settlement was cancelled or reversed: nothing may stay deducted for it.</summary>
    public required bool IsUndone { get; init; }

    /// <summary>What the audit takes back in all; 0 of a settlement that was undone.</summary>
    public required long AuditedFen { get; init; }

    /// <summary>What statements deduct for the row as audit so far.</summary>
    public required long DeductedFen { get; init; }

    /// <summary>To be deducted, or negative: to be given back. Never 0.</summary>
    public required long DueFen { get; init; }

    public ObjectionRow ToObjection() => new()
    {
        RowTransactionId = TransactionId,
        Kind = DisputeKind.Audit,
        AmountFen = DueFen,
        Field = "",
        Reason = IsUndone ? "结算已撤销，退回审核扣款 / the settlement was undone, its audit deduction is given back"
            : string.Create(CultureInfo.InvariantCulture, $"明细审核 {Lines} 行 / line audit, {Lines} lines"),
    };
}

/// <summary>
/// How the audit of the fee lines reaches clearing. One formula: what the audit takes back for a settlement while it stands, less what closed
/// statements and the open one deduct for its row as audit. What differs from 0 is an objection to the open statement, whichever statement
/// claimed the row. A row for which the audit of the lines has no amount is left alone while its settlement stands: its deductions are people's.
/// </summary>
internal static class LineAuditObjections
{
    /// <summary>The confirmed or paid statement that a settlement was claimed in, and that takes nothing more in; null while there is none.</summary>
    public static string? ClosedStatementOf(Session session, string settlementNumber) => session.QuerySingleOrDefault<string?>(
        """
        SELECT c.statement_number FROM insured_settlement s JOIN clearing_row c USING (transaction_id)
        WHERE s.settlement_number = @settlementNumber AND EXISTS (SELECT 1 FROM clearing_statement k WHERE k.statement_number = c.statement_number AND k.state IN (@confirmed, @paid))
        """,
        new { settlementNumber, confirmed = (int)StatementStage.Confirmed, paid = (int)StatementStage.Paid });

    /// <summary>In the order of statements and rows, as many as a dispute and the revision that follows have room for.</summary>
    public static IReadOnlyList<ObjectionRow> Of(Session session, ClearingStatement statement)
    {
        var room = Math.Min(DisputeStatementStep.RowsMax, StatementRules.DeductionsMax - statement.ToStatement().Deductions.Count);
        return [.. Claimed(session, statement.Partner).Take(room).Select(finding => finding.ToObjection())];
    }

    /// <summary>Those whose rows the open statement of the relation or an earlier one claims.</summary>
    public static IReadOnlyList<OpenFinding> Claimed(Session session, string partner) => [.. Open(session, partner).Where(finding => finding.StatementNumber is not null)];

    /// <param name="partner">The treatment province; null is all.</param>
    public static IReadOnlyList<OpenFinding> Open(Session session, string? partner) => session.Query<OpenFinding>(
        """
        WITH audited AS (
          SELECT settlement_number, count(DISTINCT line_number) AS lines, sum(amount_fen) AS fen FROM line_audit WHERE amount_fen <> 0 GROUP BY settlement_number),
        deducted AS (
          SELECT d.row_transaction_id AS transaction_id, sum(d.amount_fen) AS fen, sum(d.amount_fen) FILTER (WHERE d.kind = '10') AS audit_fen
          FROM clearing_statement t JOIN clearing_deduction d USING (statement_number, revision)
          WHERE t.side = 2 AND t.state IN (2, 3, 4, 6) AND d.row_transaction_id <> '' GROUP BY d.row_transaction_id),
        concerned AS (
          SELECT settlement_number FROM audited
          UNION SELECT s.settlement_number FROM deducted d JOIN insured_settlement s USING (transaction_id) WHERE s.state = 2),
        due AS (
          SELECT s.treatment_province AS partner, s.settlement_number, s.transaction_id, c.statement_number, c.sequence, coalesce(a.lines, 0) AS lines, s.state = 2 AS is_undone,
            iif(s.state = 1, coalesce(a.fen, 0), 0) AS audited_fen, coalesce(d.audit_fen, 0) AS deducted_fen,
            s.fund_total_fen + s.account_fen - coalesce(d.fen, 0) AS left_fen
          FROM concerned JOIN insured_settlement s USING (settlement_number)
          LEFT JOIN audited a USING (settlement_number) LEFT JOIN deducted d ON d.transaction_id = s.transaction_id LEFT JOIN clearing_row c ON c.transaction_id = s.transaction_id)
        SELECT partner, settlement_number, transaction_id, statement_number, lines, is_undone, audited_fen, deducted_fen,
          -- Of a row that is deducted for other reasons too there is no more to take than is left.
          min(audited_fen - deducted_fen, left_fen) AS due_fen
        FROM due WHERE due_fen <> 0 AND (@partner IS NULL OR partner = @partner)
        ORDER BY partner, sequence IS NULL, sequence, transaction_id
        """,
        new { partner });
}
