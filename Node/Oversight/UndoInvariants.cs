namespace ProvincialGateway.Oversight;

/// <summary>What is undone, restored or void is so on every row that says something of it.</summary>
internal static class UndoInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "standing-discharges", "就诊记录的出院即其有效出院登记", "The discharge of a visit is the one that is neither corrected nor undone",
            "SELECT (SELECT count(*) FROM insured_discharge) + (SELECT count(*) FROM treatment_discharge)",
            StandingDischarge("insured_visit", "visit_number", "insured_discharge", "visit_number", "insured_undo"),
            StandingDischarge("treatment_visit", "id", "treatment_discharge", "visit_id", "treatment_undo")),
        NodeInvariant.OfRows(
            "undo-states", "撤销、冲正与结算和入院的状态一致", "What an undo undid is undone, and nothing else is",
            "SELECT (SELECT count(*) FROM insured_undo) + (SELECT count(*) FROM treatment_undo)",
            Settlements("insured_settlement", "insured_undo"),
            Settlements("treatment_settlement", "treatment_undo"),
            Lifted("insured_undo"),
            Lifted("treatment_undo"),
            new RowRule(
                """
                SELECT v.visit_number, v.state, count(u.transaction_id) FROM insured_visit v LEFT JOIN insured_undo u ON u.original_id = v.admission_id AND u.state = 1
                GROUP BY v.visit_number HAVING count(u.transaction_id) <> (v.state = 4)
                """,
                "状态 {1},入院登记的有效撤销 {2} 笔", "state {1} with {2} standing undos of the admission"),
            new RowRule(
                """
                SELECT 'treatment_visit ' || v.id, coalesce(v.state_beneath, v.state), u.transaction_id
                FROM treatment_visit v LEFT JOIN treatment_undo u ON u.original_id = v.admission_id AND u.state = 1
                LEFT JOIN his_void h ON h.institution_code = v.institution_code AND h.original_id = v.admission_id
                WHERE (coalesce(v.state_beneath, v.state) = 11) <> (u.transaction_id IS NOT NULL OR (h.effect > 1 AND v.visit_number IS NULL AND coalesce(v.state_beneath, v.state) <> 8))
                """,
                "状态 {1},入院登记的有效撤销 {2}", "state {1}, standing undo of the admission: {2}")),
        NodeInvariant.OfRows(
            "undo-originals", "每笔撤销、冲正都有其原交易", "Every undo has what it undid, of the same visit",
            "SELECT (SELECT count(*) FROM insured_undo) + (SELECT count(*) FROM treatment_undo)",
            new RowRule(
                """
                WITH undoable (transaction_id, kind, visit_number) AS (
                  SELECT admission_id, 1, visit_number FROM insured_visit UNION ALL SELECT transaction_id, 2, visit_number FROM insured_discharge
                  UNION ALL SELECT transaction_id, 3, visit_number FROM insured_settlement
                  UNION ALL SELECT transaction_id, CASE original_kind WHEN 3 THEN 4 WHEN 1 THEN 5 ELSE 6 END, visit_number FROM insured_undo WHERE by_reversal = 0)
                SELECT u.transaction_id, u.original_id, u.original_kind FROM insured_undo u
                WHERE NOT EXISTS (SELECT 1 FROM undoable o WHERE o.transaction_id = u.original_id AND o.kind = u.original_kind AND o.visit_number = u.visit_number)
                """,
                "原交易 {1}(种类 {2})不存在或属于其他就诊", "its original {1} (kind {2}) does not exist or is of another visit"),
            new RowRule(
                """
                SELECT u.transaction_id, u.original_id, u.original_kind FROM treatment_undo u LEFT JOIN outbound o ON o.transaction_id = u.original_id
                WHERE (o.kind, o.visit_id) IS NOT (u.original_kind, u.visit_id) OR o.state NOT IN (2, 5)
                """,
                "原交易 {1}(种类 {2})没有相符的请求", "no request agrees with its original {1} (kind {2})"),
            new RowRule(
                """
                SELECT r.transaction_id, r.original_id FROM outbound r LEFT JOIN outbound o ON o.transaction_id = r.original_id
                WHERE r.original_id IS NOT NULL AND (o.visit_id IS NOT r.visit_id OR o.peer <> r.peer
                  OR NOT CASE r.kind WHEN 4 THEN o.kind = 3 WHEN 5 THEN o.kind = 1 WHEN 6 THEN o.kind = 2 ELSE o.kind < 7 END)
                """,
                "所指原交易 {1} 不存在、种类不符或属于其他就诊", "the original {1} it names does not exist, is of another kind or of another visit")),
        NodeInvariant.OfRows(
            "withdrawals", "撤下的费用明细都有其撤销或冲正", "Every withdrawn line names the withdrawal or reversal that took it back",
            "SELECT count(*) FROM fee_withdrawal",
            new RowRule(
                """
                SELECT 'fee_line ' || l.id, l.withdrawn_by FROM fee_line l LEFT JOIN fee_withdrawal w ON w.transaction_id = l.withdrawn_by
                WHERE l.withdrawn_by IS NOT NULL AND w.visit_id IS NOT l.visit_id
                  AND NOT EXISTS (SELECT 1 FROM his_void h WHERE h.reversal_id = l.withdrawn_by AND h.original_id = l.transaction_id)
                """,
                "撤销流水 {1} 不是该就诊的撤销或冲正", "{1} is no withdrawal of its visit and no reversal of its transaction"),
            new RowRule(
                """
                SELECT w.transaction_id, w.stored_count, count(l.id) FROM fee_withdrawal w JOIN treatment_visit v ON v.id = w.visit_id
                LEFT JOIN fee_line l ON l.withdrawn_by = w.transaction_id LEFT JOIN his_void h ON h.institution_code = v.institution_code AND h.original_id = w.transaction_id
                GROUP BY w.transaction_id HAVING max(h.reversal_id) IS NULL AND count(l.id) <> w.stored_count
                """,
                "撤下 {1} 行,现有 {2} 行", "it withdrew {1} lines, {2} name it")),
        NodeInvariant.OfRows(
            "insured-voids", "作废的流水号没有任何结果", "An id that was voided before it came has had no effect",
            "SELECT count(*) FROM insured_void",
            new RowRule(
                """
                SELECT v.original_id, v.reversal_id FROM insured_void v LEFT JOIN inbox i ON i.transaction_id = v.reversal_id
                WHERE i.sender IS NOT v.sender OR i.method NOT GLOB '*/ReverseTransaction'
                """,
                "冲正 {1} 没有相符的收件记录", "reversal {1} has no inbox row that agrees"),
            new RowRule(
                """
                WITH effect (transaction_id) AS (
                  SELECT admission_id FROM insured_visit UNION ALL SELECT transaction_id FROM insured_discharge UNION ALL SELECT transaction_id FROM insured_settlement
                  UNION ALL SELECT transaction_id FROM insured_undo)
                SELECT original_id, reversal_id FROM insured_void WHERE original_id IN effect
                """,
                "已作废(冲正 {1}),却有其结果", "void by reversal {1}, yet its effect is on record")),
        NodeInvariant.OfRows(
            "hospital-voids", "医院冲正的交易确已作废", "What a hospital had reversed is void, and nothing else is",
            "SELECT (SELECT count(*) FROM his_void) + (SELECT count(*) FROM outbound WHERE state = 5)",
            new RowRule(
                """
                SELECT h.original_id, h.reversal_id, h.effect FROM his_void h JOIN outbound r ON r.transaction_id = h.reversal_id
                LEFT JOIN treatment_visit v ON v.id = r.visit_id LEFT JOIN treatment_undo u ON u.transaction_id = r.transaction_id
                WHERE r.kind <> 7 OR r.state <> 2 OR r.original_id <> h.original_id OR v.institution_code IS NOT h.institution_code
                  OR (h.effect = 1) <> (u.transaction_id IS NOT NULL)
                """,
                "冲正 {1}(结果 {2})没有相符的请求", "reversal {1} (effect {2}) has no request that agrees"),
            new RowRule(
                """
                SELECT h.original_id, h.reversal_id FROM his_void h
                WHERE h.reversal_id NOT IN (SELECT transaction_id FROM outbound) AND (
                  EXISTS (SELECT 1 FROM outbound o JOIN treatment_visit v ON v.id = o.visit_id WHERE o.transaction_id = h.original_id AND v.institution_code = h.institution_code)
                  OR EXISTS (SELECT 1 FROM fee_line l WHERE l.transaction_id = h.original_id AND l.state = 1)
                  OR (h.effect = 2 AND EXISTS (SELECT 1 FROM his_request q WHERE q.institution_code = h.institution_code AND q.his_transaction_id = h.original_id)))
                """,
                "已由本地冲正 {1} 作废,却仍有效", "void by local reversal {1}, yet it stands"),
            new RowRule(
                """
                SELECT o.transaction_id, o.visit_id FROM outbound o JOIN treatment_visit v ON v.id = o.visit_id
                WHERE o.state = 5 AND NOT EXISTS (SELECT 1 FROM his_void h WHERE h.institution_code = v.institution_code AND h.original_id = o.transaction_id)
                """,
                "就诊 {1} 的该请求已作废,却没有冲正", "the request of visit {1} is void without a reversal"),
            new RowRule(
                "SELECT u.transaction_id, u.original_id FROM treatment_undo u WHERE u.by_reversal = 1 AND u.transaction_id NOT IN (SELECT reversal_id FROM his_void)",
                "原交易 {1} 已冲正,却未作废", "its original {1} was undone and is not void")),
    ];

    // A correction that was reversed gives way to what it corrected; one that was cancelled does not.
    private static RowRule StandingDischarge(string visit, string key, string discharge, string reference, string undo) => new(
        $"""
        WITH standing AS (
          SELECT d.{reference} AS visit, d.transaction_id, d.discharge_date FROM {discharge} d
          WHERE NOT EXISTS (SELECT 1 FROM {undo} u WHERE u.original_id = d.transaction_id AND u.state = 1)
            AND NOT EXISTS (SELECT 1 FROM {discharge} c WHERE c.corrects = d.transaction_id
              AND NOT EXISTS (SELECT 1 FROM {undo} r WHERE r.original_id = c.transaction_id AND r.state = 1 AND r.by_reversal = 1)))
        SELECT '{visit} ' || v.{key}, v.discharge_id, count(s.transaction_id) FROM {visit} v LEFT JOIN standing s ON s.visit = v.{key}
        GROUP BY v.{key}
        HAVING count(s.transaction_id) > 1 OR max(s.transaction_id) IS NOT v.discharge_id
          -- An outpatient visit ends without one.
          OR (v.discharge_id IS NOT NULL AND max(s.discharge_date) IS NOT v.discharge_date)
        """,
        "记录的出院流水 {1},有效出院登记 {2} 笔,或流水、日期不符", "names discharge {1}, {2} stand, or id or date differ");

    private static RowRule Settlements(string settlement, string undo) => new(
        $"""
        SELECT s.settlement_number, s.cancellation_id, u.transaction_id FROM {settlement} s LEFT JOIN {undo} u ON u.original_id = s.transaction_id AND u.state = 1
        WHERE (s.cancellation_id, s.cancelled_at_ms, s.cancellation_date) IS NOT (u.transaction_id, u.undone_at_ms, u.business_date)
        """,
        "结算记录的撤销流水 {1},有效撤销 {2},或时间不符", "the settlement names undo {1}, undo {2} stands, or their times differ");

    private static RowRule Lifted(string undo) => new(
        $"""
        SELECT u.transaction_id, u.state, r.transaction_id FROM {undo} u LEFT JOIN {undo} r ON r.original_id = u.transaction_id AND r.state = 1
        WHERE (u.state = 2) <> (r.transaction_id IS NOT NULL)
        """,
        "状态 {1},其冲正 {2}", "state {1}, its reversal: {2}");
}
