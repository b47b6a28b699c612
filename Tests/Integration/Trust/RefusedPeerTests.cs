using Grpc.Core;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;

namespace ProvincialGateway.Tests.Trust;

/// <summary>
/// Who is turned away at the door leaves no trace but a line in the log. That the door works is shown in the network tests; here a whole node
/// with its database stands behind it, and the message that is turned away would have stored something.
/// </summary>
[TestFixture]
internal sealed class RefusedPeerTests : TrustTest
{
    private const int GrpcMethodFailed = 6;

    [Test]
    public async Task A_known_peer_is_served_and_its_admission_stored()
    {
        var before = Stored();
        var admission = Admission();
        var reply = await AdmitAsync(ShanghaiCertificate, admission);
        Assert.That(reply.Admission?.VisitNumber, Has.Length.EqualTo(20), () => reply.ToString());
        before.AssertSame(Stored(), ("530000.inbox", 1), ("530000.insured_visit", 1));
    }

    [Test]
    public async Task An_unknown_certificate_is_refused()
    {
        using var unknown = Certify("unknown", TimeProvider.System);
        await AssertRefusedAsync(unknown, Admission(), StatusCode.Unavailable, StatusCode.Internal);
        await Logs.WaitForAsync(1000, unknown.Pin.Text);
    }

    [Test]
    public async Task An_expired_certificate_is_refused()
    {
        await AssertRefusedAsync(ExpiredCertificate, Admission(), StatusCode.Unavailable, StatusCode.Internal);
        await Logs.WaitForAsync(1000, "expired");
    }

    [TestCase("440000"), TestCase("530000"), TestCase("530100"), TestCase("31000"), TestCase("")]
    public async Task A_header_that_speaks_for_another_province_is_refused(string sender)
    {
        var admission = Admission();
        admission.Header.SenderDivision = sender;
        await AssertRefusedAsync(ShanghaiCertificate, admission, StatusCode.PermissionDenied, StatusCode.InvalidArgument);
        await Logs.WaitForAsync(1002, "header.sender_division");
    }

    [TestCase("440000"), TestCase("310000"), TestCase("")]
    public async Task A_request_for_another_province_is_refused(string receiver)
    {
        var admission = Admission();
        admission.Header.ReceiverDivision = receiver;
        await AssertRefusedAsync(ShanghaiCertificate, admission, StatusCode.InvalidArgument);
        await Logs.WaitForAsync(1002, "header.receiver_division");
    }

    [Test]
    public async Task An_id_of_another_province_is_refused()
    {
        var admission = Admission();
        admission.Header.TransactionId = $"440000{admission.Header.TransactionId[6..]}";
        await AssertRefusedAsync(ShanghaiCertificate, admission, StatusCode.InvalidArgument);
        await Logs.WaitForAsync(1002, "header.transaction_id");
    }

    [Test]
    public async Task An_oversized_message_is_refused()
    {
        var admission = Admission();
        admission.Department = new('科', 2 * 1024 * 1024);
        await AssertRefusedAsync(ShanghaiCertificate, admission, StatusCode.ResourceExhausted);
        await Logs.WaitForAsync(1005, "ResourceExhausted");
    }

    [Test]
    public async Task Bytes_that_are_no_message_are_refused()
    {
        // What gRPC logs of it before the node gives it its meaning.
        Logs.ExpectError(GrpcMethodFailed);
        var bytes = new Marshaller<byte[]>(message => message, message => message);
        var method = new Method<byte[], byte[]>(MethodType.Unary, "provincial.exchange.v1.VisitService", "RegisterAdmission", bytes, bytes);
        var before = Stored();
        using var channel = PeerChannel.To(Node, ShanghaiCertificate.Certificate);
        Assert.That(async () => await channel.CreateCallInvoker().AsyncUnaryCall(method, host: null, default, [0x0A, 0xFF]),
            Throws.TypeOf<RpcException>().With.Property(nameof(RpcException.StatusCode)).EqualTo(StatusCode.InvalidArgument));
        before.AssertSame(Stored());
        await Logs.WaitForAsync(1005, "InvalidArgument");
    }

    [Test]
    public async Task An_institution_of_another_province_is_refused_and_only_the_refusal_kept()
    {
        var admission = Admission();
        admission.Institution.Division = "440100";
        var before = Stored();
        var reply = await AdmitAsync(ShanghaiCertificate, admission);
        before.AssertSame(Stored(), ("530000.inbox", 1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reply.Refusal?.Code, Is.EqualTo(RefusalCode.InvalidField));
            Assert.That(reply.Refusal?.Field, Is.EqualTo("institution.division"));
        }
    }

    [Test]
    public async Task Line_counts_that_overflow_are_refused_and_only_the_refusal_kept()
    {
        var charges = new Charges();
        var request = new SettleRequest
        {
            Header = Header(),
            Bill = new Bill
            {
                VisitNumber = "X",
                ServiceDate = "2016-06-16",
                Charges = charges,
                LineCount = 1,
                CategorySums =
                {
                    new CategorySum { FeeCategory = "01", Charges = charges, LineCount = int.MaxValue },
                    new CategorySum { FeeCategory = "02", Charges = charges, LineCount = int.MaxValue },
                },
            },
        };
        var before = Stored();
        using var channel = PeerChannel.To(Node, ShanghaiCertificate.Certificate);
        var reply = await new SettlementService.SettlementServiceClient(channel).SettleAsync(request);
        before.AssertSame(Stored(), ("530000.inbox", 1));
        Assert.That(reply.Refusal?.Field, Is.EqualTo("bill.line_count"));
    }

    private async Task AssertRefusedAsync(NodeCertificate certificate, RegisterAdmissionRequest request, params StatusCode[] statuses)
    {
        var before = Stored();
        Assert.That(async () => await AdmitAsync(certificate, request), Throws.TypeOf<RpcException>().With.Property(nameof(RpcException.StatusCode)).AnyOf([.. statuses.Cast<object>()]));
        before.AssertSame(Stored());
    }

    private async Task<RegisterAdmissionResponse> AdmitAsync(NodeCertificate certificate, RegisterAdmissionRequest request)
    {
        using var channel = PeerChannel.To(Node, certificate.Certificate);
        return await new VisitService.VisitServiceClient(channel).RegisterAdmissionAsync(request);
    }
}
