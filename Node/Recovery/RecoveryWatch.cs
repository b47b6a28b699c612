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
/// Asks each peer once after the start what it knows of this node, before the first exchange with it in either direction: a database that was copied
/// back by hand says nothing of itself.
/// </summary>
internal sealed partial class RecoveryWatch(
    NodesConfiguration configuration, Database database, TransactionIdSource ids, PeerDirectory peers, RecoveryGate gate, Recoverer recoverer, TimeProvider time,
    ILogger<RecoveryWatch> logger) : BackgroundService
{
    // A peer that answers does so at once.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // The ports open soon, whoever is silent: with a peer that is not met nothing is exchanged before it is.
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(0.3);

    // A caller that cannot be called back is not asked again for each of its requests.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Division, Meeting> _meetings = new();
    private readonly Lock _serving = new();
    private readonly CancellationTokenSource _stopped = new();
    private volatile Task? _fitToServe;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        gate.Meet = MeetAsync;
        await MeetSoonAsync(peers.All, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopped.CancelAsync();
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(_meetings.Values.Select(meeting => meeting.UnderWay).OfType<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public override void Dispose()
    {
        // A start that failed at a later service is not stopped, only disposed of: no question may outlive the database.
        _stopped.Cancel();
        _stopped.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(configuration.Timeouts.PeerPingInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await MeetAllAsync(peers.All, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private Task<bool[]> MeetAllAsync(IEnumerable<IPeerLink> all, CancellationToken cancellation) => Task.WhenAll(all.Select(
        peer => BackgroundWork.AttemptAsync(() => AskOnceAsync(peer, isCalling: false, cancellation), LogPostponed, logger, cancellation)));

    private async Task MeetSoonAsync(IEnumerable<IPeerLink> all, CancellationToken cancellation) => await ((Task)MeetAllAsync(all, cancellation))
        .WaitAsync(StartPatience, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    private async Task<bool> MeetAsync(Division peer, bool isCalling, CancellationToken cancellation)
    {
        if (peers.Find(peer) is not { } client)
            return true;
        var isMet = await AskOnceAsync(client, isCalling, cancellation);
        if (isCalling && gate.IsOpen)
            await FitToServeAsync(peer).WaitAsync(cancellation);
        return isMet;
    }

    private async Task<bool> AskOnceAsync(IPeerLink peer, bool isCalling, CancellationToken cancellation)
    {
        var meeting = MeetingWith(peer.Entry.Division);
        if (!meeting.IsOver && Begin(meeting, peer, isCalling) is { } underWay)
            await underWay.WaitAsync(cancellation);
        return meeting.IsOver;
    }

    private Meeting MeetingWith(Division peer) => _meetings.GetOrAdd(peer.Province, _ => new Meeting());

    /// <summary>
    /// Once, before the first request is served: whom this node could not ask may hold numbers of today that these data know nothing of. None of them is issued to
    /// another, and what that peer says later can be taken in.
    /// </summary>
    private Task FitToServeAsync(Division caller)
    {
        if (_fitToServe is { IsCompletedSuccessfully: true } done)
            return done;
        lock (_serving)
            return _fitToServe is { IsFaulted: false } underWay ? underWay : _fitToServe = PassOverUnmetAsync(caller);
    }

    private async Task PassOverUnmetAsync(Division caller)
    {
        // The caller was asked just now.
        await MeetSoonAsync(peers.All.Where(peer => peer.Entry.Division != caller.Province), _stopped.Token);
        var unmet = peers.All.Select(peer => peer.Entry.Division).Where(peer => !MeetingWith(peer).IsOver).ToList();
        if (unmet.Count > 0 && await database.WriteAsync(session => IssuedSerials.PassOverUntil(session, time.GetUtcNow()), CancellationToken.None) > 0)
            LogPassedOver(string.Join(", ", unmet));
    }

    /// <returns>Null when there is nothing to ask now. Whoever comes while the peer is asked waits for the same answer.</returns>
    private Task? Begin(Meeting meeting, IPeerLink peer, bool isCalling)
    {
        lock (meeting)
        {
            if (meeting.IsOver)
                return null;
            if (meeting.UnderWay is { IsCompleted: false } underWay)
                return underWay;
            if (isCalling && meeting.CalledAt is { } called && time.GetElapsedTime(called) < Pause)
                return null;
            if (isCalling)
                meeting.CalledAt = time.GetTimestamp();
            return meeting.UnderWay = AskAsync();
        }

        async Task AskAsync()
        {
            try
            {
                meeting.IsOver = await CompareAsync(peer, _stopped.Token);
            }
            catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
            {
                // It is asked after the next start.
            }
        }
    }

    /// <returns>False when the peer could not be asked.</returns>
    private async Task<bool> CompareAsync(IPeerLink peer, CancellationToken cancellation)
    {
        var id = await ids.NextAsync(cancellation);
        var request = new GetWatermarkRequest { Header = RequestHeaders.Create(configuration, id, peer.Entry.Division, "", time.GetUtcNow()) };
        if (await peer.ProbeAsync(PeerMethod.GetWatermark, request.ToByteArray(), Patience, cancellation) is not var (reply, status))
            return false;
        // A release before this service cannot say what it holds: reconciliation finds what it can.
        if (reply is null)
            return status is StatusCode.Unimplemented;
        if (Read(reply, id.Text) is not { } watermark)
            return false;
        if (database.Read(session => Forgotten(session, peer.Entry.Division, watermark)) is { } forgotten)
        {
            LogForgotten(peer.Entry.Division, forgotten);
            await recoverer.BeginAsync(peer.Entry.Division.Code, restored: null, session => Forgotten(session, peer.Entry.Division, watermark) is not null, cancellation);
        }
        return true;
    }

    /// <summary>
    /// What an operator has set aside is in no book, and yet not forgotten. While a recovery is under way, what the peer has not been asked for yet is no
    /// news; what it was asked for, and is not here, is: then the recovery itself came out of an older copy.
    /// </summary>
    private static string? Forgotten(Session session, Division peer, Watermark watermark)
    {
        var part = RecoveryStore.UnderWay(session) is { } recovery ? RecoveryStore.Peers(session, recovery.Id).Find(part => part.Peer == peer.Code) : null;
        return (IsYetToBeAsked(Direction.AskedThere) ? null : watermark.AskedByYou.FirstOrDefault(id => !AskedAgain.IsOnRecord(session, id) && !RecoveryStore.Holds(session, id)))
            ?? (IsYetToBeAsked(Direction.AskedHere) ? null : watermark.AnsweredByYou.FirstOrDefault(id => !Insured.Inbox.Knows(session, id) && !RecoveryStore.Holds(session, id)));

        bool IsYetToBeAsked(Direction direction) => part is not null && part.CursorOf(direction) is null;
    }

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

        /// <summary>When the peer was last asked because it called.</summary>
        public long? CalledAt { get; set; }
    }

    [LoggerMessage(5310, LogLevel.Warning, "Peer {Peer} knows transaction {TransactionId}, which this node does not: its data are older. / 对方知道本节点没有的交易，本节点数据较旧")]
    private partial void LogForgotten(Division peer, string transactionId);

    [LoggerMessage(5311, LogLevel.Warning, "Peers are not asked now what they know of this node: {Reason}")]
    private partial void LogPostponed(string reason);

    [LoggerMessage(5313, LogLevel.Warning, "Served while {Peers} could not be asked what they know of this node: numbers of today that they may hold are passed over. / 部分省尚不能询问，已跳过其可能持有的当日号码")]
    private partial void LogPassedOver(string peers);
}
