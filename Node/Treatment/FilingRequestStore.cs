using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

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

    /// <summary>Made, or the first that is yet to be made.</summary>
    public required int Attempts { get; init; }

    /// <summary>When the last was made; null while none was.</summary>
    public long? AttemptedAtMs { get; init; }

    /// <inheritdoc cref="OutboundRow.PerhapsReceived"/>
    public required int PerhapsReceived { get; init; }
    public required long PreparedAtMs { get; init; }
    public required long NextAttemptAtMs { get; init; }
    public long? AnsweredAtMs { get; init; }
    public string? LastError { get; init; }
}

/// <summary>The SQL of filings asked of other provinces. Every method runs in the caller's transaction.</summary>
internal static class FilingRequestStore
{
    private const string Columns =
        "transaction_id, peer, kind, request, requested_by, state, reply, attempts, attempted_at_ms, perhaps_received, prepared_at_ms, next_attempt_at_ms, answered_at_ms, last_error";

    public static void Insert(Session session, FilingRequestRow row) => session.ExecuteExpecting(1,
        """
        INSERT INTO filing_request (transaction_id, peer, kind, request, requested_by, state, attempts, attempted_at_ms, perhaps_received, prepared_at_ms, next_attempt_at_ms)
        VALUES (@TransactionId, @Peer, @Kind, @Request, @RequestedBy, @State, @Attempts, @AttemptedAtMs, @PerhapsReceived, @PreparedAtMs, @NextAttemptAtMs)
        """,
        new
        {
            row.TransactionId,
            row.Peer,
            Kind = (int)row.Kind,
            row.Request,
            row.RequestedBy,
            State = (int)row.State,
            row.Attempts,
            row.AttemptedAtMs,
            row.PerhapsReceived,
            row.PreparedAtMs,
            row.NextAttemptAtMs,
        });

    public static FilingRequestRow? Find(Session session, string transactionId) => session.QuerySingleOrDefault<FilingRequestRow>(
        $"SELECT {Columns} FROM filing_request WHERE transaction_id = @transactionId", new { transactionId });

    /// <summary>The latest first.</summary>
    public static List<FilingRequestRow> List(Session session, int rowsMax) => session.Query<FilingRequestRow>(
        $"SELECT {Columns} FROM filing_request ORDER BY rowid DESC LIMIT @rowsMax", new { rowsMax });

    /// <summary>The unanswered request to a peer whose next attempt is due the longest, or was set while the clock was ahead.</summary>
    public static string? NextDue(Session session, Division peer, OutboxOptions options, long nowMs) => session.QuerySingleOrDefault<string?>(
        """
        SELECT transaction_id FROM filing_request
        WHERE peer = @Code AND state = 1 AND (next_attempt_at_ms <= @nowMs OR next_attempt_at_ms > @latest) ORDER BY next_attempt_at_ms, rowid LIMIT 1
        """,
        new { peer.Code, nowMs, latest = options.LatestAttemptMs(nowMs) });

    /// <summary>A peer answers again: nothing waits for its next attempt any longer.</summary>
    public static void MakeDue(Session session, Division peer, long nowMs) => session.Execute(
        "UPDATE filing_request SET next_attempt_at_ms = @nowMs WHERE peer = @Code AND state = 1 AND next_attempt_at_ms > @nowMs", new { peer.Code, nowMs });

    /// <summary>Counts an attempt before it is made and sets when the one after it is due.</summary>
    public static void BeginRetry(Session session, string transactionId, OutboxOptions options, long nowMs)
    {
        if (Find(session, transactionId) is not { State: OutboundState.Awaiting } row)
            return;
        session.ExecuteExpecting(1,
            """
            UPDATE filing_request SET attempts = attempts + (attempted_at_ms IS NOT NULL), attempted_at_ms = @nowMs, perhaps_received = perhaps_received + 1, next_attempt_at_ms = @next
            WHERE transaction_id = @transactionId AND state = 1
            """,
            new { transactionId, nowMs, next = nowMs + (long)options.BackOff.After(row.Attempts).TotalMilliseconds });
    }

    /// <summary>
    /// For an operator who asks at once: the act is counted, and the resolver waits until the attempt is over, which <see cref="BeginAsked"/> begins. Of a parked
    /// request the answer that could not be true is put aside.
    /// </summary>
    public static void AskAgain(Session session, string transactionId, OutboxOptions options, long nowMs) => session.ExecuteExpecting(1,
        """
        UPDATE filing_request SET state = 1, reply = NULL, answered_at_ms = NULL, attempts = attempts + 1, next_attempt_at_ms = @until
        WHERE transaction_id = @transactionId AND state IN (1, 4)
        """,
        new { transactionId, until = nowMs + options.LeaseMs });

    /// <summary>Before the attempt that an operator asked for is made; nothing to do for a request that is over.</summary>
    public static void BeginAsked(Session session, string transactionId, long nowMs) => session.Execute(
        "UPDATE filing_request SET attempted_at_ms = @nowMs, perhaps_received = perhaps_received + 1 WHERE transaction_id = @transactionId AND state = 1", new { transactionId, nowMs });

    public static void End(Session session, FilingRequestRow row, OutboundState state, byte[]? sealedReply, string? error, long nowMs) => session.ExecuteExpecting(1,
        """
        UPDATE filing_request SET state = @state, reply = @sealedReply, last_error = @error, answered_at_ms = @nowMs
        WHERE transaction_id = @TransactionId AND state = 1
        """,
        new { row.TransactionId, state = (int)state, sealedReply, error, nowMs });

    /// <summary>The attempt has ended without an answer.</summary>
    /// <param name="isReceived">Perhaps; false proves that it is not.</param>
    /// <param name="isMade">False when it was held: if it was the first, the next is that.</param>
    public static void Note(Session session, string transactionId, string error, bool isReceived, bool isMade) => session.ExecuteExpecting(1,
        """
        UPDATE filing_request SET last_error = @error, perhaps_received = perhaps_received - iif(@isReceived, 0, 1), attempted_at_ms = iif(@isMade OR attempts > 1, attempted_at_ms, NULL)
        WHERE transaction_id = @transactionId AND state = 1
        """,
        new { transactionId, error, isReceived, isMade });
}
