using ProvincialGateway.Network;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Treatment;

/// <summary>A row of <c>filing_request</c>.</summary>
internal sealed record FilingRequestRow
{
    public required string TransactionId { get; init; }
    public required string Peer { get; init; }
    public required FilingRequestKind Kind { get; init; }

    /// <summary>Sealed.</summary>
    public required byte[] Request { get; init; }
    public required string RequestedBy { get; init; }

    /// <summary>Never <see cref="OutboundState.Void"/>: a filing is cancelled, not reversed.</summary>
    public required OutboundState State { get; init; }

    /// <summary>Sealed.</summary>
    public byte[]? Reply { get; init; }
    public required int Attempts { get; init; }
    public required long PreparedAtMs { get; init; }
    public required long NextAttemptAtMs { get; init; }
    public long? AnsweredAtMs { get; init; }
    public string? LastError { get; init; }
}

/// <summary>The SQL of filings asked of other provinces. Every method runs in the caller's transaction.</summary>
internal static class FilingRequestStore
{
    private const string Columns =
        "transaction_id, peer, kind, request, requested_by, state, reply, attempts, prepared_at_ms, next_attempt_at_ms, answered_at_ms, last_error";

    // Doubling stops long before it could overflow.
    private const int DoublingsMax = 20;

    public static void Insert(Session session, FilingRequestRow row) => session.ExecuteExpecting(1,
        """
        INSERT INTO filing_request (transaction_id, peer, kind, request, requested_by, state, attempts, prepared_at_ms, next_attempt_at_ms)
        VALUES (@TransactionId, @Peer, @Kind, @Request, @RequestedBy, @State, @Attempts, @PreparedAtMs, @NextAttemptAtMs)
        """,
        new { row.TransactionId, row.Peer, Kind = (int)row.Kind, row.Request, row.RequestedBy, State = (int)row.State, row.Attempts, row.PreparedAtMs, row.NextAttemptAtMs });

    public static FilingRequestRow? Find(Session session, string transactionId) => session.QuerySingleOrDefault<FilingRequestRow>(
        $"SELECT {Columns} FROM filing_request WHERE transaction_id = @transactionId", new { transactionId });

    /// <summary>The latest first.</summary>
    public static List<FilingRequestRow> List(Session session, int rowsMax) => session.Query<FilingRequestRow>(
        $"SELECT {Columns} FROM filing_request ORDER BY rowid DESC LIMIT @rowsMax", new { rowsMax });

    /// <summary>Unanswered requests whose next attempt is due, or was set while the clock was ahead.</summary>
    public static List<string> Due(Session session, OutboxOptions options, long nowMs, int rowsMax) => session.Query<string>(
        "SELECT transaction_id FROM filing_request WHERE state = 1 AND (next_attempt_at_ms <= @nowMs OR next_attempt_at_ms > @latest) ORDER BY next_attempt_at_ms LIMIT @rowsMax",
        new { nowMs, latest = options.LatestAttemptMs(nowMs), rowsMax });

    /// <summary>Counts an attempt before it is made and sets when the one after it is due.</summary>
    public static void BeginRetry(Session session, string transactionId, OutboxOptions options, long nowMs)
    {
        if (Find(session, transactionId) is not { State: OutboundState.Awaiting } row)
            return;
        var delay = Math.Min(options.RetryDelayMax.TotalMilliseconds, options.RetryDelay.TotalMilliseconds * Math.Pow(2, Math.Min(row.Attempts - 1, DoublingsMax)));
        session.ExecuteExpecting(1,
            "UPDATE filing_request SET attempts = attempts + 1, next_attempt_at_ms = @next WHERE transaction_id = @transactionId AND state = 1",
            new { transactionId, next = nowMs + (long)delay });
    }

    public static void End(Session session, FilingRequestRow row, OutboundState state, byte[]? sealedReply, string? error, long nowMs) => session.ExecuteExpecting(1,
        """
        UPDATE filing_request SET state = @state, reply = @sealedReply, last_error = @error, answered_at_ms = @nowMs
        WHERE transaction_id = @TransactionId AND state = 1
        """,
        new { row.TransactionId, state = (int)state, sealedReply, error, nowMs });

    public static void Note(Session session, string transactionId, string error) => session.ExecuteExpecting(1,
        "UPDATE filing_request SET last_error = @error WHERE transaction_id = @transactionId AND state = 1", new { transactionId, error });
}
