using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using NUnit.Framework;
using Provincial.Exchange.V1;

namespace ProvincialGateway.Tests.Trust;

/// <summary>What the contract has and this release does not: a peer that asks is told so, and nothing else happens.</summary>
[TestFixture]
internal sealed class UnimplementedTests : TrustTest
{
    private static readonly HashSet<string> Implemented =
    [
        "/provincial.exchange.v1.NodeService/GetNode", "/provincial.exchange.v1.NodeService/Ping", "/provincial.exchange.v1.NodeService/AnnounceStanding", "/provincial.exchange.v1.PersonService/VerifyPerson",
        "/provincial.exchange.v1.VisitService/RegisterAdmission", "/provincial.exchange.v1.VisitService/RegisterDischarge",
        "/provincial.exchange.v1.VisitService/RegisterOutpatient",
        "/provincial.exchange.v1.SettlementService/PreviewSettlement", "/provincial.exchange.v1.SettlementService/Settle",
        "/provincial.exchange.v1.SettlementService/CancelSettlement", "/provincial.exchange.v1.SettlementService/GetTransaction",
        "/provincial.exchange.v1.VisitService/CancelAdmission", "/provincial.exchange.v1.VisitService/CancelDischarge",
        "/provincial.exchange.v1.SettlementService/ReverseTransaction", "/provincial.exchange.v1.FeeDetailService/GetFeeDetailProgress",
        "/provincial.exchange.v1.FilingService/GetFilings", "/provincial.exchange.v1.FilingService/SubmitFiling", "/provincial.exchange.v1.FilingService/CancelFiling",
        "/provincial.exchange.v1.ReconciliationService/GetTotals", "/provincial.exchange.v1.ReconciliationService/GetRangeDigests",
        "/provincial.exchange.v1.ReconciliationService/ListRows", "/provincial.exchange.v1.ReconciliationService/ListInFlight",
        "/provincial.exchange.v1.RecoveryService/GetWatermark", "/provincial.exchange.v1.RecoveryService/ListExchanges", "/provincial.exchange.v1.RecoveryService/GetDetails",
        "/provincial.exchange.v1.PrepaymentService/GetPrepayment", "/provincial.exchange.v1.PrepaymentService/ListPrepaymentEntries",
        "/provincial.exchange.v1.PrepaymentService/RequestTopUp", "/provincial.exchange.v1.PrepaymentService/AnswerTopUp",
        "/provincial.exchange.v1.PrepaymentService/NotifyPrepayment", "/provincial.exchange.v1.PrepaymentService/ConfirmPrepayment",
        "/provincial.exchange.v1.ClearingService/ProposeStatement", "/provincial.exchange.v1.ClearingService/ListStatementRows",
        "/provincial.exchange.v1.ClearingService/ConfirmStatement", "/provincial.exchange.v1.ClearingService/DisputeStatement",
        "/provincial.exchange.v1.ClearingService/GetStatement", "/provincial.exchange.v1.ClearingService/NotifyPayment",
        "/provincial.exchange.v1.ClearingService/ConfirmPayment",
    ];

    // Implemented as well, and one header alone is no stream of it.
    private const string Stream = "/provincial.exchange.v1.FeeDetailService/UploadFeeDetails";

    private static readonly Marshaller<byte[]> Bytes = new(bytes => bytes, bytes => bytes);

    private static IEnumerable<MethodDescriptor> Rpcs => new[]
    {
        NodeReflection.Descriptor, PersonReflection.Descriptor, FilingReflection.Descriptor, VisitReflection.Descriptor, SettlementReflection.Descriptor,
        FeeDetailReflection.Descriptor, ReconciliationReflection.Descriptor, PrepaymentReflection.Descriptor, ClearingReflection.Descriptor, RecoveryReflection.Descriptor,
    }.SelectMany(file => file.Services).SelectMany(service => service.Methods);

    private static IEnumerable<string> NotImplemented => Rpcs.Select(PathOf).Where(path => path != Stream && !Implemented.Contains(path)).Append("/provincial.exchange.v1.NodeService/Reboot").Append("/nobody.v1.Nothing/Ask");

    [TestCaseSource(nameof(NotImplemented))]
    public async Task An_rpc_that_is_not_implemented_says_so_and_stores_nothing(string path)
    {
        var before = Stored();
        var status = await CallAsync(path, new GetNodeRequest { Header = Header() });
        before.AssertSame(Stored());
        Assert.That(status, Is.EqualTo(StatusCode.Unimplemented));
        await Logs.WaitForAsync(1005, path);
    }

    [TestCaseSource(nameof(Implemented))]
    public async Task An_rpc_that_is_implemented_answers(string path) =>
        Assert.That(await CallAsync(path, new GetNodeRequest { Header = Header() }), Is.EqualTo(StatusCode.OK));

    [Test]
    public async Task A_stream_without_its_start_is_out_of_order() =>
        Assert.That(await CallAsync(Stream, new GetNodeRequest { Header = Header() }), Is.EqualTo(StatusCode.InvalidArgument));

    [Test]
    public void The_contract_has_every_rpc_that_is_said_to_be_implemented() => Assert.That(Implemented, Is.SubsetOf(Rpcs.Select(PathOf)));

    // Every request begins with the header, so the bytes of one are a request of any kind.
    private async Task<StatusCode> CallAsync(string path, GetNodeRequest request)
    {
        var parts = path.Split('/');
        var method = new Method<byte[], byte[]>(MethodType.Unary, parts[1], parts[2], Bytes, Bytes);
        using var channel = PeerChannel.To(Node, ShanghaiCertificate.Certificate);
        try
        {
            await channel.CreateCallInvoker().AsyncUnaryCall(method, host: null, default, request.ToByteArray());
            return StatusCode.OK;
        }
        catch (RpcException fault)
        {
            return fault.StatusCode;
        }
    }

    private static string PathOf(MethodDescriptor method) => $"/{method.Service.FullName}/{method.Name}";
}
