using System.Collections.Concurrent;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>
/// Sends the stored messages of this agency, as exactly the stored bytes and as often as it takes, across restarts of either side, and applies
/// each answer in one transaction with everything it changes. One sender for a message at a time.
/// </summary>
internal sealed partial class ClearingSender(
    NodesConfiguration configuration, Division self, Database database, PeerDirectory peers, BackOff backOff, TimeProvider time, ILogger<ClearingSender> logger) : BackgroundService
{
    private const int RowsMax = 64, AtOnceMax = 4;

    private readonly PeerLanes _lanes = new(peers);
    private readonly ConcurrentDictionary<string, Task> _sending = new();

    /// <summary>Raised after what came of an attempt is committed.</summary>
    public event EventHandler? Recorded;

    /// <summary>Sends a stored message once and returns when what came of it is committed; joins an attempt that is under way.</summary>
    public async Task SendAsync(string transactionId, CancellationToken cancellation)
    {
        var begun = new TaskCompletionSource();
        var running = _sending.GetOrAdd(transactionId, begun.Task);
        if (running != begun.Task)
        {
            await running.WaitAsync(cancellation);
            return;
        }
        try
        {
            await AttemptAsync(transactionId, cancellation);
        }
        finally
        {
            _sending.TryRemove(transactionId, out _);
            begun.SetResult();
            Recorded?.Invoke(this, EventArgs.Empty);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        _lanes.RunAsync(configuration.Timeouts.ResolverInterval, time, ServeAsync, stoppingToken);

    private async Task ServeAsync(PeerLane lane, CancellationToken stopping)
    {
        while (await lane.WaitAsync(stopping))
            await BackgroundWork.AttemptAsync(() => SendDueAsync(lane, stopping), LogPostponed, logger, stopping);
    }

    /// <summary>Applies an answer that the peer gave and this node does not have, in the caller's transaction; one that cannot be true is parked.</summary>
    /// <param name="transactionId">Of a message that is stored and unanswered.</param>
    public void Learn(Session session, string transactionId, byte[] reply) => Apply(
        session, ClearingOutbox.Find(session, transactionId) ?? throw new InvalidOperationException($"Message {transactionId} is not stored."), reply);

    private async Task SendDueAsync(PeerLane lane, CancellationToken cancellation)
    {
        var peer = lane.Peer.Entry.Division;
        if (lane.TakeCameUp())
            await database.WriteAsync(session => ClearingOutbox.MakeDue(session, peer, time.NowMs()), cancellation);
        if (lane.Peer.State.Hold is not null)
            return;
        var due = database.Read(session => ClearingOutbox.Due(session, peer, time.NowMs(), LatestAttemptMs(), RowsMax));
        // Each by itself: an answer that this node cannot take in does not hold up the others.
        await BackgroundWork.ForEachAsync(due, AtOnceMax, id => BackgroundWork.AttemptAsync(() => SendAsync(id, cancellation), LogPostponed, logger, cancellation), cancellation);
    }

    private async Task AttemptAsync(string transactionId, CancellationToken cancellation)
    {
        var row = await database.WriteAsync(
            session => ClearingOutbox.BeginAttempt(session, transactionId, time.NowMs(), PauseAfter) ? ClearingOutbox.Find(session, transactionId) : null, cancellation);
        if (row is null)
            return;
        var outcome = peers.Find(Division.Parse(row.Peer)) is { } peer
            ? await peer.CallAsync(row.Rpc, row.Request, cancellation)
            : new PeerOutcome.Unreachable($"nodes.json 未登记 {row.Peer} / province {row.Peer} is not in nodes.json");
        await database.WriteAsync(session => Record(session, row, outcome), CancellationToken.None);
    }

    private void Record(Session session, AgencyMessageRow row, PeerOutcome outcome)
    {
        var reason = outcome switch
        {
            PeerOutcome.Answered(var reply) => Apply(session, row, reply),
            PeerOutcome.Rejected(var status, var detail) => $"{status}: {detail}",
            PeerOutcome.Unreachable(var why) => why,
            PeerOutcome.Unknown(var why) => why,
            _ => throw new InvalidOperationException($"Outcome {outcome.GetType().Name} is not handled."),
        };
        if (reason is null)
            return;
        LogStillAwaiting(row.Method, row.TransactionId, row.Peer, reason);
        ClearingOutbox.NoteError(session, row.TransactionId, reason);
    }

    /// <returns>Null: the answer, whatever it says, is on record.</returns>
    private string? Apply(Session session, AgencyMessageRow row, byte[] bytes)
    {
        var now = time.NowMs();
        var step = AgencySteps.Find(row.Rpc.Path) ?? throw new InvalidOperationException($"A stored message is of {row.Rpc.Path}, which no step is for.");
        var request = step.Parse(row.Request);
        var reply = step.ParseReply(bytes);
        if (Contradiction(step, row, request, reply) is { } contradiction)
        {
            LogParked(row.Method, row.TransactionId, row.Peer, contradiction);
            ClearingOutbox.End(session, row.TransactionId, AgencyMessageState.Parked, bytes, contradiction, now);
            return null;
        }
        var scope = new AgencyScope { Session = session, Self = self, Partner = Division.Parse(row.Peer), IsSender = true, Options = configuration.Clearing, NowMs = now };
        if (reply!.Refusal is { } refusal)
        {
            LogRefused(row.Method, row.Subject, row.TransactionId, row.Peer, refusal.Code, refusal.MessageZh, refusal.MessageEn);
            ClearingOutbox.End(session, row.TransactionId, AgencyMessageState.Refused, bytes, $"{refusal.Code}: {refusal.MessageZh} / {refusal.MessageEn}", now);
            step.Withdraw(scope, request);
            return null;
        }
        ClearingOutbox.End(session, row.TransactionId, AgencyMessageState.Accepted, bytes, null, now);
        step.Apply(scope, request);
        LogAccepted(row.Method, row.Subject, row.Peer);
        return null;
    }

    private static string? Contradiction(IAgencyStep step, AgencyMessageRow row, IExchangeRequest request, IExchangeReply? reply) => reply switch
    {
        null => "应答不是约定的报文 / the reply is no message of the contract",
        _ when reply.TransactionId != row.TransactionId => "应答的是另一流水号 / the reply is of another transaction id",
        { Refusal: { } refusal } => RefusalFault.In(refusal),
        _ => step.Contradiction(request, reply),
    };

    private long LatestAttemptMs()
    {
        var longest = backOff.Longest > configuration.Timeouts.InteractiveBudget ? backOff.Longest : configuration.Timeouts.InteractiveBudget;
        return time.NowMs() + (long)longest.TotalMilliseconds;
    }

    private TimeSpan PauseAfter(int attempts) => attempts == 0 ? configuration.Timeouts.InteractiveBudget : backOff.After(attempts);

    [LoggerMessage(5101, LogLevel.Warning, "{Method} {TransactionId} to {Peer} is still unanswered: {Reason}. The node goes on with the same id.")]
    private partial void LogStillAwaiting(string method, string transactionId, string peer, string reason);

    [LoggerMessage(5102, LogLevel.Warning, "{Method} about {Subject} ({TransactionId}) was refused by {Peer}: {Code} {Chinese} {English}")]
    private partial void LogRefused(string method, string subject, string transactionId, string peer, RefusalCode code, string chinese, string english);

    [LoggerMessage(5103, LogLevel.Error, "{Method} {TransactionId} was answered by {Peer} with what cannot be true: {Contradiction}. It is parked, nothing was applied; call the peer. / 应答不可信，已搁置")]
    private partial void LogParked(string method, string transactionId, string peer, string contradiction);

    [LoggerMessage(5104, LogLevel.Information, "{Method} about {Subject} was accepted by {Peer}.")]
    private partial void LogAccepted(string method, string subject, string peer);

    [LoggerMessage(5105, LogLevel.Warning, "Messages of prepayment and clearing are not sent now: {Reason}")]
    private partial void LogPostponed(string reason);
}
