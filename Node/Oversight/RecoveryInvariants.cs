namespace ProvincialGateway.Oversight;

/// <summary>What was taken in again after an older backup stands in the books, once, and nothing is settled with whom it is missing of.</summary>
internal static class RecoveryInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "recovered-exchanges", "恢复的往来均已入账,且各省补齐后才算完成", "Every exchange that was recovered is on record, and a recovery ends when every province's part is taken in",
            "SELECT (SELECT count(*) FROM recovery_exchange) + (SELECT count(*) FROM recovery_peer)",
            new RowRule(
                """
                SELECT e.transaction_id, e.method, e.peer FROM recovery_exchange e
                WHERE e.state IN (2, 3) AND NOT CASE e.direction
                  WHEN 1 THEN EXISTS (SELECT 1 FROM inbox i WHERE i.transaction_id = e.transaction_id AND i.sender = e.peer AND i.method = e.method)
                    OR EXISTS (SELECT 1 FROM insured_detail_transfer t WHERE t.transaction_id = e.transaction_id AND t.sender = e.peer)
                  ELSE EXISTS (SELECT 1 FROM outbound o WHERE o.transaction_id = e.transaction_id AND o.peer = e.peer)
                    OR EXISTS (SELECT 1 FROM clearing_outbound c WHERE c.transaction_id = e.transaction_id AND c.peer = e.peer)
                    OR EXISTS (SELECT 1 FROM filing_request f WHERE f.transaction_id = e.transaction_id AND f.peer = e.peer)
                    OR EXISTS (SELECT 1 FROM fee_transfer t WHERE t.transaction_id = e.transaction_id) END
                """,
                "{1}(与 {2})记为已补入,却不在账上", "{1} with {2} counts as taken in and is not on record"),
            new RowRule(
                """
                SELECT 'recovery ' || r.id, p.peer, p.state FROM recovery r JOIN recovery_peer p ON p.recovery_id = r.id WHERE r.finished_at_ms IS NOT NULL AND p.state <> 4
                """,
                "已完成,{1} 省的部分状态为 {2}", "is finished, the part of {1} is in state {2}"),
            new RowRule(
                """
                SELECT e.transaction_id, e.peer FROM recovery_exchange e JOIN recovery_peer p ON p.recovery_id = e.recovery_id AND p.peer = e.peer
                WHERE p.state = 4 AND e.state IN (1, 4)
                """,
                "{1} 省已补齐,该笔却未补入", "is not taken in although the part of {1} is"),
            new RowRule(
                """
                SELECT r.settlement_number, s.state FROM recovered_settlement r LEFT JOIN treatment_settlement s USING (settlement_number)
                WHERE s.settlement_number IS NULL OR NOT EXISTS (SELECT 1 FROM recovery_exchange e WHERE e.transaction_id = s.transaction_id)
                """,
                "记为缺明细,却不是恢复的结算(状态 {1})", "counts as without lines, and was not recovered (state {1})")),
    ];
}
