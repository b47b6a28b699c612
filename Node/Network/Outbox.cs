using System.Collections.Concurrent;
using Grpc.Core;
using ProvincialGateway.Configuration;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>What a stored request is about; the value stands in <c>outbound.kind</c>.</summary>
internal enum OutboundKind
{
    /// <summary>Opens a visit: the admission to a stay, or the registration of an outpatient visit.</summary>
    Admission = 1,

    Discharge = 2,
    Settlement = 3,
    SettlementCancellation = 4,
    AdmissionCancellation = 5,
    DischargeCancellation = 6,

    /// <summary>Voids one of the others, whose result the hospital never learned.</summary>
    Reversal = 7,
}

internal enum OutboundState
{
    /// <summary>Stored, perhaps sent, not answered: unknown is a state, and only the peer's answer ends it.</summary>
    Awaiting = 1,

    Answered = 2,

    /// <summary>The peer's door turned it away before anybody looked at it, and no other attempt can have got through.</summary>
    Rejected = 3,

    /// <summary>Answered with something that cannot be true; nothing was applied, an operator has to look.</summary>
    Parked = 4,

    /// <summary>A reversal was answered before it: no answer of its own can change anything any more.</summary>
    Void = 5,
}

/// <summary>Who is asking the peer for a stored request; the value stands in <c>outbound.leased_by</c>.</summary>
internal enum OutboundHolder
{
    /// <summary>Whoever stored it, within the interactive budget.</summary>
    Caller = 1,

    Resolver = 2,
    Operator = 3,
}

/// <summary>A request that is stored with the intent it belongs to.</summary>
internal sealed record OutboundRequest(TransactionId Id, Division Peer, OutboundKind Kind, long VisitId, PeerMethod Method, byte[] Request)
{
    /// <summary>The transaction it undoes; null of an admission, discharge or settlement.</summary>
    public string? OriginalId { get; init; }
}

/// <summary>
/// Persist before send: requests to other provinces are stored in the transaction of the intent they belong to, sent as exactly the stored
/// bytes as often as it takes, and their answers are applied in one transaction with everything they change. One sender per row at a time: who
/// sends holds the row's lease, taken in the transaction that stores the row or makes the attempt, given back in the one that records what came of it.
/// </summary>
internal sealed partial class Outbox(Database database, Vault vault, PeerDirectory peers, IReplyApplier applier, OutboxOptions options, TimeProvider time, ILogger<Outbox> logger)
{
    public const string RequestPurpose = "outbound.request";
    public const string ReplyPurpose = "outbound.reply";

    // A clock that jumps ends leases early: in this process nobody sends what is being sent.
    private readonly ConcurrentDictionary<string, bool> _sending = new();

    // The storage did not take what came of them: nobody holds them, whatever lease and pause stand on disk.
    private readonly ConcurrentDictionary<string, bool> _unrecorded = new();

    /// <summary>Raised after what came of an attempt is committed: what waits for an answer may look.</summary>
    public event EventHandler? Recorded;

    /// <summary>
    /// Stores a request in the caller's transaction, with the lease for the first attempt, which the caller makes at once and which is already counted.
    /// What is stored behind an unanswered request of its visit gets no lease: the resolver sends it when its turn comes.
    /// </summary>
    public void Add(Session session, OutboundRequest request)
    {
        var now = time.NowMs();
        session.ExecuteExpecting(1,
            """
            INSERT INTO outbound (transaction_id, peer, kind, visit_id, service, method, request, state, attempts, prepared_at_ms, original_id,
              next_attempt_at_ms, attempted_at_ms, perhaps_received, leased_by, leased_until_ms)
            SELECT @Id, @Peer, @Kind, @VisitId, @Service, @Name, @Sealed, 1, 1, @now, @OriginalId,
              iif(waits, @now, @Until), iif(waits, NULL, @now), NOT waits, iif(waits, NULL, 1), iif(waits, NULL, @Until)
            FROM (SELECT EXISTS (SELECT 1 FROM outbound e WHERE e.visit_id = @VisitId AND e.state IN (1, 4) AND e.transaction_id IS NOT @OriginalId) AS waits)
            """,
            new
            {
                Id = request.Id.Text,
                Peer = request.Peer.Code,
                Kind = (int)request.Kind,
                request.VisitId,
                request.Method.Service,
                request.Method.Name,
                Sealed = vault.Seal(request.Request, RequestPurpose),
                now,
                Until = now + options.LeaseMs,
                request.OriginalId,
            });
    }

    /// <summary>Applies an answer that the peer gave and this node does not have, in the caller's transaction.</summary>
    /// <param name="transactionId">Of a request that is stored and unanswered.</param>
    /// <returns>Why the answer cannot be true, and nothing was done; null when it is applied.</returns>
    public string? Learn(Session session, string transactionId, byte[] reply)
    {
        if (Find(session, transactionId) is not { State: OutboundState.Awaiting } row)
            return "the request is not unanswered";
        var request = RequestOf(row);
        if (applier.Contradiction(session, row, request, reply) is { } contradiction)
            return contradiction;
        End(session, row, OutboundState.Answered, reply, null);
        applier.Apply(session, row, request, reply);
        return null;
    }

    /// <summary>
    /// Sends a stored request once and records what came of it; returns when that is committed. For whoever took its lease, in the transaction that stored it
    /// or by <see cref="OutboundLeases.TakeForOperator"/>; nothing to do for a row without one.
    /// </summary>
    public async Task SendAsync(string transactionId, CancellationToken cancellation)
    {
        if (database.Read(session => Find(session, transactionId)) is { State: OutboundState.Awaiting, LeasedBy: OutboundHolder.Caller or OutboundHolder.Operator } row)
            await SendAsync(row, cancellation);
    }

    /// <summary>Sends a row whose lease the caller has taken, and records what came of it.</summary>
    /// <returns>Whether the peer has answered.</returns>
    public async Task<bool> SendAsync(OutboundRow row, CancellationToken cancellation)
    {
        if (!_sending.TryAdd(row.TransactionId, true))
            return false;
        try
        {
            var peer = peers.Find(Division.Parse(row.Peer));
            var timesUp = peer?.State.TimesUp;
            var outcome = peer is not null
                ? await peer.CallAsync(new PeerMethod(row.Service, row.Method), vault.Open(row.Request, RequestPurpose), cancellation)
                : new PeerOutcome.Unreachable(Unlisted(row.Peer));
            // The attempt was under way to a peer that was away and is back: its pause would be for an outage that is over.
            var isDueAtOnce = peer?.State.TimesUp != timesUp;
            await database.WriteAsync(session => Record(session, row, outcome, isDueAtOnce), CancellationToken.None);
            Recorded?.Invoke(this, EventArgs.Empty);
            return outcome is PeerOutcome.Answered;
        }
        catch (Exception fault) when (fault is StorageUnavailableException or StorageBusyException)
        {
            _unrecorded[row.TransactionId] = true;
            throw;
        }
        finally
        {
            _sending.TryRemove(row.TransactionId, out _);
        }
    }

    /// <summary>Takes what is due to a peer, oldest first: lease, count and next attempt of all rows in one transaction, which is not begun when nothing is due.</summary>
    public async Task<IReadOnlyList<OutboundRow>> LeaseDueAsync(Division peer, int rowsMax, CancellationToken cancellation) =>
        database.Read(session => OutboundLeases.Due(session, peer, rowsMax: 1, options, time.NowMs())).Count == 0
            ? []
            : await database.WriteAsync(session => OutboundLeases.TakeDue(session, peer, rowsMax, _sending.ContainsKey, options, time.NowMs()), cancellation);

    /// <summary>A peer answers again: nothing waits for its next attempt any longer.</summary>
    public async Task MakeDueAsync(Division peer, CancellationToken cancellation)
    {
        // By portions: a long queue does not hold up the settlements that are made meanwhile.
        while (await database.WriteAsync(session => OutboundLeases.MakeDue(session, peer, options, time.NowMs()), cancellation))
        {
        }
    }

    /// <summary>What was asked for while the storage took nothing is due again, as soon as it does; nothing to do while it does not.</summary>
    public async Task FreeUnrecordedAsync(CancellationToken cancellation)
    {
        var ids = _unrecorded.Keys.Where(id => !_sending.ContainsKey(id)).ToList();
        if (ids.Count == 0 || database.Condition.Cause is not null)
            return;
        await database.WriteAsync(session => OutboundLeases.Free(session, ids, time.NowMs()), cancellation);
        ids.ForEach(id => _unrecorded.TryRemove(id, out _));
    }

    /// <summary>Says on every unanswered row why nobody is asked for it, where its province has left nodes.json.</summary>
    public Task NoteUnlistedAsync(CancellationToken cancellation) => database.WriteAsync(session =>
    {
        foreach (var peer in session.Query<string>("SELECT DISTINCT peer FROM outbound WHERE state = 1").Where(peer => peers.Find(Division.Parse(peer)) is null))
        {
            LogUnlisted(peer);
            session.Execute("UPDATE outbound SET last_error = @reason WHERE peer = @peer AND state = 1", new { peer, reason = Unlisted(peer) });
        }
    }, cancellation);

    public static OutboundRow? Find(Session session, string transactionId) => session.QuerySingleOrDefault<OutboundRow>(
        $"SELECT {OutboundRow.Columns} FROM outbound o WHERE transaction_id = @transactionId", new { transactionId });

    /// <summary>The last request of one kind of a visit, whatever became of it.</summary>
    public static string? LastOf(Session session, long visitId, OutboundKind kind) => session.QuerySingleOrDefault<string?>(
        "SELECT transaction_id FROM outbound WHERE visit_id = @visitId AND kind = @kind ORDER BY rowid DESC LIMIT 1", new { visitId, kind = (int)kind });

    /// <summary>The last request of one kind that undoes a transaction, whatever became of it.</summary>
    public static string? LastUndoing(Session session, string originalId, OutboundKind kind) => session.QuerySingleOrDefault<string?>(
        "SELECT transaction_id FROM outbound WHERE original_id = @originalId AND kind = @kind ORDER BY rowid DESC LIMIT 1", new { originalId, kind = (int)kind });

    /// <summary>Ends an unanswered request that a reversal has decided, in the transaction of the reversal's answer.</summary>
    public static void EndAsVoid(Session session, string transactionId, long nowMs) => session.ExecuteExpecting(1,
        "UPDATE outbound SET state = 5, answered_at_ms = @nowMs, leased_by = NULL, leased_until_ms = NULL WHERE transaction_id = @transactionId AND state IN (1, 4)",
        new { transactionId, nowMs });

    public byte[] RequestOf(OutboundRow row) => RequestOf(row, vault);

    public byte[] ReplyOf(OutboundRow row) => ReplyOf(row, vault);

    public static byte[] RequestOf(OutboundRow row, Vault vault) => vault.Open(row.Request, RequestPurpose);

    public static byte[] ReplyOf(OutboundRow row, Vault vault) => vault.Open(row.Reply ?? throw new InvalidOperationException("The row has no reply."), ReplyPurpose);

    private void Record(Session session, OutboundRow sent, PeerOutcome outcome, bool isDueAtOnce)
    {
        // Asked again: a reversal may have been answered while this was under way.
        if (Find(session, sent.TransactionId) is not { State: OutboundState.Awaiting } row)
        {
            LogVoidMeanwhile(sent.TransactionId);
            return;
        }
        switch (outcome)
        {
            case PeerOutcome.Answered(var reply):
                var request = RequestOf(row);
                var contradiction = applier.Contradiction(session, row, request, reply);
                if (contradiction is not null)
                {
                    LogContradiction(row.TransactionId, row.Peer, contradiction);
                    End(session, row, OutboundState.Parked, reply, contradiction);
                    break;
                }
                End(session, row, OutboundState.Answered, reply, null);
                applier.Apply(session, row, request, reply);
                break;
            // Only when nothing of this id can ever have reached the peer's books: no attempt but this one, which was turned away at the door, can have got there.
            case PeerOutcome.Rejected(var status, var detail) when row.PerhapsReceived == 1:
                LogRejected(row.TransactionId, row.Peer, status, detail);
                End(session, row, OutboundState.Rejected, null, $"{status}: {detail}");
                applier.Reject(session, row);
                break;
            case PeerOutcome.Rejected(var status, var detail):
                StayAwaiting(session, row, $"{status}: {detail}", isReceived: false, isDueAtOnce: false);
                break;
            case PeerOutcome.Unreachable { IsHeld: true, Reason: var reason }:
                LogStillAwaiting(row.TransactionId, row.Peer, reason);
                OutboundLeases.GiveBackUnused(session, sent, reason, options, time.NowMs());
                break;
            case PeerOutcome.Unreachable(var reason):
                StayAwaiting(session, row, reason, isReceived: false, isDueAtOnce);
                break;
            case PeerOutcome.Unknown(var reason):
                StayAwaiting(session, row, reason, isReceived: true, isDueAtOnce);
                break;
            default:
                throw new InvalidOperationException($"Outcome {outcome.GetType().Name} is not handled.");
        }
    }

    private void End(Session session, OutboundRow row, OutboundState state, byte[]? reply, string? error) => session.ExecuteExpecting(1,
        """
        UPDATE outbound SET state = @state, reply = @sealedReply, last_error = @error, answered_at_ms = @now, leased_by = NULL, leased_until_ms = NULL
        WHERE transaction_id = @TransactionId AND state = 1
        """,
        new { state = (int)state, sealedReply = reply is null ? null : vault.Seal(reply, ReplyPurpose), error, now = time.NowMs(), row.TransactionId });

    /// <param name="isReceived">Perhaps; false proves that it is not.</param>
    private void StayAwaiting(Session session, OutboundRow row, string error, bool isReceived, bool isDueAtOnce)
    {
        LogStillAwaiting(row.TransactionId, row.Peer, error);
        session.ExecuteExpecting(1,
            """
            UPDATE outbound SET last_error = @error, leased_by = NULL, leased_until_ms = NULL, perhaps_received = perhaps_received - iif(@isReceived, 0, 1),
              next_attempt_at_ms = iif(@isDueAtOnce, min(next_attempt_at_ms, @now), next_attempt_at_ms)
            WHERE transaction_id = @TransactionId AND state = 1
            """,
            new { error, isReceived, isDueAtOnce, now = time.NowMs(), row.TransactionId });
    }

    private static string Unlisted(string peer) => $"nodes.json 中没有 {peer} / province {peer} is not in nodes.json";

    [LoggerMessage(1101, LogLevel.Warning, "Transaction {TransactionId} to {Peer} is still unanswered: {Reason}. The node goes on asking with the same id.")]
    private partial void LogStillAwaiting(string transactionId, string peer, string reason);

    [LoggerMessage(1102, LogLevel.Warning, "Transaction {TransactionId} was turned away by {Peer} before it was looked at: {Status} {Detail}. Nothing was done on either side.")]
    private partial void LogRejected(string transactionId, string peer, StatusCode status, string detail);

    [LoggerMessage(1103, LogLevel.Error, "Transaction {TransactionId} was answered by {Peer} with figures that cannot be true: {Contradiction}. It is parked, nothing was applied; call the peer. / 应答不可信，已搁置")]
    private partial void LogContradiction(string transactionId, string peer, string contradiction);

    [LoggerMessage(1120, LogLevel.Error, "Province {Peer} is not in nodes.json any more and has unanswered transactions: nobody is asked for them. Put it back; see gateway transactions list. / nodes.json 中已无该省，无法询问")]
    private partial void LogUnlisted(string peer);

    [LoggerMessage(1104, LogLevel.Information, "Transaction {TransactionId} had its end while it was under way, by a reversal or by what a recovery learnt: what came of it changes nothing any more.")]
    private partial void LogVoidMeanwhile(string transactionId);
}

/// <summary>What an answer changes on this side. Runs in the transaction that stores the answer.</summary>
internal interface IReplyApplier
{
    /// <summary>Why the reply cannot be true (not readable, another id, sums that do not add up), or null.</summary>
    string? Contradiction(Session session, OutboundRow row, byte[] request, byte[] reply);

    void Apply(Session session, OutboundRow row, byte[] request, byte[] reply);

    void Reject(Session session, OutboundRow row);
}

/// <summary>How long and how often; from <c>nodes.json</c>.</summary>
internal sealed record OutboxOptions
{
    public static OutboxOptions From(TimeoutOptions timeouts, Func<double> lot) => new()
    {
        InteractiveBudget = timeouts.InteractiveBudget,
        RetryDelay = timeouts.ResolverInterval,
        RetryDelayMax = timeouts.ResolverDelayMax,
        Lot = lot,
    };

    /// <summary>The time an interactive caller waits for an answer.</summary>
    public required TimeSpan InteractiveBudget { get; init; }

    /// <summary>First delay between attempts of the resolver; doubles each time.</summary>
    public required TimeSpan RetryDelay { get; init; }

    public required TimeSpan RetryDelayMax { get; init; }

    /// <summary>What <see cref="BackOff"/> draws by.</summary>
    public Func<double> Lot { get; init; } = BackOff.Draw;

    public BackOff BackOff => new(RetryDelay, RetryDelayMax, Lot);

    /// <summary>How long one attempt may hold a row: no call lasts longer.</summary>
    public long LeaseMs => (long)InteractiveBudget.TotalMilliseconds;

    /// <summary>The latest time that an attempt set now, or before, can have.</summary>
    public long LatestAttemptMs(long nowMs) => nowMs + (long)(RetryDelayMax > InteractiveBudget ? RetryDelayMax : InteractiveBudget).TotalMilliseconds;
}

internal sealed class OutboundRow
{
    /// <summary>Of the table called o.</summary>
    public const string Columns =
        "o.transaction_id, o.peer, o.kind, o.visit_id, o.service, o.method, o.request, o.state, o.reply, o.attempts, o.attempted_at_ms, o.perhaps_received, o.last_error, o.original_id, o.leased_by, o.leased_until_ms";

    public required string TransactionId { get; init; }
    public required string Peer { get; init; }
    public required OutboundKind Kind { get; init; }
    public required long VisitId { get; init; }
    public required string Service { get; init; }
    public required string Method { get; init; }
    public required byte[] Request { get; init; }
    public required OutboundState State { get; init; }
    public byte[]? Reply { get; init; }

    /// <summary>Made, or the first that is yet to be made.</summary>
    public required int Attempts { get; init; }

    /// <summary>When the last was made; null while none was.</summary>
    public long? AttemptedAtMs { get; init; }

    /// <summary>Attempts of which nothing proves that the peer has not received them: one under way, those cut short, those whose end nobody recorded.</summary>
    public required int PerhapsReceived { get; init; }

    public string? LastError { get; init; }
    public string? OriginalId { get; init; }

    /// <summary>Null while nobody asks for it. The lease of one who died ends by itself, or at the node's next start.</summary>
    public OutboundHolder? LeasedBy { get; init; }

    public long? LeasedUntilMs { get; init; }

    /// <summary>It was sent to this rpc.</summary>
    public bool IsOf(PeerMethod method) => (Service, Method) == (method.Service, method.Name);

    /// <summary>No answer of its own has been applied yet.</summary>
    public bool IsOpen => State is OutboundState.Awaiting or OutboundState.Parked;
}
