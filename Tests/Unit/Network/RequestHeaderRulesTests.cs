using Grpc.Core;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using static ProvincialGateway.Tests.Network.Certificates;

namespace ProvincialGateway.Tests.Network;

internal sealed class RequestHeaderRulesTests
{
    [TestCase("1.0")]
    [TestCase("1.1")]
    [TestCase("1.2")]
    public void A_true_header_of_the_same_major_and_at_most_one_minor_apart_passes(string release) =>
        Assert.That(Check(header => header.ProtocolRelease = release), Is.Null);

    [Test]
    public void Any_division_of_the_two_provinces_will_do() => Assert.That(Check(header =>
    {
        header.SenderDivision = "530102";
        header.ReceiverDivision = "440100";
        header.TransactionId = "530300" + header.TransactionId[6..];
    }), Is.Null);

    [Test]
    public void A_missing_header_is_invalid() =>
        Assert.That(RequestHeaderRules.Check(null, Yunnan, Guangdong), Has.Property("Status").EqualTo(StatusCode.InvalidArgument));

    [TestCase("", StatusCode.InvalidArgument, "header.transaction_id")]
    [TestCase("53000020160901080000000000000", StatusCode.InvalidArgument, "header.transaction_id")]
    [TestCase("53000020160901080000000000000x", StatusCode.InvalidArgument, "header.transaction_id")]
    [TestCase("440000201609010800000000000001", StatusCode.InvalidArgument, "header.transaction_id")]
    public void A_transaction_id_is_well_formed_and_the_senders(string id, StatusCode status, string field) =>
        AssertRefused(Check(header => header.TransactionId = id), status, field);

    [TestCase("5300", StatusCode.InvalidArgument)]
    [TestCase("440000", StatusCode.PermissionDenied)]
    [TestCase("310000", StatusCode.PermissionDenied)]
    public void A_sender_speaks_only_for_its_own_province(string sender, StatusCode status) =>
        AssertRefused(Check(header => header.SenderDivision = sender), status, "header.sender_division");

    [TestCase("")]
    [TestCase("530000")]
    [TestCase("310000")]
    public void A_request_for_somebody_else_is_invalid(string receiver) =>
        AssertRefused(Check(header => header.ReceiverDivision = receiver), StatusCode.InvalidArgument, "header.receiver_division");

    [TestCase("", StatusCode.InvalidArgument)]
    [TestCase("1", StatusCode.InvalidArgument)]
    [TestCase("-1.0", StatusCode.InvalidArgument)]
    [TestCase("1.0.0", StatusCode.InvalidArgument)]
    [TestCase("99999.0", StatusCode.InvalidArgument)]
    [TestCase("2.0", StatusCode.FailedPrecondition)]
    [TestCase("0.9", StatusCode.FailedPrecondition)]
    [TestCase("1.3", StatusCode.FailedPrecondition)]
    [TestCase("1.9999", StatusCode.FailedPrecondition)]
    public void Another_major_or_a_minor_further_away_is_not_spoken(string release, StatusCode status) =>
        AssertRefused(Check(header => header.ProtocolRelease = release), status, "header.protocol_release");

    [Test]
    public void Later_messages_of_a_stream_have_no_header()
    {
        Assert.That(RequestHeaderRules.CheckLater(null), Is.Null);
        AssertRefused(RequestHeaderRules.CheckLater(new()), StatusCode.InvalidArgument, "header");
    }

    [Test]
    public void A_refusal_never_repeats_what_it_could_not_read() =>
        Assert.That(Check(header => header.TransactionId = "测试患者甲")!.Detail, Does.Not.Contain("测试患者甲"));

    private static HeaderRefusal? Check(Action<RequestHeader> change)
    {
        var header = new RequestHeader
        {
            TransactionId = "530000201609010800000000000001",
            SenderDivision = "530000",
            ReceiverDivision = "440000",
            ProtocolRelease = "1.0",
            CatalogueRelease = "2016.1",
        };
        change(header);
        return RequestHeaderRules.Check(header, peer: Yunnan, self: Guangdong);
    }

    private static void AssertRefused(HeaderRefusal? refusal, StatusCode status, string field)
    {
        Assert.That(refusal, Is.Not.Null);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal!.Status, Is.EqualTo(status));
            Assert.That(refusal.Detail, Does.StartWith($"{field}:").And.Match(@"\p{IsCJKUnifiedIdeographs}"));
        }
    }
}
