namespace ProvincialGateway.Oversight;

/// <summary>The ledger: balanced, gap-free, and exactly what the settlements say.</summary>
internal static class LedgerInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "posting-balance", "每笔分录借贷平衡且同属一事", "Every posting set balances and is of one event",
            "SELECT count(DISTINCT transaction_id) FROM posting",
            new RowRule(
                "SELECT transaction_id, sum(amount_fen) FROM posting GROUP BY transaction_id HAVING sum(amount_fen) <> 0",
                "借贷相差 {1} 分", "debits and credits differ by {1} fen"),
            new RowRule(
                """
                SELECT transaction_id FROM posting GROUP BY transaction_id
                HAVING min(event) <> max(event) OR min(subject) <> max(subject) OR min(partner) <> max(partner) OR min(business_date) <> max(business_date)
                """,
                "同一流水的分录属于不同事项", "the lines of one transaction are of different events")),
        NodeInvariant.OfRows(
            "posting-sequence", "分录序号从 1 连续", "Postings are numbered from 1 without gaps",
            "SELECT count(*) FROM posting",
            new RowRule(
                """
                SELECT 'posting ' || sequence, before FROM (SELECT sequence, lag(sequence, 1, 0) OVER (ORDER BY sequence) AS before FROM posting)
                WHERE sequence <> before + 1
                """,
                "前一个序号是 {1}", "the one before is {1}"),
            new RowRule(
                """
                SELECT 'counter posting', counted, last FROM (
                  SELECT coalesce((SELECT value FROM counter WHERE name = 'posting'), 0) AS counted, coalesce((SELECT max(sequence) FROM posting), 0) AS last)
                WHERE counted <> last
                """,
                "计数器为 {1},末号为 {2}", "the counter is at {1}, the last posting is {2}")),
        NodeInvariant.OfRows(
            "posting-figures", "每笔结算、撤销、冲正恰有一套相符的分录", "Every settlement, cancellation and reversal has exactly one posting set, with its figures",
            $"{Events} SELECT count(*) FROM event",
            new RowRule(PostedOtherwise, "流水 {1} 科目 {2}:应记 {3} 分,实记 {4} 分,或事项、对方、日期不符", "transaction {1}, account {2}: {3} fen due, {4} posted, or another event, partner or date")),
        NodeInvariant.OfRows(
            "posting-origin", "每条分录都有其结算、撤销或冲正", "Every posting belongs to a settlement, cancellation or reversal",
            "SELECT count(*) FROM posting WHERE event <= 3",
            new RowRule(
                $"""
                {Events} SELECT 'posting ' || p.sequence, p.transaction_id FROM posting p
                WHERE p.event <= 3 AND NOT EXISTS (SELECT 1 FROM event e WHERE e.transaction_id = p.transaction_id AND e.event = p.event AND e.side = CASE WHEN p.account <= 3 THEN 1 ELSE 2 END)
                """,
                "流水 {1} 不是结算、撤销或冲正", "transaction {1} is no settlement, cancellation or reversal")),
        NodeInvariant.OfRows(
            "trial-balance", "试算平衡:总额及每个对方均为零", "The trial balance is zero, in all and for each partner",
            "SELECT 1 + count(DISTINCT partner) FROM posting",
            new RowRule(
                """
                SELECT 'partner ' || partner, sum(amount_fen) FROM posting GROUP BY partner HAVING sum(amount_fen) <> 0
                UNION ALL SELECT 'total', sum(amount_fen) FROM posting HAVING sum(amount_fen) <> 0
                """,
                "相差 {1} 分", "off by {1} fen")),
        NodeInvariant.OfRows(
            "partner-balances", "应收应付的发生额等于有效结算之和", "What settlements made receivable and payable is the sum of those that stand",
            "SELECT count(*) FROM (SELECT DISTINCT partner, account FROM posting WHERE account IN (3, 4) AND event <= 3)",
            new RowRule(
                """
                SELECT 'partner ' || partner, account, sum(posted), sum(due) FROM (
                  SELECT partner, account, amount_fen AS posted, 0 AS due FROM posting WHERE account IN (3, 4) AND event <= 3
                  UNION ALL SELECT treatment_province, 3, 0, -fund_total_fen - account_fen FROM insured_settlement WHERE state = 1
                  UNION ALL SELECT insured_province, 4, 0, fund_total_fen + account_fen FROM treatment_settlement WHERE state = 1)
                GROUP BY partner, account HAVING sum(posted) <> sum(due)
                """,
                "科目 {1} 余额 {2} 分,有效结算 {3} 分", "account {1} stands at {2} fen, the standing settlements at {3}")),
    ];

    /// <summary>
    /// What has to be posted, by side (1 insured, 2 treatment): each settlement, each undo of one as the opposite of its set, and the reversal of a
    /// cancellation as the settlement's own set again.
    /// </summary>
    private const string Events =
        """
        WITH settlement (side, transaction_id, settlement_number, partner, business_date, fund, account) AS MATERIALIZED (
          SELECT 1, transaction_id, settlement_number, treatment_province, business_date, fund_total_fen, account_fen FROM insured_settlement
          UNION ALL SELECT 2, transaction_id, settlement_number, insured_province, business_date, fund_total_fen, account_fen FROM treatment_settlement),
        undo (side, transaction_id, original_id, original_kind, by_reversal, business_date) AS MATERIALIZED (
          SELECT 1, transaction_id, original_id, original_kind, by_reversal, business_date FROM insured_undo
          UNION ALL SELECT 2, transaction_id, original_id, original_kind, by_reversal, business_date FROM treatment_undo),
        event (side, transaction_id, event, settlement_number, partner, business_date, fund, account) AS MATERIALIZED (
          SELECT side, transaction_id, 1, settlement_number, partner, business_date, fund, account FROM settlement
          UNION ALL SELECT u.side, u.transaction_id, 2 + u.by_reversal, s.settlement_number, s.partner, u.business_date, -s.fund, -s.account
            FROM undo u JOIN settlement s ON s.side = u.side AND s.transaction_id = u.original_id WHERE u.original_kind = 3
          UNION ALL SELECT u.side, u.transaction_id, 3, s.settlement_number, s.partner, u.business_date, s.fund, s.account
            FROM undo u JOIN undo k ON k.side = u.side AND k.transaction_id = u.original_id JOIN settlement s ON s.side = k.side AND s.transaction_id = k.original_id
            WHERE u.original_kind = 4)
        """;

    private const string PostedOtherwise =
        $"""
        {Events},
        due (transaction_id, event, settlement_number, partner, business_date, account, amount) AS (
          SELECT transaction_id, event, settlement_number, partner, business_date, 1, fund FROM event WHERE side = 1
          UNION ALL SELECT transaction_id, event, settlement_number, partner, business_date, 2, account FROM event WHERE side = 1
          UNION ALL SELECT transaction_id, event, settlement_number, partner, business_date, 3, -fund - account FROM event WHERE side = 1
          UNION ALL SELECT transaction_id, event, settlement_number, partner, business_date, 4, fund + account FROM event WHERE side = 2
          UNION ALL SELECT transaction_id, event, settlement_number, partner, business_date, 5, -fund - account FROM event WHERE side = 2)
        SELECT d.settlement_number, d.transaction_id, d.account, d.amount, coalesce(p.amount_fen, 0)
        FROM due d LEFT JOIN posting p ON p.transaction_id = d.transaction_id AND p.account = d.account
        WHERE coalesce(p.amount_fen, 0) <> d.amount
          OR (p.sequence IS NOT NULL AND (p.event, p.subject, p.partner, p.business_date) IS NOT (d.event, d.settlement_number, d.partner, d.business_date))
        """;
}
