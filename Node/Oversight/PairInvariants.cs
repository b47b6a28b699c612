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
                      AND (i.treatment_province, i.admission_id, i.institution_code, i.hospital_visit_number, i.visit_kind, i.chronic_disease, i.admission_date)
                        IS NOT (@treatment, t.admission_id, t.institution_code, t.hospital_visit_number, t.visit_kind, t.chronic_disease, t.admission_date)
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
                      -- Reversed before its answer came: the treatment side never learned the number.
                      AND NOT (coalesce(o.state, 0) = 5 AND EXISTS (SELECT 1 FROM treatment.treatment_undo u WHERE u.original_id = i.admission_id))
                    """,
                    "参保地的就诊(入院流水 {1})就医地没有,也不在途", "the insured side's visit (admission {1}) is unknown to the treatment side and not in flight"),
            ]),
        PairInvariant.OfRows(
            "pair-discharges", "两地出院登记一致", "Both sides have the same discharges",
            """
            SELECT (SELECT count(*) FROM treatment.treatment_discharge d JOIN treatment.treatment_visit v ON v.id = d.visit_id WHERE substr(v.insured_division, 1, 2) = substr(@insured, 1, 2))
              + (SELECT count(*) FROM insured.insured_discharge d JOIN insured.insured_visit v USING (visit_number) WHERE v.treatment_province = @treatment)
            """,
            ofTreatment:
            [
                new RowRule(
                    """
                    SELECT t.transaction_id, v.visit_number FROM treatment.treatment_discharge t JOIN treatment.treatment_visit v ON v.id = t.visit_id
                    LEFT JOIN insured.insured_discharge i USING (transaction_id) LEFT JOIN insured.inbox r USING (transaction_id)
                    WHERE substr(v.insured_division, 1, 2) = substr(@insured, 1, 2)
                      -- Of visits older than the table, the insured side may know a later correction only.
                      AND CASE WHEN i.transaction_id IS NULL THEN r.method IS NULL OR r.method NOT GLOB '*/RegisterDischarge'
                        ELSE (i.visit_number, i.discharge_date) IS NOT (v.visit_number, t.discharge_date) END
                    """,
                    "就诊 {1} 的出院在参保地没有或内容不同", "the discharge of visit {1} is missing at the insured side or differs there"),
            ],
            ofInsured:
            [
                new RowRule(
                    """
                    SELECT i.transaction_id, i.visit_number FROM insured.insured_discharge i JOIN insured.insured_visit v USING (visit_number)
                    LEFT JOIN treatment.treatment_discharge t USING (transaction_id) LEFT JOIN treatment.outbound o USING (transaction_id)
                    WHERE v.treatment_province = @treatment AND t.discharge_date IS NOT i.discharge_date AND coalesce(o.state, 0) NOT IN (1, 4)
                      AND NOT (coalesce(o.state, 0) = 5 AND EXISTS (SELECT 1 FROM treatment.treatment_undo u WHERE u.original_id = i.transaction_id))
                    """,
                    "就诊 {1} 的出院就医地没有或日期不同,也不在途", "the discharge of visit {1} is unknown to the treatment side or of another date, and not in flight"),
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
            "pair-undo", "两地撤销、冲正记录一致", "Both sides have undone the same",
            """
            SELECT (SELECT count(*) FROM treatment.treatment_undo u JOIN treatment.treatment_visit v ON v.id = u.visit_id WHERE substr(v.insured_division, 1, 2) = substr(@insured, 1, 2))
              + (SELECT count(*) FROM insured.insured_undo u JOIN insured.insured_visit v USING (visit_number) WHERE v.treatment_province = @treatment)
            """,
            ofTreatment:
            [
                new RowRule(
                    """
                    SELECT t.transaction_id, t.original_id FROM treatment.treatment_undo t JOIN treatment.treatment_visit v ON v.id = t.visit_id
                    LEFT JOIN insured.insured_undo i USING (transaction_id)
                    WHERE substr(v.insured_division, 1, 2) = substr(@insured, 1, 2)
                      AND ((i.original_id, i.original_kind, i.by_reversal) IS NOT (t.original_id, t.original_kind, t.by_reversal)
                        -- The insured side states no time for the cancellation of an admission or a discharge.
                        OR ((t.by_reversal = 1 OR t.original_kind = 3) AND (i.undone_at_ms, i.business_date) IS NOT (t.undone_at_ms, t.business_date)))
                    """,
                    "就医地对 {1} 的撤销在参保地没有或内容不同", "the treatment side's undo of {1} is missing at the insured side or differs there"),
            ],
            ofInsured:
            [
                new RowRule(
                    """
                    SELECT i.transaction_id, i.original_id FROM insured.insured_undo i JOIN insured.insured_visit v USING (visit_number)
                    LEFT JOIN treatment.treatment_undo t USING (transaction_id) LEFT JOIN treatment.outbound o USING (transaction_id)
                    WHERE v.treatment_province = @treatment AND t.transaction_id IS NULL AND coalesce(o.state, 0) NOT IN (1, 4)
                    """,
                    "参保地对 {1} 的撤销就医地没有,也不在途", "the insured side's undo of {1} is unknown to the treatment side and not in flight"),
            ]),
        PairInvariant.OfRows(
            "pair-voids", "两地作废记录一致", "What one side holds void is void at the other",
            """
            SELECT (SELECT count(*) FROM treatment.outbound WHERE peer = @insured AND state = 5) + (SELECT count(*) FROM insured.insured_void WHERE sender = @treatment)
            """,
            ofTreatment:
            [
                new RowRule(
                    """
                    SELECT h.original_id, h.reversal_id FROM treatment.his_void h JOIN treatment.outbound r ON r.transaction_id = h.reversal_id
                    LEFT JOIN insured.insured_void i USING (reversal_id)
                    WHERE r.peer = @insured AND (h.effect = 2) <> (i.original_id IS h.original_id)
                    """,
                    "冲正 {1} 在参保地没有相符的作废记录", "reversal {1} has no void at the insured side that agrees"),
                new RowRule(
                    """
                    SELECT o.transaction_id, o.kind FROM treatment.outbound o
                    WHERE o.peer = @insured AND o.state = 5 AND NOT EXISTS (SELECT 1 FROM insured.inbox i WHERE i.transaction_id = o.transaction_id)
                      AND NOT EXISTS (SELECT 1 FROM insured.insured_void v WHERE v.original_id = o.transaction_id)
                    """,
                    "就医地已作废(种类 {1}),参保地既未答复也未作废", "void at the treatment side (kind {1}), neither answered nor void at the insured side"),
            ],
            ofInsured:
            [
                new RowRule(
                    """
                    SELECT i.original_id, i.reversal_id FROM insured.insured_void i LEFT JOIN treatment.outbound r ON r.transaction_id = i.reversal_id
                    WHERE i.sender = @treatment AND (r.kind, r.original_id) IS NOT (7, i.original_id)
                      AND NOT EXISTS (SELECT 1 FROM treatment.recovery_exchange e WHERE e.transaction_id = i.reversal_id AND e.state = 5)
                    """,
                    "就医地没有发出冲正 {1}", "the treatment side has sent no reversal {1}"),
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
                    SELECT o.transaction_id FROM (
                      SELECT transaction_id, peer, service, method FROM treatment.outbound WHERE state = 2
                      UNION ALL SELECT transaction_id, peer, service, method FROM treatment.clearing_outbound WHERE state IN (2, 3)) o
                    LEFT JOIN insured.inbox i USING (transaction_id)
                    WHERE o.peer = @insured AND (i.sender, i.method) IS NOT (@treatment, '/' || o.service || '/' || o.method)
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
                    WHERE i.sender = @treatment AND i.method NOT GLOB '*.FilingService/*' AND (o.peer IS NOT @insured OR o.state NOT IN (1, 2, 4, 5))
                      AND NOT EXISTS (SELECT 1 FROM treatment.clearing_outbound c WHERE c.transaction_id = i.transaction_id AND c.peer = @insured)
                      -- Set aside by an operator of a restored node, on record with name and reason.
                      AND NOT EXISTS (SELECT 1 FROM treatment.recovery_exchange e WHERE e.transaction_id = i.transaction_id AND e.state = 5)
                    """,
                    "参保地收到的请求就医地没有记录(数据是否被恢复到较早的备份?)", "the insured side has a request that the treatment side does not know (were its data restored from an old backup?)"),
            ]),
        new("pair-replies", "就医地收到的应答与参保地存档逐字节相同", "The answer at the treatment side is the insured side's reply, byte for byte", NeedsKeys: true, CheckReplies),
        new("pair-balance", "应付等于应收加在途", "What one side owes is what the other is owed, plus what is in flight", NeedsKeys: false, CheckBalance),
    ];

    private static string FirstDifference => string.Join(' ',
        $"transaction_id, business_date, settled_at_ms, policy_version, interim, {SettlementFigures.Columns}".Split(", ").Select(column => $"WHEN t.{column} IS NOT i.{column} THEN '{column}'"));

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
