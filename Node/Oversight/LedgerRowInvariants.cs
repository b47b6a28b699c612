using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;

namespace ProvincialGateway.Oversight;

/// <summary>The rows that are reconciled and cleared: one for each settlement, undo and restoration, with their figures, numbered, equal on both sides.</summary>
internal static class LedgerRowInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "ledger-rows", "每笔结算、撤销、冲正在台账中恰有一行,金额相符", "Every settlement, cancellation and reversal has exactly one row in the ledger, with its figures",
            $"{Due} SELECT count(*) FROM due",
            new RowRule(
                $"""
                {Due} SELECT coalesce(d.settlement_number, r.settlement_number), transaction_id FROM due d FULL JOIN ledger_row r USING (transaction_id)
                WHERE transaction_id NOT IN (SELECT transaction_id FROM ledger_row_owed)
                  AND (r.side, r.kind, r.negated_transaction_id, r.settlement_number, r.partner, r.business_date, {Of("r")})
                    IS NOT (d.side, d.kind, d.negated_transaction_id, d.settlement_number, d.partner, d.business_date, {Of("d.sign * d")})
                """,
                "交易 {1} 在台账中没有行、多出一行或内容不符", "transaction {1} has no row in the ledger, one it should not have, or one that differs")),
        NodeInvariant.OfRows(
            "ledger-sequence", "与每个对方的台账序号从 1 连续", "The ledger with each partner is numbered from 1 without gaps",
            "SELECT count(*) FROM ledger_row",
            new RowRule(
                """
                SELECT 'ledger ' || side || '.' || partner || ' ' || sequence, before FROM (
                  SELECT side, partner, sequence, lag(sequence, 1, 0) OVER (PARTITION BY side, partner ORDER BY sequence) AS before FROM ledger_row)
                WHERE sequence <> before + 1
                """,
                "前一个序号是 {1}", "the one before is {1}"),
            new RowRule(
                """
                SELECT coalesce(name, ledger), coalesce(value, 0), coalesce(last, 0)
                FROM (SELECT name, value FROM counter WHERE name GLOB 'ledger.*')
                FULL JOIN (SELECT 'ledger.' || side || '.' || partner AS ledger, max(sequence) AS last FROM ledger_row GROUP BY side, partner) ON name = ledger
                WHERE value IS NOT last
                """,
                "计数器为 {1},末号为 {2}", "the counter is at {1}, the last row is {2}")),
        new NodeInvariant(
            "ledger-digests", "台账每行的摘要与内容相符", "Every row of the ledger has the digest of its content", NeedsKey: false, ExamineDigests),
    ];

    public static readonly IReadOnlyList<PairInvariant> Pairs =
    [
        PairInvariant.OfRows(
            "pair-ledger", "两地台账逐行相同", "Both sides' ledgers have the same rows",
            """
            SELECT (SELECT count(*) FROM treatment.ledger_row WHERE side = 1 AND partner = @insured) + (SELECT count(*) FROM insured.ledger_row WHERE side = 2 AND partner = @treatment)
            """,
            ofTreatment:
            [
                new RowRule(
                    """
                    SELECT t.transaction_id, t.settlement_number FROM treatment.ledger_row t
                    LEFT JOIN insured.ledger_row i ON i.transaction_id = t.transaction_id AND i.side = 2 AND i.partner = @treatment
                    WHERE t.side = 1 AND t.partner = @insured AND i.row_sha256 IS NOT t.row_sha256
                      AND t.transaction_id NOT IN (SELECT transaction_id FROM insured.ledger_row_owed)
                    """,
                    "结算 {1} 的台账行在参保地没有或内容不同", "the row of settlement {1} is missing in the insured side's ledger or differs there"),
            ],
            ofInsured:
            [
                new RowRule(
                    """
                    SELECT i.transaction_id, i.settlement_number FROM insured.ledger_row i
                    LEFT JOIN treatment.ledger_row t USING (transaction_id) LEFT JOIN treatment.outbound o USING (transaction_id)
                    WHERE i.side = 2 AND i.partner = @treatment AND t.transaction_id IS NULL AND coalesce(o.state, 0) NOT IN (1, 4)
                      AND transaction_id NOT IN (SELECT transaction_id FROM treatment.ledger_row_owed)
                    """,
                    "参保地的台账行(结算 {1})就医地没有,也不在途", "the insured side's row (settlement {1}) is unknown to the treatment side and not in flight"),
            ]),
    ];

    /// <summary>What has to be in the ledger, by side (1 treatment, 2 insured), with the figures of the settlement and their sign.</summary>
    private const string Due =
        $"""
        WITH settlement (side, transaction_id, settlement_number, partner, business_date, {SettlementFigures.Columns}) AS MATERIALIZED (
          SELECT 2, transaction_id, settlement_number, treatment_province, business_date, {SettlementFigures.Columns} FROM insured_settlement
          UNION ALL SELECT 1, transaction_id, settlement_number, insured_province, business_date, {SettlementFigures.Columns} FROM treatment_settlement),
        undo (side, transaction_id, original_id, original_kind, by_reversal, business_date) AS MATERIALIZED (
          SELECT 2, transaction_id, original_id, original_kind, by_reversal, business_date FROM insured_undo
          UNION ALL SELECT 1, transaction_id, original_id, original_kind, by_reversal, business_date FROM treatment_undo),
        due (side, transaction_id, kind, negated_transaction_id, settlement_number, partner, business_date, sign, {SettlementFigures.Columns}) AS MATERIALIZED (
          SELECT side, transaction_id, 1, NULL, settlement_number, partner, business_date, 1, {SettlementFigures.Columns} FROM settlement
          UNION ALL SELECT u.side, u.transaction_id, 2 + u.by_reversal, u.original_id, s.settlement_number, s.partner, u.business_date, -1, {SettlementFigures.Columns}
            FROM undo u JOIN settlement s ON s.side = u.side AND s.transaction_id = u.original_id WHERE u.original_kind = 3
          UNION ALL SELECT u.side, u.transaction_id, 3, u.original_id, s.settlement_number, s.partner, u.business_date, 1, {SettlementFigures.Columns}
            FROM undo u JOIN undo k ON k.side = u.side AND k.transaction_id = u.original_id JOIN settlement s ON s.side = k.side AND s.transaction_id = k.original_id
            WHERE u.original_kind = 4)
        """;

    private static string Of(string source) => string.Join(", ", SettlementFigures.Columns.Split(", ").Select(column => $"{source}.{column}"));

    private static void ExamineDigests(AuditedNode node, AuditTally tally)
    {
        foreach (var row in node.Snapshot.Rows<LedgerRows.Stored>("SELECT * FROM ledger_row").Select(stored => stored.ToRecord().Row))
        {
            tally.Count(1);
            if (!row.RowSha256.Span.SequenceEqual(RowDigest.Of(row)))
                tally.Find(node.Name, row.SettlementNumber, $"交易 {row.TransactionId} 的行与其摘要不符", $"the row of transaction {row.TransactionId} does not match its digest");
        }
    }
}
