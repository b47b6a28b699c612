using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>
/// The SQL of who may send which stored request when. A lease is one attempt's: it stands on the row while somebody asks the peer, and ends with what came
/// of it, by its time, or at the node's next start. Every method runs in the caller's transaction.
/// </summary>
internal static class OutboundLeases
{
    private const int MadeDueMax = 1_000;

    /// <summary>
    /// Whose turn it is. Requests of one visit go in the order they were stored, each after the answer to the one before; only a reversal passes what it
    /// reverses, and what a reversal is under way for waits for it, also when that is parked: sent now, it would be done to be undone.
    /// </summary>
    private const string HasItsTurn =
        """
        NOT EXISTS (SELECT 1 FROM outbound r WHERE r.original_id = o.transaction_id AND r.kind = 7 AND r.state IN (1, 4))
        AND NOT EXISTS (
          SELECT 1 FROM outbound e WHERE e.visit_id = o.visit_id AND e.rowid < o.rowid AND e.state IN (1, 4) AND NOT (o.kind = 7 AND e.transaction_id = o.original_id))
        """;

    /// <summary>A lease that lasts longer than any, as one taken while this node's clock was ahead, is none.</summary>
    private const string IsFree = "(o.leased_until_ms IS NULL OR o.leased_until_ms <= @nowMs OR o.leased_until_ms > @nowMs + @LeaseMs)";

    /// <summary>
    /// What may be sent to a peer now, the longest due first. An attempt that is set later than any rule sets one was set while the clock was ahead:
    /// it is due now, not when that time comes.
    /// </summary>
    public static List<string> Due(Session session, Division peer, int rowsMax, OutboxOptions options, long nowMs) => session.Query<string>(
        $"""
        SELECT o.transaction_id FROM outbound o
        WHERE o.peer = @Code AND o.state = 1 AND (o.next_attempt_at_ms <= @nowMs OR o.next_attempt_at_ms > @latest) AND {IsFree} AND {HasItsTurn}
        ORDER BY o.next_attempt_at_ms, o.rowid LIMIT @rowsMax
        """,
        new { peer.Code, nowMs, latest = options.LatestAttemptMs(nowMs), options.LeaseMs, rowsMax });

    /// <summary>Takes what is due for the resolver, counts the attempts that are about to be made and sets when the ones after them are due.</summary>
    /// <param name="isBeingSent">Although the lease has ended: an attempt that will not be made is not counted.</param>
    public static IReadOnlyList<OutboundRow> TakeDue(Session session, Division peer, int rowsMax, Predicate<string> isBeingSent, OutboxOptions options, long nowMs)
    {
        var rows = Due(session, peer, rowsMax, options, nowMs).Where(id => !isBeingSent(id)).Select(id => Outbox.Find(session, id)!).ToList();
        session.ExecuteEach(
            """
            UPDATE outbound SET leased_by = 2, leased_until_ms = ?2, attempts = attempts + (attempted_at_ms IS NOT NULL), attempted_at_ms = ?3, next_attempt_at_ms = ?4,
              perhaps_received = perhaps_received + 1
            WHERE transaction_id = ?1 AND state = 1
            """,
            rows, (statement, row) => statement.Bind(1, row.TransactionId).Bind(2, nowMs + options.LeaseMs).Bind(3, nowMs)
                .Bind(4, nowMs + (long)options.BackOff.After(row.Attempts).TotalMilliseconds));
        return rows;
    }

    /// <summary>
    /// Takes one request for an operator who asks for it at once; of a parked one the answer that could not be true is put aside.
    /// </summary>
    /// <returns>False when somebody is asking for it, or it is not its turn; nothing is changed then.</returns>
    public static bool TakeForOperator(Session session, string transactionId, OutboxOptions options, long nowMs) => session.Execute(
        $"""
        UPDATE outbound AS o SET state = 1, reply = NULL, answered_at_ms = NULL, leased_by = 3, leased_until_ms = @until, attempts = attempts + 1, attempted_at_ms = @nowMs,
          next_attempt_at_ms = @until, perhaps_received = perhaps_received + 1
        WHERE o.transaction_id = @transactionId AND o.state IN (1, 4) AND {IsFree} AND {HasItsTurn}
        """,
        new { transactionId, nowMs, options.LeaseMs, until = nowMs + options.LeaseMs }) == 1;

    /// <summary>
    /// Nothing has left the node: the attempt is not counted, and the resolver's pause after it is the first. What an operator asks for stays counted, so that
    /// each act has its attempt.
    /// </summary>
    /// <param name="sent">As <see cref="TakeDue"/> gave it.</param>
    public static void GiveBackUnused(Session session, OutboundRow sent, string reason, OutboxOptions options, long nowMs) => session.ExecuteExpecting(1,
        """
        UPDATE outbound SET last_error = @reason, leased_by = NULL, leased_until_ms = NULL, next_attempt_at_ms = iif(leased_by = 2, min(next_attempt_at_ms, @next), next_attempt_at_ms),
          attempts = iif(leased_by = 2, @Attempts, attempts), perhaps_received = perhaps_received - 1,
          attempted_at_ms = CASE leased_by WHEN 1 THEN NULL WHEN 2 THEN @AttemptedAtMs ELSE attempted_at_ms END
        WHERE transaction_id = @TransactionId AND state = 1
        """,
        new { sent.TransactionId, sent.Attempts, sent.AttemptedAtMs, reason, next = nowMs + (long)options.RetryDelay.TotalMilliseconds });

    /// <returns>Whether there may be more.</returns>
    public static bool MakeDue(Session session, Division peer, OutboxOptions options, long nowMs) => session.Execute(
        $"""
        UPDATE outbound SET next_attempt_at_ms = @nowMs WHERE rowid IN (
          SELECT o.rowid FROM outbound o WHERE o.peer = @Code AND o.state = 1 AND o.next_attempt_at_ms > @nowMs AND {IsFree} LIMIT @MadeDueMax)
        """,
        new { peer.Code, nowMs, options.LeaseMs, MadeDueMax }) == MadeDueMax;

    /// <summary>Of requests that nobody is asking for any more, although nothing says so: they are due at once.</summary>
    public static void Free(Session session, IReadOnlyList<string> transactionIds, long nowMs)
    {
        // One that was answered or reversed meanwhile needs nothing.
        foreach (var transactionId in transactionIds)
            session.Execute(
                "UPDATE outbound SET leased_by = NULL, leased_until_ms = NULL, next_attempt_at_ms = min(next_attempt_at_ms, @nowMs) WHERE transaction_id = @transactionId AND state = 1",
                new { transactionId, nowMs });
    }

    /// <summary>The node starts: nobody who held a lease lives any more, and what was being asked for is due at once.</summary>
    public static void Free(Session session, long nowMs) => session.Execute(
        """
        UPDATE outbound SET leased_by = NULL, leased_until_ms = NULL, next_attempt_at_ms = min(next_attempt_at_ms, @nowMs)
        WHERE state = 1 AND leased_by IS NOT NULL
        """,
        new { nowMs });
}
