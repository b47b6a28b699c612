using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Recovery;

/// <summary>
/// Asks each peer once after the start what it knows of this node, before anything is served or as soon as the peer is there: a database that
/// was copied back by hand says nothing of itself.
/// </summary>
internal sealed partial class RecoveryWatch(
    NodesConfiguration configuration, Database database, TransactionIdSource ids, PeerDirectory peers, RecoveryGate gate, Recoverer recoverer, TimeProvider time,
    ILogger<RecoveryWatch> logger) : BackgroundService
{
    // A peer that answers does so at once; one that is away must not hold up the start.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // A caller that cannot be called back is not asked again for each of its requests.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Division, Meeting> _meetings = new();

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        gate.Meet = MeetAsync;
        await MeetAllAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(configuration.Timeouts.PeerPingInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await MeetAllAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private Task<bool[]> MeetAllAsync(CancellationToken cancellation) => Task.WhenAll(peers.All.Select(
        peer => BackgroundWork.AttemptAsync(() => MeetAsync(peer.Entry.Division, cancellation), LogPostponed, logger, cancellation)));

    private async Task MeetAsync(Division peer, CancellationToken cancellation)
    {
        if (peers.Find(peer) is not { } client)
            return;
        var meeting = _meetings.GetOrAdd(peer.Province, _ => new Meeting());
        if (Begin(meeting, client) is { } underWay)
            await underWay.WaitAsync(cancellation);
    }

    /// <returns>Null when there is nothing to ask now. Whoever comes while the peer is asked waits for the same answer.</returns>
    private Task? Begin(Meeting meeting, IPeerLink peer)
    {
        lock (meeting)
        {
            if (meeting.IsOver)
                return null;
            if (meeting.UnderWay is { IsCompleted: false } underWay)
                return underWay;
            if (meeting.TriedAt is { } tried && time.GetElapsedTime(tried) < Pause)
                return null;
            meeting.TriedAt = time.GetTimestamp();
            return meeting.UnderWay = AskAsync();
        }

        async Task AskAsync() => meeting.IsOver = await CompareAsync(peer, CancellationToken.None);
    }

    /// <returns>False when the peer could not be asked.</returns>
    private async Task<bool> CompareAsync(IPeerLink peer, CancellationToken cancellation)
    {
        var id = await ids.NextAsync(cancellation);
        var request = new GetWatermarkRequest { Header = RequestHeaders.Create(configuration, id, peer.Entry.Division, "", time.GetUtcNow()) };
        if (await peer.ProbeAsync(PeerMethod.GetWatermark, request.ToByteArray(), Patience, cancellation) is not var (reply, status))
            return false;
        // A release before this service holds nothing against this node.
        if (reply is null)
            return status is StatusCode.Unimplemented;
        if (Read(reply, id.Text) is not { } watermark)
            return false;
        if (database.Read(session => Forgotten(session, watermark)) is { } forgotten)
        {
            LogForgotten(peer.Entry.Division, forgotten);
            await recoverer.BeginAsync(peer.Entry.Division.Code, backupTakenAtMs: null, cancellation);
        }
        return true;
    }

    /// <summary>What an operator has set aside is in no book, and yet not forgotten.</summary>
    private static string? Forgotten(Session session, Watermark watermark) =>
        watermark.AskedByYou.FirstOrDefault(id => !AskedAgain.IsOnRecord(session, id) && !RecoveryStore.Holds(session, id))
        ?? watermark.AnsweredByYou.FirstOrDefault(id => !Insured.Inbox.Knows(session, id) && !RecoveryStore.Holds(session, id));

    private static Watermark? Read(byte[] bytes, string id)
    {
        try
        {
            var reply = GetWatermarkResponse.Parser.ParseFrom(bytes);
            return reply.TransactionId == id ? reply.Watermark : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private sealed class Meeting
    {
        private bool _isOver;

        public bool IsOver
        {
            get => Volatile.Read(ref _isOver);
            set => Volatile.Write(ref _isOver, value);
        }

        public Task? UnderWay { get; set; }

        public long? TriedAt { get; set; }
    }

    [LoggerMessage(5310, LogLevel.Warning, "Peer {Peer} knows transaction {TransactionId}, which this node does not: its data are older. / 对方知道本节点没有的交易，本节点数据较旧")]
    private partial void LogForgotten(Division peer, string transactionId);

    [LoggerMessage(5311, LogLevel.Warning, "Peers are not asked now what they know of this node: {Reason}")]
    private partial void LogPostponed(string reason);
}
