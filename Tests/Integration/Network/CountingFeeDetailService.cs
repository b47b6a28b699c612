using Grpc.Core;
using Provincial.Exchange.V1;

namespace ProvincialGateway.Tests.Network;

/// <summary>Reads a client stream to its end.</summary>
internal sealed class CountingFeeDetailService : FeeDetailService.FeeDetailServiceBase
{
    public override async Task<UploadFeeDetailsResponse> UploadFeeDetails(IAsyncStreamReader<UploadFeeDetailsRequest> requestStream, ServerCallContext context)
    {
        var count = 0;
        while (await requestStream.MoveNext(context.CancellationToken))
            count++;
        return new() { Progress = new() { LineCount = count } };
    }
}
