using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;

namespace ProvincialGateway.Oversight;

/// <summary>Filings, their versions and what they were used for; what happened to persons' insurance; filings asked of other provinces.</summary>
internal static class FilingInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "filing-versions", "每份备案与其末次版本一致,版本连续", "Every filing is its last version, and its versions are numbered without a gap",
            "SELECT count(*) FROM filing_version",
            new RowRule(
                """
                SELECT f.filing_number, f.version, v.version FROM filing f LEFT JOIN filing_version v USING (filing_number, version)
                WHERE (f.kind, f.target_area, f.valid_from, f.valid_to, f.state, f.changed_at_ms, f.changed_by, f.change_reason)
                  IS NOT (v.kind, v.target_area, v.valid_from, v.valid_to, v.state, v.changed_at_ms, v.changed_by, v.change_reason)
                """,
                "第 {1} 版与版本记录不符", "version {1} is not the one on record"),
            new RowRule(
                """
                SELECT f.filing_number, f.version, count(v.version), coalesce(max(v.version), 0) FROM filing f LEFT JOIN filing_version v USING (filing_number)
                GROUP BY f.filing_number HAVING count(v.version) <> f.version OR max(v.version) IS NOT f.version
                """,
                "现为第 {1} 版,有 {2} 个版本,末版 {3}", "it is version {1}, there are {2}, the last is {3}")),
        NodeInvariant.OfRows(
            "filing-overlaps", "同一人同类备案的地区与有效期不重叠", "A person's standing filings of one family do not overlap in area and time",
            "SELECT count(*) FROM filing WHERE state IN (1, 2)",
            new RowRule(
                $"""
                WITH standing AS (SELECT *, kind <= '03' AS family, {Significant("target_area")} AS area FROM filing WHERE state IN (1, 2))
                SELECT a.filing_number, b.filing_number FROM standing a JOIN standing b ON b.person_number = a.person_number AND b.family = a.family AND b.filing_number > a.filing_number
                WHERE (substr(a.target_area, 1, length(b.area)) = b.area OR substr(b.target_area, 1, length(a.area)) = a.area)
                  AND a.valid_from <= coalesce(b.valid_to, '9999-12-31') AND b.valid_from <= coalesce(a.valid_to, '9999-12-31')
                """,
                "与备案 {1} 重叠", "overlaps filing {1}")),
        NodeInvariant.OfRows(
            "filing-origin", "就医地提交的备案有其收件记录,补备案自入院日起且属于该参保人", "Every submitted filing has its inbox row, and one made for a visit is of that visit's person and admission date",
            "SELECT count(*) FROM filing WHERE submitted_by IS NOT NULL",
            new RowRule(
                """
                SELECT f.filing_number, f.transaction_id FROM filing f LEFT JOIN inbox i USING (transaction_id)
                WHERE f.submitted_by IS NOT NULL AND (i.transaction_id IS NULL OR i.method NOT GLOB '*/SubmitFiling' OR substr(i.sender, 1, 2) <> substr(f.submitted_by, 1, 2))
                """,
                "流水 {1} 没有相符的收件记录", "transaction {1} has no inbox row that agrees"),
            new RowRule(
                """
                SELECT f.filing_number, f.visit_number FROM filing f JOIN filing_version o ON o.filing_number = f.filing_number AND o.version = 1
                LEFT JOIN insured_visit v ON v.visit_number = f.visit_number
                WHERE f.visit_number IS NOT NULL AND (v.person_number IS NOT f.person_number OR v.admission_date IS NOT o.valid_from)
                """,
                "与其就诊 {1} 的参保人或入院日期不同", "its visit {1} is another person's or began on another day")),
        new("filing-replies", "备案提交与撤销的应答与备案版本一致", "Every reply about a filing says what its version says", NeedsKey: true, CheckReplies),
        NodeInvariant.OfRows(
            "settled-filings", "结算依据的备案属于该参保人,有效且覆盖入院日期和就医地", "The filing a settlement was decided with was its person's, effective, and held at the place on the admission date",
            "SELECT count(*) FROM insured_settlement_filing",
            new RowRule(
                $"""
                SELECT u.settlement_number, coalesce(u.filing_number, '-') FROM insured_settlement_filing u
                JOIN insured_settlement s USING (settlement_number) JOIN insured_visit v ON v.visit_number = s.visit_number
                LEFT JOIN filing f ON f.filing_number = u.filing_number LEFT JOIN filing_version o ON o.filing_number = u.filing_number AND o.version = u.filing_version
                WHERE u.filing_number IS NOT NULL AND (f.person_number IS NOT s.person_number OR o.kind IS NOT u.kind OR o.state IS NOT 1
                  OR o.valid_from > v.admission_date OR coalesce(o.valid_to, v.admission_date) < v.admission_date
                  OR substr(v.treatment_division, 1, length({Significant("o.target_area")})) <> {Significant("o.target_area")})
                """,
                "备案 {1} 当时对该就诊无效", "filing {1} did not hold for its visit")),
        NodeInvariant.OfRows(
            "person-events", "参保变动与参保人记录一致,冻结解除有其冻结", "What happened to persons agrees with their rows, and nothing is unfrozen that was not frozen",
            "SELECT count(*) FROM person_event",
            new RowRule(
                """
                SELECT 'person_event ' || e.sequence, e.kind FROM person_event e JOIN person p USING (person_number)
                WHERE e.sequence = (SELECT max(l.sequence) FROM person_event l WHERE l.person_number = e.person_number AND l.kind = e.kind)
                  AND ((e.kind = 1 AND e.state <> p.insurance_state) OR (e.kind = 4 AND e.division <> p.insured_division))
                """,
                "末次变动(种类 {1})与参保人记录不同", "the last event of kind {1} is not what the person's row says"),
            new RowRule(
                """
                SELECT 'person_event ' || e.sequence, e.kind FROM person_event e
                WHERE e.kind IN (3, 6) AND NOT EXISTS (
                  SELECT 1 FROM person_event b WHERE b.person_number = e.person_number AND b.sequence < e.sequence AND b.kind = e.kind - 1)
                """,
                "之前没有冻结或死亡登记(种类 {1})", "nothing was frozen, no death recorded before it (kind {1})"),
            new RowRule(
                """
                SELECT 'person_event ' || max(sequence), count(*) FROM person_event HAVING count(*) <> max(sequence)
                """,
                "序号不连续,共 {1} 条", "the sequence has a gap, {1} events")),
        NodeInvariant.OfRows(
            "insurance-of-settlements", "结算时参保人未在服务日期之前死亡", "Nobody settles for a day after a death that was recorded before the settlement",
            "SELECT count(*) FROM insured_settlement",
            new RowRule(
                """
                SELECT s.settlement_number, e.from_date FROM insured_settlement s JOIN person_event e ON e.person_number = s.person_number AND e.kind = 5
                WHERE s.service_date > e.from_date AND e.changed_at_ms < s.settled_at_ms AND NOT EXISTS (
                  SELECT 1 FROM person_event w WHERE w.person_number = e.person_number AND w.kind = 6 AND w.sequence > e.sequence AND w.changed_at_ms <= s.settled_at_ms)
                """,
                "参保人于 {1} 死亡", "the person had died on {1}")),
    ];

    /// <summary>What the province asked for and what the other one has of it.</summary>
    public static readonly IReadOnlyList<PairInvariant> Pairs =
    [
        PairInvariant.OfRows(
            "pair-filings", "两地的备案请求记录一致", "Every request about a filing that one side has on record is on record at the other",
            "SELECT (SELECT count(*) FROM treatment.filing_request WHERE peer = @insured) + (SELECT count(*) FROM insured.filing WHERE substr(submitted_by, 1, 2) = substr(@treatment, 1, 2))",
            ofTreatment:
            [
                new RowRule(
                    """
                    SELECT r.transaction_id, r.state FROM treatment.filing_request r LEFT JOIN insured.inbox i USING (transaction_id)
                    WHERE r.peer = @insured AND ((r.state = 3 AND i.transaction_id IS NOT NULL)
                      OR (r.state = 2 AND (i.sender IS NOT @treatment OR i.method NOT GLOB CASE r.kind WHEN 1 THEN '*/SubmitFiling' ELSE '*/CancelFiling' END)))
                    """,
                    "就医地状态 {1},与参保地收件记录不符", "state {1} at the treatment side does not agree with the insured side's inbox"),
            ],
            ofInsured:
            [
                new RowRule(
                    """
                    SELECT i.transaction_id FROM insured.inbox i LEFT JOIN treatment.filing_request r USING (transaction_id)
                    WHERE i.sender = @treatment AND i.method GLOB '*.FilingService/*' AND (r.peer IS NOT @insured OR r.state = 3)
                    """,
                    "参保地收到的备案请求就医地没有记录", "the insured side has a request about a filing that the treatment side does not know"),
            ]),
        new("pair-filing-replies", "就医地收到的备案应答与参保地存档逐字节相同", "The answer about a filing at the treatment side is the insured side's reply, byte for byte", NeedsKeys: true, CheckPairReplies),
    ];

    private static void CheckReplies(AuditedNode node, AuditTally tally)
    {
        foreach (var row in node.Snapshot.Rows<ReplyRow>(
            """
            SELECT i.transaction_id, i.method, i.reply, v.filing_number, v.kind, v.target_area, v.valid_from, coalesce(v.valid_to, '') AS valid_to, v.state
            FROM inbox i LEFT JOIN filing_version v ON v.change_reason = substr(i.method, instr(i.method, '.FilingService/') + 15) || ' ' || i.transaction_id
            WHERE i.method GLOB '*.FilingService/*'
            """))
        {
            tally.Count(1);
            if (node.Open(row.Reply, "inbox.reply") is not { } reply || Parse(row.Method, reply) is not var (message, record))
                tally.Find(node.Name, row.TransactionId, "应答无法打开或识别", "the reply does not open or is no message of the contract");
            else if (message.TransactionId != row.TransactionId || (record is null) != (message.Refusal is not null) || !row.IsSaidBy(record))
                tally.Find(node.Name, row.TransactionId, "应答与备案版本记录不符", "the reply is not what the filing's versions say");
        }
    }

    private static (IExchangeReply Reply, FilingRecord? Record)? Parse(string method, byte[] reply)
    {
        try
        {
            if (method == PeerMethod.SubmitFiling.Path)
                return SubmitFilingResponse.Parser.ParseFrom(reply) is var submitted ? (submitted, submitted.Filing) : null;
            return method == PeerMethod.CancelFiling.Path && CancelFilingResponse.Parser.ParseFrom(reply) is var cancelled ? (cancelled, cancelled.Filing) : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static void CheckPairReplies(AuditedPair pair, AuditTally tally)
    {
        foreach (var row in pair.TreatmentFirst.Rows<PairRow>(
            """
            SELECT r.transaction_id, r.reply AS received, i.reply AS committed FROM treatment.filing_request r JOIN insured.inbox i USING (transaction_id)
            WHERE r.peer = @insured AND r.state = 2
            """))
        {
            tally.Count(1);
            var received = pair.Treatment.Open(row.Received, "filing.reply");
            var committed = pair.Insured.Open(row.Committed, "inbox.reply");
            if (received is null || committed is null || !received.AsSpan().SequenceEqual(committed))
                tally.Find(pair.Name, row.TransactionId, "就医地收到的应答与参保地存档不同", "the answer the treatment side received is not the reply the insured side committed");
        }
    }

    // The digits of a division that everything below it shares.
    private static string Significant(string column) =>
        $"CASE WHEN substr({column}, 3) = '0000' THEN substr({column}, 1, 2) WHEN substr({column}, 5) = '00' THEN substr({column}, 1, 4) ELSE {column} END";

    private sealed class PairRow
    {
        public required string TransactionId { get; init; }
        public required byte[] Received { get; init; }
        public required byte[] Committed { get; init; }
    }

    /// <summary>A reply beside the version that its transaction made; no version where it refused.</summary>
    private sealed class ReplyRow
    {
        public required string TransactionId { get; init; }
        public required string Method { get; init; }
        public required byte[] Reply { get; init; }
        public string? FilingNumber { get; init; }
        public string? Kind { get; init; }
        public string? TargetArea { get; init; }
        public string? ValidFrom { get; init; }
        public string? ValidTo { get; init; }
        public int? State { get; init; }

        public bool IsSaidBy(FilingRecord? record) => record is null
            ? FilingNumber is null
            : (record.Filing?.FilingNumber, record.Filing?.Kind, record.Filing?.TargetArea, record.Filing?.ValidFrom, record.Filing?.ValidTo, StateOf(record.State))
                == (FilingNumber, Kind, TargetArea, ValidFrom, ValidTo, State);

        private static int? StateOf(FilingState state) => state switch
        {
            FilingState.Effective => 1,
            FilingState.UnderReview => 2,
            FilingState.Rejected => 3,
            FilingState.Cancelled => 9,
            _ => null,
        };
    }
}
