using Google.Protobuf;
using Grpc.Core;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Insured;
using ProvincialGateway.Network;
using ProvincialGateway.Reconciliation;
using ProvincialGateway.Recovery;

namespace ProvincialGateway.Simulation;

/// <summary>
/// What a node serves its peers, by the names of the contract, from bytes to bytes: bound from the same service objects as behind Kestrel, and behind the
/// same gate, which judges the caller's certificate and the head of each request.
/// </summary>
internal sealed class ServedMethods : ServiceBinderBase
{
    private readonly Dictionary<string, Func<byte[], ServerCallContext, Task<byte[]>>> _unary = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<IAsyncStreamReader<byte[]>, ServerCallContext, Task<byte[]>>> _streams = new(StringComparer.Ordinal);
    private readonly PeerIdentityInterceptor _gate;

    public ServedMethods(IServiceProvider services)
    {
        _gate = services.GetRequiredService<PeerIdentityInterceptor>();
        NodeService.BindService(this, services.GetRequiredService<NodeGrpcService>());
        PersonService.BindService(this, services.GetRequiredService<PersonGrpcService>());
        VisitService.BindService(this, services.GetRequiredService<VisitGrpcService>());
        SettlementService.BindService(this, services.GetRequiredService<SettlementGrpcService>());
        FilingService.BindService(this, services.GetRequiredService<FilingGrpcService>());
        FeeDetailService.BindService(this, services.GetRequiredService<FeeDetailGrpcService>());
        ReconciliationService.BindService(this, services.GetRequiredService<ReconciliationGrpcService>());
        PrepaymentService.BindService(this, services.GetRequiredService<PrepaymentGrpcService>());
        ClearingService.BindService(this, services.GetRequiredService<ClearingGrpcService>());
        RecoveryService.BindService(this, services.GetRequiredService<RecoveryGrpcService>());
    }

    /// <summary>Paths of what is served, as they stand in a request.</summary>
    public IEnumerable<string> Paths => [.. _unary.Keys, .. _streams.Keys];

    /// <exception cref="RpcException">What the caller is told instead of a reply.</exception>
    public Task<byte[]> CallAsync(PeerMethod method, byte[] request, ServerCallContext context) =>
        _unary.TryGetValue(method.Path, out var serve) ? serve(request, context) : throw Unimplemented(method);

    /// <inheritdoc cref="CallAsync"/>
    public Task<byte[]> StreamAsync(PeerMethod method, IAsyncStreamReader<byte[]> requests, ServerCallContext context) =>
        _streams.TryGetValue(method.Path, out var serve) ? serve(requests, context) : throw Unimplemented(method);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        _unary.Add(method.FullName, async (request, context) => Bytes(await _gate.UnaryServerHandler(Read<TRequest>(request), context, handler!)));

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        _streams.Add(method.FullName, async (requests, context) => Bytes(await _gate.ClientStreamingServerHandler(new Reader<TRequest>(requests), context, handler!)));

    private static RpcException Unimplemented(PeerMethod method) => new(new Status(StatusCode.Unimplemented, $"{method.Path} is not served"));

    private static T Read<T>(byte[] bytes)
        where T : class
    {
        var message = (IMessage)Activator.CreateInstance<T>();
        message.MergeFrom(bytes);
        return (T)message;
    }

    private static byte[] Bytes<T>(T message)
        where T : class => ((IMessage)message).ToByteArray();

    private sealed class Reader<T>(IAsyncStreamReader<byte[]> bytes) : IAsyncStreamReader<T>
        where T : class
    {
        public T Current { get; private set; } = null!;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await bytes.MoveNext(cancellationToken))
                return false;
            Current = Read<T>(bytes.Current);
            return true;
        }
    }
}
