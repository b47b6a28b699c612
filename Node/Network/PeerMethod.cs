using Grpc.Core;
using Provincial.Exchange.V1;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace ProvincialGateway.Network;

/// <summary>One rpc of the contract by its names on the wire, e.g. provincial.exchange.v1.SettlementService and Settle.</summary>
internal readonly record struct PeerMethod(string Service, string Name)
{
    public static readonly PeerMethod GetNode = Of(NodeService.Descriptor, nameof(GetNode));
    public static readonly PeerMethod Ping = Of(NodeService.Descriptor, nameof(Ping));
    public static readonly PeerMethod AnnounceStanding = Of(NodeService.Descriptor, nameof(AnnounceStanding));

    public static readonly PeerMethod VerifyPerson = Of(PersonService.Descriptor, nameof(VerifyPerson));

    public static readonly PeerMethod RegisterAdmission = Of(VisitService.Descriptor, nameof(RegisterAdmission));
    public static readonly PeerMethod CancelAdmission = Of(VisitService.Descriptor, nameof(CancelAdmission));
    public static readonly PeerMethod RegisterDischarge = Of(VisitService.Descriptor, nameof(RegisterDischarge));
    public static readonly PeerMethod CancelDischarge = Of(VisitService.Descriptor, nameof(CancelDischarge));
    public static readonly PeerMethod RegisterOutpatient = Of(VisitService.Descriptor, nameof(RegisterOutpatient));

    public static readonly PeerMethod PreviewSettlement = Of(SettlementService.Descriptor, nameof(PreviewSettlement));
    public static readonly PeerMethod Settle = Of(SettlementService.Descriptor, nameof(Settle));
    public static readonly PeerMethod CancelSettlement = Of(SettlementService.Descriptor, nameof(CancelSettlement));
    public static readonly PeerMethod ReverseTransaction = Of(SettlementService.Descriptor, nameof(ReverseTransaction));
    public static readonly PeerMethod GetTransaction = Of(SettlementService.Descriptor, nameof(GetTransaction));

    public static readonly PeerMethod UploadFeeDetails = Of(FeeDetailService.Descriptor, nameof(UploadFeeDetails));
    public static readonly PeerMethod GetFeeDetailProgress = Of(FeeDetailService.Descriptor, nameof(GetFeeDetailProgress));

    public static readonly PeerMethod GetFilings = Of(FilingService.Descriptor, nameof(GetFilings));
    public static readonly PeerMethod SubmitFiling = Of(FilingService.Descriptor, nameof(SubmitFiling));
    public static readonly PeerMethod CancelFiling = Of(FilingService.Descriptor, nameof(CancelFiling));

    public static readonly PeerMethod GetTotals = Of(ReconciliationService.Descriptor, nameof(GetTotals));
    public static readonly PeerMethod GetRangeDigests = Of(ReconciliationService.Descriptor, nameof(GetRangeDigests));
    public static readonly PeerMethod ListRows = Of(ReconciliationService.Descriptor, nameof(ListRows));
    public static readonly PeerMethod ListInFlight = Of(ReconciliationService.Descriptor, nameof(ListInFlight));

    public static readonly PeerMethod GetPrepayment = Of(PrepaymentService.Descriptor, nameof(GetPrepayment));
    public static readonly PeerMethod ListPrepaymentEntries = Of(PrepaymentService.Descriptor, nameof(ListPrepaymentEntries));
    public static readonly PeerMethod RequestTopUp = Of(PrepaymentService.Descriptor, nameof(RequestTopUp));
    public static readonly PeerMethod AnswerTopUp = Of(PrepaymentService.Descriptor, nameof(AnswerTopUp));
    public static readonly PeerMethod NotifyPrepayment = Of(PrepaymentService.Descriptor, nameof(NotifyPrepayment));
    public static readonly PeerMethod ConfirmPrepayment = Of(PrepaymentService.Descriptor, nameof(ConfirmPrepayment));

    public static readonly PeerMethod ProposeStatement = Of(ClearingService.Descriptor, nameof(ProposeStatement));
    public static readonly PeerMethod ListStatementRows = Of(ClearingService.Descriptor, nameof(ListStatementRows));
    public static readonly PeerMethod ConfirmStatement = Of(ClearingService.Descriptor, nameof(ConfirmStatement));
    public static readonly PeerMethod DisputeStatement = Of(ClearingService.Descriptor, nameof(DisputeStatement));
    public static readonly PeerMethod GetStatement = Of(ClearingService.Descriptor, nameof(GetStatement));
    public static readonly PeerMethod NotifyPayment = Of(ClearingService.Descriptor, nameof(NotifyPayment));
    public static readonly PeerMethod ConfirmPayment = Of(ClearingService.Descriptor, nameof(ConfirmPayment));

    public static readonly PeerMethod GetWatermark = Of(RecoveryService.Descriptor, nameof(GetWatermark));
    public static readonly PeerMethod ListExchanges = Of(RecoveryService.Descriptor, nameof(ListExchanges));
    public static readonly PeerMethod GetDetails = Of(RecoveryService.Descriptor, nameof(GetDetails));

    /// <summary>As it stands in a request's path and in TransactionRecord.method.</summary>
    public string Path => $"/{Service}/{Name}";

    /// <exception cref="ArgumentException">The service has no such rpc.</exception>
    public static PeerMethod Of(ServiceDescriptor service, string name) => service.FindMethodByName(name) is { } method
        ? new(service.FullName, method.Name)
        : throw new ArgumentException($"{service.FullName} has no rpc {name}.", nameof(name));

    /// <summary>Bytes in, bytes out: what was stored is what is sent, and what arrived is what is stored.</summary>
    public Method<byte[], byte[]> AsUnary() => new(MethodType.Unary, Service, Name, Bytes, Bytes);

    /// <inheritdoc cref="AsUnary"/>
    public Method<byte[], byte[]> AsClientStream() => new(MethodType.ClientStreaming, Service, Name, Bytes, Bytes);

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(message => message, message => message);

    public override string ToString() => Path;
}
