using Grpc.Core;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;

namespace ProvincialGateway.Insured;

/// <summary>The exchange services the insured side implements; the rpcs not overridden here answer UNIMPLEMENTED.</summary>
internal sealed class PersonGrpcService(InsuredAgency agency) : PersonService.PersonServiceBase
{
    public override Task<VerifyPersonResponse> VerifyPerson(VerifyPersonRequest request, ServerCallContext context) =>
        Task.FromResult(agency.VerifyPerson(request));
}

internal sealed class VisitGrpcService(InsuredAgency agency) : VisitService.VisitServiceBase
{
    public override Task<RegisterAdmissionResponse> RegisterAdmission(RegisterAdmissionRequest request, ServerCallContext context) =>
        agency.RegisterAdmissionAsync(request, context.Peer().Province, context.CancellationToken);

    public override Task<RegisterOutpatientResponse> RegisterOutpatient(RegisterOutpatientRequest request, ServerCallContext context) =>
        agency.RegisterOutpatientAsync(request, context.Peer().Province, context.CancellationToken);

    public override Task<RegisterDischargeResponse> RegisterDischarge(RegisterDischargeRequest request, ServerCallContext context) =>
        agency.RegisterDischargeAsync(request, context.Peer().Province, context.CancellationToken);

    public override Task<CancelAdmissionResponse> CancelAdmission(CancelAdmissionRequest request, ServerCallContext context) =>
        agency.CancelAdmissionAsync(request, context.Peer().Province, context.CancellationToken);

    public override Task<CancelDischargeResponse> CancelDischarge(CancelDischargeRequest request, ServerCallContext context) =>
        agency.CancelDischargeAsync(request, context.Peer().Province, context.CancellationToken);
}

internal sealed class FilingGrpcService(FilingAgency agency) : FilingService.FilingServiceBase
{
    public override Task<GetFilingsResponse> GetFilings(GetFilingsRequest request, ServerCallContext context) => Task.FromResult(agency.GetFilings(request));

    public override Task<SubmitFilingResponse> SubmitFiling(SubmitFilingRequest request, ServerCallContext context) =>
        agency.SubmitFilingAsync(request, context.Peer().Province, context.CancellationToken);

    public override Task<CancelFilingResponse> CancelFiling(CancelFilingRequest request, ServerCallContext context) =>
        agency.CancelFilingAsync(request, context.Peer().Province, context.CancellationToken);
}

internal sealed class SettlementGrpcService(InsuredAgency agency) : SettlementService.SettlementServiceBase
{
    public override Task<PreviewSettlementResponse> PreviewSettlement(PreviewSettlementRequest request, ServerCallContext context) =>
        Task.FromResult(agency.PreviewSettlement(request, context.Peer().Province));

    public override Task<SettleResponse> Settle(SettleRequest request, ServerCallContext context) =>
        agency.SettleAsync(request, context.Peer().Province, context.CancellationToken);

    public override Task<CancelSettlementResponse> CancelSettlement(CancelSettlementRequest request, ServerCallContext context) =>
        agency.CancelSettlementAsync(request, context.Peer().Province, context.CancellationToken);

    public override Task<ReverseTransactionResponse> ReverseTransaction(ReverseTransactionRequest request, ServerCallContext context) =>
        agency.ReverseTransactionAsync(request, context.Peer().Province, context.CancellationToken);

    public override Task<GetTransactionResponse> GetTransaction(GetTransactionRequest request, ServerCallContext context) =>
        Task.FromResult(agency.GetTransaction(request, context.Peer().Province));
}

internal sealed class FeeDetailGrpcService(FeeDetailAgency agency, FeeDetailStreams streams) : FeeDetailService.FeeDetailServiceBase
{
    public override Task<UploadFeeDetailsResponse> UploadFeeDetails(IAsyncStreamReader<UploadFeeDetailsRequest> requestStream, ServerCallContext context) =>
        streams.ReceiveAsync(requestStream, context.Peer().Province, context.CancellationToken);

    public override Task<GetFeeDetailProgressResponse> GetFeeDetailProgress(GetFeeDetailProgressRequest request, ServerCallContext context) =>
        Task.FromResult(agency.Progress(request, context.Peer().Province));
}
