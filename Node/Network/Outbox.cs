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

    /// <summary>The peer's transport turned it away before looking at it, on its first and only attempt.</summary>
    Rejected = 3,

    /// <summary>Answered with something that cannot be true; nothing was applied, an operator has to look.</summary>
    Parked = 4,

    /// <summary>A reversal was answered before it: no answer of its own can change anything any more.</summary>
    Void = 5,
}

/// <summary>A request that is stored with the intent it belongs to.</summary>
internal sealed record OutboundRequest(TransactionId Id, Division Peer, OutboundKind Kind, long VisitId, PeerMethod Method, byte[] Request)
{
    /// <summary>The transaction it undoes; null of an admission, discharge or settlement.</summary>
    public string? OriginalId { get; init; }
}

/// <summary>
/// Persist before send: requests to other provinces are stored in the transaction of the intent they belong to, sent as exactly the stored
/// bytes as often as it takes, and their answers are applied in one transaction with everything they change. One sender per row at a time:
/// the interactive caller and the resolver never hold the same row.
/// </summary>
internal sealed partial class Outbox(Database database, Vault vault, PeerDirectory peers, IReplyApplier applier, OutboxOptions options, TimeProvider time, ILogger<Outbox> logger)
{
    private const string RequestPurpose = "outbound.request";
    private const string ReplyPurpose = "outbound.reply";

    private readonly ConcurrentDictionary<string, bool> _sending = new();

    /// <summary>Raised after what came of an attempt is committed: what waits for an answer may look.</summary>
    public event EventHandler? Recorded;

    /// <summary>Stores a request in the caller's transaction. The first attempt, which the caller makes at once, is already counted.</summary>
    public void Add(Session session, OutboundRequest request)
    {
        var now = time.NowMs();
        session.ExecuteExpecting(1,
            """
            INSERT INTO outbound (transaction_id, peer, kind, visit_id, service, method, request, state, attempts, prepared_at_ms, next_attempt_at_ms, original_id)
            VALUES (@Id, @Peer, @Kind, @VisitId, @Service, @Name, @Sealed, 1, 1, @now, @Next, @OriginalId)
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
                // The interactive attempt has this long before the resolver looks at the row.
                Next = now + (long)options.InteractiveBudget.TotalMilliseconds,
                request.OriginalId,
            });
    }

    /// <summary>Sends a stored request once and records what came of it; returns when that is committed. Nothing to do for an answered row.</summary>
    public async Task SendAsync(string transactionId, CancellationToken cancellation)
    {
        if (!_sending.TryAdd(transactionId, true))
            return;
        try
        {
            if (database.Read(session => Find(session, transactionId)) is not { State: OutboundState.Awaiting } row)
                return;
            var outcome = peers.Find(Division.Parse(row.Peer)) is { } peer
                ? await peer.CallAsync(new PeerMethod(row.Service, row.Method), vault.Open(row.Request, RequestPurpose), cancellation)
                : new PeerOutcome.Unreachable($"province {row.Peer} is not in nodes.json");
            await database.WriteAsync(session => Record(session, row, outcome), CancellationToken.None);
            Recorded?.Invoke(this, EventArgs.Empty);
        }
        finally
        {
            _sending.TryRemove(transactionId, out _);
        }
    }

    /// <summary>
    /// Rows whose next attempt is due, oldest first. What a reversal is under way for waits for it, also when that is parked: sent now, it would be
    /// done to be undone. An attempt that is set later than any rule sets one was set while this node's clock was ahead: it is due now, not when that time comes.
    /// </summary>
    public IReadOnlyList<string> Due(int rowsMax) => database.Read(session => session.Query<string>(
        """
        SELECT o.transaction_id FROM outbound o
        WHERE o.state = 1 AND (o.next_attempt_at_ms <= @now OR o.next_attempt_at_ms > @latest)
          AND NOT EXISTS (SELECT 1 FROM outbound r WHERE r.original_id = o.transaction_id AND r.kind = @Reversal AND r.state IN (1, 4))
        ORDER BY o.next_attempt_at_ms LIMIT @rowsMax
        """,
        new { now = time.NowMs(), latest = options.LatestAttemptMs(time.NowMs()), rowsMax, Reversal = (int)OutboundKind.Reversal }));

    /// <summary>Counts an attempt before it is made and sets when the one after it is due: doubling from the interval up to the cap.</summary>
    public Task BeginRetryAsync(string transactionId, CancellationToken cancellation) => database.WriteAsync(session =>
    {
        var attempts = session.QuerySingleOrDefault<int?>("SELECT attempts FROM outbound WHERE transaction_id = @transactionId AND state = 1", new { transactionId });
        if (attempts is null)
            return;
        var delay = Math.Min(options.RetryDelayMax.TotalMilliseconds, options.RetryDelay.TotalMilliseconds * Math.Pow(2, Math.Min(attempts.Value - 1, 20)));
        session.ExecuteExpecting(1,
            "UPDATE outbound SET attempts = attempts + 1, next_attempt_at_ms = @next WHERE transaction_id = @transactionId AND state = 1",
            new { transactionId, next = time.NowMs() + (long)delay });
    }, cancellation);

    /// <summary>An unanswered request is due now; of a parked one the answer that could not be true is forgotten, and the peer is asked for it once more.</summary>
    /// <exception cref="StorageInvariantException">The request is answered, rejected or void.</exception>
    public void AskAgain(Session session, string transactionId) => session.ExecuteExpecting(1,
        "UPDATE outbound SET state = 1, reply = NULL, answered_at_ms = NULL, next_attempt_at_ms = @now, attempts = attempts + 1 WHERE transaction_id = @transactionId AND state IN (1, 4)",
        new { transactionId, now = time.NowMs() });

    public static OutboundRow? Find(Session session, string transactionId) => session.QuerySingleOrDefault<OutboundRow>(
        """
        SELECT transaction_id, peer, kind, visit_id, service, method, request, state, reply, attempts, last_error, original_id
        FROM outbound WHERE transaction_id = @transactionId
        """,
        new { transactionId });

    /// <summary>The last request of one kind of a visit, whatever became of it.</summary>
    public static string? LastOf(Session session, long visitId, OutboundKind kind) => session.QuerySingleOrDefault<string?>(
        "SELECT transaction_id FROM outbound WHERE visit_id = @visitId AND kind = @kind ORDER BY rowid DESC LIMIT 1", new { visitId, kind = (int)kind });

    /// <summary>The last request of one kind that undoes a transaction, whatever became of it.</summary>
    public static string? LastUndoing(Session session, string originalId, OutboundKind kind) => session.QuerySingleOrDefault<string?>(
        "SELECT transaction_id FROM outbound WHERE original_id = @originalId AND kind = @kind ORDER BY rowid DESC LIMIT 1", new { originalId, kind = (int)kind });

    /// <summary>Ends an unanswered request that a reversal has decided, in the transaction of the reversal's answer.</summary>
    public static void EndAsVoid(Session session, string transactionId, long nowMs) => session.ExecuteExpecting(1,
        "UPDATE outbound SET state = 5, answered_at_ms = @nowMs WHERE transaction_id = @transactionId AND state IN (1, 4)", new { transactionId, nowMs });

    public byte[] RequestOf(OutboundRow row) => RequestOf(row, vault);

    public byte[] ReplyOf(OutboundRow row) => ReplyOf(row, vault);

    public static byte[] RequestOf(OutboundRow row, Vault vault) => vault.Open(row.Request, RequestPurpose);

    public static byte[] ReplyOf(OutboundRow row, Vault vault) => vault.Open(row.Reply ?? throw new InvalidOperationException("The row has no reply."), ReplyPurpose);

    private void Record(Session session, OutboundRow row, PeerOutcome outcome)
    {
        // Asked again: a reversal may have been answered while this was under way.
        if (Find(session, row.TransactionId) is not { State: OutboundState.Awaiting })
        {
            LogVoidMeanwhile(row.TransactionId);
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
            // Only when nothing of this id can ever have reached the peer's books: the one attempt made was turned away at the door.
            case PeerOutcome.Rejected(var status, var detail) when row.Attempts == 1:
                LogRejected(row.TransactionId, row.Peer, status, detail);
                End(session, row, OutboundState.Rejected, null, $"{status}: {detail}");
                applier.Reject(session, row);
                break;
            case PeerOutcome.Rejected(var status, var detail):
                StayAwaiting(session, row, $"{status}: {detail}");
                break;
            case PeerOutcome.Unreachable(var reason):
                StayAwaiting(session, row, reason);
                break;
            case PeerOutcome.Unknown(var reason):
                StayAwaiting(session, row, reason);
                break;
            default:
                throw new InvalidOperationException($"Outcome {outcome.GetType().Name} is not handled.");
        }
    }

    private void End(Session session, OutboundRow row, OutboundState state, byte[]? reply, string? error) => session.ExecuteExpecting(1,
        """
        UPDATE outbound SET state = @state, reply = @sealedReply, last_error = @error, answered_at_ms = @now
        WHERE transaction_id = @TransactionId AND state = 1
        """,
        new { state = (int)state, sealedReply = reply is null ? null : vault.Seal(reply, ReplyPurpose), error, now = time.NowMs(), row.TransactionId });

    private void StayAwaiting(Session session, OutboundRow row, string error)
    {
        LogStillAwaiting(row.TransactionId, row.Peer, error);
        session.ExecuteExpecting(1, "UPDATE outbound SET last_error = @error WHERE transaction_id = @TransactionId AND state = 1", new { error, row.TransactionId });
    }

    [LoggerMessage(1101, LogLevel.Warning, "Transaction {TransactionId} to {Peer} is still unanswered: {Reason}. The node goes on asking with the same id.")]
    private partial void LogStillAwaiting(string transactionId, string peer, string reason);

    [LoggerMessage(1102, LogLevel.Warning, "Transaction {TransactionId} was turned away by {Peer} before it was looked at: {Status} {Detail}. Nothing was done on either side.")]
    private partial void LogRejected(string transactionId, string peer, StatusCode status, string detail);

    [LoggerMessage(1103, LogLevel.Error, "Transaction {TransactionId} was answered by {Peer} with figures that cannot be true: {Contradiction}. It is parked, nothing was applied; call the peer.")]
    private partial void LogContradiction(string transactionId, string peer, string contradiction);

    [LoggerMessage(1104, LogLevel.Information, "Transaction {TransactionId} was reversed while it was under way: what came of it changes nothing any more.")]
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
    public static OutboxOptions From(TimeoutOptions timeouts) => new()
    {
        InteractiveBudget = timeouts.InteractiveBudget,
        RetryDelay = timeouts.ResolverInterval,
        RetryDelayMax = timeouts.ResolverDelayMax,
    };

    /// <summary>The time an interactive caller waits for an answer.</summary>
    public required TimeSpan InteractiveBudget { get; init; }

    /// <summary>First delay between attempts of the resolver; doubles each time.</summary>
    public required TimeSpan RetryDelay { get; init; }

    public required TimeSpan RetryDelayMax { get; init; }

    /// <summary>The latest time that an attempt set now, or before, can have.</summary>
    public long LatestAttemptMs(long nowMs) => nowMs + (long)(RetryDelayMax > InteractiveBudget ? RetryDelayMax : InteractiveBudget).TotalMilliseconds;
}

internal sealed class OutboundRow
{
    public required string TransactionId { get; init; }
    public required string Peer { get; init; }
    public required OutboundKind Kind { get; init; }
    public required long VisitId { get; init; }
    public required string Service { get; init; }
    public required string Method { get; init; }
    public required byte[] Request { get; init; }
    public required OutboundState State { get; init; }
    public byte[]? Reply { get; init; }
    public required int Attempts { get; init; }
    public string? LastError { get; init; }
    public string? OriginalId { get; init; }

    /// <summary>It was sent to this rpc.</summary>
    public bool IsOf(PeerMethod method) => (Service, Method) == (method.Service, method.Name);

    /// <summary>No answer of its own has been applied yet.</summary>
    public bool IsOpen => State is OutboundState.Awaiting or OutboundState.Parked;
}
