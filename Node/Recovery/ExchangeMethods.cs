using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Network;

namespace ProvincialGateway.Recovery;

/// <summary>A request with its answer, both readable.</summary>
internal sealed record ReadExchange(IExchangeRequest Request, IExchangeReply Reply);

/// <summary>The rpcs whose answers are kept, and how their bytes are read.</summary>
internal static class ExchangeMethods
{
    private static readonly Dictionary<string, (MessageParser Request, MessageParser Reply)> OfCare = new()
    {
        [PeerMethod.RegisterAdmission.Path] = (RegisterAdmissionRequest.Parser, RegisterAdmissionResponse.Parser),
        [PeerMethod.RegisterOutpatient.Path] = (RegisterOutpatientRequest.Parser, RegisterOutpatientResponse.Parser),
        [PeerMethod.RegisterDischarge.Path] = (RegisterDischargeRequest.Parser, RegisterDischargeResponse.Parser),
        [PeerMethod.Settle.Path] = (SettleRequest.Parser, SettleResponse.Parser),
        [PeerMethod.CancelSettlement.Path] = (CancelSettlementRequest.Parser, CancelSettlementResponse.Parser),
        [PeerMethod.CancelAdmission.Path] = (CancelAdmissionRequest.Parser, CancelAdmissionResponse.Parser),
        [PeerMethod.CancelDischarge.Path] = (CancelDischargeRequest.Parser, CancelDischargeResponse.Parser),
        [PeerMethod.ReverseTransaction.Path] = (ReverseTransactionRequest.Parser, ReverseTransactionResponse.Parser),
        [PeerMethod.SubmitFiling.Path] = (SubmitFilingRequest.Parser, SubmitFilingResponse.Parser),
        [PeerMethod.CancelFiling.Path] = (CancelFilingRequest.Parser, CancelFilingResponse.Parser),
    };

    /// <param name="path">Full gRPC method.</param>
    /// <returns>Null when this release does not know the method, or the bytes are none of its messages.</returns>
    public static ReadExchange? Read(string path, byte[] request, byte[] reply)
    {
        try
        {
            if (OfCare.TryGetValue(path, out var parsers))
                return new((IExchangeRequest)parsers.Request.ParseFrom(request), (IExchangeReply)parsers.Reply.ParseFrom(reply));
            return AgencySteps.Find(path) is { } step && step.ParseReply(reply) is { } read ? new(step.Parse(request), read) : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <param name="path">Full gRPC method.</param>
    public static PeerMethod MethodOf(string path) => path.Split('/') is ["", var service, var name] ? new(service, name) : throw new ArgumentException("Not a gRPC method.", nameof(path));
}
