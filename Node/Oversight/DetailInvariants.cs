using System.Security.Cryptography;
using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Insured;

namespace ProvincialGateway.Oversight;

/// <summary>The lines behind the settlements: owed exactly once, and where they have arrived they are the bill, category by category, on both sides.</summary>
internal static class DetailInvariants
{
    private static readonly string[] Parts = ["total_fen", "full_self_pay_fen", "over_limit_fen", "pre_self_pay_fen", "in_scope_fen"];

    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "details-owed", "每笔结算恰有一项明细传输;已撤销且未传完的已撤回", "Every settlement has exactly one transfer of its lines; an undone one that was not complete is withdrawn",
            "SELECT count(*) FROM treatment_settlement",
            new RowRule(
                "SELECT s.settlement_number FROM treatment_settlement s LEFT JOIN fee_transfer f USING (settlement_number) WHERE f.settlement_number IS NULL",
                "没有明细传输", "there is no transfer of its lines"),
            new RowRule(
                """
                SELECT settlement_number, s.state, f.state FROM treatment_settlement s JOIN fee_transfer f USING (settlement_number)
                WHERE (s.state = 1 AND f.state = 5) OR (s.state = 2 AND f.state NOT IN (3, 5))
                """,
                "结算状态 {1} 与传输状态 {2} 不符", "settlement state {1} does not agree with transfer state {2}"),
            new RowRule(
                "SELECT f.settlement_number, f.state FROM fee_transfer f LEFT JOIN treatment_settlement s USING (settlement_number) WHERE s.settlement_number IS NULL",
                "没有这笔结算(传输状态 {1})", "there is no such settlement (transfer state {1})"),
            new RowRule(
                "SELECT settlement_number, acknowledged, line_count FROM fee_transfer WHERE state = 3 AND acknowledged <> '1-' || line_count",
                "已传完,确认的行 {1} 却不是全部 {2} 行", "complete, yet {1} was acknowledged of {2} lines")),
        new("details-sent", "已传完的明细按大类等于结算时的汇总", "The lines of a complete transfer are the category sums that were settled", NeedsKey: true, CheckSent),
        NodeInvariant.OfRows(
            "details-stored", "参保地收到的明细:范围与行一致,完成的等于结算金额", "Received lines agree with the ranges on record; of a complete transfer they are the settled figures",
            "SELECT count(*) FROM insured_detail_transfer",
            new RowRule(
                """
                SELECT t.transaction_id, t.line_count, count(l.line_number) FROM insured_detail_transfer t LEFT JOIN insured_detail_line l ON l.transfer_id = t.id
                WHERE t.state IN (2, 3) GROUP BY t.id HAVING count(l.line_number) <> t.line_count
                """,
                "应有 {1} 行,实有 {2} 行", "{1} lines expected, {2} stored"),
            new RowRule(
                $"""
                WITH line AS (
                  SELECT transfer_id, sum(amount_fen) AS total_fen, sum(full_self_pay_fen) AS full_self_pay_fen, sum(over_limit_fen) AS over_limit_fen,
                    sum(pre_self_pay_fen) AS pre_self_pay_fen, sum(in_scope_fen) AS in_scope_fen
                  FROM insured_detail_line GROUP BY transfer_id)
                SELECT t.transaction_id, s.settlement_number FROM insured_detail_transfer t JOIN insured_settlement s USING (settlement_number)
                WHERE t.state = 2 AND (SELECT {string.Join(" || ' ' || ", Parts.Select(column => $"l.{column}"))} FROM line l WHERE l.transfer_id = t.id)
                  IS NOT {string.Join(" || ' ' || ", Parts.Select(column => $"s.{column}"))}
                """,
                "明细合计不等于结算 {1}", "the lines do not add up to settlement {1}"),
            new RowRule(
                """
                SELECT t.transaction_id, t.settlement_number FROM insured_detail_transfer t JOIN insured_settlement s USING (settlement_number) WHERE s.treatment_province <> t.sender
                """,
                "不是结算 {1} 的就医地发来的", "was not sent by the treatment province of settlement {1}")),
        NodeInvariant.OfRows(
            "details-audit", "明细审核只针对已收齐的行,扣减不为负", "Lines are audited that are complete, and no line gives back more than was taken",
            "SELECT count(*) FROM insured_detail_line",
            new RowRule(
                """
                SELECT a.settlement_number, a.line_number FROM line_audit a JOIN insured_detail_transfer t ON t.id = a.transfer_id
                WHERE t.state <> 2 OR t.settlement_number <> a.settlement_number
                """,
                "第 {1} 行不属于该结算已收齐的明细", "line {1} is not of this settlement's complete lines"),
            new RowRule(
                "SELECT settlement_number, line_number, sum(amount_fen) FROM line_audit GROUP BY transfer_id, line_number HAVING sum(amount_fen) < 0",
                "第 {1} 行的扣减为 {2} 分", "the deduction of line {1} is {2} fen"),
            new RowRule(
                """
                SELECT s.settlement_number, sum(a.amount_fen), s.fund_total_fen FROM line_audit a JOIN insured_settlement s USING (settlement_number)
                GROUP BY s.settlement_number HAVING sum(a.amount_fen) > s.fund_total_fen
                """,
                "共扣 {1} 分,基金只付 {2} 分", "{1} fen are taken back, the funds paid {2}"),
            new RowRule(
                """
                SELECT 'line_audit ' || sequence, before FROM (SELECT sequence, lag(sequence, 1, 0) OVER (ORDER BY sequence) AS before FROM line_audit) WHERE sequence <> before + 1
                """,
                "前一个序号是 {1}", "the one before is {1}")),
        new("details-lines", "参保地收到的每一行与其摘要一致,完成的与传输摘要及大类汇总一致", "Every received line has its digest; of a complete transfer digest and category sums are the announced and settled ones",
            NeedsKey: true, CheckReceived),
    ];

    public static readonly IReadOnlyList<PairInvariant> Pairs =
    [
        PairInvariant.OfRows(
            "pair-details", "就医地已传完的明细,参保地同样完整", "Lines that are complete for the treatment side are complete at the insured side, with the same digest",
            """
            SELECT count(*) FROM treatment.fee_transfer f JOIN treatment.treatment_settlement s USING (settlement_number) WHERE s.insured_province = @insured
            """,
            ofTreatment:
            [
                new RowRule(
                    """
                    SELECT f.settlement_number, f.transaction_id FROM treatment.fee_transfer f JOIN treatment.treatment_settlement s USING (settlement_number)
                    LEFT JOIN insured.insured_detail_transfer t ON t.settlement_number = f.settlement_number AND t.state = 2
                    WHERE f.state = 3 AND s.insured_province = @insured
                      -- A restored insured side asks for the lines of what stands; of what is undone nobody needs them any more.
                      AND (s.state = 1 OR NOT EXISTS (SELECT 1 FROM insured.recovery))
                      AND NOT EXISTS (SELECT 1 FROM insured.recovery_exchange e WHERE e.transaction_id = f.transaction_id AND e.state IN (4, 5))
                      AND (t.transaction_id, t.sender, t.line_count, t.lines_sha256) IS NOT (f.transaction_id, @treatment, f.line_count, f.lines_sha256)
                    """,
                    "传输 {1} 在参保地不完整或内容不同", "transfer {1} is not complete at the insured side, or differs there"),
            ],
            ofInsured:
            [
                new RowRule(
                    """
                    SELECT t.settlement_number, t.transaction_id FROM insured.insured_detail_transfer t LEFT JOIN treatment.fee_transfer f USING (settlement_number)
                    WHERE t.sender = @treatment AND t.state IN (1, 2, 3) AND f.settlement_number IS NULL
                    """,
                    "参保地收到传输 {1},就医地没有", "the insured side received transfer {1}, which the treatment side does not know"),
            ]),
    ];

    private static void CheckSent(AuditedNode node, AuditTally tally)
    {
        var sums = Sums(node, """
            SELECT f.settlement_number AS subject, l.fee_category, sum(l.amount_fen) AS total_fen, sum(l.full_self_pay_fen) AS full_self_pay_fen, sum(l.over_limit_fen) AS over_limit_fen,
              sum(l.pre_self_pay_fen) AS pre_self_pay_fen, sum(l.in_scope_fen) AS in_scope_fen, count(*) AS line_count
            FROM fee_transfer f JOIN treatment_settlement s USING (settlement_number) JOIN fee_line l ON l.settlement_number = s.settlement_number
            WHERE f.state = 3 AND s.state = 1 GROUP BY f.settlement_number, l.fee_category
            """);
        Compare(node, tally, sums, "outbound.request", """
            SELECT f.settlement_number AS subject, o.request FROM fee_transfer f JOIN treatment_settlement s USING (settlement_number) LEFT JOIN outbound o ON o.transaction_id = s.transaction_id
            WHERE f.state = 3 AND s.state = 1
            """);
    }

    private static void CheckReceived(AuditedNode node, AuditTally tally)
    {
        var digests = CheckLines(node, tally);
        foreach (var transfer in node.Snapshot.Rows<CompleteRow>("SELECT id, transaction_id, lines_sha256 FROM insured_detail_transfer WHERE state = 2"))
        {
            if (!digests.TryGetValue(transfer.Id, out var digest) || !digest.AsSpan().SequenceEqual(transfer.LinesSha256))
                tally.Find(node.Name, transfer.TransactionId, "全部明细的摘要不符", "the digest over its lines is another");
        }
        var sums = Sums(node, """
            SELECT t.transaction_id AS subject, l.fee_category, sum(l.amount_fen) AS total_fen, sum(l.full_self_pay_fen) AS full_self_pay_fen, sum(l.over_limit_fen) AS over_limit_fen,
              sum(l.pre_self_pay_fen) AS pre_self_pay_fen, sum(l.in_scope_fen) AS in_scope_fen, count(*) AS line_count
            FROM insured_detail_transfer t JOIN insured_detail_line l ON l.transfer_id = t.id WHERE t.state = 2 GROUP BY t.id, l.fee_category
            """);
        Compare(node, tally, sums, "inbox.request", """
            SELECT t.transaction_id AS subject, i.request FROM insured_detail_transfer t JOIN insured_settlement s USING (settlement_number) LEFT JOIN inbox i ON i.transaction_id = s.transaction_id
            WHERE t.state = 2
            """);
    }

    /// <returns>The digest over the lines of each transfer, by its row id.</returns>
    private static Dictionary<long, byte[]> CheckLines(AuditedNode node, AuditTally tally)
    {
        var digests = new Dictionary<long, byte[]>();
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long? transfer = null;
        foreach (var row in node.Snapshot.Rows<DetailLineRow>("SELECT * FROM insured_detail_line ORDER BY transfer_id, line_number"))
        {
            tally.Count(1);
            if (transfer is { } previous && previous != row.TransferId)
                digests.Add(previous, digest.GetHashAndReset());
            transfer = row.TransferId;
            digest.AppendData(row.RowSha256);
            if (!RowDigest.Of(row.ToMessage()).AsSpan().SequenceEqual(row.RowSha256))
                tally.Find(node.Name, $"insured_detail_line {row.TransferId}/{row.LineNumber}", "内容与摘要不符", "the line is not what its digest was made of");
        }
        if (transfer is { } last)
            digests.Add(last, digest.GetHashAndReset());
        return digests;
    }

    private static ILookup<string, SumRow> Sums(AuditedNode node, string sql) => node.Snapshot.Rows<SumRow>(sql).ToLookup(row => row.Subject);

    private static void Compare(AuditedNode node, AuditTally tally, ILookup<string, SumRow> sums, string purpose, string settledSql)
    {
        foreach (var settled in node.Snapshot.Rows<SettledRow>(settledSql))
        {
            tally.Count(1);
            if (settled.Request is null || BillIn(node.Open(settled.Request, purpose)) is not { } bill)
                tally.Find(node.Name, settled.Subject, "结算请求无法打开,不能核对大类", "the settlement's request does not open; its category sums cannot be checked");
            else if (FeeDetailSums.Difference(bill.CategorySums, sums[settled.Subject].Select(row => row.ToMessage())) is { } difference)
                tally.Find(node.Name, settled.Subject, difference.MessageZh, difference.MessageEn);
        }
    }

    private static Bill? BillIn(byte[]? request)
    {
        try
        {
            return request is null ? null : SettleRequest.Parser.ParseFrom(request).Bill;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private sealed class CompleteRow
    {
        public required long Id { get; init; }
        public required string TransactionId { get; init; }
        public required byte[] LinesSha256 { get; init; }
    }

    private sealed class SettledRow
    {
        public required string Subject { get; init; }
        public byte[]? Request { get; init; }
    }

    private sealed class SumRow
    {
        public required string Subject { get; init; }
        public required string FeeCategory { get; init; }
        public required long TotalFen { get; init; }
        public required long FullSelfPayFen { get; init; }
        public required long OverLimitFen { get; init; }
        public required long PreSelfPayFen { get; init; }
        public required long InScopeFen { get; init; }
        public required int LineCount { get; init; }

        public CategorySum ToMessage() => new()
        {
            FeeCategory = FeeCategory,
            LineCount = LineCount,
            Charges = new Charges { TotalFen = TotalFen, FullSelfPayFen = FullSelfPayFen, OverLimitFen = OverLimitFen, PreSelfPayFen = PreSelfPayFen, InScopeFen = InScopeFen },
        };
    }
}
