namespace ProvincialGateway.Oversight;

/// <summary>Uploads that wait for a mapping: no money moves over one that waits, and each ends in exactly one way.</summary>
internal static class HeldInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "held-uploads", "等待对照的明细既未入账也未随就诊结算", "An upload that waits for a mapping has stored no line, and its visit is not settled",
            "SELECT count(*) FROM held_upload",
            new RowRule(
                """
                SELECT u.transaction_id, count(*) FROM held_upload u JOIN fee_line l USING (transaction_id) WHERE u.state <> 2 GROUP BY u.transaction_id
                """,
                "未入账却有 {1} 行费用明细", "is not stored and has {1} fee lines"),
            new RowRule(
                """
                SELECT u.transaction_id, v.visit_number FROM held_upload u JOIN treatment_visit v ON v.id = u.visit_id
                WHERE u.state = 1 AND EXISTS (SELECT 1 FROM treatment_settlement s WHERE s.visit_id = v.id AND s.state = 1 AND s.settled_at_ms > u.held_at_ms)
                """,
                "仍在等待,就诊 {1} 却已结算", "still waits although visit {1} was settled"),
            new RowRule(
                "SELECT u.transaction_id, u.institution_code FROM held_upload u JOIN treatment_visit v ON v.id = u.visit_id WHERE v.institution_code <> u.institution_code",
                "机构 {1} 不是就诊的机构", "institution {1} is not the visit's"),
            new RowRule(
                """
                SELECT u.transaction_id, count(c.local_code) AS code_count FROM held_upload u LEFT JOIN held_code c USING (transaction_id)
                GROUP BY u.transaction_id HAVING (u.state = 1) <> (code_count > 0)
                """,
                "等待的编码有 {1} 个,与状态不符", "waits for {1} codes, which its state contradicts")),
    ];
}
