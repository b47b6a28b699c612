using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Recovery;

/// <summary>The SQL of recoveries. Every method runs in the caller's transaction.</summary>
internal static class RecoveryStore
{
    public const string RequestPurpose = "recovery.request";
    public const string ReplyPurpose = "recovery.reply";

    private const string Columns = "id, begun_at_ms, found_by, backup_taken_at_ms, served_at_ms, finished_at_ms";
    private const string ExchangeColumns = "transaction_id, peer, direction, method, at_ms, request, reply, state, subject, cleared_fen, note_zh, note_en, decided_by";

    /// <summary>The recovery that is not finished.</summary>
    public static RecoveryRow? UnderWay(Session session) => session.QuerySingleOrDefault<RecoveryRow>($"SELECT {Columns} FROM recovery WHERE finished_at_ms IS NULL");

    /// <summary>The last one, finished or not.</summary>
    public static RecoveryRow? Last(Session session) => session.QuerySingleOrDefault<RecoveryRow>($"SELECT {Columns} FROM recovery ORDER BY id DESC LIMIT 1");

    /// <summary>The restored backup that no recovery has dealt with; null when there is none.</summary>
    public static (bool IsRestored, long? BackupTakenAtMs) Restored(Session session)
    {
        var taken = session.Query<long?>("SELECT backup_taken_at_ms FROM restoration WHERE recovered_at_ms IS NULL ORDER BY id DESC LIMIT 1");
        return (taken.Count > 0, taken.FirstOrDefault());
    }

    public static RecoveryRow Begin(Session session, string foundBy, long? backupTakenAtMs, IEnumerable<Division> peers, long nowMs)
    {
        if (UnderWay(session) is { } known)
            return known;
        var id = session.QuerySingle<long>(
            "INSERT INTO recovery (begun_at_ms, found_by, backup_taken_at_ms) VALUES (@nowMs, @foundBy, @backupTakenAtMs) RETURNING id", new { nowMs, foundBy, backupTakenAtMs });
        foreach (var peer in peers)
            session.ExecuteExpecting(1, "INSERT INTO recovery_peer (recovery_id, peer, state) VALUES (@id, @Code, 1)", new { id, peer.Code });
        return UnderWay(session)!;
    }

    public static List<RecoveryPeerRow> Peers(Session session, long id) => session.Query<RecoveryPeerRow>(
        """
        SELECT p.peer, p.state, p.asked_here, p.asked_there, p.last_error, p.left_out_by, p.left_out_reason, p.taken_in_at_ms,
          (SELECT count(*) FROM recovery_exchange e WHERE e.recovery_id = p.recovery_id AND e.peer = p.peer AND e.state = 4) AS parked
        FROM recovery_peer p WHERE p.recovery_id = @id ORDER BY p.peer
        """, new { id });

    public static void SetCursor(Session session, long id, string peer, Direction direction, string cursor) => session.ExecuteExpecting(1,
        direction is Direction.AskedHere
            ? "UPDATE recovery_peer SET asked_here = @cursor, last_error = NULL WHERE recovery_id = @id AND peer = @peer"
            : "UPDATE recovery_peer SET asked_there = @cursor, last_error = NULL WHERE recovery_id = @id AND peer = @peer",
        new { id, peer, cursor });

    public static void NoteError(Session session, long id, string peer, string error) => session.ExecuteExpecting(1,
        "UPDATE recovery_peer SET last_error = @error WHERE recovery_id = @id AND peer = @peer", new { id, peer, error });

    public static void Gathered(Session session, long id, string peer) => session.ExecuteExpecting(1,
        "UPDATE recovery_peer SET state = 2, last_error = NULL WHERE recovery_id = @id AND peer = @peer AND state IN (1, 3)", new { id, peer });

    public static void TakenIn(Session session, long id, string peer, long nowMs) => session.ExecuteExpecting(1,
        "UPDATE recovery_peer SET state = 4, taken_in_at_ms = @nowMs WHERE recovery_id = @id AND peer = @peer AND state = 2", new { id, peer, nowMs });

    /// <returns>False when the peer is not being asked.</returns>
    public static bool LeaveOut(Session session, long id, string peer, string by, string reason, long nowMs) => session.Execute(
        """
        UPDATE recovery_peer SET state = 3, left_out_by = @by, left_out_reason = @reason, left_out_at_ms = @nowMs
        WHERE recovery_id = @id AND peer = @peer AND state = 1
        """, new { id, peer, by, reason, nowMs }) == 1;

    public static bool Holds(Session session, string transactionId) =>
        session.QuerySingle<long>("SELECT count(*) FROM recovery_exchange WHERE transaction_id = @transactionId", new { transactionId }) > 0;

    /// <summary>Keeps an exchange until its turn; one that cannot be true is parked at once.</summary>
    public static void Add(Session session, long id, RecoveryExchangeRow row, long place) => session.ExecuteExpecting(1,
        """
        INSERT INTO recovery_exchange (transaction_id, recovery_id, peer, direction, method, at_ms, place, request, reply, state, subject, cleared_fen, note_zh, note_en)
        VALUES (@TransactionId, @id, @Peer, @Direction, @Method, @AtMs, @place, @Request, @Reply, @State, @Subject, @ClearedFen, @NoteZh, @NoteEn)
        """,
        new
        {
            row.TransactionId,
            id,
            row.Peer,
            Direction = (int)row.Direction,
            row.Method,
            row.AtMs,
            place,
            row.Request,
            row.Reply,
            State = (int)row.State,
            row.Subject,
            row.ClearedFen,
            row.NoteZh,
            row.NoteEn,
        });

    /// <summary>How many exchanges of a peer are here: pages come newest first, so a later one is older.</summary>
    public static long Count(Session session, long id, string peer) => session.QuerySingle<long>(
        "SELECT count(*) FROM recovery_exchange WHERE recovery_id = @id AND peer = @peer", new { id, peer });

    /// <summary>The next one to be taken in, of the peers whose exchanges are all here.</summary>
    public static RecoveryExchangeRow? Next(Session session, long id) => session.QuerySingleOrDefault<RecoveryExchangeRow>(
        $"""
        SELECT {ExchangeColumns} FROM recovery_exchange e
        WHERE e.state = 1 AND EXISTS (SELECT 1 FROM recovery_peer p WHERE p.recovery_id = @id AND p.peer = e.peer AND p.state = 2)
        ORDER BY e.at_ms, e.place LIMIT 1
        """, new { id });

    /// <param name="remark">Null when nothing differs.</param>
    public static void End(Session session, string transactionId, Remark? remark, long nowMs) => session.ExecuteExpecting(1,
        """
        UPDATE recovery_exchange SET state = @state, note_zh = @Chinese, note_en = @English, request = NULL, reply = NULL, ended_at_ms = @nowMs
        WHERE transaction_id = @transactionId AND state IN (1, 4)
        """, new { transactionId, state = remark is null ? 2 : 3, remark?.Chinese, remark?.English, nowMs });

    public static void Park(Session session, string transactionId, Remark why) => session.ExecuteExpecting(1,
        "UPDATE recovery_exchange SET state = 4, note_zh = @Chinese, note_en = @English WHERE transaction_id = @transactionId AND state IN (1, 4)",
        new { transactionId, why.Chinese, why.English });

    /// <summary>Parked exchanges wait their turn again.</summary>
    public static int Release(Session session, long id) => session.Execute(
        "UPDATE recovery_exchange SET state = 1, note_zh = NULL, note_en = NULL WHERE recovery_id = @id AND state = 4 AND method <> ''", new { id });

    /// <returns>False when no such exchange is parked.</returns>
    public static bool SetAside(Session session, string transactionId, string by, string reason, long nowMs) => session.Execute(
        """
        UPDATE recovery_exchange SET state = 5, note_zh = note_zh || '；' || @reason, note_en = note_en || '; ' || @reason, decided_by = @by, request = NULL, reply = NULL, ended_at_ms = @nowMs
        WHERE transaction_id = @transactionId AND state = 4
        """, new { transactionId, by, reason, nowMs }) == 1;

    public static List<RecoveryExchangeRow> Exchanges(Session session, long id) => session.Query<RecoveryExchangeRow>(
        $"SELECT {ExchangeColumns} FROM recovery_exchange WHERE recovery_id = @id ORDER BY at_ms, place", new { id });

    /// <summary>When the first of all exchanges that were ever taken in had happened; null while there are none.</summary>
    public static long? FirstAtMs(Session session) => session.QuerySingle<long?>("SELECT min(at_ms) FROM recovery_exchange WHERE at_ms > 0 AND state IN (2, 3)");

    /// <summary>The node serves from now on.</summary>
    public static void Serve(Session session, long id, long nowMs) =>
        session.Execute("UPDATE recovery SET served_at_ms = @nowMs WHERE id = @id AND served_at_ms IS NULL", new { id, nowMs });

    public static void Finish(Session session, long id, long nowMs)
    {
        session.ExecuteExpecting(1, "UPDATE recovery SET finished_at_ms = @nowMs WHERE id = @id AND finished_at_ms IS NULL", new { id, nowMs });
        // The clock may have been set back since the backup was restored.
        session.Execute("UPDATE restoration SET recovered_at_ms = max(@nowMs, restored_at_ms) WHERE recovered_at_ms IS NULL", new { nowMs });
    }
}
