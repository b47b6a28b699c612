using System.Threading.Channels;
using Google.Protobuf;
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

    private readonly ExchangeCheck _check = new(self);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Closes the gate and recovers; joins the recovery that is under way.</summary>
    /// <param name="foundBy">The province that knew more than this node.</param>
    public async Task BeginAsync(string foundBy, long? backupTakenAtMs, CancellationToken cancellation)
    {
        // Under way already: the gate is as that one left it.
        if (database.Read(RecoveryStore.UnderWay) is not null)
            return;
        var recovery = await database.WriteAsync(
            session => RecoveryStore.Begin(session, foundBy, backupTakenAtMs, peers.All.Select(peer => peer.Entry.Division), time.NowMs()), cancellation);
        Close(recovery);
        LogBegun(recovery.FoundBy, recovery.BackupTakenAtMs is { } taken ? ChinaTime.FromMs(taken) : null);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>Before anything is served: a recovery that was broken off goes on, and a backup that was restored begins one.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var (known, restored) = database.Read(session => (RecoveryStore.UnderWay(session), RecoveryStore.Restored(session)));
        if (known is { ServedAtMs: not null })
            gate.Open(Barred(known.Id));
        else if (known is not null)
            Close(known);
        else if (restored.IsRestored)
            await BeginAsync("restoration", restored.BackupTakenAtMs, cancellationToken);
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
        var hasTaken = false;
        for (; database.Read(session => RecoveryStore.Next(session, recovery.Id)) is { } next; hasTaken = true)
            await TakeInAsync(next, cancellation);
        foreach (var part in parts.Where(part => part.State is PeerPart.Gathered))
        {
            if (await details.TakeInAsync(Division.Parse(part.Peer), cancellation) is not { } reason)
                continue;
            await NoteAsync(recovery, part.Peer, reason, cancellation);
            return;
        }
        if (hasTaken || recovery.ServedAtMs is null || parts.Exists(part => part is { State: PeerPart.Gathered, Parked: 0 }))
            await ConcludeAsync(recovery, cancellation);
    }

    /// <summary>Pages from the newest backwards, until a page holds nothing this node has forgotten.</summary>
    private async Task GatherAsync(RecoveryRow recovery, RecoveryPeerRow part, CancellationToken cancellation)
    {
        foreach (var direction in (Direction[])[Direction.AskedHere, Direction.AskedThere])
        {
            var cursor = direction is Direction.AskedHere ? part.AskedHere : part.AskedThere;
            while (cursor is not "")
            {
                if (await AskAsync(recovery, part.Peer, direction, cursor ?? "", cancellation) is not { } page)
                    return;
                cursor = await database.WriteAsync(session => Keep(session, recovery, part.Peer, direction, page), cancellation);
            }
        }
        await database.WriteAsync(session => RecoveryStore.Gathered(session, recovery.Id, part.Peer), cancellation);
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

    /// <summary>What of a page was forgotten, and where the next one begins, in one transaction.</summary>
    /// <returns>Empty when there is no need of another.</returns>
    private string Keep(Session session, RecoveryRow recovery, string peer, Direction direction, ExchangePage page)
    {
        var forgotten = page.Exchanges.Where(exchange => !IsKnown(session, direction, exchange.ExchangeTransactionId)).ToList();
        var place = -RecoveryStore.Count(session, recovery.Id, peer);
        foreach (var exchange in forgotten)
            RecoveryStore.Add(session, recovery.Id, RowOf(session, Division.Parse(peer), direction, exchange), --place);
        var next = forgotten.Count == 0 ? "" : page.Next;
        RecoveryStore.SetCursor(session, recovery.Id, peer, direction, next);
        return next;
    }

    private static bool IsKnown(Session session, Direction direction, string id) => RecoveryStore.Holds(session, id)
        || (direction is Direction.AskedHere ? Insured.Inbox.Knows(session, id) : AskedAgain.IsKnown(session, id));

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
    private async Task ConcludeAsync(RecoveryRow recovery, CancellationToken cancellation)
    {
        var hasServed = recovery.ServedAtMs is not null;
        var barred = await database.WriteAsync(session =>
        {
            var now = time.NowMs();
            var parts = RecoveryStore.Peers(session, recovery.Id);
            foreach (var part in parts.Where(part => part.State is PeerPart.Gathered && part.Parked == 0))
                RecoveryStore.TakenIn(session, recovery.Id, part.Peer, now);
            if (!hasServed && parts.Exists(part => part.State is PeerPart.LeftOut))
                IssuedSerials.PassOver(session, ChinaTime.DateOf(ChinaTime.FromMs(now)));
            IssuedSerials.RecordGaps(session, ChinaTime.DateOf(ChinaTime.FromMs(RecoveryStore.FirstAtMs(session) ?? now)));
            RecoveryStore.Serve(session, recovery.Id, now);
            var missing = RecoveryStore.Peers(session, recovery.Id).FindAll(part => part.State is not PeerPart.TakenIn);
            if (missing.Count == 0)
                RecoveryStore.Finish(session, recovery.Id, now);
            return missing.Select(part => Division.Parse(part.Peer)).ToHashSet();
        }, cancellation);
        gate.Open(barred);
        if (!hasServed || barred.Count == 0)
            LogServes(database.Read(session => RecoveryStore.Exchanges(session, recovery.Id)).Count, barred.Count == 0 ? "-" : string.Join(", ", barred.Select(peer => peer.Code)));
    }

    private HashSet<Division> Barred(long id) => database.Read(session => RecoveryStore.Peers(session, id))
        .Where(part => part.State is not PeerPart.TakenIn).Select(part => Division.Parse(part.Peer)).ToHashSet();

    private void Close(RecoveryRow recovery)
    {
        var of = recovery.BackupTakenAtMs is { } taken ? $"{ChinaTime.FromMs(taken):yyyy-MM-dd HH:mm:ss}" : null;
        gate.Close(
            $"本节点数据来自较早的备份{(of is null ? "" : $"（{of}）")}，正向其他省补齐，补齐前不办理业务；稍后请用同一流水号重发",
            $"this node's data are from an older backup{(of is null ? "" : $" of {of}")}; it is recovering from the other provinces and settles nothing until then. Send again later with the same id");
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
