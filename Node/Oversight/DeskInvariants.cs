namespace ProvincialGateway.Oversight;

/// <summary>What a hospital's desk keeps beside its visits agrees with the requests and visits it is about.</summary>
internal static class DeskInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "institutions", "定点机构的三种等级均为交换码", "The three levels of every institution are exchange codes",
            "SELECT count(*) FROM institution",
            new RowRule(
                """
                SELECT code, level, price_level, deductible_level FROM institution
                WHERE level NOT BETWEEN '01' AND '11' OR coalesce(price_level, level) NOT BETWEEN '01' AND '11' OR coalesce(deductible_level, level) NOT BETWEEN '01' AND '11'
                """,
                "等级 {1}/{2}/{3} 不是 01..11", "levels {1}/{2}/{3} are not 01..11")),
        NodeInvariant.OfRows(
            "business-periods", "计入业务周期的都是本院的结算、撤销或冲正,经办的冲正与原交易同周期,已签退的周期没有待答交易",
            "Business periods hold money requests of their own hospital and with them their reversals by operators, closed ones no open request",
            "SELECT count(*) FROM period_transaction",
            new RowRule(
                """
                SELECT p.transaction_id, p.period_number FROM period_transaction p JOIN business_period b USING (period_number)
                LEFT JOIN outbound o USING (transaction_id) LEFT JOIN treatment_visit v ON v.id = o.visit_id
                WHERE o.transaction_id IS NULL OR o.kind NOT IN (3, 4, 7) OR v.institution_code IS NOT b.institution_code
                """,
                "计入业务周期 {1},但没有这样的请求,或不是结算类,或属于其他医院", "it counts in period {1}; there is no such request, or it moves no money, or it is another hospital's"),
            new RowRule(
                """
                SELECT p.transaction_id, p.period_number FROM period_transaction p JOIN business_period b USING (period_number) JOIN outbound o USING (transaction_id)
                WHERE b.closed_at_ms IS NOT NULL AND o.state IN (1, 4)
                """,
                "业务周期 {1} 已签退,该交易尚未应答", "period {1} is closed, the transaction is not answered"),
            new RowRule(
                """
                SELECT a.transaction_id, p.period_number, a.reversal_id FROM transaction_act a JOIN period_transaction p USING (transaction_id) JOIN business_period b USING (period_number)
                WHERE a.act = 3 AND NOT EXISTS (SELECT 1 FROM period_transaction r WHERE r.transaction_id = a.reversal_id AND r.period_number = p.period_number)
                  AND (b.closed_at_ms IS NULL OR b.closed_at_ms >= (SELECT applied_at_ms FROM schema_migration WHERE number = 35))
                """,
                "计入业务周期 {1},而经办对它的冲正 {2} 未计入", "it counts in period {1}, and {2}, by which an operator has reversed it, does not")),
        NodeInvariant.OfRows(
            "confirmations", "交易的确认状态与其结果一致", "Confirmations agree with what became of their transactions",
            "SELECT count(*) FROM confirmation",
            new RowRule(
                """
                SELECT c.transaction_id, c.state, o.state FROM confirmation c LEFT JOIN outbound o USING (transaction_id) LEFT JOIN treatment_visit v ON v.id = o.visit_id
                WHERE (o.transaction_id IS NOT NULL AND v.institution_code IS NOT c.institution_code) OR (c.state = 2 AND o.state <> 2) OR (c.state = 4 AND coalesce(o.state, 0) NOT IN (2, 3))
                """,
                "确认状态 {1} 与请求状态 {2} 不符,或属于其他医院", "confirmation state {1} does not agree with request state {2}, or it is another hospital's"),
            new RowRule(
                """
                SELECT c.transaction_id, c.state, h.reversal_id FROM confirmation c
                LEFT JOIN his_void h ON h.institution_code = c.institution_code AND h.original_id = c.transaction_id
                WHERE (c.state = 3 AND h.reversal_id IS NULL) OR (c.state IN (1, 2) AND h.reversal_id IS NOT NULL)
                """,
                "确认状态 {1},其冲正 {2}", "confirmation state {1}, its reversal: {2}")),
        NodeInvariant.OfRows(
            "visit-updates", "就诊更正均属于已有就诊", "Every correction is of a visit that is there",
            "SELECT count(*) FROM visit_update",
            new RowRule(
                "SELECT transaction_id, visit_id FROM visit_update u WHERE NOT EXISTS (SELECT 1 FROM treatment_visit v WHERE v.id = u.visit_id)",
                "就诊 {1} 不存在", "visit {1} does not exist")),
    ];
}
