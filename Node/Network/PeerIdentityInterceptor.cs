using Grpc.Core;
using Grpc.Core.Interceptors;
using Provincial.Exchange.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>
/// The one gate before every service: who calls, may the request's head pass, does the storage take work, and what the caller is told when a service fails. The
/// certificate is judged again for each call, because a connection may outlive it.
/// </summary>
internal sealed class PeerIdentityInterceptor(
    PeerTrust trust, Division self, PeerDoor door, StorageCondition storage, RecoveryGate gate, ILogger<PeerIdentityInterceptor> logger) : Interceptor
{
    private const string HealthPrefix = "/grpc.health.";
    private const string AskedKey = "provincial-gateway.asked";

    /// <summary>Whether a call came as far as this gate; one that did not was not even read.</summary>
    public static bool WasAsked(HttpContext context) => context.Items.ContainsKey(AskedKey);

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) => GuardAsync(context, peer =>
    {
        CheckHeader(request, context, peer);
        return continuation(request, context);
    });

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, peer => continuation(new CheckedStream<TRequest>(this, requestStream, context, peer), context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, async peer =>
        {
            CheckHeader(request, context, peer);
            await continuation(request, responseStream, context);
            return true;
        });

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) => GuardAsync(context, async peer =>
    {
        await continuation(new CheckedStream<TRequest>(this, requestStream, context, peer), responseStream, context);
        return true;
    });

    private async Task<T> GuardAsync<T>(ServerCallContext context, Func<Division, Task<T>> serve)
    {
        var caller = "(unknown)";
        context.GetHttpContext().Items[AskedKey] = true;
        try
        {
            var peer = Identify(context);
            caller = peer.Code;
            using var inside = door.Enter(peer, context.Method);
            PeerIdentity.Set(context, new(peer));
            // Nothing is begun that could not be finished. Probes are answered: they are how others learn of it.
            if (storage.Refusal is { } refusal && !context.Method.StartsWith(HealthPrefix, StringComparison.Ordinal))
                throw refusal;
            await PassAsync(context, peer);
            return await serve(peer);
        }
        catch (NodeRecoveringException fault)
        {
            // As one that an operator has paused: it queues until it is told that this is over.
            NetworkLog.StorageUnavailable(logger, caller, context.Method, fault.Message);
            throw new RpcException(new Status(StatusCode.Unavailable, fault.Message), new TurnedAway(DoorReason.Paused).ToMetadata());
        }
        catch (StorageException fault) when (fault is StorageBusyException or StorageUnavailableException)
        {
            NetworkLog.StorageUnavailable(logger, caller, context.Method, fault.Message);
            throw new RpcException(new Status(StatusCode.Unavailable, fault.Message));
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException && context.CancellationToken.IsCancellationRequested)
        {
            // Nobody waits for this answer any more: the caller has gone or its deadline has passed.
            throw new RpcException(new Status(StatusCode.Cancelled, "对方已放弃等待 / the caller gave up waiting"));
        }
        catch (Exception fault) when (fault is not RpcException)
        {
            NetworkLog.RequestFailed(logger, fault, caller, context.Method);
            throw new RpcException(new Status(StatusCode.Internal,
                $"节点 {self} 内部错误,处理结果未知;请用同一交易流水号查询,并联系该省查看日志 / "
                + $"internal fault of node {self}, outcome unknown; ask with the same transaction id, and have that province look at its log"));
        }
    }

    private void RequireServing() => door.RequireServing();

    /// <summary>A peer may know what this node has forgotten: nothing is decided before that is taken in.</summary>
    private async Task PassAsync(ServerCallContext context, Division peer)
    {
        if (RecoveryGate.IsAlwaysServed(context.Method.Split('/')[1]))
            return;
        // One that cannot be called back is served: a firewall that lets one direction through must not end the dealings.
        await gate.Meet(peer, isCalling: true, context.CancellationToken);
        gate.Require(peer);
    }

    private Division Identify(ServerCallContext context)
    {
        var decision = trust.Decide(context.GetHttpContext().Connection.ClientCertificate);
        return decision.Province
            ?? throw Refuse(context, "(unknown)", new(StatusCode.Unauthenticated, $"{decision.ReasonChinese} / {decision.ReasonEnglish}"));
    }

    private void CheckHeader<TRequest>(TRequest request, ServerCallContext context, Division peer)
    {
        if (request is IExchangeRequest exchange && RequestHeaderRules.Check(exchange.Header, peer, self) is { } refusal)
            throw Refuse(context, peer.Code, refusal);
    }

    private RpcException Refuse(ServerCallContext context, string peer, HeaderRefusal refusal)
    {
        NetworkLog.RequestRefused(logger, peer, context.Peer, context.Method, refusal.Status, refusal.Detail);
        return new(new Status(refusal.Status, refusal.Detail));
    }

    private sealed class CheckedStream<TRequest>(PeerIdentityInterceptor gate, IAsyncStreamReader<TRequest> stream, ServerCallContext context, Division peer)
        : IAsyncStreamReader<TRequest>
        where TRequest : class
    {
        private bool _begun;

        public TRequest Current => stream.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            gate.RequireServing();
            if (!await stream.MoveNext(cancellationToken))
                return false;
            if (!_begun)
                gate.CheckHeader(Current, context, peer);
            else if (Current is IExchangeRequest later && RequestHeaderRules.CheckLater(later.Header) is { } refusal)
                throw gate.Refuse(context, peer.Code, refusal);
            _begun = true;
            return true;
        }
    }
}
