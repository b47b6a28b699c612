using ProvincialGateway.Storage;

namespace ProvincialGateway.Network;

/// <summary>
/// Asks again, with the same bytes, for every stored request that was never answered: after a timeout, a cut, or a restart of this node.
/// A repeat is safe because the peer answers a known id from disk. Each peer has a lane of its own, so that one that is slow or down holds up no other;
/// in it a few requests are under way at a time, and only one while the peer is away, so that its return is found out and not stormed.
/// </summary>
internal sealed partial class OutboxResolver(Outbox outbox, PeerDirectory peers, TimeSpan interval, TimeProvider time, ILogger<OutboxResolver> logger) : BackgroundService
{
    /// <summary>Requests to one peer at a time.</summary>
    public const int UnderWayMax = 8;

    private readonly PeerLanes _lanes = new(peers);

    /// <summary>Something may be due: every peer's requests are looked at.</summary>
    public void Wake() => _lanes.Wake();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await BackgroundWork.AttemptAsync(() => outbox.NoteUnlistedAsync(stoppingToken), LogPostponed, logger, stoppingToken);
        await _lanes.RunAsync(interval, time, ServeAsync, stoppingToken);
    }

    private async Task ServeAsync(PeerLane lane, CancellationToken stopping)
    {
        var underWay = new List<Task<bool>>();
        var woken = lane.WaitAsync(stopping);
        try
        {
            while (true)
            {
                await Task.WhenAny([woken, .. underWay]);
                var isToGoOn = underWay.Exists(sent => sent is { IsCompletedSuccessfully: true, Result: true });
                underWay.RemoveAll(sent => sent.IsCompleted);
                if (woken.IsCompleted)
                {
                    await woken;
                    woken = lane.WaitAsync(stopping);
                    isToGoOn = true;
                }
                // After an attempt without an answer the other requests to a peer that is away wait for the next look, or for its return.
                if (isToGoOn || IsAnswering(lane.Peer))
                    await BackgroundWork.AttemptAsync(() => SendDueAsync(lane, underWay, stopping), LogPostponed, logger, stopping);
            }
        }
        finally
        {
            // What came of them is recorded; an attempt that was given up says so.
            await Task.WhenAll((IEnumerable<Task>)underWay).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private async Task SendDueAsync(PeerLane lane, List<Task<bool>> underWay, CancellationToken stopping)
    {
        var peer = lane.Peer;
        if (lane.TakeCameUp())
            await outbox.MakeDueAsync(peer.Entry.Division, stopping);
        await outbox.FreeUnrecordedAsync(stopping);
        // Paused, in maintenance or stopping: no attempt is made and none is counted.
        if (peer.State.Hold is not null)
            return;
        var free = (IsAnswering(peer) ? UnderWayMax : 1) - underWay.Count;
        if (free <= 0)
            return;
        foreach (var row in await outbox.LeaseDueAsync(peer.Entry.Division, free, stopping))
            underWay.Add(SendAsync(row, stopping));
    }

    /// <returns>Whether the peer has answered.</returns>
    private async Task<bool> SendAsync(OutboundRow row, CancellationToken stopping)
    {
        var isAnswered = false;
        await BackgroundWork.AttemptAsync(async () => isAnswered = await outbox.SendAsync(row, stopping), LogPostponed, logger, stopping);
        return isAnswered;
    }

    private static bool IsAnswering(IPeerLink peer) => peer.State.Status is { Availability: not PeerAvailability.Down, Circuit: PeerCircuit.Closed };

    [LoggerMessage(1110, LogLevel.Warning, "Unanswered transactions are not asked for now: {Reason}")]
    private partial void LogPostponed(string reason);
}
