namespace ProvincialGateway.Oversight;

/// <summary>Who asks for unanswered requests, and what operators did about them.</summary>
internal static class TransactionInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "outbound-leases", "询问中的交易已轮到,且未在他人之后", "What is being asked for has its turn: nothing of its visit that was stored before it is open, but what it reverses",
            "SELECT count(*) FROM outbound",
            new RowRule(
                """
                SELECT o.transaction_id, e.transaction_id FROM outbound o JOIN outbound e ON e.visit_id = o.visit_id AND e.rowid < o.rowid AND e.state IN (1, 4)
                WHERE o.leased_by IS NOT NULL AND NOT (o.kind = 7 AND e.transaction_id = o.original_id)
                """,
                "正在询问,而同一就诊更早的 {1} 尚未了结", "is being asked for while {1} of its visit, stored before it, is open")),
        NodeInvariant.OfRows(
            "operator-acts", "经办的处理都有其交易和结果,序号连续", "What operators did was done to a stored request, has come of it, and is numbered without a gap",
            "SELECT (SELECT count(*) FROM transaction_act) + (SELECT count(*) FROM outbound WHERE state IN (1, 4))",
            new RowRule(
                """
                SELECT a.transaction_id, a.act FROM transaction_act a
                WHERE NOT EXISTS (SELECT 1 FROM outbound o WHERE o.transaction_id = a.transaction_id)
                  AND (a.act = 3 OR NOT EXISTS (SELECT 1 FROM filing_request f WHERE f.transaction_id = a.transaction_id))
                """,
                "处理 {1} 的交易不存在", "the request of act {1} does not exist"),
            new RowRule(
                """
                SELECT a.transaction_id, a.reversal_id FROM transaction_act a LEFT JOIN outbound r ON r.transaction_id = a.reversal_id
                WHERE a.act = 3 AND (r.kind, r.original_id) IS NOT (7, a.transaction_id)
                """,
                "处理所记的冲正 {1} 不是它的冲正", "{1}, the reversal it was given, is none of it"),
            new RowRule(
                """
                SELECT a.transaction_id, count(*), coalesce(o.attempts, f.attempts) FROM transaction_act a
                LEFT JOIN outbound o USING (transaction_id) LEFT JOIN filing_request f USING (transaction_id)
                WHERE a.act IN (1, 2) GROUP BY a.transaction_id HAVING coalesce(o.attempts, f.attempts) <= count(*)
                """,
                "经办再问 {1} 次,发送仅 {2} 次", "asked for {1} times by operators, sent only {2} times"),
            new RowRule(
                "SELECT 'transaction_act ' || max(sequence), count(*) FROM transaction_act HAVING count(*) <> max(sequence)",
                "序号不连续,共 {1} 条", "the sequence has a gap, {1} acts")),
    ];
}
