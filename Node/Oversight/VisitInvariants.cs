namespace ProvincialGateway.Oversight;

/// <summary>Where a visit stands agrees with what was asked, answered and settled for it.</summary>
internal static class VisitInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "visit-states", "就诊状态与就诊号、出院、结算记录一致", "A visit's state agrees with its number, discharge and settlement",
            "SELECT count(*) FROM treatment_visit",
            new RowRule(
                """
                WITH stay (state, numbered, discharged, settled) AS (VALUES
                  (1, 0, 0, 0), (2, 1, 0, 0), (3, 1, 0, 0), (4, 1, 1, 0), (5, 1, 1, 0), (5, 1, 0, 0), (6, 1, 1, 1), (7, 1, 1, 1), (7, 1, 0, 0), (8, 0, 0, 0), (9, 1, 1, 0),
                  (10, 1, 0, 0), (11, 1, 0, 0), (12, 1, 1, 0)),
                -- An outpatient visit is settled without a discharge.
                expected (outpatient, state, numbered, discharged, settled) AS (
                  SELECT 0, * FROM stay UNION SELECT 1, state, numbered, 0, settled FROM stay WHERE state NOT IN (4, 9, 12) AND (state <> 7 OR settled = 1)),
                actual AS (
                  SELECT v.id, v.visit_kind IN ('11', '12', '13', '14') AND v.discharge_id IS NULL AS outpatient, coalesce(v.state_beneath, v.state) AS state,
                    -- An admission that was reversed before its answer came never got a number.
                    v.visit_number IS NOT NULL OR (coalesce(v.state_beneath, v.state) = 11 AND EXISTS (
                      SELECT 1 FROM outbound o WHERE o.transaction_id = v.admission_id AND o.state = 5)) AS numbered, v.discharge_date IS NOT NULL AS discharged,
                    (v.discharge_date IS NULL) = (v.discharge_id IS NULL) AS whole,
                    (SELECT count(*) FROM treatment_settlement s WHERE s.visit_id = v.id AND s.state = 1 AND s.interim = 0) AS settled,
                    (SELECT count(*) FROM treatment_settlement s WHERE s.visit_id = v.id AND s.state = 1 AND s.interim = 0 AND s.transaction_id IS v.settlement_id) AS named
                  FROM treatment_visit v)
                SELECT 'treatment_visit ' || a.id, a.state, a.numbered, a.discharged, a.settled
                FROM actual a
                WHERE NOT EXISTS (SELECT 1 FROM expected e WHERE (e.outpatient, e.state, e.numbered, e.discharged, e.settled) IS (a.outpatient, a.state, a.numbered, a.discharged, a.settled))
                  OR NOT a.whole OR a.named <> a.settled
                """,
                "状态 {1} 与记录不符:有就诊号 {2},已出院 {3},有效结算 {4}", "state {1} does not agree: numbered {2}, discharged {3}, standing settlements {4}")),
        NodeInvariant.OfRows(
            "stays-in-parts", "分段结算的住院只计一次、序次不变,费用各归其结算", "A stay settled in parts counts once under one ordinal; only stays that are open or ended have parts",
            "SELECT (SELECT count(*) FROM treatment_settlement WHERE interim = 1) + (SELECT count(*) FROM insured_settlement WHERE state = 1)",
            new RowRule(
                """
                SELECT s.settlement_number, v.state, v.visit_kind FROM treatment_settlement s JOIN treatment_visit v ON v.id = s.visit_id
                WHERE s.interim = 1 AND (v.visit_kind IN ('11', '12', '13', '14') OR (s.state = 1 AND coalesce(v.state_beneath, v.state) IN (1, 8, 10, 11)))
                """,
                "中途结算的就诊状态为 {1},类别 {2}", "an interim settlement of a visit in state {1}, kind {2}"),
            new RowRule(
                """
                SELECT visit_number, sum(admissions), min(admission_ordinal), max(admission_ordinal) FROM insured_settlement WHERE state = 1
                GROUP BY visit_number HAVING sum(admissions) <> 1 OR min(admission_ordinal) <> max(admission_ordinal)
                """,
                "计 {1} 次,序次 {2} 至 {3}", "counts {1} times, ordinals {2} to {3}")),
        NodeInvariant.OfRows(
            "visit-requests", "“已发出”的就诊恰有一条待答请求,其他就诊没有", "A visit in a sent state has exactly one open request of its kind, no other visit has any",
            "SELECT count(*) FROM treatment_visit",
            new RowRule(
                """
                WITH sent (state, kind) AS (VALUES (1, 1), (3, 2), (5, 3), (7, 4), (9, 2), (10, 5), (12, 6)),
                due (visit_id, kind, transaction_id) AS (
                  SELECT v.id, s.kind, CASE s.kind WHEN 1 THEN v.admission_id WHEN 3 THEN v.settlement_id WHEN 4 THEN v.cancellation_id END
                  FROM treatment_visit v JOIN sent s ON s.state = coalesce(v.state_beneath, v.state)
                  UNION ALL SELECT id, 7, reversal_id FROM treatment_visit WHERE state = 13),
                open AS (SELECT visit_id, kind, count(*) AS requests, min(transaction_id) AS transaction_id FROM outbound WHERE state IN (1, 4) GROUP BY visit_id, kind)
                SELECT 'treatment_visit ' || coalesce(d.visit_id, o.visit_id), coalesce(d.kind, o.kind), d.kind IS NOT NULL, coalesce(o.requests, 0)
                FROM due d FULL JOIN open o ON o.visit_id = d.visit_id AND o.kind = d.kind
                WHERE coalesce(o.requests, 0) <> (d.kind IS NOT NULL) OR o.transaction_id <> coalesce(d.transaction_id, o.transaction_id)
                """,
                "种类 {1} 的待答请求应有 {2} 条,实有 {3} 条,或流水不符", "open requests of kind {1}: {2} due, {3} stored, or another id"),
            new RowRule(
                "SELECT transaction_id, visit_id FROM outbound o WHERE NOT EXISTS (SELECT 1 FROM treatment_visit v WHERE v.id = o.visit_id)",
                "所属就诊 {1} 不存在", "its visit {1} does not exist")),
        NodeInvariant.OfRows(
            "visit-transactions", "就诊记录的流水号均有对应请求", "Every transaction a visit names is a stored request of that kind, visit and province",
            "SELECT coalesce(sum(1 + (discharge_id IS NOT NULL) + (settlement_id IS NOT NULL) + (cancellation_id IS NOT NULL) + (reversal_id IS NOT NULL)), 0) FROM treatment_visit",
            new RowRule(
                """
                WITH named (visit_id, insured_division, transaction_id, kind) AS (
                  SELECT id, insured_division, admission_id, 1 FROM treatment_visit
                  UNION ALL SELECT id, insured_division, discharge_id, 2 FROM treatment_visit WHERE discharge_id IS NOT NULL
                  UNION ALL SELECT id, insured_division, settlement_id, 3 FROM treatment_visit WHERE settlement_id IS NOT NULL
                  UNION ALL SELECT id, insured_division, cancellation_id, 4 FROM treatment_visit WHERE cancellation_id IS NOT NULL
                  UNION ALL SELECT id, insured_division, reversal_id, 7 FROM treatment_visit WHERE reversal_id IS NOT NULL)
                SELECT n.transaction_id, n.visit_id, n.kind FROM named n LEFT JOIN outbound o USING (transaction_id)
                WHERE o.transaction_id IS NULL OR o.kind <> n.kind OR o.visit_id <> n.visit_id OR substr(o.peer, 1, 2) <> substr(n.insured_division, 1, 2)
                  OR (n.kind = 2 AND o.state <> 2)
                """,
                "就诊 {1} 的该流水号(种类 {2})没有相符的请求", "visit {1} names it (kind {2}), no such request agrees")),
        NodeInvariant.OfRows(
            "mirror-origin", "镜像结算、出院与撤销均来自已答复的请求", "Every mirrored settlement, discharge and undo comes from an answered request",
            "SELECT (SELECT count(*) FROM treatment_settlement) + (SELECT count(*) FROM treatment_discharge) + (SELECT count(*) FROM treatment_undo)",
            new RowRule(
                """
                WITH effect (subject, transaction_id, kind, visit_id, peer, original_id) AS (
                  SELECT settlement_number, transaction_id, 3, visit_id, insured_province, NULL FROM treatment_settlement
                  UNION ALL SELECT 'discharge', transaction_id, 2, visit_id, NULL, NULL FROM treatment_discharge
                  UNION ALL SELECT 'undo', transaction_id, CASE WHEN by_reversal THEN 7 ELSE CASE original_kind WHEN 1 THEN 5 WHEN 2 THEN 6 ELSE 4 END END, visit_id, NULL, original_id
                    FROM treatment_undo)
                SELECT e.subject, e.transaction_id FROM effect e LEFT JOIN outbound o USING (transaction_id)
                WHERE o.transaction_id IS NULL OR o.kind <> e.kind OR o.visit_id <> e.visit_id OR o.peer <> coalesce(e.peer, o.peer) OR o.original_id IS NOT e.original_id
                  -- What a reversal undid although its own answer never came is known from the reversal's.
                  OR NOT (o.state = 2 OR (o.state = 5 AND EXISTS (SELECT 1 FROM treatment_undo r WHERE r.original_id = e.transaction_id AND r.by_reversal = 1)))
                """,
                "流水 {1} 没有已答复的请求", "transaction {1} is no answered request")),
        NodeInvariant.OfRows(
            "insured-visit-states", "参保地就诊状态与出院、结算记录一致", "The insured side's visits agree with their discharge and settlement",
            "SELECT count(*) FROM insured_visit",
            new RowRule(
                """
                SELECT v.visit_number, v.state, count(s.settlement_number) FROM insured_visit v LEFT JOIN insured_settlement s ON s.visit_number = v.visit_number AND s.state = 1 AND s.interim = 0
                GROUP BY v.visit_number
                HAVING count(s.settlement_number) <> (v.state = 3) OR (v.discharge_date IS NULL) <> (v.state IN (1, 4))
                  -- An outpatient visit has no discharge: it ends on the service date of its settlement.
                  OR (v.discharge_id IS NULL AND v.discharge_date IS NOT CASE WHEN v.visit_kind IN ('11', '12', '13', '14') THEN max(s.service_date) END)
                """,
                "状态 {1},有效结算 {2} 笔", "state {1} with {2} standing settlements"),
            new RowRule(
                """
                SELECT s.settlement_number, v.visit_number FROM insured_settlement s JOIN insured_visit v USING (visit_number)
                WHERE s.person_number <> v.person_number OR s.treatment_province <> v.treatment_province
                """,
                "结算与就诊 {1} 的参保人或就医地不同", "the settlement and its visit {1} name different persons or provinces")),
    ];
}
