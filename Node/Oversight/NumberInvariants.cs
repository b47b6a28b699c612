namespace ProvincialGateway.Oversight;

/// <summary>Ids are used once, numbers are of who issued them and leave no gap, dates are the dates of their times.</summary>
internal static class NumberInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "transaction-ids", "交易流水号格式正确且不重复使用", "Transaction ids are well-formed and never used twice",
            $"SELECT count(*) FROM ({UsedIds})",
            new RowRule(
                $"SELECT transaction_id, count(*), group_concat(what) FROM ({UsedIds}) GROUP BY transaction_id HAVING count(*) > 1",
                "使用了 {1} 次:{2}", "used {1} times: {2}"),
            // Only who waits for what is under way already shares its id: the reversal, or the upload without a mapping, that somebody asked for before.
            new RowRule(
                """
                SELECT transaction_id, count(*) FROM his_request
                WHERE transaction_id NOT IN (SELECT transaction_id FROM outbound WHERE kind = 7 UNION ALL SELECT transaction_id FROM held_upload)
                GROUP BY transaction_id HAVING count(*) > 1
                """,
                "{1} 个医院请求共用该流水号", "{1} requests of hospitals share it"),
            new RowRule(
                $"""
                SELECT transaction_id, what FROM ({UsedIds})
                WHERE length(transaction_id) <> 30 OR transaction_id GLOB '*[^0-9]*' OR substr(transaction_id, 1, 2) <> substr(sender, 1, 2)
                """,
                "{1} 的流水号不是该发送方的 30 位数字", "{1}: not 30 digits of its sender")),
        NodeInvariant.OfRows(
            "issued-numbers", "就诊号、结算号、备案号格式正确且属于签发省", "Visit, settlement and filing numbers are well-formed and of the province that issued them",
            $"SELECT count(*) FROM ({Numbers})",
            new RowRule(
                $"""
                SELECT number, issuer FROM ({Numbers})
                WHERE length(number) <> 20 OR substr(number, 1, 1) <> kind OR substr(number, 2) GLOB '*[^0-9]*' OR substr(number, 2, 2) <> substr(issuer, 1, 2)
                  OR (business_date IS NOT NULL AND substr(number, 8, 6) <> substr(business_date, 3, 2) || substr(business_date, 6, 2) || substr(business_date, 9, 2))
                """,
                "不是 {1} 签发的号码,或号码日期与业务日期不符", "no number that {1} issues, or of another business date")),
        NodeInvariant.OfRows(
            "issued-serials", "本省签发的号码每日连续（恢复时丢失或跳过的除外）", "The numbers this province issues have no gap within a day, but those that a recovery wrote down as lost or passed over",
            $"SELECT count(*) FROM ({IssuedSerials})",
            new RowRule(
                $"""
                WITH day AS (
                  SELECT counter, sum(issued) AS issued, max(last) AS last FROM (
                    SELECT counter, 1 AS issued, serial AS last FROM ({IssuedSerials})
                    UNION ALL SELECT counter, last_serial - first_serial + 1, last_serial FROM recovery_gap) GROUP BY counter)
                SELECT coalesce(d.counter, c.name), coalesce(d.issued, 0), coalesce(d.last, 0), coalesce(c.value, 0)
                FROM day d FULL JOIN (SELECT name, value FROM counter WHERE name GLOB 'visit.*' OR name GLOB 'settlement.*' OR name GLOB 'filing.*') c ON c.name = d.counter
                WHERE d.issued IS NOT d.last OR c.value IS NOT d.last
                """,
                "签发 {1} 个,末号 {2},计数器 {3}", "{1} issued, the last is {2}, the counter is at {3}")),
        NodeInvariant.OfRows(
            "business-dates", "业务日期等于北京时间的当日", "Business dates are the dates of their times at +08:00",
            """
            SELECT (SELECT count(*) + count(cancellation_id) FROM insured_settlement) + (SELECT count(*) + count(cancellation_id) FROM treatment_settlement)
              + (SELECT count(*) FROM insured_undo) + (SELECT count(*) FROM treatment_undo)
            """,
            new RowRule(
                """
                WITH dated (subject, at_ms, business_date) AS (
                  SELECT settlement_number, settled_at_ms, business_date FROM insured_settlement
                  UNION ALL SELECT settlement_number, cancelled_at_ms, cancellation_date FROM insured_settlement WHERE state = 2
                  UNION ALL SELECT settlement_number, settled_at_ms, business_date FROM treatment_settlement
                  UNION ALL SELECT settlement_number, cancelled_at_ms, cancellation_date FROM treatment_settlement WHERE state = 2
                  UNION ALL SELECT transaction_id, undone_at_ms, business_date FROM insured_undo
                  UNION ALL SELECT transaction_id, undone_at_ms, business_date FROM treatment_undo)
                SELECT subject, business_date, date(at_ms / 1000, 'unixepoch', '+8 hours') FROM dated
                WHERE business_date IS NOT date(at_ms / 1000, 'unixepoch', '+8 hours')
                """,
                "记为 {1},时间所在日为 {2}", "{1} on record, the time is on {2}")),
        NodeInvariant.OfRows(
            "his-requests", "医院请求对应已知交易", "Every hospital request points to a known transaction",
            "SELECT count(*) FROM his_request",
            new RowRule(
                """
                SELECT h.transaction_id, h.result IS NOT NULL FROM his_request h
                LEFT JOIN outbound o USING (transaction_id) LEFT JOIN held_upload u USING (transaction_id) LEFT JOIN treatment_visit v ON v.id = coalesce(o.visit_id, u.visit_id)
                WHERE (h.result IS NULL) = (v.id IS NULL) OR v.institution_code <> h.institution_code
                  OR length(h.transaction_id) <> 30 OR substr(h.transaction_id, 1, 2) <> substr(@province, 1, 2)
                """,
                "自有结果 {1}:没有对应请求、请求与结果并存,或属于其他医院", "own result {1}: no such request, both request and result, or of another hospital")),
    ];

    private const string UsedIds =
        """
        SELECT transaction_id, 'outbound' AS what, @province AS sender FROM outbound
        UNION ALL SELECT transaction_id, 'inbox', sender FROM inbox
        UNION ALL SELECT transaction_id, 'clearing_outbound', @province FROM clearing_outbound
        UNION ALL SELECT transaction_id, 'fee_line', @province FROM fee_line GROUP BY transaction_id, visit_id
        UNION ALL SELECT transaction_id, 'held_upload', @province FROM held_upload WHERE state <> 2
        UNION ALL SELECT period_number, 'business_period', @province FROM business_period
        UNION ALL SELECT transaction_id, 'visit_update', @province FROM visit_update
        UNION ALL SELECT transaction_id, 'fee_withdrawal', @province FROM fee_withdrawal
        UNION ALL SELECT transaction_id, 'fee_transfer', @province FROM fee_transfer WHERE transaction_id IS NOT NULL
        UNION ALL SELECT transaction_id, 'filing_request', @province FROM filing_request
        UNION ALL SELECT transaction_id, 'insured_detail_transfer', sender FROM insured_detail_transfer
        UNION ALL SELECT reversal_id, 'his_void', @province FROM his_void WHERE reversal_id NOT IN (SELECT transaction_id FROM outbound)
        """;

    // A file that is imported brings numbers of its own; all others are issued here.
    private const string IssuedFilings =
        """
        SELECT filing_number FROM filing WHERE submitted_by IS NOT NULL
        UNION SELECT filing_number FROM filing_version WHERE version = 1 AND (changed_by, change_reason) NOT IN (VALUES ('import', 'import'), ('', ''))
        """;

    private const string Numbers =
        $"""
        SELECT visit_number AS number, 'S' AS kind, @province AS issuer, NULL AS business_date FROM insured_visit
        UNION ALL SELECT settlement_number, 'A', @province, business_date FROM insured_settlement
        UNION ALL SELECT filing_number, 'F', @province, NULL FROM ({IssuedFilings})
        UNION ALL SELECT visit_number, 'S', insured_division, NULL FROM treatment_visit WHERE visit_number IS NOT NULL
        UNION ALL SELECT settlement_number, 'A', insured_province, business_date FROM treatment_settlement
        """;

    // The name of the day's counter, as the insured side builds it, from the number itself.
    private const string IssuedSerials =
        $"""
        SELECT CASE substr(number, 1, 1) WHEN 'S' THEN 'visit.' WHEN 'F' THEN 'filing.' ELSE 'settlement.' END || substr(number, 2, 6)
          || '.20' || substr(number, 8, 2) || '-' || substr(number, 10, 2) || '-' || substr(number, 12, 2) AS counter, CAST(substr(number, 14) AS INTEGER) AS serial
        FROM (SELECT visit_number AS number FROM insured_visit UNION ALL SELECT settlement_number FROM insured_settlement
          UNION ALL SELECT filing_number FROM ({IssuedFilings}))
        """;
}
