using ProvincialGateway.Ledger;

namespace ProvincialGateway.Oversight;

/// <summary>What two nodes say of each other is the same, except for what is demonstrably still on its way.</summary>
internal static class PairInvariants
{
    public static readonly IReadOnlyList<PairInvariant> All =
    [
        PairInvariant.OfRows(
            "pair-visits", "两地就诊记录一致", "Both sides know the same visits",
            """
            SELECT (SELECT count(*) FROM treatment.treatment_visit WHERE visit_number IS NOT NULL AND substr(insured_division, 1, 2) = substr(@insured, 1, 2))
              + (SELECT count(*) FROM insured.insured_visit WHERE treatment_province = @treatment)
            """,
            ofTreatment:
            [
                new RowRule(
                    """
                    SELECT t.visit_number, t.admission_id FROM treatment.treatment_visit t LEFT JOIN insured.insured_visit i USING (visit_number)
                    WHERE t.visit_number IS NOT NULL AND substr(t.insured_division, 1, 2) = substr(@insured, 1, 2)
                      AND (i.treatment_province, i.admission_id, i.institution_code, i.hospital_visit_number, i.visit_kind, i.admission_date)
                        IS NOT (@treatment, t.admission_id, t.institution_code, t.hospital_visit_number, t.visit_kind, t.admission_date)
                    """,
                    "就医地的就诊(入院流水 {1})在参保地没有或内容不同", "the treatment side's visit (admission {1}) is missing at the insured side or differs there"),
            ],
            ofInsured:
            [
                new RowRule(
                    """
                    SELECT i.visit_number, i.admission_id FROM insured.insured_visit i
                    LEFT JOIN treatment.treatment_visit t USING (admission_id) LEFT JOIN treatment.outbound o ON o.transaction_id = i.admission_id
                    WHERE i.treatment_province = @treatment AND t.visit_number IS NOT i.visit_number AND coalesce(o.state, 0) NOT IN (1, 4)
                    """,
                    "参保地的就诊(入院流水 {1})就医地没有,也不在途", "the insured side's visit (admission {1}) is unknown to the treatment side and not in flight"),
                new RowRule(
                    """
                    SELECT i.visit_number, i.discharge_id FROM insured.insured_visit i
                    LEFT JOIN treatment.treatment_visit t USING (admission_id) LEFT JOIN treatment.outbound o ON o.transaction_id = i.discharge_id
                    WHERE i.treatment_province = @treatment AND i.discharge_id IS NOT NULL
                      AND (t.discharge_id, t.discharge_date) IS NOT (i.discharge_id, i.discharge_date) AND coalesce(o.state, 0) NOT IN (1, 4)
                      -- A correction that the insured side accepted after it was looked at is no disagreement.
                      AND (t.discharge_id IS NULL OR EXISTS (SELECT 1 FROM insured.inbox later WHERE later.transaction_id = t.discharge_id))
                    """,
                    "出院(流水 {1})就医地没有或日期不同,也不在途", "the discharge {1} is unknown to the treatment side, of another date, and not in flight"),
            ]),
        PairInvariant.OfRows(
            "pair-settlements", "两地结算记录逐项一致", "Both sides have the same settlements, figure by figure",
            """
            SELECT (SELECT count(*) FROM treatment.treatment_settlement WHERE insured_province = @insured)
              + (SELECT count(*) FROM insured.insured_settlement WHERE treatment_province = @treatment)
            """,
            ofTreatment:
            [
                new RowRule(
                    $"""
                    SELECT settlement_number, difference FROM (
                      SELECT t.settlement_number, CASE WHEN i.settlement_number IS NULL THEN 'settlement_number' WHEN i.treatment_province <> @treatment THEN 'treatment_province'
                        WHEN v.visit_number IS NOT i.visit_number THEN 'visit_number' {FirstDifference} END AS difference
                      FROM treatment.treatment_settlement t LEFT JOIN treatment.treatment_visit v ON v.id = t.visit_id LEFT JOIN insured.insured_settlement i USING (settlement_number)
                      WHERE t.insured_province = @insured)
                    WHERE difference IS NOT NULL
                    """,
                    "就医地的镜像与参保地不同:{1}", "the treatment side's mirror differs from the insured side: {1}"),
            ],
            ofInsured:
            [
                new RowRule(
                    """
                    SELECT i.settlement_number, i.transaction_id FROM insured.insured_settlement i
                    LEFT JOIN treatment.treatment_settlement t USING (settlement_number) LEFT JOIN treatment.outbound o ON o.transaction_id = i.transaction_id
                    WHERE i.treatment_province = @treatment AND t.settlement_number IS NULL AND coalesce(o.state, 0) NOT IN (1, 4)
                    """,
                    "参保地的结算(流水 {1})就医地没有,也不在途", "the insured side's settlement ({1}) is unknown to the treatment side and not in flight"),
            ]),
        PairInvariant.OfRows(
            "pair-cancellations", "两地撤销记录一致", "Both sides have the same cancellations",
            """
            SELECT (SELECT count(*) FROM treatment.treatment_settlement WHERE insured_province = @insured AND state = 2)
              + (SELECT count(*) FROM insured.insured_settlement WHERE treatment_province = @treatment AND state = 2)
            """,
            ofTreatment:
            [
                new RowRule(
                    """
                    SELECT t.settlement_number, t.cancellation_id FROM treatment.treatment_settlement t LEFT JOIN insured.insured_settlement i USING (settlement_number)
                    WHERE t.insured_province = @insured AND t.state = 2
                      AND (i.state, i.cancellation_id, i.cancelled_at_ms, i.cancellation_date) IS NOT (2, t.cancellation_id, t.cancelled_at_ms, t.cancellation_date)
                    """,
                    "就医地的撤销(流水 {1})在参保地没有或内容不同", "the treatment side's cancellation ({1}) is missing at the insured side or differs there"),
            ],
            ofInsured:
            [
                new RowRule(
                    """
                    SELECT i.settlement_number, i.cancellation_id FROM insured.insured_settlement i
                    LEFT JOIN treatment.treatment_settlement t USING (settlement_number) LEFT JOIN treatment.outbound o ON o.transaction_id = i.cancellation_id
                    WHERE i.treatment_province = @treatment AND i.state = 2 AND t.cancellation_id IS NOT i.cancellation_id AND coalesce(o.state, 0) NOT IN (1, 4)
                    """,
                    "参保地的撤销(流水 {1})就医地没有,也不在途", "the insured side's cancellation ({1}) is unknown to the treatment side and not in flight"),
            ]),
        PairInvariant.OfRows(
            "pair-requests", "两地请求记录一致", "Every request one side has on record is on record at the other",
            """
            SELECT (SELECT count(*) FROM treatment.outbound WHERE peer = @insured AND state IN (2, 3)) + (SELECT count(*) FROM insured.inbox WHERE sender = @treatment)
            """,
            ofTreatment:
            [
                new RowRule(
                    """
                    SELECT o.transaction_id FROM treatment.outbound o LEFT JOIN insured.inbox i USING (transaction_id)
                    WHERE o.peer = @insured AND o.state = 2 AND (i.sender, i.method) IS NOT (@treatment, '/' || o.service || '/' || o.method)
                    """,
                    "就医地记为已答复,参保地没有该请求", "answered according to the treatment side, the insured side has no such request"),
                new RowRule(
                    """
                    SELECT o.transaction_id FROM treatment.outbound o JOIN insured.inbox i USING (transaction_id) WHERE o.peer = @insured AND o.state = 3
                    """,
                    "就医地记为未被受理,参保地却有该请求", "turned away according to the treatment side, yet the insured side has it on record"),
            ],
            ofInsured:
            [
                new RowRule(
                    """
                    SELECT i.transaction_id FROM insured.inbox i LEFT JOIN treatment.outbound o USING (transaction_id)
                    WHERE i.sender = @treatment AND (o.peer IS NOT @insured OR o.state NOT IN (1, 2, 4))
                    """,
                    "参保地收到的请求就医地没有记录(数据是否被恢复到较早的备份?)", "the insured side has a request that the treatment side does not know (were its data restored from an old backup?)"),
            ]),
        new("pair-replies", "就医地收到的应答与参保地存档逐字节相同", "The answer at the treatment side is the insured side's reply, byte for byte", NeedsKeys: true, CheckReplies),
        new("pair-balance", "应付等于应收加在途", "What one side owes is what the other is owed, plus what is in flight", NeedsKeys: false, CheckBalance),
    ];

    private static string FirstDifference => string.Join(' ',
        $"transaction_id, business_date, settled_at_ms, policy_version, {SettlementFigures.Columns}".Split(", ").Select(column => $"WHEN t.{column} IS NOT i.{column} THEN '{column}'"));

    private static void CheckReplies(AuditedPair pair, AuditTally tally)
    {
        foreach (var row in pair.TreatmentFirst.Rows<RepliesRow>(
            """
            SELECT o.transaction_id, o.reply AS received, i.reply AS committed FROM treatment.outbound o JOIN insured.inbox i USING (transaction_id)
            WHERE o.peer = @insured AND o.state = 2
            """))
        {
            tally.Count(1);
            var received = pair.Treatment.Open(row.Received, "outbound.reply");
            var committed = pair.Insured.Open(row.Committed, "inbox.reply");
            if (received is null || committed is null || !received.AsSpan().SequenceEqual(committed))
                tally.Find(pair.Name, row.TransactionId, "就医地收到的应答与参保地存档不同", "the answer the treatment side received is not the reply the insured side committed");
        }
    }

    private static void CheckBalance(AuditedPair pair, AuditTally tally)
    {
        var balance = pair.Balance();
        tally.Count(1);
        if (balance.PayableFen != checked(balance.ReceivableFen + balance.InFlightFen))
            tally.Find(pair.Name, "balance",
                $"参保地应付 {balance.PayableFen} 分,就医地应收 {balance.ReceivableFen} 分,在途 {balance.InFlightFen} 分",
                $"payable {balance.PayableFen} fen, receivable {balance.ReceivableFen}, in flight {balance.InFlightFen}");
    }

    private sealed class RepliesRow
    {
        public required string TransactionId { get; init; }
        public required byte[] Received { get; init; }
        public required byte[] Committed { get; init; }
    }
}
