using Google.Protobuf;
using ProvincialGateway.Clearing;

namespace ProvincialGateway.Oversight;

/// <summary>Statements, payments and their postings: each figure follows from the rows, each effect from a message, and both sides hold the same.</summary>
internal static class ClearingInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "clearing-postings", "预付、清算、付款恰有一套相符的分录", "Every movement of prepayment and clearing has exactly one posting set, with its figures",
            $"{Due} SELECT count(*) FROM due",
            new RowRule(
                $"""
                {Due}, booked AS (SELECT * FROM posting WHERE event >= 4)
                SELECT coalesce(d.subject, b.subject), transaction_id, account, coalesce(d.amount, 0), coalesce(b.amount_fen, 0)
                FROM (SELECT * FROM due WHERE amount <> 0) d FULL JOIN booked b USING (transaction_id, account)
                WHERE (b.event, b.subject, b.partner, b.business_date, b.amount_fen) IS NOT (d.event, d.subject, d.partner, d.business_date, d.amount)
                """,
                "流水 {1} 科目 {2}:应记 {3} 分,实记 {4} 分,或事项、对象、对方、日期不符", "transaction {1}, account {2}: {3} fen due, {4} posted, or another event, subject, partner or date")),
        NodeInvariant.OfRows(
            "clearing-ranges", "每期清算单首尾相接,只有最后一期可未确认", "Statements follow one another without gaps, and only the last may be open",
            "SELECT count(*) FROM clearing_statement",
            new RowRule(
                $"""
                {Latest} SELECT statement_number, first_sequence, before + 1 FROM (
                  SELECT *, lag(last_sequence, 1, 0) OVER w AS before, lead(statement_number) OVER w AS next, lag(period, 1, '') OVER w AS earlier FROM latest
                  WINDOW w AS (PARTITION BY side, partner ORDER BY first_sequence, period))
                WHERE first_sequence <> before + 1 OR period <= earlier OR (next IS NOT NULL AND state NOT IN (3, 6))
                """,
                "起于序号 {1},应起于 {2},或清算期次序、状态不符", "begins at sequence {1}, {2} is due, or its period or state is out of order"),
            new RowRule(
                """
                SELECT s.statement_number || ' ' || s.revision, s.state FROM clearing_statement s
                WHERE s.state = 5 <> EXISTS (SELECT 1 FROM clearing_statement l WHERE l.statement_number = s.statement_number AND l.revision > s.revision AND l.state <> 1)
                """,
                "状态 {1} 与其后的修订版不符", "state {1} does not fit the later revision")),
        NodeInvariant.OfRows(
            "clearing-claims", "就医地清算单的申请额与笔数等于台账之和", "What the treatment side claims is the sum of its ledger's rows",
            "SELECT coalesce(sum(last_sequence - first_sequence + 1), 0) FROM clearing_statement WHERE side = 1",
            new RowRule(
                """
                SELECT statement_number || ' ' || revision, claimed_fen, due, rows FROM (
                  SELECT s.*, (SELECT coalesce(sum(fund_total_fen + account_fen), 0) FROM ledger_row r
                      WHERE r.side = 1 AND r.partner = s.partner AND r.sequence BETWEEN s.first_sequence AND s.last_sequence) AS due,
                    (SELECT count(*) FROM ledger_row r WHERE r.side = 1 AND r.partner = s.partner AND r.sequence BETWEEN s.first_sequence AND s.last_sequence) AS rows
                  FROM clearing_statement s WHERE side = 1)
                WHERE claimed_fen <> due OR rows <> last_sequence - first_sequence + 1
                """,
                "申请 {1} 分,台账 {2} 分、{3} 行", "{1} fen claimed, {2} in {3} rows of the ledger")),
        NodeInvariant.OfRows(
            "clearing-rows", "参保地确认的清算单,每行都已核对并只认领一次", "Of a statement the insured side confirmed, every row was checked and claimed once",
            "SELECT count(*) FROM clearing_row",
            new RowRule(
                """
                SELECT statement_number, due, claimed FROM (
                  SELECT s.statement_number, s.last_sequence - s.first_sequence + 1 AS due, k.finding_count, k.reason, k.row_count,
                    -- a row that an earlier statement claimed stays that one's; this one objects to it
                    (SELECT count(*) FROM clearing_row c WHERE c.statement_number = s.statement_number)
                      + (SELECT count(DISTINCT o.row_transaction_id) FROM clearing_objection o WHERE o.statement_number = s.statement_number AND o.origin = 1 AND o.kind = 3) AS claimed
                  FROM clearing_statement s LEFT JOIN clearing_check k USING (statement_number, revision) WHERE s.side = 2 AND s.state IN (3, 6))
                WHERE coalesce(finding_count, 1) <> 0 OR reason <> '' OR row_count <> due OR claimed <> due
                """,
                "应有 {1} 行,认领 {2} 行,或核对未通过", "{1} rows due, {2} claimed, or its check is not clean")),
        NodeInvariant.OfRows(
            "clearing-held", "对台账行的扣款不超过其申请额,撤销后全部退回", "Never more is held back of a row than it claims, and nothing once it is undone",
            "SELECT count(*) FROM clearing_deduction WHERE row_transaction_id <> ''",
            new RowRule(
                """
                SELECT row_transaction_id, held, most FROM (
                  SELECT d.row_transaction_id, sum(d.amount_fen) AS held, max(0, r.fund_total_fen + r.account_fen) * NOT EXISTS (
                      SELECT 1 FROM ledger_row n LEFT JOIN clearing_row k ON k.transaction_id = n.transaction_id
                      JOIN clearing_statement e ON (e.side, e.partner) = (n.side, n.partner) AND e.state IN (3, 6)
                        AND iif(n.side = 1, n.sequence BETWEEN e.first_sequence AND e.last_sequence, e.statement_number = k.statement_number)
                      WHERE n.negated_transaction_id = d.row_transaction_id AND (n.side, n.partner) = (c.side, c.partner)) AS most
                  FROM clearing_deduction d JOIN clearing_statement c USING (statement_number, revision)
                  JOIN ledger_row r ON r.transaction_id = d.row_transaction_id AND (r.side, r.partner) = (c.side, c.partner)
                  WHERE c.state IN (3, 6) GROUP BY d.row_transaction_id)
                WHERE held < 0 OR held > most
                """,
                "尚扣 {1} 分,至多 {2} 分", "{1} fen are held back, {2} at most"),
            new RowRule(
                """
                SELECT d.statement_number || ' ' || d.revision || '.' || d.place, d.source_statement_number FROM clearing_deduction d JOIN clearing_statement c USING (statement_number, revision)
                WHERE d.source_statement_number <> '' AND c.state IN (3, 6) AND NOT EXISTS (
                  SELECT 1 FROM clearing_statement s WHERE s.statement_number = d.source_statement_number AND (s.side, s.partner) = (c.side, c.partner) AND s.state IN (3, 6))
                """,
                "来源清算单 {1} 不是同一方向已确认的", "its source {1} is no closed statement of the same relation")),
        NodeInvariant.OfRows(
            "clearing-payments", "付款各份之和等于付款,到账不超过应付", "A payment is the sum of its shares, and no statement receives more than is payable",
            "SELECT count(*) FROM clearing_payment",
            new RowRule(
                """
                SELECT p.notice_id, p.amount_fen, sum(s.amount_fen), p.received_fen, sum(s.received_fen) FROM clearing_payment p LEFT JOIN clearing_payment_share s USING (notice_id)
                GROUP BY p.notice_id HAVING p.amount_fen IS NOT sum(s.amount_fen) OR p.received_fen IS NOT sum(s.received_fen)
                """,
                "通知 {1} 分、各份 {2} 分,到账 {3} 分、各份 {4} 分", "{1} fen notified and {2} in shares, {3} received and {4} in shares"),
            new RowRule(
                $"""
                {Latest} SELECT statement_number, payable_fen, received, state FROM (
                  SELECT l.*, (SELECT coalesce(sum(received_fen), 0) FROM clearing_payment_share h WHERE h.statement_number = l.statement_number) AS received FROM latest l)
                WHERE received > max(payable_fen, 0) OR (state IN (3, 6) AND (state = 6) <> (received >= payable_fen)) OR (state NOT IN (3, 6) AND received <> 0)
                """,
                "应付 {1} 分,到账 {2} 分,状态 {3}", "{1} fen payable, {2} received, state {3}")),
        NodeInvariant.OfRows(
            "clearing-messages", "预付和清算的每一步都有其报文,每份已受理的报文都有其结果", "Every step of prepayment and clearing has its message, every accepted message its effect",
            $"SELECT count(*) FROM ({Effects})",
            new RowRule(
                $"""
                SELECT e.transaction_id, e.method FROM ({Effects}) e LEFT JOIN clearing_outbound o USING (transaction_id) LEFT JOIN inbox i USING (transaction_id)
                WHERE CASE WHEN e.is_sent THEN coalesce(o.method, '') <> e.method OR o.peer <> e.partner
                    OR CASE e.stage WHEN 1 THEN o.state NOT IN (1, 4) WHEN 3 THEN o.state <> 3 ELSE o.state <> 2 END
                  ELSE coalesce(i.method, '') NOT GLOB '*/' || e.method OR i.sender <> e.partner END
                """,
                "{1} 没有相符的报文", "{1} has no message that agrees"),
            new RowRule(
                $"SELECT transaction_id, method FROM clearing_outbound WHERE state = 2 AND transaction_id NOT IN (SELECT transaction_id FROM ({Effects}))",
                "{1} 已受理而没有结果", "{1} was accepted and nothing of it is on record")),
        new("clearing-statements", "清算单报文与所存各栏、扣款明细相符", "Every statement says what its columns and deductions say", NeedsKey: false, CheckStatements),
        new("clearing-replies", "对其他经办机构的应答与记录一致", "Every reply to another agency says what is on record", NeedsKey: true, CheckReplies),
    ];

    public static readonly IReadOnlyList<PairInvariant> Pairs =
    [
        PairInvariant.OfRows(
            "pair-statements", "两地清算单一致", "Both sides hold the same statements",
            "SELECT (SELECT count(*) FROM treatment.clearing_statement WHERE side = 1 AND partner = @insured) + (SELECT count(*) FROM insured.clearing_statement WHERE side = 2 AND partner = @treatment)",
            ofTreatment: [UnequalStatements("treatment", "insured", 1)],
            ofInsured: [UnequalStatements("insured", "treatment", 2)]),
        PairInvariant.OfRows(
            "pair-payments", "两地清算付款一致", "Both sides have the same payments and receipts",
            "SELECT (SELECT count(*) FROM treatment.clearing_payment WHERE side = 1 AND partner = @insured) + (SELECT count(*) FROM insured.clearing_payment WHERE side = 2 AND partner = @treatment)",
            ofTreatment: [UnequalPayments("treatment", "insured", 1)],
            ofInsured: [UnequalPayments("insured", "treatment", 2)]),
        PairInvariant.OfRows(
            "pair-deposit", "存出预付金等于存入预付金加在途", "The deposit held is the deposit made, except for what is in flight",
            "SELECT 1",
            ofTreatment:
            [
                new RowRule(
                    """
                    SELECT @treatment || '-' || @insured, held, made FROM (SELECT
                      (SELECT coalesce(-sum(p.amount_fen), 0) FROM treatment.posting p LEFT JOIN insured.clearing_outbound o USING (transaction_id)
                        WHERE p.partner = @insured AND p.account = 7 AND coalesce(o.state, 2) NOT IN (1, 4)) AS held,
                      (SELECT coalesce(sum(p.amount_fen), 0) FROM insured.posting p JOIN treatment.posting t USING (transaction_id)
                        WHERE p.partner = @treatment AND p.account = 6 AND t.account = 7) AS made)
                    WHERE held <> made
                    """,
                    "存入 {1} 分,存出 {2} 分", "{1} fen held, {2} deposited"),
            ],
            ofInsured: []),
    ];

    /// <summary>Of each statement the last revision.</summary>
    private const string Latest =
        "WITH latest AS (SELECT * FROM clearing_statement s WHERE revision = (SELECT max(revision) FROM clearing_statement l WHERE l.statement_number = s.statement_number))";

    /// <summary>What has to be posted besides settlements: the rules of ClearingPostings, from the stored notices and statements.</summary>
    private const string Due =
        """
        WITH due (transaction_id, event, subject, partner, business_date, account, amount) AS (
          SELECT notice_id, 4, notice_id, partner, paid_on, 9, amount_fen FROM prepayment_notice WHERE is_payer AND state IN (2, 3)
          UNION ALL SELECT notice_id, 4, notice_id, partner, paid_on, 8, -amount_fen FROM prepayment_notice WHERE is_payer AND state IN (2, 3)
          UNION ALL SELECT receipt_id, 5, notice_id, partner, received_on, CASE side WHEN 2 THEN 6 ELSE 7 END, CASE WHEN is_payer THEN received_fen ELSE -received_fen END FROM prepayment_notice WHERE state = 3
          UNION ALL SELECT receipt_id, 5, notice_id, partner, received_on, CASE WHEN is_payer THEN 9 ELSE 8 END, CASE WHEN is_payer THEN -received_fen - returned_fen ELSE received_fen END FROM prepayment_notice WHERE state = 3
          UNION ALL SELECT receipt_id, 5, notice_id, partner, received_on, 8, returned_fen FROM prepayment_notice WHERE is_payer AND state = 3
          UNION ALL SELECT decision_id, 6, statement_number, partner, decided_on, 3, deducted_fen - carried_fen + prepayment_offset_fen FROM clearing_statement WHERE side = 2 AND state IN (3, 6)
          UNION ALL SELECT decision_id, 6, statement_number, partner, decided_on, 1, carried_fen - deducted_fen FROM clearing_statement WHERE side = 2 AND state IN (3, 6)
          UNION ALL SELECT decision_id, 6, statement_number, partner, decided_on, 6, -prepayment_offset_fen FROM clearing_statement WHERE side = 2 AND state IN (3, 6)
          UNION ALL SELECT decision_id, 6, statement_number, partner, decided_on, 5, deducted_fen - carried_fen FROM clearing_statement WHERE side = 1 AND state IN (3, 6)
          UNION ALL SELECT decision_id, 6, statement_number, partner, decided_on, 7, prepayment_offset_fen FROM clearing_statement WHERE side = 1 AND state IN (3, 6)
          UNION ALL SELECT decision_id, 6, statement_number, partner, decided_on, 4, carried_fen - deducted_fen - prepayment_offset_fen FROM clearing_statement WHERE side = 1 AND state IN (3, 6)
          UNION ALL SELECT notice_id, 7, notice_id, partner, paid_on, 9, amount_fen FROM clearing_payment WHERE side = 2 AND state IN (2, 3)
          UNION ALL SELECT notice_id, 7, notice_id, partner, paid_on, 8, -amount_fen FROM clearing_payment WHERE side = 2 AND state IN (2, 3)
          UNION ALL SELECT receipt_id, 8, notice_id, partner, received_on, 3, received_fen FROM clearing_payment WHERE side = 2 AND state = 3
          UNION ALL SELECT receipt_id, 8, notice_id, partner, received_on, 9, -received_fen - returned_fen FROM clearing_payment WHERE side = 2 AND state = 3
          UNION ALL SELECT receipt_id, 8, notice_id, partner, received_on, 8, returned_fen FROM clearing_payment WHERE side = 2 AND state = 3
          UNION ALL SELECT receipt_id, 8, notice_id, partner, received_on, 8, received_fen FROM clearing_payment WHERE side = 1 AND state = 3
          UNION ALL SELECT receipt_id, 8, notice_id, partner, received_on, 4, -received_fen FROM clearing_payment WHERE side = 1 AND state = 3)
        """;

    /// <summary>Every row that a message wrote, with the message's id and name; stage 1 waits for its answer, 3 was refused, 2 is in effect.</summary>
    private const string Effects =
        """
        SELECT notice_id AS transaction_id, 'NotifyPrepayment' AS method, partner, is_payer AS is_sent, CASE state WHEN 1 THEN 1 WHEN 4 THEN 3 ELSE 2 END AS stage FROM prepayment_notice
        UNION ALL SELECT receipt_id, 'ConfirmPrepayment', partner, NOT is_payer, 2 FROM prepayment_notice WHERE state = 3
        UNION ALL SELECT request_id, 'RequestTopUp', partner, side = 1, CASE state WHEN 1 THEN 1 WHEN 6 THEN 3 ELSE 2 END FROM prepayment_top_up
        UNION ALL SELECT answer_id, 'AnswerTopUp', partner, side = 2, 2 FROM prepayment_top_up WHERE answer_id IS NOT NULL
        UNION ALL SELECT proposal_id, 'ProposeStatement', partner, side = 1, 2 FROM clearing_statement WHERE proposal_id IS NOT NULL
        UNION ALL SELECT decision_id, CASE WHEN state IN (3, 6) THEN 'ConfirmStatement' ELSE 'DisputeStatement' END, partner, side = 2, 2 FROM clearing_statement WHERE decision_id IS NOT NULL
        UNION ALL SELECT notice_id, 'NotifyPayment', partner, side = 2, CASE state WHEN 1 THEN 1 WHEN 4 THEN 3 ELSE 2 END FROM clearing_payment
        UNION ALL SELECT receipt_id, 'ConfirmPayment', partner, side = 1, 2 FROM clearing_payment WHERE state = 3
        """;

    private static RowRule UnequalStatements(string first, string other, int side) => new(
        $"""
        SELECT f.statement_number || ' ' || f.revision, f.state FROM {first}.clearing_statement f LEFT JOIN {other}.clearing_statement o USING (statement_number, revision)
        LEFT JOIN {other}.clearing_outbound p ON p.transaction_id = f.proposal_id LEFT JOIN {other}.clearing_outbound d ON d.transaction_id = f.decision_id
        WHERE f.side = {side} AND f.partner = {(side == 1 ? "@insured" : "@treatment")} AND f.state <> 1 AND (
          o.message IS NOT f.message
          OR (o.proposal_id IS NOT f.proposal_id AND coalesce(p.state, 0) NOT IN (1, 4))
          OR (f.decision_id IS NOT NULL AND (o.decision_id, o.decided_on) IS NOT (f.decision_id, f.decided_on) AND coalesce(d.state, 0) NOT IN (1, 4)))
        """,
        "清算单(状态 {1})对方没有或内容不同,也不在途", "the statement (state {1}) is missing or different at the other side, and not in flight");

    private static RowRule UnequalPayments(string first, string other, int side) => new(
        $"""
        SELECT f.notice_id, f.state FROM {first}.clearing_payment f LEFT JOIN {other}.clearing_payment o USING (notice_id)
        LEFT JOIN {other}.clearing_outbound n ON n.transaction_id = f.notice_id LEFT JOIN {other}.clearing_outbound r ON r.transaction_id = f.receipt_id
        WHERE f.side = {side} AND f.partner = {(side == 1 ? "@insured" : "@treatment")} AND f.state IN (2, 3) AND (
          (o.amount_fen, o.source, o.paid_on, o.bank_reference) IS NOT (f.amount_fen, f.source, f.paid_on, f.bank_reference)
          OR (o.state NOT IN (2, 3) AND coalesce(n.state, 0) NOT IN (1, 4))
          OR (f.state = 3 AND coalesce(r.state, 0) NOT IN (1, 4) AND (o.receipt_id, o.received_fen, o.received_on) IS NOT (f.receipt_id, f.received_fen, f.received_on)))
        """,
        "付款(状态 {1})对方没有或内容不同,也不在途", "the payment (state {1}) is missing or different at the other side, and not in flight");

    private static void CheckStatements(AuditedNode node, AuditTally tally)
    {
        var deductions = node.Snapshot.Rows<DeductionRow>("SELECT statement_number, revision, sum(amount_fen) AS amount_fen, count(*) AS number FROM clearing_deduction GROUP BY statement_number, revision")
            .ToDictionary(row => (row.StatementNumber, row.Revision));
        foreach (var row in node.Snapshot.Rows<ClearingStatement>("SELECT * FROM clearing_statement"))
        {
            tally.Count(1);
            var stored = deductions.GetValueOrDefault((row.StatementNumber, row.Revision));
            if (!Agrees(row, stored?.AmountFen ?? 0, stored?.Number ?? 0))
                tally.Find(node.Name, $"{row.StatementNumber} {row.Revision}", "报文与所存各栏或扣款明细不符", "the message differs from its columns or deductions");
        }
    }

    private static bool Agrees(ClearingStatement row, long deductedFen, long deductions)
    {
        try
        {
            var said = row.ToStatement();
            return (said.StatementNumber, said.Revision, said.Period, said.FirstSequence, said.LastSequence) == (row.StatementNumber, row.Revision, row.Period, row.FirstSequence, row.LastSequence)
                && (said.ClaimedFen, said.DeductedFen, said.PrepaymentOffsetFen, said.PayableFen) == (row.ClaimedFen, row.DeductedFen, row.PrepaymentOffsetFen, row.PayableFen)
                && (said.DeductedFen, (long)said.Deductions.Count, Deductions.CarriedFen(said)) == (deductedFen, deductions, row.CarriedFen)
                && said.RowsSha256.Span.SequenceEqual(row.RowsSha256) && StatementRules.Fault(said) is null;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    private static void CheckReplies(AuditedNode node, AuditTally tally)
    {
        foreach (var row in node.Snapshot.Rows<ReplyRow>(
            $"""
            SELECT transaction_id, method, reply, transaction_id IN (SELECT transaction_id FROM ({Effects})) AS has_effect FROM inbox
            WHERE method GLOB '*.PrepaymentService/*' OR method GLOB '*.ClearingService/*'
            """))
        {
            tally.Count(1);
            var reply = node.Open(row.Reply, "inbox.reply") is { } bytes ? AgencySteps.Find(row.Method)?.ParseReply(bytes) : null;
            if (reply is null || reply.TransactionId != row.TransactionId)
                tally.Find(node.Name, row.TransactionId, "应答无法打开或属于另一流水号", "the reply does not open or is of another transaction id");
            else if ((reply.Refusal is null) != row.HasEffect)
                tally.Find(node.Name, row.TransactionId, "应答与记录不符:受理而无结果,或拒绝而有结果", "the reply and the record differ: accepted without effect, or refused with one");
        }
    }

    private sealed class DeductionRow
    {
        public required string StatementNumber { get; init; }
        public required int Revision { get; init; }
        public required long AmountFen { get; init; }
        public required long Number { get; init; }
    }

    private sealed class ReplyRow
    {
        public required string TransactionId { get; init; }
        public required string Method { get; init; }
        public required byte[] Reply { get; init; }
        public required bool HasEffect { get; init; }
    }
}
