using System.Threading.Channels;
using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>
/// Pings every peer at the configured interval, so that an outage is known before a patient waits for it, and so that an open circuit is tried again
/// without one; a peer that was down and has answered, at once. A peer that has come up is asked who it is: from what it speaks follows the release that requests to it are written in.
/// </summary>
internal sealed class PeerMonitor(
    PeerDirectory peers, NodesConfiguration configuration, TransactionIdSource ids, OwnStanding standing, RecoveryGate gate, TimeProvider time, ILogger<PeerMonitor> logger)
    : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(peers.All.Select(peer => WatchAsync(peer, stoppingToken)));

    private async Task WatchAsync(IPeerLink peer, CancellationToken ct)
    {
        var watched = new Watched(peer, gate);
        var interval = configuration.Timeouts.PeerPingInterval;
        await using var timer = time.CreateTimer(_ => watched.Wake(), null, interval, interval);
        try
        {
            do
                await LookAsync(watched, ct);
            while (await watched.WaitAsync(ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The node stops.
        }
        finally
        {
            watched.End();
        }
    }

    // Without storage there is no id to ping with; what the storage has says so, and the next round tries again.
    private Task<bool> LookAsync(Watched watched, CancellationToken ct) => BackgroundWork.AttemptAsync(async () =>
    {
        var peer = watched.Peer;
        peer.State.LookAtHold();
        if (standing.IsDraining)
            return;
        await PingAsync(watched, ct);
        if (peer.State.Status.Availability is PeerAvailability.Up && watched.IsToBeMet())
            await MeetAsync(peer, ct);
        if (watched.TakeLifted())
            await standing.TellAsync(peer, ct);
    }, reason => NetworkLog.PingSkipped(logger, watched.Peer.Entry.Division, reason), logger, ct);

    private async Task PingAsync(Watched watched, CancellationToken ct)
    {
        var peer = watched.Peer;
        var ping = new PingRequest { Header = await HeaderAsync(peer, ct) };
        var (sentAt, started) = (time.GetUtcNow(), time.GetTimestamp());
        if (await peer.CallAsync(PeerMethod.Ping, ping.ToByteArray(), ct) is not PeerOutcome.Answered(var bytes))
            return;
        var roundTrip = time.GetElapsedTime(started);
        if (Read(PingResponse.Parser, bytes, ping.Header) is not { Pong: { } pong } answer)
            return;
        if (answer.AnsweredAtMs is > 0 and < 253_370_764_800_000)
            watched.NoteClock(sentAt, roundTrip, ChinaTime.FromMs(answer.AnsweredAtMs), configuration.Timeouts.ClockSkewWarning, logger);
        await standing.HearAsync(peer.Entry.Division, pong.Standing, ct);
    }

    private async Task MeetAsync(IPeerLink peer, CancellationToken ct)
    {
        var request = new GetNodeRequest { Header = await HeaderAsync(peer, ct) };
        if (await peer.CallAsync(PeerMethod.GetNode, request.ToByteArray(), ct) is not PeerOutcome.Answered(var bytes) || Read(GetNodeResponse.Parser, bytes, request.Header) is not { Node: { } node })
            return;
        var (agreed, known) = (ProtocolRelease.Common(node.ProtocolReleases), peer.State.Information);
        peer.State.Set(new PeerInformation
        {
            Name = node.Name,
            SoftwareRelease = node.SoftwareRelease,
            ProtocolReleases = [.. node.ProtocolReleases],
            CatalogueRelease = node.CatalogueRelease,
            Agreed = agreed,
        });
        // Said once for each change.
        if (agreed == known?.Agreed && known is not null)
            return;
        if (agreed is { } release)
        {
            configuration.Agreed.Agree(peer.Entry.Division, release);
            NetworkLog.ReleaseAgreed(logger, peer.Entry.Division, string.Join(' ', node.ProtocolReleases), release.ToString());
        }
        else
        {
            NetworkLog.ReleaseNotShared(logger, peer.Entry.Division, string.Join(' ', node.ProtocolReleases), string.Join(' ', ProtocolRelease.Spoken));
        }
    }

    private async Task<RequestHeader> HeaderAsync(IPeerLink peer, CancellationToken ct) =>
        RequestHeaders.Create(configuration, await ids.NextAsync(ct), peer.Entry.Division, "", time.GetUtcNow());

    /// <summary>Null for bytes that are no answer to this request: a ping may be repeated, nothing depends on it.</summary>
    private static T? Read<T>(MessageParser<T> parser, byte[] bytes, RequestHeader asked)
        where T : class, IExchangeReply, IMessage<T>
    {
        try
        {
            var reply = parser.ParseFrom(bytes);
            return reply.TransactionId == asked.TransactionId ? reply : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private sealed class Watched
    {
        /// <summary>Rounds. A peer that was upgraded may have been away too shortly for anybody to notice.</summary>
        private const int MetEvery = 30;

        private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        private readonly RecoveryGate _gate;
        private int _cameUp = 1;
        private volatile bool _wasBarred;
        private int _rounds;
        private bool _isSkewed;

        public Watched(IPeerLink peer, RecoveryGate gate)
        {
            (Peer, _gate) = (peer, gate);
            gate.Changed += OnGateChanged;
            OnGateChanged(gate, EventArgs.Empty);
            peer.State.CameUp += OnCameUp;
            peer.State.AnsweredWhileDown += OnAnsweredWhileDown;
        }

        public IPeerLink Peer { get; }

        /// <summary>Who a peer is may have changed: it was away, or it is a while since it was asked.</summary>
        public bool IsToBeMet()
        {
            var isTime = ++_rounds % MetEvery == 0;
            return Interlocked.Exchange(ref _cameUp, 0) == 1 || isTime || Peer.State.Information is null;
        }

        /// <summary>This node did not deal with the peer, and does again: it is to be told. Said once.</summary>
        public bool TakeLifted()
        {
            if (!_wasBarred || IsBarred)
                return false;
            _wasBarred = false;
            return true;
        }

        public void NoteClock(DateTimeOffset sentAt, TimeSpan roundTrip, DateTimeOffset answeredAt, TimeSpan threshold, ILogger logger)
        {
            Peer.State.Clock.Add(sentAt, roundTrip, answeredAt);
            var best = Peer.State.Clock.Best!;
            if (_isSkewed == best.Certain > threshold)
                return;
            _isSkewed = !_isSkewed;
            if (_isSkewed)
                NetworkLog.ClockSkewed(logger, Peer.Entry.Division, (long)best.Offset.TotalMilliseconds, threshold);
            else
                NetworkLog.ClockInOrder(logger, Peer.Entry.Division, (long)best.Offset.TotalMilliseconds);
        }

        /// <summary>The peer is to be looked at.</summary>
        public void Wake() => _wake.Writer.TryWrite(true);

        public async Task<bool> WaitAsync(CancellationToken cancellation) => await _wake.Reader.ReadAsync(cancellation);

        public void End()
        {
            _gate.Changed -= OnGateChanged;
            Peer.State.CameUp -= OnCameUp;
            Peer.State.AnsweredWhileDown -= OnAnsweredWhileDown;
        }

        private bool IsBarred => _gate.WhyBarred(Peer.Entry.Division) is not null;

        private void OnGateChanged(object? sender, EventArgs change)
        {
            if (IsBarred)
                _wasBarred = true;
            else if (_wasBarred)
                Wake();
        }

        private void OnAnsweredWhileDown(object? sender, EventArgs answered) => Wake();

        private void OnCameUp(object? sender, EventArgs up) => Interlocked.Exchange(ref _cameUp, 1);
    }
}
