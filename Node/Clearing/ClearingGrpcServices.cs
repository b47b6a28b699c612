using Grpc.Core;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;

namespace ProvincialGateway.Clearing;

/// <summary>The prepayment between this province and the one that asks.</summary>
internal sealed class PrepaymentGrpcService(ClearingAgency agency) : PrepaymentService.PrepaymentServiceBase
{
    public override Task<GetPrepaymentResponse> GetPrepayment(GetPrepaymentRequest request, ServerCallContext context) =>
        Task.FromResult(agency.Read(request.Header, context.Peer().Province, scope => ClearingQuestions.Prepayment(scope, request)));

    public override Task<ListPrepaymentEntriesResponse> ListPrepaymentEntries(ListPrepaymentEntriesRequest request, ServerCallContext context) =>
        Task.FromResult(agency.Read(request.Header, context.Peer().Province, scope => ClearingQuestions.Entries(scope, request)));

    public override Task<RequestTopUpResponse> RequestTopUp(RequestTopUpRequest request, ServerCallContext context) =>
        agency.AnswerAsync(AgencySteps.RequestTopUp, request, context.Peer().Province, context.CancellationToken);

    public override Task<AnswerTopUpResponse> AnswerTopUp(AnswerTopUpRequest request, ServerCallContext context) =>
        agency.AnswerAsync(AgencySteps.AnswerTopUp, request, context.Peer().Province, context.CancellationToken);

    public override Task<NotifyPrepaymentResponse> NotifyPrepayment(NotifyPrepaymentRequest request, ServerCallContext context) =>
        agency.AnswerAsync(AgencySteps.NotifyPrepayment, request, context.Peer().Province, context.CancellationToken);

    public override Task<ConfirmPrepaymentResponse> ConfirmPrepayment(ConfirmPrepaymentRequest request, ServerCallContext context) =>
        agency.AnswerAsync(AgencySteps.ConfirmPrepayment, request, context.Peer().Province, context.CancellationToken);
}

/// <summary>The statements and payments between this province and the one that asks.</summary>
internal sealed class ClearingGrpcService(ClearingAgency agency) : ClearingService.ClearingServiceBase
{
    public override Task<ProposeStatementResponse> ProposeStatement(ProposeStatementRequest request, ServerCallContext context) =>
        agency.AnswerAsync(AgencySteps.ProposeStatement, request, context.Peer().Province, context.CancellationToken);

    public override Task<ListStatementRowsResponse> ListStatementRows(ListStatementRowsRequest request, ServerCallContext context) =>
        Task.FromResult(agency.Read(request.Header, context.Peer().Province, scope => ClearingQuestions.Rows(scope, request)));

    public override Task<ConfirmStatementResponse> ConfirmStatement(ConfirmStatementRequest request, ServerCallContext context) =>
        agency.AnswerAsync(AgencySteps.ConfirmStatement, request, context.Peer().Province, context.CancellationToken);

    public override Task<DisputeStatementResponse> DisputeStatement(DisputeStatementRequest request, ServerCallContext context) =>
        agency.AnswerAsync(AgencySteps.DisputeStatement, request, context.Peer().Province, context.CancellationToken);

    public override Task<GetStatementResponse> GetStatement(GetStatementRequest request, ServerCallContext context) =>
        Task.FromResult(agency.Read(request.Header, context.Peer().Province, scope => ClearingQuestions.Statement(scope, request)));

    public override Task<NotifyPaymentResponse> NotifyPayment(NotifyPaymentRequest request, ServerCallContext context) =>
        agency.AnswerAsync(AgencySteps.NotifyPayment, request, context.Peer().Province, context.CancellationToken);

    public override Task<ConfirmPaymentResponse> ConfirmPayment(ConfirmPaymentRequest request, ServerCallContext context) =>
        agency.AnswerAsync(AgencySteps.ConfirmPayment, request, context.Peer().Province, context.CancellationToken);
}
