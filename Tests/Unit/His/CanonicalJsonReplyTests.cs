using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.His;
using ProvincialGateway.Tests.Protos;
using static ProvincialGateway.Tests.His.CanonicalJsonMessages;

namespace ProvincialGateway.Tests.His;

/// <summary>Writing answers: the exact text, and the HTTP status beside it.</summary>
public sealed partial class CanonicalJsonReplyTests
{
    [Test]
    public void A_result_is_written_with_its_zeros_and_without_what_is_not_given()
    {
        var reply = Reply("UploadFeeLines", new FeeLinesStored
        {
            TransactionId = "530100201606161030000000000017",
            VisitTotalFen = 2000,
            Lines =
            [
                new HisSplitLine
                {
                    LineSerial = "L1",
                    LocalCode = "X01",
                    LocalName = "阿莫西林胶囊",
                    ItemClass = "01",
                    SelfPayBasisPoints = 0,
                    UnitPrice = 0.8333m,
                    Quantity = 24.00m,
                    AmountFen = 2000,
                    FullSelfPayFen = 2000,
                    OverLimitFen = 0,
                    PreSelfPayFen = 0,
                    InScopeFen = 0,
                },
            ],
        });

        Assert.That(reply.ContentType, Is.EqualTo("application/json; charset=utf-8"));
        Assert.That(Text(reply), Is.EqualTo(
            """
            { "transactionId": "530100201606161030000000000017", "result": { "lines": [ { "lineSerial": "L1", "localCode": "X01", "localName": "阿莫西林胶囊",
             "itemClass": "01", "selfPayBasisPoints": 0, "unitPrice": "0.8333", "quantity": "24", "amountFen": "2000", "fullSelfPayFen": "2000",
             "overLimitFen": "0", "preSelfPayFen": "0", "inScopeFen": "0" } ], "visitTotalFen": "2000" } }
            """.ReplaceLineEndings("")));
    }

    [Test]
    public void Times_are_written_at_plus_eight_and_states_by_name()
    {
        var cancelled = Reply("CancelSettlement", new SettlementCancelled
        {
            TransactionId = "",
            SettlementNumber = "A4401001606200000001",
            CancelledAt = new DateTimeOffset(2016, 6, 20, 23, 45, 0, 7, TimeSpan.Zero),
        });
        var found = Reply("QueryTransaction", new TransactionFound { TransactionId = "", State = HisTransactionState.Pending });

        Assert.That(Text(cancelled), Does.Contain("\"cancelledAt\": \"2016-06-21T07:45:00.007+08:00\""));
        Assert.That(Text(found), Is.EqualTo("""{ "transactionId": "", "result": { "state": "TRANSACTION_STATE_PENDING" } }"""));
    }

    [TestCase("UploadFeeLines")]
    [TestCase("ReverseTransaction")]
    [TestCase("NoSuchOperation")]
    public void A_failure_is_answered_whatever_was_asked(string operation)
    {
        var refusal = Refusals.Malformed("x", "甲", "a") with { Code = "TOKEN_REFUSED" };
        var reply = Dialect.EncodeFailure(Message(operation, []), refusal);

        Assert.That(reply.HttpStatus, Is.EqualTo(401));
        Assert.That(Reply(operation, refusal).Body, Is.EqualTo(reply.Body));
        Assert.That(Text(reply), Does.StartWith("""{ "transactionId": "", "refusal": { "code": "TOKEN_REFUSED", "side": "REFUSING_SIDE_HOSPITAL", "field": "x", """));
    }

    [Test]
    public void A_result_of_another_operation_is_not_written() =>
        Assert.That(() => Reply("Settle", new SerialIssued { TransactionId = "", Serial = "1" }), Throws.ArgumentException.With.Message.Contains("SerialIssued"));

    [Test]
    public void Results_and_pending_are_answered_with_200()
    {
        Assert.That(Reply("IssueSerial", new SerialIssued { TransactionId = "", Serial = "1" }).HttpStatus, Is.EqualTo(200));
        Assert.That(Reply("Settle", new HisPending { TransactionId = "", Chinese = "甲", English = "a" }).HttpStatus, Is.EqualTo(200));
    }

    [Test]
    public void The_table_of_statuses_in_the_readme_is_the_one_in_the_code()
    {
        var readme = File.ReadAllText(Path.Combine(ContractFiles.Folder, "README.md"));
        var documented = StatusRow().Matches(readme)
            .SelectMany(row => Code().Matches(row.Groups["codes"].Value)
                .Select(code => (Code: code.Groups["code"].Value, Status: int.Parse(row.Groups["status"].Value, CultureInfo.InvariantCulture))))
            .ToDictionary(row => row.Code, row => row.Status);
        var refusals = CatalogueRow().Matches(readme).Select(row => row.Groups["code"].Value).ToList();

        Assert.That(refusals, Has.Count.GreaterThan(40).And.Member("VISIT_STATE").And.Member("NOT_IMPLEMENTED"));
        Assert.That(documented.Keys, Is.SubsetOf(refusals), "a status is documented for a code that does not exist");
        Assert.That(
            refusals.Select(code => $"{code} {CanonicalJsonStatus.Of(code)}"),
            Is.EqualTo(refusals.Select(code => $"{code} {documented.GetValueOrDefault(code, 422)}")));
    }

    private static string Text(HisReply reply) => Encoding.UTF8.GetString(reply.Body);

    [GeneratedRegex(@"^\| (?<status>\d{3}) \| (?<codes>.*) \|$", RegexOptions.Multiline)]
    private static partial Regex StatusRow();

    [GeneratedRegex("`(?<code>[A-Z]+(_[A-Z]+)+)`")]
    private static partial Regex Code();

    // A row of either refusal table: the code alone in the first or, after its number, in the second column; four more columns.
    [GeneratedRegex(@"^\| (\d{1,2} \| )?`(?<code>[A-Z_]+)` \|([^|\n]*\|){4}$", RegexOptions.Multiline)]
    private static partial Regex CatalogueRow();
}
