using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Recovery;

/// <summary>The SQL of recoveries. Every method runs in the caller's transaction.</summary>
internal static class RecoveryStore
{
    public const string RequestPurpose = "recovery.request";
    public const string ReplyPurpose = "recovery.reply";

    private const string Columns = "id, begun_at_ms, found_by, backup_taken_at_ms, restoration_id, served_at_ms, finished_at_ms";
    private const string ExchangeColumns = "transaction_id, peer, direction, method, at_ms, request, reply, state, subject, cleared_fen, note_zh, note_en, decided_by";

    /// <summary>The recovery that is not finished.</summary>
    public static RecoveryRow? UnderWay(Session session) => session.QuerySingleOrDefault<RecoveryRow>($"SELECT {Columns} FROM recovery WHERE finished_at_ms IS NULL");

    /// <summary>The last one, finished or not.</summary>
    public static RecoveryRow? Last(Session session) => session.QuerySingleOrDefault<RecoveryRow>($"SELECT {Columns} FROM recovery ORDER BY id DESC LIMIT 1");

    /// <summary>The last restored backup whose recovery is not finished, or not begun; null when there is none.</summary>
    public static RestorationRow? Restored(Session session) => session.QuerySingleOrDefault<RestorationRow>(
        "SELECT id, backup, backup_taken_at_ms FROM restoration WHERE recovered_at_ms IS NULL ORDER BY id DESC LIMIT 1");

    /// <summary>Begins a recovery; one that is under way begins anew, for what it has asked and served was of other data than these.</summary>
    /// <param name="foundBy">As <see cref="RestorationRow.FoundBy"/>, or the province that knew more.</param>
    public static RecoveryRow Begin(Session session, string foundBy, RestorationRow? restored, IEnumerable<Division> peers, long nowMs)
    {
        if (UnderWay(session) is { } known)
            Reopen(session, known.Id, foundBy, restored);
        else
        {
            session.ExecuteExpecting(1, "INSERT INTO recovery (begun_at_ms, found_by, backup_taken_at_ms, restoration_id) VALUES (@nowMs, @foundBy, @BackupTakenAtMs, @Id)",
                new { nowMs, foundBy, BackupTakenAtMs = restored?.BackupOfMs, restored?.Id });
        }
        var begun = UnderWay(session)!;
        foreach (var peer in peers)
            session.Execute("INSERT INTO recovery_peer (recovery_id, peer, state) VALUES (@Id, @Code, 1) ON CONFLICT DO NOTHING", new { begun.Id, peer.Code });
        return begun;
    }

    private static void Reopen(Session session, long id, string foundBy, RestorationRow? restored)
    {
        session.ExecuteExpecting(1,
            """
            UPDATE recovery SET found_by = @foundBy, backup_taken_at_ms = coalesce(@BackupTakenAtMs, backup_taken_at_ms), restoration_id = coalesce(@restorationId, restoration_id),
              served_at_ms = NULL
            WHERE id = @id
            """, new { id, foundBy, BackupTakenAtMs = restored?.BackupOfMs, restorationId = restored?.Id });
        session.Execute(
            """
            UPDATE recovery_peer SET state = 1, asked_here = NULL, asked_there = NULL, last_error = NULL, left_out_by = NULL, left_out_reason = NULL, left_out_at_ms = NULL,
              taken_in_at_ms = NULL
            WHERE recovery_id = @id
            """, new { id });
    }

    public static List<RecoveryPeerRow> Peers(Session session, long id) => session.Query<RecoveryPeerRow>(
        """
        SELECT p.peer, p.state, p.asked_here, p.asked_there, p.last_error, p.left_out_by, p.left_out_reason, p.taken_in_at_ms,
          (SELECT count(*) FROM recovery_exchange e WHERE e.recovery_id = p.recovery_id AND e.peer = p.peer AND e.state = 4) AS parked
        FROM recovery_peer p WHERE p.recovery_id = @id ORDER BY p.peer
        """, new { id });

    /// <returns>False when the part was begun anew meanwhile: the page is of no use.</returns>
    public static bool SetCursor(Session session, long id, string peer, Direction direction, string? before, string cursor) => session.Execute(
        direction is Direction.AskedHere
            ? "UPDATE recovery_peer SET asked_here = @cursor, last_error = NULL WHERE recovery_id = @id AND peer = @peer AND asked_here IS @before"
            : "UPDATE recovery_peer SET asked_there = @cursor, last_error = NULL WHERE recovery_id = @id AND peer = @peer AND asked_there IS @before",
        new { id, peer, before, cursor }) == 1;

    public static void NoteError(Session session, long id, string peer, string error) => session.ExecuteExpecting(1,
        "UPDATE recovery_peer SET last_error = @error WHERE recovery_id = @id AND peer = @peer", new { id, peer, error });

    /// <returns>False when the part was begun anew meanwhile.</returns>
    public static bool Gathered(Session session, long id, string peer) => session.Execute(
        "UPDATE recovery_peer SET state = 2, last_error = NULL WHERE recovery_id = @id AND peer = @peer AND state IN (1, 3) AND asked_here = '' AND asked_there = ''",
        new { id, peer }) == 1;

    /// <summary>The highest serial in ids of this node's own that were forgotten; null when there are none. What is far beyond any serial it can have given is not believed.</summary>
    public static long? LastOwnSerial(Session session, long id, long highest) => session.QuerySingle<long?>(
        """
        SELECT max(CAST(substr(transaction_id, 21) AS INTEGER)) FROM recovery_exchange
        WHERE recovery_id = @id AND direction = 2 AND CAST(substr(transaction_id, 21) AS INTEGER) <= @highest
        """, new { id, highest });

    public static void TakenIn(Session session, long id, string peer, long nowMs) => session.ExecuteExpecting(1,
        "UPDATE recovery_peer SET state = 4, taken_in_at_ms = @nowMs WHERE recovery_id = @id AND peer = @peer AND state = 2", new { id, peer, nowMs });

    /// <summary>Also of a peer that went away once its exchanges were here: it is asked from the beginning when it is back.</summary>
    /// <returns>False when nothing is missing of the peer, or it is left out already.</returns>
    public static bool LeaveOut(Session session, long id, string peer, string by, string reason, long nowMs) => session.Execute(
        """
        UPDATE recovery_peer SET state = 3, asked_here = iif(state = 2, NULL, asked_here), asked_there = iif(state = 2, NULL, asked_there),
          left_out_by = @by, left_out_reason = @reason, left_out_at_ms = @nowMs
        WHERE recovery_id = @id AND peer = @peer AND state IN (1, 2)
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
