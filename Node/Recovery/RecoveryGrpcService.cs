using Grpc.Core;
using Provincial.Exchange.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Recovery;

/// <summary>Tells a node what it and this one have exchanged. Served in every state of this node: two nodes may have forgotten at once.</summary>
internal sealed class RecoveryGrpcService(ExchangeBook book, TimeProvider time) : RecoveryService.RecoveryServiceBase
{
    public override Task<GetWatermarkResponse> GetWatermark(GetWatermarkRequest request, ServerCallContext context) => Task.FromResult(new GetWatermarkResponse
    {
        TransactionId = request.Header.TransactionId,
        AnsweredAtMs = time.NowMs(),
        Watermark = book.Watermark(context.Peer().Province),
    });

    public override Task<GetDetailsResponse> GetDetails(GetDetailsRequest request, ServerCallContext context) => Task.FromResult(new GetDetailsResponse
    {
        TransactionId = request.Header.TransactionId,
        AnsweredAtMs = time.NowMs(),
        Details = book.Details(context.Peer().Province, request.SettlementNumber, request.FirstLineNumber),
    });

    public override Task<ListExchangesResponse> ListExchanges(ListExchangesRequest request, ServerCallContext context)
    {
        var reply = new ListExchangesResponse { TransactionId = request.Header.TransactionId, AnsweredAtMs = time.NowMs() };
        if (request.Direction is not (ExchangeDirection.AskedByYou or ExchangeDirection.AnsweredByYou))
            reply.Refusal = InsuredRefusals.InvalidField("direction", "未知的方向", "not a direction");
        else if (book.Page(context.Peer().Province, request.Direction, request.Before) is { } page)
            reply.Page = page;
        else
            reply.Refusal = InsuredRefusals.InvalidField("before", "不是上一页给出的游标", "not a cursor that a page gave");
        return Task.FromResult(reply);
    }
}
