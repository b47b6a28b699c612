using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

internal enum AgencyMessageState
{
    /// <summary>Stored, perhaps sent, not answered.</summary>
    Awaiting = 1,

    Accepted = 2,

    Refused = 3,

    /// <summary>Answered with something that cannot be true; nothing was applied.</summary>
    Parked = 4,
}

/// <summary>A row of <c>clearing_outbound</c>.</summary>
internal sealed class AgencyMessageRow
{
    public required string TransactionId { get; init; }
    public required string Peer { get; init; }
    public required string Service { get; init; }
    public required string Method { get; init; }
    public required string Subject { get; init; }
    public required byte[] Request { get; init; }
    public required AgencyMessageState State { get; init; }
    public byte[]? Reply { get; init; }
    public required int Attempts { get; init; }
    public required long PreparedAtMs { get; init; }

    /// <summary>Of a message that is answered or parked, the past.</summary>
    public required long NextAttemptAtMs { get; init; }
    public string? LastError { get; init; }

    public PeerMethod Rpc => new(Service, Method);
}

/// <summary>A row of <c>clearing_release</c>, without the answer that was put aside.</summary>
internal sealed class AgencyReleaseRow
{
    /// <summary>Why the answer could not be true, or what the last attempt met.</summary>
    public string? Contradiction { get; init; }
    public required string ReleasedBy { get; init; }
    public required string Reason { get; init; }
    public required long ReleasedAtMs { get; init; }
}

/// <summary>The messages of this agency to others, as they are stored.</summary>
internal static class ClearingOutbox
{
    private const string Columns = "transaction_id, peer, service, method, subject, request, state, reply, attempts, prepared_at_ms, next_attempt_at_ms, last_error";

    public static void Add(Session session, string transactionId, Division peer, PeerMethod method, string subject, byte[] request, long nowMs) => session.ExecuteExpecting(1,
        """
        INSERT INTO clearing_outbound (transaction_id, peer, service, method, subject, request, state, attempts, prepared_at_ms, next_attempt_at_ms)
        VALUES (@transactionId, @Code, @Service, @Name, @subject, @request, 1, 0, @nowMs, @nowMs)
        """,
        new { transactionId, peer.Code, method.Service, method.Name, subject, request, nowMs });

    public static AgencyMessageRow? Find(Session session, string transactionId) => session.QuerySingleOrDefault<AgencyMessageRow>(
        $"SELECT {Columns} FROM clearing_outbound WHERE transaction_id = @transactionId", new { transactionId });

    /// <summary>The message about a subject that has no applied answer yet.</summary>
    public static AgencyMessageRow? OpenAbout(Session session, string subject) => session.QuerySingleOrDefault<AgencyMessageRow>(
        $"SELECT {Columns} FROM clearing_outbound WHERE subject = @subject AND state IN (1, 4)", new { subject });

    public static IReadOnlyList<AgencyMessageRow> Open(Session session) => session.Query<AgencyMessageRow>(
        $"SELECT {Columns} FROM clearing_outbound WHERE state IN (1, 4) ORDER BY prepared_at_ms, transaction_id");

    /// <summary>Answered or not, the latest first.</summary>
    public static IReadOnlyList<AgencyMessageRow> Latest(Session session, int rowsMax) => session.Query<AgencyMessageRow>(
        $"SELECT {Columns} FROM clearing_outbound ORDER BY prepared_at_ms DESC, transaction_id DESC LIMIT @rowsMax", new { rowsMax });

    /// <summary>Whose next attempt is due, or was set while the clock was ahead; oldest first.</summary>
    /// <param name="latestMs">The latest time that an attempt set now, or before, can have.</param>
    public static IReadOnlyList<string> Due(Session session, Division peer, long nowMs, long latestMs, int rowsMax) => session.Query<string>(
        """
        SELECT transaction_id FROM clearing_outbound
        WHERE state = 1 AND peer = @Code AND (next_attempt_at_ms <= @nowMs OR next_attempt_at_ms > @latestMs)
        ORDER BY next_attempt_at_ms, transaction_id LIMIT @rowsMax
        """,
        new { peer.Code, nowMs, latestMs, rowsMax });

    /// <summary>A peer answers again: nothing waits for its next attempt any longer.</summary>
    public static void MakeDue(Session session, Division peer, long nowMs) => session.Execute(
        "UPDATE clearing_outbound SET next_attempt_at_ms = @nowMs WHERE state = 1 AND peer = @Code AND next_attempt_at_ms > @nowMs", new { peer.Code, nowMs });

    /// <summary>Counts an attempt before it is made and sets when the next one is due.</summary>
    public static bool BeginAttempt(Session session, string transactionId, long nowMs, Func<int, TimeSpan> pause)
    {
        if (Find(session, transactionId) is not { State: AgencyMessageState.Awaiting } row)
            return false;
        session.ExecuteExpecting(1, "UPDATE clearing_outbound SET attempts = attempts + 1, next_attempt_at_ms = @next WHERE transaction_id = @transactionId AND state = 1",
            new { transactionId, next = nowMs + (long)pause(row.Attempts).TotalMilliseconds });
        return true;
    }

    public static void End(Session session, string transactionId, AgencyMessageState state, byte[] reply, string? error, long nowMs) => session.ExecuteExpecting(1,
        "UPDATE clearing_outbound SET state = @state, reply = @reply, last_error = @error, answered_at_ms = @nowMs WHERE transaction_id = @transactionId AND state = 1",
        new { state = (int)state, reply, error, nowMs, transactionId });

    /// <summary>Due at once, as it was stored; an answer that could not be true is put aside, the peer is asked again.</summary>
    public static void Release(Session session, string transactionId, string by, string reason, long nowMs)
    {
        session.ExecuteExpecting(1,
            """
            INSERT INTO clearing_release (transaction_id, reply, contradiction, released_by, reason, released_at_ms)
            SELECT transaction_id, reply, last_error, @by, @reason, @nowMs FROM clearing_outbound WHERE transaction_id = @transactionId AND state IN (1, 4)
            """,
            new { transactionId, by, reason, nowMs });
        session.ExecuteExpecting(1,
            "UPDATE clearing_outbound SET state = 1, reply = NULL, answered_at_ms = NULL, next_attempt_at_ms = @nowMs WHERE transaction_id = @transactionId AND state IN (1, 4)",
            new { transactionId, nowMs });
    }

    /// <summary>In the order in which they were done.</summary>
    public static IReadOnlyList<AgencyReleaseRow> ReleasesOf(Session session, string transactionId) => session.Query<AgencyReleaseRow>(
        "SELECT contradiction, released_by, reason, released_at_ms FROM clearing_release WHERE transaction_id = @transactionId ORDER BY sequence", new { transactionId });

    public static void NoteError(Session session, string transactionId, string error) => session.Execute(
        "UPDATE clearing_outbound SET last_error = @error WHERE transaction_id = @transactionId AND state = 1", new { transactionId, error });
}
