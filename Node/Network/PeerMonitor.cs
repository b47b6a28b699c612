using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Network;

/// <summary>
/// Pings every peer at the configured interval, so that an outage is known before a patient waits for it, and so that an open circuit is
/// tried again without one.
/// </summary>
internal sealed class PeerMonitor(PeerDirectory peers, NodesConfiguration configuration, TransactionIdSource ids, TimeProvider time, ILogger<PeerMonitor> logger)
    : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(peers.All.Select(peer => WatchAsync(peer, stoppingToken)));

    private async Task WatchAsync(IPeerLink peer, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(configuration.Timeouts.PeerPingInterval, time);
        try
        {
            do
                await PingAsync(peer, ct);
            while (await timer.WaitForNextTickAsync(ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    // Without storage there is no id to ping with; what the storage has says so, and the next round tries again.
    private Task<bool> PingAsync(IPeerLink peer, CancellationToken ct) => BackgroundWork.AttemptAsync(async () =>
    {
        var id = await ids.NextAsync(ct);
        var ping = new PingRequest
        {
            Header = RequestHeaders.Create(configuration, id, peer.Entry.Division, "", time.GetUtcNow()),
        };
        await peer.CallAsync(PeerMethod.Ping, ping.ToByteArray(), ct);
    }, reason => NetworkLog.PingSkipped(logger, peer.Entry.Division, reason), logger, ct);
}
