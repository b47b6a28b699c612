namespace ProvincialGateway.Oversight;

/// <summary>Every movement of a prepayment rests on a notice and its receipt, or on a closed statement, and both sides know the same.</summary>
internal static class PrepaymentInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "prepayment-entries", "预付金分录连续编号,余额逐笔相符", "A prepayment's entries are numbered without gaps and each balance follows from the one before",
            "SELECT count(*) FROM prepayment_entry",
            new RowRule(
                """
                SELECT 'entry ' || side || '.' || partner || ' ' || entry_number, before, balance_fen, due FROM (
                  SELECT side, partner, entry_number, balance_fen, lag(entry_number, 1, 0) OVER (PARTITION BY side, partner ORDER BY entry_number) AS before,
                    sum(amount_fen) OVER (PARTITION BY side, partner ORDER BY entry_number) AS due FROM prepayment_entry)
                WHERE entry_number <> before + 1 OR balance_fen <> due
                """,
                "前一号 {1};余额 {2} 分,逐笔累计 {3} 分", "the one before is {1}; balance {2} fen, the entries add up to {3}")),
        NodeInvariant.OfRows(
            "prepayment-origin", "每笔预付金分录都有其到账确认或清算抵扣,反之亦然", "Every entry of a prepayment has its receipt or offset, and every receipt and offset its entry",
            $"SELECT count(*) FROM ({Due})",
            new RowRule(
                $"""
                SELECT coalesce(d.reference, e.reference), coalesce(d.amount, 0), coalesce(e.amount_fen, 0)
                FROM ({Due}) d FULL JOIN prepayment_entry e ON e.side = d.side AND e.reference = d.reference
                WHERE (e.partner, e.kind, e.business_date, e.amount_fen, e.transaction_id) IS NOT (d.partner, d.kind, d.business_date, d.amount, d.transaction_id)
                """,
                "应记 {1} 分,实记 {2} 分,或对方、种类、日期不符", "{1} fen due, {2} booked, or another partner, kind or date")),
        NodeInvariant.OfRows(
            "prepayment-top-ups", "补充预付的状态与其到账相符", "A top-up is paid exactly when its confirmed deposits have reached what was granted",
            "SELECT count(*) FROM prepayment_top_up",
            new RowRule(
                """
                SELECT request_id, granted_fen, paid FROM (
                  SELECT request_id, state, granted_fen, (SELECT coalesce(sum(received_fen), 0) FROM prepayment_notice n WHERE n.request_id = t.request_id AND n.state = 3) AS paid
                  FROM prepayment_top_up t)
                WHERE state IN (3, 5) AND (state = 5) <> (paid >= granted_fen)
                """,
                "同意 {1} 分,到账 {2} 分,状态不符", "{1} fen granted, {2} received, in another state")),
    ];

    public static readonly IReadOnlyList<PairInvariant> Pairs =
    [
        PairInvariant.OfRows(
            "pair-prepayment", "两地预付通知与到账一致", "Both sides have the same prepayment notices and receipts",
            "SELECT (SELECT count(*) FROM treatment.prepayment_notice WHERE side = 1 AND partner = @insured) + (SELECT count(*) FROM insured.prepayment_notice WHERE side = 2 AND partner = @treatment)",
            ofTreatment: [Unequal("treatment", "insured", 1)],
            ofInsured: [Unequal("insured", "treatment", 2)]),
    ];

    /// <summary>Entries that receipts and closed statements make, in this side's sign.</summary>
    private const string Due =
        """
        SELECT side, partner, notice_id AS reference, kind, received_on AS business_date,
          CASE WHEN is_payer = (side = 2) THEN received_fen ELSE -received_fen END AS amount, receipt_id AS transaction_id
        FROM prepayment_notice WHERE state = 3 AND received_fen > 0
        UNION ALL SELECT side, partner, statement_number, 4, decided_on, -prepayment_offset_fen, decision_id
        FROM clearing_statement WHERE state IN (3, 6) AND prepayment_offset_fen > 0
        """;

    /// <summary>What one side has on record that the other does not have alike, unless the message that says so is still on its way from the other.</summary>
    private static RowRule Unequal(string first, string other, int side) => new(
        $"""
        SELECT f.notice_id, f.state FROM {first}.prepayment_notice f LEFT JOIN {other}.prepayment_notice o USING (notice_id)
        LEFT JOIN {other}.clearing_outbound n ON n.transaction_id = f.notice_id LEFT JOIN {other}.clearing_outbound r ON r.transaction_id = f.receipt_id
        WHERE f.side = {side} AND f.partner = {(side == 1 ? "@insured" : "@treatment")} AND f.state IN (2, 3) AND (
          (o.kind, o.is_payer, o.amount_fen, o.request_id, o.paid_on, o.bank_reference) IS NOT (f.kind, 1 - f.is_payer, f.amount_fen, f.request_id, f.paid_on, f.bank_reference)
          OR (o.state NOT IN (2, 3) AND coalesce(n.state, 0) NOT IN (1, 4))
          OR (f.state = 3 AND coalesce(r.state, 0) NOT IN (1, 4) AND (o.receipt_id, o.received_fen, o.received_on) IS NOT (f.receipt_id, f.received_fen, f.received_on)))
        """,
        "预付通知(状态 {1})对方没有或内容不同,也不在途", "the notice (state {1}) is missing or different at the other side, and not in flight");
}
