using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>
/// How this node stands towards each peer, what peers are told of it at once, and what they tell of themselves. Who has not heard learns it from the next ping.
/// </summary>
internal sealed class OwnStanding(
    NodesConfiguration configuration, Database database, PeerDirectory peers, TransactionIdSource ids, NodeDrain drain, RecoveryGate gate, TimeProvider time,
    ILogger<OwnStanding> logger)
{
    private readonly Lock _reloading = new();
    private Maintenance? _planned = database.Read(session => PeerRecords.Own(session, time.NowMs()));

    /// <summary>Null when nothing is planned or that is over.</summary>
    public Maintenance? Planned => Volatile.Read(ref _planned) is { } planned && time.GetUtcNow() < planned.Until ? planned : null;

    /// <summary>It pings nobody any more: whoever it has told would take it for back.</summary>
    public bool IsDraining => drain.IsDraining;

    public NodeStanding Towards(Division peer) => new()
    {
        // Every release knows a pause, and does what is wanted of one that is barred: it keeps what it has and asks nothing.
        State = drain.IsDraining ? NodeState.Draining : peers.Find(peer)?.State.Pause is not null || gate.WhyBarred(peer) is not null ? NodeState.Paused : NodeState.Serving,
        Maintenance = Planned?.ToMessage(),
    };

    /// <summary>What a command has put on record comes into force, and the peers are told.</summary>
    public async Task ReloadAsync(CancellationToken cancellation)
    {
        // One after the other: an older record must not come into force after a newer one.
        lock (_reloading)
            database.Read(session =>
            {
                Volatile.Write(ref _planned, PeerRecords.Own(session, time.NowMs()));
                foreach (var peer in peers.All)
                    peer.State.Set(PeerRecords.PauseOf(session, peer.Entry.Division));
                return true;
            });
        await TellAsync(cancellation);
    }

    /// <summary>Tells every peer that is not known to be away and takes such news.</summary>
    public Task TellAsync(CancellationToken cancellation) => Task.WhenAll(peers.All.Select(peer => TellAsync(peer, cancellation)));

    /// <summary>Tells one of them.</summary>
    public async Task TellAsync(IPeerLink peer, CancellationToken cancellation)
    {
        if (peer.State.Status.Availability is not PeerAvailability.Down && peer.State.Information?.Agreed is { } agreed && agreed.IsAtLeast(ProtocolRelease.WithStanding))
            await AnnounceAsync(peer, cancellation);
    }

    /// <inheritdoc cref="PeerState.HeardServing"/>
    public void HearPing(Division from) => peers.Find(from)?.State.HeardServing();

    /// <summary>A peer's own word. It is stored when it is about a time to come.</summary>
    public async Task HearAsync(Division from, NodeStanding? standing, CancellationToken cancellation)
    {
        if (peers.Find(from) is not { } peer)
            return;
        var maintenance = Maintenance.Read(standing?.Maintenance);
        if (database.Read(session => PeerRecords.Of(session, from)) != maintenance)
            await database.WriteAsync(session => PeerRecords.Hear(session, from, maintenance, time.NowMs()), cancellation);
        peer.State.Heard(standing?.State switch
        {
            NodeState.Draining => PeerHoldCause.Draining,
            NodeState.Paused => PeerHoldCause.PausedThere,
            _ => null,
        }, maintenance);
    }

    private Task<bool> AnnounceAsync(IPeerLink peer, CancellationToken cancellation) => BackgroundWork.AttemptAsync(async () =>
    {
        var id = await ids.NextAsync(cancellation);
        var request = new AnnounceStandingRequest
        {
            Header = RequestHeaders.Create(configuration, id, peer.Entry.Division, "", time.GetUtcNow()),
            Standing = Towards(peer.Entry.Division),
        };
        if (await peer.CallAsync(PeerMethod.AnnounceStanding, request.ToByteArray(), cancellation) is not PeerOutcome.Answered and var outcome)
            NetworkLog.StandingNotTold(logger, peer.Entry.Division, outcome.ToString());
    }, reason => NetworkLog.StandingNotTold(logger, peer.Entry.Division, reason), logger, cancellation);
}
