using Grpc.Core;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;

namespace ProvincialGateway.Simulation;

/// <summary>
/// What <see cref="PeerClient"/> is over a real network: nothing is sent to a peer that is held, attempts within the interactive budget, pauses between them,
/// a circuit that opens, and an outcome that says no more than is certain.
/// </summary>
internal sealed class SimulatedLink(SimulatedNode from, NodeEntry entry, NodesConfiguration configuration, SimulatedNetwork network, TimeProvider time, ILogger logger) : IPeerLink
{
    private readonly TimeoutOptions _timeouts = configuration.Timeouts;
    private readonly List<(long At, bool Failed)> _sampled = [];
    private long? _brokenUntil;

    public NodeEntry Entry => entry;

    public PeerState State { get; } = new(entry.Division, time, logger);

    public async Task<PeerOutcome> CallAsync(PeerMethod method, byte[] request, CancellationToken ct)
    {
        if (NotToBeSent(method, request) is { } notSent)
            return notSent;
        var (giveUpAt, mayBeProcessed) = (time.GetTimestamp() + _timeouts.InteractiveBudget.Ticks, false);
        for (var attempt = 0; ; attempt++)
        {
            var outcome = await AttemptAsync(method, request, giveUpAt);
            mayBeProcessed |= outcome is PeerOutcome.Unknown;
            var away = (outcome as PeerOutcome.Unreachable)?.TurnedAway;
            var pause = away?.RetryAfter ?? _timeouts.RetryDelay * Math.Pow(2, attempt);
            if (outcome is PeerOutcome.Answered or PeerOutcome.Rejected || away is { Reason: not DoorReason.Busy } || attempt == _timeouts.RetriesMax || time.GetTimestamp() + pause.Ticks >= giveUpAt || ct.IsCancellationRequested)
                return Conclude(outcome, mayBeProcessed);
            await Task.Delay(pause, time, CancellationToken.None);
        }
    }

    public async Task<(byte[]? Reply, StatusCode Status)?> ProbeAsync(PeerMethod method, byte[] request, TimeSpan patience, CancellationToken ct) =>
        await network.SendAsync(from, entry.Division, method, request, patience) switch
        {
            Arrival.Reply(var bytes) => (bytes, StatusCode.OK),
            Arrival.Refused(var status, _, _) when PeerFault.ProvesNothingWasDone(status) => (null, status),
            _ => null,
        };

    public async Task<PeerOutcome> StreamAsync(PeerMethod method, IAsyncEnumerable<byte[]> messages, PeerStreamLimits limits, CancellationToken ct)
    {
        if (NotToBeSent(method, []) is { } notSent)
            return notSent;
        var outcome = OutcomeOf(await network.StreamAsync(from, time, entry.Division, method, messages, limits));
        Note(outcome);
        return outcome;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>What needs no network to be known.</summary>
    private PeerOutcome? NotToBeSent(PeerMethod method, byte[] request)
    {
        // How a peer stands, and what it remembers, is asked and told however it stands.
        if (!RecoveryGate.IsAlwaysServed(method.Service) && State.Hold is { } hold)
            return new PeerOutcome.Unreachable(hold.Text) { IsHeld = true };
        return request.Length > configuration.Limits.MessageBytesMax ? new PeerOutcome.Rejected(StatusCode.ResourceExhausted, $"{request.Length} bytes") : null;
    }

    /// <summary>The last attempt speaks for the call only as far as the earlier ones allow.</summary>
    private static PeerOutcome Conclude(PeerOutcome last, bool mayBeProcessed) => last switch
    {
        PeerOutcome.Rejected or PeerOutcome.Unreachable when mayBeProcessed => new PeerOutcome.Unknown("an earlier attempt may have been processed"),
        _ => last,
    };

    private async Task<PeerOutcome> AttemptAsync(PeerMethod method, byte[] request, long giveUpAt)
    {
        if (_brokenUntil > time.GetTimestamp())
            return new PeerOutcome.Unreachable("the circuit is open");
        // One attempt is let through to try; the others wait for what comes of it.
        var isTrial = _brokenUntil is not null;
        if (isTrial)
            _brokenUntil = long.MaxValue;
        var patience = TimeSpan.FromTicks(Math.Max(1, Math.Min(_timeouts.Attempt.Ticks, giveUpAt - time.GetTimestamp())));
        var outcome = OutcomeOf(await network.SendAsync(from, entry.Division, method, request, patience));
        Note(outcome);
        Sample(outcome is PeerOutcome.Unreachable { TurnedAway: null } or PeerOutcome.Unknown, isTrial);
        return outcome;
    }

    private void Sample(bool failed, bool isTrial)
    {
        var now = time.GetTimestamp();
        if (isTrial)
        {
            _sampled.Clear();
            _brokenUntil = failed ? now + _timeouts.BreakerBreakDuration.Ticks : null;
            return;
        }
        _sampled.RemoveAll(sample => sample.At < now - _timeouts.BreakerSamplingDuration.Ticks);
        _sampled.Add((now, failed));
        if (_sampled.Count >= _timeouts.BreakerMinimumThroughput && _sampled.Count(sample => sample.Failed) >= _timeouts.BreakerFailureRatio * _sampled.Count)
            _brokenUntil ??= now + _timeouts.BreakerBreakDuration.Ticks;
    }

    private static PeerOutcome OutcomeOf(Arrival arrival) => arrival switch
    {
        Arrival.Reply(var bytes) => new PeerOutcome.Answered(bytes),
        Arrival.Refused(var status, var detail, var said) when PeerFault.ForNow(status, said) is { } away => new PeerOutcome.Unreachable(detail) { TurnedAway = away },
        Arrival.Refused(var status, var detail, _) when PeerFault.ProvesNothingWasDone(status) => new PeerOutcome.Rejected(status, detail),
        Arrival.Refused(var status, var detail, _) => new PeerOutcome.Unknown($"{status}: {detail}"),
        Arrival.NotConnected => new PeerOutcome.Unreachable("not connected"),
        Arrival.Cut => new PeerOutcome.Unknown("the connection broke"),
        Arrival.Silence => new PeerOutcome.Unknown("no answer in time"),
        _ => throw new InvalidOperationException($"Arrival {arrival.GetType().Name} is not handled."),
    };

    private void Note(PeerOutcome outcome)
    {
        switch (outcome)
        {
            case PeerOutcome.Answered:
            case PeerOutcome.Rejected { Status: not (StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.FailedPrecondition) }:
                State.Succeeded();
                break;
            case PeerOutcome.Unreachable { TurnedAway: { } away }:
                State.Succeeded();
                State.Heard(away);
                break;
            default:
                State.Failed("simulated");
                break;
        }
    }
}
