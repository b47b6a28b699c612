using System.Collections.Concurrent;
using Grpc.Core;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>
/// Lets a peer's calls in, or turns them away before anything is looked at: when the node stops, when its operator has paused the peer, when the peer
/// takes more than its share. Whoever is turned away is told that nothing was done and when to come again. What tells how a node stands is let in always.
/// </summary>
internal sealed class PeerDoor(PeerDirectory peers, NodeDrain drain, LimitOptions limits, TimeProvider time, ILogger<PeerDoor> logger)
{
    /// <summary>A flood must not become one of the log.</summary>
    private static readonly TimeSpan LogPause = TimeSpan.FromSeconds(10);

    /// <summary>A probe is asked and answered at any time, and a watch stays open: a peer needs one, or a few while it finds out that one broke.</summary>
    private static readonly CallLimits Watches = new(ConcurrentMax: 4, PerSecondMax: 4);

    private static readonly string NodePrefix = $"/{NodeService.Descriptor.FullName}/", RecoveryPrefix = $"/{RecoveryService.Descriptor.FullName}/", HealthPrefix = $"/{Grpc.Health.V1.Health.Descriptor.FullName}/",
        WatchMethod = $"{HealthPrefix}Watch";

    private readonly CallLimits _calls = new(limits.PeerConcurrentCallsMax, limits.PeerCallsPerSecondMax);

    private readonly ConcurrentDictionary<Division, Share> _shares = new();

    /// <summary>What a peer has under way and was let in or turned away for.</summary>
    public CallCounts CountsOf(Division peer) => _shares.TryGetValue(peer, out var share) ? share.Calls.Counts : default;

    /// <returns>Disposed when the call has ended.</returns>
    /// <exception cref="RpcException">The call is turned away.</exception>
    public IDisposable Enter(Division peer, string method)
    {
        var share = _shares.GetOrAdd(peer, _ => new Share(new CallBudget(_calls, time), new CallBudget(Watches, time)));
        if (method == WatchMethod)
        {
            Take(peer, share, share.Watches, Watches);
            return new Inside(share.Watches, null);
        }
        if (method.StartsWith(HealthPrefix, StringComparison.Ordinal))
            return Inside.Free;
        Take(peer, share, share.Calls, _calls);
        if (method.StartsWith(NodePrefix, StringComparison.Ordinal))
            return new Inside(share.Calls, null);
        // What the two have exchanged is told in any state: nothing is dealt by that.
        if (!method.StartsWith(RecoveryPrefix, StringComparison.Ordinal) && peers.Find(peer)?.State.Pause is { } pause)
        {
            share.Calls.Leave();
            throw Refuse(StatusCode.Unavailable, new(DoorReason.Paused), $"本节点的管理员已暂停与贵省的业务（{pause.Reason}），报文未处理，请排队，恢复后再发",
                $"this node's operator has paused the dealings with your province ({pause.Reason}); nothing was done, queue until they are resumed");
        }
        if (drain.TryEnter())
            return new Inside(share.Calls, drain);
        share.Calls.Leave();
        throw Draining();
    }

    /// <summary>Ends a stream between two messages once the node stops: what it brought is stored.</summary>
    /// <exception cref="RpcException">The node stops.</exception>
    public void RequireServing()
    {
        if (drain.IsDraining)
            throw Draining();
    }

    private void Take(Division peer, Share share, CallBudget budget, CallLimits most)
    {
        if (budget.TryEnter() is not { } retryAfter)
            return;
        if (share.MayLog(time, LogPause))
            NetworkLog.PeerFloods(logger, peer, budget.Counts.TurnedAway, most.ConcurrentMax, most.PerSecondMax);
        throw Refuse(StatusCode.ResourceExhausted, new(DoorReason.Busy, retryAfter),
            $"贵省的请求过多（同时最多 {most.ConcurrentMax} 个，每秒最多 {most.PerSecondMax} 个），报文未处理，请稍后重发同一报文",
            $"your province sends more than its share (at most {most.ConcurrentMax} calls at once, {most.PerSecondMax} a second); nothing was done, send the same bytes later");
    }

    private static RpcException Draining() => Refuse(StatusCode.Unavailable, new(DoorReason.Draining), "本节点正在停止，报文未处理，请排队，恢复后再发",
        "this node is stopping; nothing was done, queue until it is back");

    private static RpcException Refuse(StatusCode status, TurnedAway away, string chinese, string english) => new(new Status(status, $"{chinese} / {english}"), away.ToMetadata());

    private sealed class Share(CallBudget calls, CallBudget watches)
    {
        private long _loggedAt = long.MinValue;

        public CallBudget Calls => calls;

        public CallBudget Watches => watches;

        public bool MayLog(TimeProvider time, TimeSpan pause)
        {
            var (now, last) = (time.GetTimestamp(), Interlocked.Read(ref _loggedAt));
            return (last == long.MinValue || time.GetElapsedTime(last, now) >= pause) && Interlocked.CompareExchange(ref _loggedAt, now, last) == last;
        }
    }

    private sealed class Inside(CallBudget? budget, NodeDrain? drain) : IDisposable
    {
        public static readonly Inside Free = new(null, null);

        public void Dispose()
        {
            drain?.Leave();
            budget?.Leave();
        }
    }
}
