using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.NationalJson;
using static ProvincialGateway.Tests.Dialects.NationalJsonMessages;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>9101, 3202 and 9102: a row reconciliation in zip files.</summary>
public sealed class NationalJsonFileTests
{
    private const string Row = $"{Settlement}\t{Visit}\t5001000003\t458.60\t181.00\t100\t0";

    [Test]
    public void A_row_is_a_settlement_or_by_the_number_its_own_reply_gave_it_a_refund()
    {
        var rows = Operation<StateSettlements>(Upload(Zip($"{Row}\n{NodeId}\t{Visit}\tnull\t-458.60\t-181.00\t-100.00\t1\textra"))).Rows;

        Assert.That(rows, Is.EqualTo(new[]
        {
            new HisClaimedSettlement
            {
                RowKey = Row, SettlementNumber = Settlement, VisitNumber = Visit, IsCancellation = false, TotalFen = 45860, FundTotalFen = 18100, AccountFen = 10000,
            },
            new HisClaimedSettlement
            {
                RowKey = $"{NodeId}\t{Visit}\t\t-458.60\t-181.00\t-100.00\t1\textra", OriginalTransactionId = NodeId, VisitNumber = Visit, IsCancellation = true,
                TotalFen = -45860, FundTotalFen = -18100, AccountFen = -10000,
            },
        }));
    }

    [TestCase("0.00", "1", true), TestCase("null", "1", true), TestCase("0.00", "0", false), TestCase("1.00", "1", false), TestCase("-1", "0", true)]
    public void The_sign_says_which_of_a_refunds_two_rows_it_is_and_where_there_is_none_the_flag(string total, string flag, bool isCancellation) => Assert.That(
        Operation<StateSettlements>(Upload(Zip($"{Settlement}\t{Visit}\tnull\t{total}\tnull\tnull\t{flag}"))).Rows.Single().IsCancellation, Is.EqualTo(isCancellation));

    [Test]
    public void The_file_comes_as_bytes_as_signed_bytes_or_as_base64()
    {
        var zip = Zip(Row);
        var signed = Envelope("9101", new JsonObject { ["fsUploadIn"] = new JsonObject { ["in"] = new JsonArray([.. zip.Select(value => JsonValue.Create(unchecked((sbyte)value)))]) } });
        var text = Envelope("9101", new JsonObject { ["fsUploadIn"] = new JsonObject { ["in"] = Convert.ToBase64String(zip) } });
        foreach (var message in new[] { Upload(zip), signed, text })
            Assert.That(Operation<StateSettlements>(message).Rows, Has.Count.EqualTo(1));
    }

    [TestCase(Row + "\n"), TestCase(Row + "\r\n" + Row), TestCase("\uFEFF" + Row)]
    public void Line_ends_and_marks_of_editors_do_not_matter(string text) =>
        Assert.That(Operation<StateSettlements>(Upload(Zip(text))).Rows.Select(row => row.SettlementNumber), Is.All.EqualTo(Settlement));

    [TestCase("a\tb\tc", "rows[0]", "7")]
    [TestCase("a\tb\tc\td\te\tf\tg\th\ti", "rows[0]", "7")]
    [TestCase(Row + "\n" + Settlement + "\tv\tp\t1.005\t0\t0\t0", "rows[1]", "column 4")]
    [TestCase(Row + "\nnull\tv\tp\t1.00\t0\t0\t0", "rows[1]", "setl_id")]
    [TestCase("", "rows", "10000")]
    public void A_row_that_cannot_be_read_is_named(string text, string field, string reason)
    {
        var refusal = Refusal(Upload(Zip(text)));

        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("INVALID_FIELD", field)));
        Assert.That(refusal.English, Does.Contain(reason));
    }

    [Test]
    public void What_is_no_zip_with_one_text_is_refused()
    {
        byte[][] files = [[], [1, 2, 3], Zip([0xFF, 0xFE]), Zip(Row, entries: 2), Zip(Row, entries: 0), Zip(new byte[17 * 1024 * 1024])];
        foreach (var file in files)
            Assert.That(Refusal(Upload(file)), Has.Property("Field").EqualTo("rows").And.Property("Side").EqualTo(RefusingSide.Hospital));
        foreach (var content in new JsonNode?[] { null, "no base64!", new JsonArray(1, 256), new JsonArray(-129), new JsonArray("1"), 7, new JsonObject() })
            Assert.That(Refusal(Envelope("9101", new JsonObject { ["fsUploadIn"] = new JsonObject { ["in"] = content } })).Field, Is.EqualTo("rows"));
        Assert.That(Refusal(Upload(Zip(string.Join('\n', Enumerable.Repeat(Row, 10_001))))).Field, Is.EqualTo("rows"));
    }

    [Test]
    public void A_file_is_named_by_the_message_it_came_or_was_made_with()
    {
        var uploaded = Answer(Upload(Zip(Row)), new SettlementsStated { TransactionId = NodeId })["output"]!;
        var message = Envelope("3202", Data(Totals.With("file_qury_no", "M1")));
        var file = Answer(message, new SettlementsReconciled { TransactionId = NodeId, Rows = [] })["output"]!["fileinfo"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(((string?)uploaded["file_qury_no"], (string?)uploaded["fixmedins_code"]), Is.EqualTo((MessageId, "H31010000001")));
            Assert.That(Operation<ReconcileSettlements>(message), Has.Property("RowsOf").EqualTo("M1").And.Property("Rows").Empty);
            Assert.That(((string?)file["file_qury_no"], (string?)file["dld_endtime"]), Is.EqualTo((MessageId, "2017-10-22 23:59:59")));
            Assert.That(Operation<QueryReconciliation>(Download(MessageId)).OriginalTransactionId, Is.EqualTo(MessageId));
        }
    }

    [Test]
    public void The_result_has_ten_columns_with_numbers_in_the_last_three_whatever_the_verdict()
    {
        var own = new HisSettlementRow
        {
            OriginalTransactionId = NodeId,
            HisTransactionId = "M2",
            IsCancellation = false,
            SettlementNumber = Settlement,
            VisitNumber = Visit,
            HospitalVisitNumber = "ZY1",
            PersonNumber = "5001000003",
            Name = "测试患者丙",
            InsuredDivision = "500100",
            Scheme = "390",
            SettledAt = default,
            Figures = Figures,
        };
        HisReconciledSettlement[] rows =
        [
            new() { RowKey = Row, Verdict = HisReconciliationVerdict.Balanced, Row = own },
            new() { RowKey = Row, Verdict = HisReconciliationVerdict.Differs, Field = "total_fen", Row = own with { IsCancellation = true, HisTransactionId = null } },
            new() { RowKey = $"{Settlement}\t\t\t\t\t\t", Verdict = HisReconciliationVerdict.OnlyHospital },
            new() { Verdict = HisReconciliationVerdict.OnlyNode, Row = own },
            new() { RowKey = Row, Verdict = HisReconciliationVerdict.Pending },
        ];
        var lines = Unzip(Result(rows, Dialect)).Split('\n').Select(line => line.Split('\t')).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines.Select(line => line.Length), Is.All.EqualTo(10));
            Assert.That(lines.SelectMany(line => line[7..]), Is.All.Matches<string>(text => decimal.TryParse(text, out _)));
            Assert.That(lines.Select(line => line[4]), Is.EqualTo(new[] { "0", "103", "102", "101", "103" }));
            Assert.That(lines[0], Is.EqualTo(new[] { "5001000003", Visit, Settlement, "M2", "0", "0", "平 balanced", "458.60", "181.00", "100.00" }));
            Assert.That(lines[1][..6], Is.EqualTo(new[] { "5001000003", Visit, NodeId, "null", "103", "1" }), "a refund by its own number");
            Assert.That(lines[2][..6], Is.EqualTo(new[] { "null", "null", Settlement, "null", "102", "null" }));
            Assert.That(lines[4][7..], Is.EqualTo(new[] { "458.60", "181.00", "100" }));
            Assert.That(Unzip(Result(rows, WithSettings(("variant", "HB")))).Split('\n').Select(line => line.Split('\t').Length), Is.All.EqualTo(11));
            Assert.That(Result(rows, Dialect), Is.EqualTo(Result(rows, new NationalJsonDialect())), "the same bytes again");
        }
    }

    [Test]
    public void A_refused_download_is_answered_by_an_envelope_and_the_DLL_cannot_download()
    {
        Assert.That((int)Answer(Download("M1"), Refused())["infcode"]!, Is.EqualTo(-2));
        Assert.That(Refusal(Posted(Encoding.UTF8.GetBytes(Download("M1").ToJsonString()), "/national/dll")).Chinese, Does.Contain("动态库"));
    }

    private static JsonObject Download(string number) => Envelope("9102", new JsonObject { ["fsDownloadIn"] = new JsonObject { ["file_qury_no"] = number, ["filename"] = "x.zip" } });

    private static JsonObject Upload(byte[] file) => Envelope("9101", new JsonObject
    {
        ["fsUploadIn"] = new JsonObject { ["in"] = new JsonArray([.. file.Select(value => JsonValue.Create((int)value))]), ["filename"] = "detail.zip", ["fixmedins_code"] = "H31010000001" },
    });

    private static byte[] Result(IReadOnlyList<HisReconciledSettlement> rows, NationalJsonDialect dialect)
    {
        var reply = dialect.Encode(dialect.Decode(Posted(Download("M1"))), [new ReconciliationFound { TransactionId = NodeId, Rows = rows }]);
        Assert.That(reply.ContentType, Is.EqualTo("application/zip"));
        return reply.Body;
    }

    private static string Unzip(byte[] file)
    {
        using var zip = new ZipArchive(new MemoryStream(file), ZipArchiveMode.Read);
        using var reader = new StreamReader(zip.Entries.Single().Open(), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static byte[] Zip(string text, int entries = 1) => Zip(Encoding.UTF8.GetBytes(text), entries);

    private static byte[] Zip(byte[] content, int entries = 1)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var index = 0; index < entries; index++)
            {
                using var entry = zip.CreateEntry($"{index}.txt").Open();
                entry.Write(content);
            }
        }

        return file.ToArray();
    }
}
