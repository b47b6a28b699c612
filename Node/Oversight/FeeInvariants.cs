using System.Globalization;
using ProvincialGateway.Ledger;

namespace ProvincialGateway.Oversight;

/// <summary>The figures of settlements and fee lines add up, recomputed from the rows.</summary>
internal static class FeeInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "settlement-equations", "结算金额等式成立", "The equations of every settlement hold",
            "SELECT (SELECT count(*) FROM insured_settlement) + (SELECT count(*) FROM treatment_settlement)",
            new RowRule(SettlementEquations, "{1} 不成立:记为 {2} 分,应为 {3} 分", "{1} does not hold: {2} fen on record, {3} computed"),
            new RowRule(NegativeSettlements, "金额为负,或起付线超过政策范围内金额", "an amount is negative, or the deductible exceeds what is in scope")),
        NodeInvariant.OfRows(
            "fee-line-parts", "费用明细等于四部分之和且正负一致", "Every fee line is the sum of its four parts, all of one sign",
            "SELECT count(*) FROM fee_line",
            new RowRule(
                """
                SELECT 'fee_line ' || id, amount_fen, full_self_pay_fen + over_limit_fen + pre_self_pay_fen + in_scope_fen FROM fee_line
                WHERE amount_fen <> full_self_pay_fen + over_limit_fen + pre_self_pay_fen + in_scope_fen
                """,
                "金额 {1} 分,四部分之和 {2} 分", "the amount is {1} fen, its parts add up to {2}"),
            new RowRule(
                """
                SELECT 'fee_line ' || id FROM fee_line
                WHERE (quantity_e2 > 0 AND min(full_self_pay_fen, over_limit_fen, pre_self_pay_fen, in_scope_fen) < 0)
                  OR (quantity_e2 < 0 AND max(full_self_pay_fen, over_limit_fen, pre_self_pay_fen, in_scope_fen) > 0)
                """,
                "某一部分与数量正负相反", "a part has the opposite sign of the quantity")),
        new("fee-line-prices", "费用明细金额等于单价×数量", "Every fee line's amount is price × quantity", NeedsKey: false, CheckPrices),
        NodeInvariant.OfRows(
            "refunds", "退费不超过原明细", "Refunds never take back more than the original line, part by part",
            "SELECT count(*) FROM fee_line WHERE refund_of IS NOT NULL",
            new RowRule(
                """
                SELECT 'fee_line ' || r.id, r.refund_of FROM fee_line r LEFT JOIN fee_line o ON o.id = r.refund_of
                WHERE r.refund_of IS NOT NULL AND r.state = 1
                  AND (o.id IS NULL OR o.state <> 1 OR o.visit_id <> r.visit_id OR o.refund_of IS NOT NULL OR o.quantity_e2 <= 0 OR r.quantity_e2 >= 0)
                """,
                "不能冲减明细 {1}:已撤、属于其他就诊、本身为退费或正负不符", "cannot take back line {1}: withdrawn, of another visit, itself a refund, or of the wrong sign"),
            new RowRule(RefundedTooMuch, "{1} 退回 {2},超过原有 {3}", "{1}: {2} taken back of {3}")),
        NodeInvariant.OfRows(
            "settlement-lines", "有效结算等于其明细之和", "A standing settlement is the sum of the lines it settled, part by part",
            "SELECT count(*) FROM treatment_settlement WHERE state = 1",
            new RowRule(
                """
                SELECT 'fee_line ' || l.id, l.settlement_number FROM fee_line l LEFT JOIN treatment_settlement s USING (settlement_number)
                WHERE l.settlement_number IS NOT NULL AND (s.state IS NOT 1 OR s.visit_id IS NOT l.visit_id OR l.state <> 1)
                """,
                "所属结算 {1} 不存在、已撤销或属于其他就诊", "its settlement {1} does not exist, is undone or of another visit"),
            new RowRule(
                """
                SELECT 'fee_line ' || l.id, v.visit_number FROM fee_line l JOIN treatment_visit v ON v.id = l.visit_id
                WHERE l.state = 1 AND l.settlement_number IS NULL AND coalesce(v.state_beneath, v.state) = 6
                  -- Recovered without its lines: until the hospital has sent them all, nobody knows which they are.
                  AND NOT EXISTS (SELECT 1 FROM treatment_settlement s JOIN recovered_settlement r USING (settlement_number) WHERE s.visit_id = v.id AND s.state = 1)
                """,
                "就诊 {1} 已结算,该明细没有结算", "visit {1} is settled, the line is not"),
            new RowRule(SettledLines, "{1} 结算 {2} 分,明细合计 {3} 分", "{1}: {2} fen settled, the lines add up to {3}")),
        NodeInvariant.OfRows(
            "settlement-layers", "补充待遇分层之和等于基金合计减统筹", "The layers of a settlement add up to what the funds beyond the pool paid",
            "SELECT count(*) FROM insured_settlement",
            new RowRule(
                """
                SELECT s.settlement_number, s.fund_total_fen - s.pool_fen, coalesce(l.paid, 0)
                FROM insured_settlement s LEFT JOIN (SELECT settlement_number, sum(paid_fen) AS paid FROM insured_settlement_layer GROUP BY settlement_number) l USING (settlement_number)
                WHERE coalesce(l.paid, 0) <> s.fund_total_fen - s.pool_fen
                """,
                "应为 {1} 分,分层合计 {2} 分", "{1} fen expected, the layers add up to {2}")),
    ];

    private const string SettlementEquations =
        $"""
        WITH settlement AS (
          SELECT settlement_number, {SettlementFigures.Columns} FROM insured_settlement UNION ALL SELECT settlement_number, {SettlementFigures.Columns} FROM treatment_settlement),
        equation (settlement_number, equation, stated, computed) AS (
          SELECT settlement_number, 'total = full_self_pay + over_limit + pre_self_pay + in_scope', total_fen,
            full_self_pay_fen + over_limit_fen + pre_self_pay_fen + in_scope_fen FROM settlement
          UNION ALL SELECT settlement_number, 'fund_total = pool + civil_servant + enterprise + employee_large_amount + resident_critical_illness + medical_aid + other', fund_total_fen,
            pool_fen + civil_servant_fen + enterprise_fen + employee_large_amount_fen + resident_critical_illness_fen + medical_aid_fen + other_fund_fen FROM settlement
          UNION ALL SELECT settlement_number, 'personal_total = account + cash', personal_total_fen, account_fen + cash_fen FROM settlement
          UNION ALL SELECT settlement_number, 'total = fund_total + personal_total + hospital_borne', total_fen, fund_total_fen + personal_total_fen + hospital_borne_fen FROM settlement)
        SELECT settlement_number, equation, stated, computed FROM equation WHERE stated <> computed
        """;

    private const string NegativeSettlements =
        $"""
        SELECT settlement_number FROM (
          SELECT settlement_number, {SettlementFigures.Columns} FROM insured_settlement UNION ALL SELECT settlement_number, {SettlementFigures.Columns} FROM treatment_settlement)
        WHERE min({SettlementFigures.Columns}) < 0 OR deductible_fen > in_scope_fen
        """;

    private const string RefundedTooMuch =
        """
        WITH refunded AS MATERIALIZED (
          SELECT refund_of AS id, sum(quantity_e2) AS quantity_e2, sum(amount_fen) AS amount_fen, sum(full_self_pay_fen) AS full_self_pay_fen, sum(over_limit_fen) AS over_limit_fen,
            sum(pre_self_pay_fen) AS pre_self_pay_fen, sum(in_scope_fen) AS in_scope_fen
          FROM fee_line WHERE refund_of IS NOT NULL AND state = 1 GROUP BY refund_of),
        part (id, part, back, had) AS (
          SELECT o.id, 'quantity_e2', -r.quantity_e2, o.quantity_e2 FROM refunded r JOIN fee_line o USING (id)
          UNION ALL SELECT o.id, 'amount_fen', -r.amount_fen, o.amount_fen FROM refunded r JOIN fee_line o USING (id)
          UNION ALL SELECT o.id, 'full_self_pay_fen', -r.full_self_pay_fen, o.full_self_pay_fen FROM refunded r JOIN fee_line o USING (id)
          UNION ALL SELECT o.id, 'over_limit_fen', -r.over_limit_fen, o.over_limit_fen FROM refunded r JOIN fee_line o USING (id)
          UNION ALL SELECT o.id, 'pre_self_pay_fen', -r.pre_self_pay_fen, o.pre_self_pay_fen FROM refunded r JOIN fee_line o USING (id)
          UNION ALL SELECT o.id, 'in_scope_fen', -r.in_scope_fen, o.in_scope_fen FROM refunded r JOIN fee_line o USING (id))
        SELECT 'fee_line ' || id, part, back, had FROM part WHERE back > had
        """;

    private const string SettledLines =
        """
        WITH line AS MATERIALIZED (
          SELECT settlement_number, sum(amount_fen) AS total_fen, sum(full_self_pay_fen) AS full_self_pay_fen, sum(over_limit_fen) AS over_limit_fen,
            sum(pre_self_pay_fen) AS pre_self_pay_fen, sum(in_scope_fen) AS in_scope_fen
          FROM fee_line WHERE settlement_number IS NOT NULL GROUP BY settlement_number),
        settled AS MATERIALIZED (
          SELECT s.settlement_number, s.total_fen, s.full_self_pay_fen, s.over_limit_fen, s.pre_self_pay_fen, s.in_scope_fen, l.total_fen AS l_total_fen,
            l.full_self_pay_fen AS l_full_self_pay_fen, l.over_limit_fen AS l_over_limit_fen, l.pre_self_pay_fen AS l_pre_self_pay_fen, l.in_scope_fen AS l_in_scope_fen
          FROM treatment_settlement s LEFT JOIN line l USING (settlement_number)
          WHERE s.state = 1 AND s.settlement_number NOT IN (SELECT settlement_number FROM recovered_settlement)),
        part (settlement_number, part, stated, computed) AS (
          SELECT settlement_number, 'total_fen', total_fen, l_total_fen FROM settled
          UNION ALL SELECT settlement_number, 'full_self_pay_fen', full_self_pay_fen, l_full_self_pay_fen FROM settled
          UNION ALL SELECT settlement_number, 'over_limit_fen', over_limit_fen, l_over_limit_fen FROM settled
          UNION ALL SELECT settlement_number, 'pre_self_pay_fen', pre_self_pay_fen, l_pre_self_pay_fen FROM settled
          UNION ALL SELECT settlement_number, 'in_scope_fen', in_scope_fen, l_in_scope_fen FROM settled)
        SELECT settlement_number, part, stated, computed FROM part WHERE stated IS NOT computed
        """;

    // Not in SQL: the product of a price in 1/10000 yuan and a quantity in 1/100 units can leave 64 bits.
    private static void CheckPrices(AuditedNode node, AuditTally tally)
    {
        foreach (var line in node.Snapshot.Rows<PricedRow>("SELECT id, unit_price_e4, quantity_e2, amount_fen FROM fee_line WHERE refund_of IS NULL"))
        {
            tally.Count(1);
            // Half a fen away from zero: |price × quantity| is in 1/1,000,000 yuan, of which 10,000 make a fen.
            var fen = ((2 * Int128.Abs((Int128)line.UnitPriceE4 * line.QuantityE2)) + 10_000) / 20_000;
            var expected = line.QuantityE2 < 0 ? -fen : fen;
            if (expected != line.AmountFen)
                tally.Find(node.Name, string.Create(CultureInfo.InvariantCulture, $"fee_line {line.Id}"), $"金额 {line.AmountFen} 分,单价×数量为 {expected} 分", $"the amount is {line.AmountFen} fen, price × quantity is {expected}");
        }
    }

    private sealed class PricedRow
    {
        public required long Id { get; init; }
        public required long UnitPriceE4 { get; init; }
        public required long QuantityE2 { get; init; }
        public required long AmountFen { get; init; }
    }
}
