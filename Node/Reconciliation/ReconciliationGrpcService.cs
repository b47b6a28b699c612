using Grpc.Core;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;

namespace ProvincialGateway.Reconciliation;

/// <summary>Answers either side of a ledger.</summary>
internal sealed class ReconciliationGrpcService(LedgerAnswers answers) : ReconciliationService.ReconciliationServiceBase
{
    public override Task<GetTotalsResponse> GetTotals(GetTotalsRequest request, ServerCallContext context) =>
        Task.FromResult(answers.Totals(request, context.Peer().Province));

    public override Task<GetRangeDigestsResponse> GetRangeDigests(GetRangeDigestsRequest request, ServerCallContext context) =>
        Task.FromResult(answers.RangeDigests(request, context.Peer().Province));

    public override Task<ListRowsResponse> ListRows(ListRowsRequest request, ServerCallContext context) =>
        Task.FromResult(answers.Rows(request, context.Peer().Province));

    public override Task<ListInFlightResponse> ListInFlight(ListInFlightRequest request, ServerCallContext context) =>
        Task.FromResult(answers.InFlight(request, context.Peer().Province));
}
