using Grpc.Core;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ProvincialGateway.Network;

/// <summary>The standard health protocol, so that ordinary probes work.</summary>
internal sealed class HealthGrpcService(HealthStatuses statuses, IHostApplicationLifetime lifetime) : Health.HealthBase
{
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => statuses.Observe(request.Service).Status is { } status
        ? Task.FromResult(new HealthCheckResponse { Status = status })
        : throw new RpcException(new Status(StatusCode.NotFound, "未知的服务名 / unknown service"));

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        // A watch must not hold up the node's stop.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        ServingStatus? sent = null;
        while (!ended.IsCancellationRequested)
        {
            var (status, changed) = statuses.Observe(request.Service);
            var current = status ?? ServingStatus.ServiceUnknown;
            if (current != sent)
                await responseStream.WriteAsync(new() { Status = current }, ended.Token);
            sent = current;
            await changed.WaitAsync(ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
