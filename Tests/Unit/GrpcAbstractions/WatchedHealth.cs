using System.Text;
using System.Threading.Channels;
using Grpc.Core;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ProvincialGateway.Tests.GrpcAbstractions;

/// <summary>How a call looked from inside its handler; the context itself is not valid afterwards.</summary>
internal sealed record SeenCall(string Method, DateTime Deadline, bool IsPeerAuthenticated, IReadOnlyList<Metadata.Entry> Headers)
{
    public string? Header(string key) => Headers.LastOrDefault(entry => entry.Key == key)?.Value;
}

/// <summary>The standard health service: it knows only the server as a whole, and a test makes the changes to watch.</summary>
internal sealed class WatchedHealth : Health.HealthBase
{
    public const string NeverAnswers = "never.v1.Answers";

    private readonly Channel<ServingStatus> _changes = Channel.CreateUnbounded<ServingStatus>();

    public SeenCall? Last { get; private set; }

    /// <summary>Completes when a call to <see cref="NeverAnswers"/> has reached the handler.</summary>
    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the server learns that the caller of <see cref="NeverAnswers"/> is gone.</summary>
    public TaskCompletionSource Abandoned { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask ChangeAsync(ServingStatus status) => _changes.Writer.WriteAsync(status);

    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        Last = new SeenCall(
            context.Method, context.Deadline, context.AuthContext.IsPeerAuthenticated, [.. context.RequestHeaders]);
        if (request.Service == NeverAnswers)
            await AbandonAsync(context.CancellationToken);
        if (request.Service != "")
            throw Unknown(request.Service);
        context.ResponseTrailers.Add("x-answered", "yes");
        return new HealthCheckResponse { Status = ServingStatus.Serving };
    }

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new HealthCheckResponse { Status = ServingStatus.ServiceUnknown });
        await foreach (var status in _changes.Reader.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken);
            if (status == ServingStatus.NotServing)
                return;
        }
    }

    private static RpcException Unknown(string service)
    {
        var trailers = new Metadata
        {
            { "x-next-step", "register the service" },
            { "x-service-bin", Encoding.UTF8.GetBytes(service) },
        };
        return new RpcException(new Status(StatusCode.NotFound, $"未登记的服务 {service}"), trailers);
    }

    private async Task AbandonAsync(CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(() => Abandoned.TrySetResult());
        Waiting.TrySetResult();
        await Abandoned.Task;
    }
}
