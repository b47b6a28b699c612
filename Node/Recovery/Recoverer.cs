using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Recovery;

/// <summary>
/// Takes in again what this node has forgotten: gathers from every peer what the two exchanged, applies it in the order in which this node had
/// done it, and opens the gate. Every page and every exchange is one transaction, so a node that dies goes on where it was.
/// </summary>
internal sealed partial class Recoverer(
    NodesConfiguration configuration, Division self, Database database, Vault vault, TransactionIdSource ids, PeerDirectory peers, RecoveryGate gate,
    AnsweredAgain answered, AskedAgain asked, ForgottenDetails details, TimeProvider time, ILogger<Recoverer> logger) : BackgroundService
{
    private const int AtOnceMax = 4;

    /// <summary>Ids of a second that were given to hospitals alone, beyond the last one that a peer has seen; nobody makes so many.</summary>
    private const long OwnSerialsUnseen = 1_000_000;

    /// <summary>More than a node gives between a backup and its loss. What a peer shows beyond that is not believed: serials are finite.</summary>
    private const long OwnSerialsForgottenMax = 100_000_000;

    private const string OfOlderRelease =
        "该省节点为旧版，没有恢复服务，不能询问；请待其升级，或用 recovery skip 不等待 / that province's node is of a release without the recovery service and cannot be asked; wait for its upgrade, or recovery skip it";

    private readonly Lock _applying = new();
    private readonly ExchangeCheck _check = new(self);

    // How many parts were gathered since the start, and how many when own serials were passed over: each may hold ids beyond those of the others.
    private int _gathered;
    private int? _gatheredWhenPassedOver;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Closes the gate and recovers, unless that is not so any more. A recovery that is under way begins anew.</summary>
    /// <param name="foundBy">As <see cref="RestorationRow.FoundBy"/>, or the province that knew more than this node.</param>
    /// <param name="isSo">Judged once more in the transaction that begins it.</param>
    public async Task BeginAsync(string foundBy, RestorationRow? restored, Func<Session, bool> isSo, CancellationToken cancellation)
    {
        var recovery = await database.WriteAsync(
            session => isSo(session) ? RecoveryStore.Begin(session, foundBy, restored, peers.All.Select(peer => peer.Entry.Division), time.NowMs()) : null, cancellation);
        if (recovery is null)
            return;
        ApplyStanding();
        LogBegun(recovery.FoundBy, recovery.BackupTakenAtMs is { } taken ? ChinaTime.FromMs(taken) : null);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>Before anything is served: a recovery that was broken off goes on, and a backup that was restored begins one, or its own anew.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        ApplyStanding();
        var (known, restored) = database.Read(session => (RecoveryStore.UnderWay(session), RecoveryStore.Restored(session)));
        if (RecoveryStanding.IsAnew(known, restored))
            await BeginAsync(restored!.FoundBy, restored, _ => true, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var timer = time.CreateTimer(_ => _wake.Writer.TryWrite(true), null, configuration.Timeouts.ResolverInterval, configuration.Timeouts.ResolverInterval);
        try
        {
            do
                await BackgroundWork.AttemptAsync(() => GoOnAsync(stoppingToken), LogPostponed, logger, stoppingToken);
            while (await _wake.Reader.ReadAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is not taken in is at the next start.
        }
    }

    /// <summary>As far as it goes now.</summary>
    private async Task GoOnAsync(CancellationToken cancellation)
    {
        if (database.Read(RecoveryStore.UnderWay) is not { } recovery)
            return;
        var parts = database.Read(session => RecoveryStore.Peers(session, recovery.Id));
        await BackgroundWork.ForEachAsync(parts.Where(part => part.State is PeerPart.Asking or PeerPart.LeftOut), AtOnceMax,
            part => BackgroundWork.AttemptAsync(() => GatherAsync(recovery, part, cancellation), LogPostponed, logger, cancellation), cancellation);
        parts = database.Read(session => RecoveryStore.Peers(session, recovery.Id));
        if (parts.Exists(part => part.State is PeerPart.Asking))
            return;
        await PassOverOwnSerialsAsync(recovery.Id, cancellation);
        var hasTaken = false;
        for (; database.Read(session => RecoveryStore.Next(session, recovery.Id)) is { } next; hasTaken = true)
            await TakeInAsync(next, cancellation);
        var whole = await TakeInDetailsAsync(recovery, [.. parts.Where(part => part.State is PeerPart.Gathered).Select(part => part.Peer)], cancellation);
        // Until it serves, everything of everybody has to be here but of whom an operator does not wait for.
        if (recovery.ServedAtMs is null ? parts.TrueForAll(part => part.State is not PeerPart.Gathered || part.LeftOutBy is not null || whole.Contains(part.Peer))
            : hasTaken || parts.Exists(part => part is { State: PeerPart.Gathered, Parked: 0 } && whole.Contains(part.Peer)))
            await ConcludeAsync(recovery, whole, cancellation);
    }

    /// <summary>Ids that are made from now on are none of those that peers know, whatever the clock says.</summary>
    private async Task PassOverOwnSerialsAsync(long recovery, CancellationToken cancellation)
    {
        // Once for each gathering: else a peer could lead this node to the end of its serials step by step.
        var gathered = Volatile.Read(ref _gathered);
        if (_gatheredWhenPassedOver == gathered)
            return;
        if (database.Read(session => RecoveryStore.LastOwnSerial(session, recovery, TransactionIdSource.Last(session) + OwnSerialsForgottenMax)) is { } last)
            await ids.PassOverAsync(last + OwnSerialsUnseen, cancellation);
        _gatheredWhenPassedOver = gathered;
    }

    /// <returns>The provinces whose lines are all here.</returns>
    private async Task<HashSet<string>> TakeInDetailsAsync(RecoveryRow recovery, IReadOnlyList<string> gathered, CancellationToken cancellation)
    {
        var whole = new HashSet<string>();
        foreach (var peer in gathered)
        {
            if (await details.TakeInAsync(recovery.Id, Division.Parse(peer), cancellation) is { } reason)
                await NoteAsync(recovery, peer, reason, cancellation);
            else
                whole.Add(peer);
        }
        return whole;
    }

    /// <summary>Pages from the newest backwards, until a page holds nothing this node has forgotten.</summary>
    private async Task GatherAsync(RecoveryRow recovery, RecoveryPeerRow part, CancellationToken cancellation)
    {
        foreach (var direction in (Direction[])[Direction.AskedHere, Direction.AskedThere])
        {
            var cursor = part.CursorOf(direction);
            while (cursor is not "")
            {
                if (await AskAsync(recovery, part.Peer, direction, cursor ?? "", cancellation) is not { } page)
                    return;
                var before = cursor;
                cursor = await database.WriteAsync(session => Keep(session, recovery, part.Peer, direction, before, page), cancellation);
                if (cursor is null)
                    return;
            }
        }
        if (!await database.WriteAsync(session => RecoveryStore.Gathered(session, recovery.Id, part.Peer), cancellation))
            return;
        Interlocked.Increment(ref _gathered);
        LogGathered(part.Peer, database.Read(session => RecoveryStore.Count(session, recovery.Id, part.Peer)));
    }

    private async Task<ExchangePage?> AskAsync(RecoveryRow recovery, string peer, Direction direction, string before, CancellationToken cancellation)
    {
        var id = await ids.NextAsync(cancellation);
        var request = new ListExchangesRequest
        {
            Header = RequestHeaders.Create(configuration, id, Division.Parse(peer), "", time.GetUtcNow()),
            // As the peer sees it: what this node asked is "yours" to it.
            Direction = direction is Direction.AskedThere ? ExchangeDirection.AskedByYou : ExchangeDirection.AnsweredByYou,
            Before = before,
        };
        var outcome = peers.Find(Division.Parse(peer)) is { } client
            ? await client.CallAsync(PeerMethod.ListExchanges, request.ToByteArray(), cancellation)
            : new PeerOutcome.Unreachable($"nodes.json 未登记 {peer} / province {peer} is not in nodes.json");
        var (page, reason) = outcome switch
        {
            PeerOutcome.Answered(var reply) => Read(reply, id.Text),
            // It cannot say what it holds, and nobody else can: whether to go on without it is an operator's decision.
            PeerOutcome.Rejected(StatusCode.Unimplemented, _) => (null, OfOlderRelease),
            PeerOutcome.Rejected(var status, var detail) => (null, $"{status}: {detail}"),
            PeerOutcome.Unreachable(var why) => (null, why),
            PeerOutcome.Unknown(var why) => (null, why),
            _ => throw new InvalidOperationException($"Outcome {outcome.GetType().Name} is not handled."),
        };
        if (page is null)
            await NoteAsync(recovery, peer, reason!, cancellation);
        return page;
    }

    private async Task NoteAsync(RecoveryRow recovery, string peer, string reason, CancellationToken cancellation)
    {
        // Said once, not at every attempt.
        if (database.Read(session => RecoveryStore.Peers(session, recovery.Id)).Find(part => part.Peer == peer)?.LastError == reason)
            return;
        LogNotAsked(peer, reason);
        await database.WriteAsync(session => RecoveryStore.NoteError(session, recovery.Id, peer, reason), cancellation);
    }

    private static (ExchangePage? Page, string? Reason) Read(byte[] bytes, string id)
    {
        try
        {
            var reply = ListExchangesResponse.Parser.ParseFrom(bytes);
            return reply.TransactionId != id ? (null, "对方应答了另一流水号 / the peer answered another id")
                : reply.Refusal is { } refusal ? (null, $"{refusal.Code}: {refusal.MessageZh} / {refusal.MessageEn}")
                : reply.Page is { } page && page.Exchanges.Count <= ExchangeBook.ExchangesMax ? (page, null)
                : (null, "对方的应答没有内容或超过上限 / the peer's answer is empty or above the limit");
        }
        catch (InvalidProtocolBufferException)
        {
            return (null, "对方的应答无法识别 / the peer's answer cannot be read");
        }
    }

    /// <summary>
    /// What of a page was forgotten, and where the next one begins, in one transaction. What is merely held is not kept a second time, but says nothing of
    /// the older ones: the recovery that held it may have been broken off between two pages.
    /// </summary>
    /// <returns>Empty when there is no need of another; null when the part was begun anew meanwhile.</returns>
    private string? Keep(Session session, RecoveryRow recovery, string peer, Direction direction, string? before, ExchangePage page)
    {
        var forgotten = page.Exchanges.Where(exchange => !IsInBooks(session, direction, exchange.ExchangeTransactionId)).ToList();
        var next = forgotten.Count == 0 ? "" : page.Next;
        if (!RecoveryStore.SetCursor(session, recovery.Id, peer, direction, before, next))
            return null;
        var place = -RecoveryStore.Count(session, recovery.Id, peer);
        foreach (var exchange in forgotten.Where(exchange => !RecoveryStore.Holds(session, exchange.ExchangeTransactionId)))
            RecoveryStore.Add(session, recovery.Id, RowOf(session, Division.Parse(peer), direction, exchange), --place);
        return next;
    }

    private static bool IsInBooks(Session session, Direction direction, string id) =>
        direction is Direction.AskedHere ? Insured.Inbox.Knows(session, id) : AskedAgain.IsKnown(session, id);

    private RecoveryExchangeRow RowOf(Session session, Division peer, Direction direction, Exchange exchange)
    {
        var (request, reply) = (exchange.Request.ToByteArray(), exchange.Reply.ToByteArray());
        var read = ExchangeMethods.Read(exchange.Method, request, reply);
        var fault = _check.FaultIn(session, peer, direction, exchange.ExchangeTransactionId, read);
        if (fault is not null)
            LogParked(exchange.ExchangeTransactionId, peer.Code, fault.Chinese, fault.English);
        return new RecoveryExchangeRow
        {
            TransactionId = exchange.ExchangeTransactionId,
            Peer = peer.Code,
            Direction = direction,
            Method = exchange.Method,
            AtMs = read is null ? 0 : direction is Direction.AskedHere ? read.Reply.AnsweredAtMs : read.Request.Header?.SentAtMs ?? 0,
            Request = vault.Seal(request, RecoveryStore.RequestPurpose),
            Reply = vault.Seal(reply, RecoveryStore.ReplyPurpose),
            State = fault is null ? ExchangePart.Waiting : ExchangePart.Parked,
            Subject = read is null || fault is not null ? null : ForgottenExchange.SubjectOf(read.Request, read.Reply),
            ClearedFen = read is null || fault is not null ? null : ForgottenExchange.ClearedFenOf(read.Reply),
            NoteZh = fault?.Chinese,
            NoteEn = fault?.English,
        };
    }

    private async Task TakeInAsync(RecoveryExchangeRow row, CancellationToken cancellation)
    {
        if (row.Method == PeerMethod.UploadFeeDetails.Path)
        {
            if (await details.TakeAgainAsync(row, cancellation) is { } still)
                await ParkAsync(row, still, cancellation);
            else
                await database.WriteAsync(session => RecoveryStore.End(session, row.TransactionId, remark: null, time.NowMs()), cancellation);
            return;
        }
        if (ForgottenExchange.Open(row, vault) is not { } exchange)
        {
            await ParkAsync(row, new("请求或应答无法识别", "request or reply cannot be read"), cancellation);
            return;
        }
        // Also of one that was parked and is tried again: an operator's wish makes nothing true.
        if (_check.FaultIn(exchange.Peer, exchange.Direction, exchange.TransactionId, new(exchange.Request, exchange.Reply)) is { } wrong)
        {
            await ParkAsync(row, wrong, cancellation);
            return;
        }
        try
        {
            var remark = exchange.Direction is Direction.AskedThere
                ? await TakeAsync(exchange, session => asked.Take(session, exchange), cancellation)
                : await AnswerAsync(exchange, cancellation);
            if (remark is not null)
                LogDifferent(row.TransactionId, row.Peer, remark.Chinese, remark.English);
        }
        catch (ForgottenStepException why)
        {
            await ParkAsync(row, new(why.Chinese, why.English), cancellation);
        }
        catch (Exception fault) when (fault is not (StorageBusyException or StorageUnavailableException or OperationCanceledException))
        {
            // What another province says must not stop the node, and its content is not for the log.
            await ParkAsync(row, new($"不能按应答入账（{fault.GetType().Name}）；请与对方核对", $"it does not fit this node's books ({fault.GetType().Name}); compare with that province"), cancellation);
        }
    }

    private async Task<Remark?> AnswerAsync(ForgottenExchange exchange, CancellationToken cancellation)
    {
        string difference;
        try
        {
            return await TakeAsync(exchange, session =>
            {
                answered.Decide(session, exchange);
                return null;
            }, cancellation);
        }
        catch (OtherAnswerException other)
        {
            difference = other.Message;
        }
        catch (Exception fault) when (fault is InvalidOperationException or StorageInvariantException)
        {
            difference = fault.GetType().Name;
        }
        return await TakeAsync(exchange, session => answered.Take(session, exchange, difference), cancellation);
    }

    private Task<Remark?> TakeAsync(ForgottenExchange exchange, Func<Session, Remark?> take, CancellationToken cancellation) => database.WriteAsync(session =>
    {
        var remark = take(session);
        RecoveryStore.End(session, exchange.TransactionId, remark, time.NowMs());
        return remark;
    }, cancellation);

    private async Task ParkAsync(RecoveryExchangeRow row, Remark why, CancellationToken cancellation)
    {
        LogParked(row.TransactionId, row.Peer, why.Chinese, why.English);
        await database.WriteAsync(session => RecoveryStore.Park(session, row.TransactionId, why), cancellation);
    }

    /// <summary>Serves again: all provinces but those that were left out or hold something this node could not take in.</summary>
    /// <param name="whole">Whose lines are all here.</param>
    private async Task ConcludeAsync(RecoveryRow recovery, IReadOnlySet<string> whole, CancellationToken cancellation)
    {
        var hasServed = recovery.ServedAtMs is not null;
        var missing = await database.WriteAsync(session => Conclude(session, recovery, whole, hasServed), cancellation);
        ApplyStanding();
        if (missing is not null && (!hasServed || missing.Count == 0))
            LogServes(database.Read(session => RecoveryStore.Exchanges(session, recovery.Id)).Count, missing.Count == 0 ? "-" : string.Join(", ", missing));
    }

    /// <returns>Whose part is still missing; null when it was begun anew meanwhile.</returns>
    private List<string>? Conclude(Session session, RecoveryRow recovery, IReadOnlySet<string> whole, bool hasServed)
    {
        var (now, parts) = (time.NowMs(), RecoveryStore.Peers(session, recovery.Id));
        if (parts.Exists(part => part.State is PeerPart.Asking))
            return null;
        foreach (var part in parts.Where(part => part is { State: PeerPart.Gathered, Parked: 0 } && whole.Contains(part.Peer)))
            RecoveryStore.TakenIn(session, recovery.Id, part.Peer, now);
        if (!hasServed && parts.Exists(part => part.State is PeerPart.LeftOut))
            IssuedSerials.PassOver(session, ChinaTime.DateOf(ChinaTime.FromMs(now)));
        IssuedSerials.RecordGaps(session, ChinaTime.DateOf(ChinaTime.FromMs(RecoveryStore.FirstAtMs(session) ?? now)));
        RecoveryStore.Serve(session, recovery.Id, now);
        var missing = RecoveryStore.Peers(session, recovery.Id).FindAll(part => part.State is not PeerPart.TakenIn).ConvertAll(part => part.Peer);
        if (missing.Count == 0)
            RecoveryStore.Finish(session, recovery.Id, now);
        return missing;
    }

    /// <summary>The gate stands as the books do. One at a time: what was committed last is what counts last.</summary>
    private void ApplyStanding()
    {
        lock (_applying)
        {
            database.Read(session =>
            {
                RecoveryStanding.Apply(session, gate);
                return true;
            });
        }
    }

    [LoggerMessage(5300, LogLevel.Warning, "This node's data are older than what other provinces know (found by {FoundBy}, backup of {BackupTakenAt}). It recovers from them and settles nothing until then; see gateway recovery status. / 本节点数据较旧，正从其他省恢复")]
    private partial void LogBegun(string foundBy, DateTimeOffset? backupTakenAt);

    [LoggerMessage(5301, LogLevel.Warning, "Recovery waits for {Peer}: {Reason}. An operator may leave it out with gateway recovery skip. / 恢复等待该省应答")]
    private partial void LogNotAsked(string peer, string reason);

    [LoggerMessage(5302, LogLevel.Information, "Recovery: {Peer} holds {Exchanges} exchanges that this node had forgotten. / 已取得该省所存往来")]
    private partial void LogGathered(string peer, long exchanges);

    [LoggerMessage(5303, LogLevel.Error, "Recovery: transaction {TransactionId} of {Peer} is parked: {Chinese} / {English} See gateway recovery report.")]
    private partial void LogParked(string transactionId, string peer, string chinese, string english);

    [LoggerMessage(5304, LogLevel.Warning, "Recovery: transaction {TransactionId} of {Peer} was taken in with a remark: {Chinese} / {English}")]
    private partial void LogDifferent(string transactionId, string peer, string chinese, string english);

    [LoggerMessage(5305, LogLevel.Warning, "Recovered: {Exchanges} exchanges were taken in, the node serves. Provinces still barred: {Barred}. See gateway recovery report for what has to be repeated. / 恢复完成，恢复办理业务")]
    private partial void LogServes(int exchanges, string barred);

    [LoggerMessage(5306, LogLevel.Warning, "Recovery does not go on now: {Reason}")]
    private partial void LogPostponed(string reason);
}
