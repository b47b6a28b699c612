using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>Stored requests to one province that have no applied answer.</summary>
internal sealed class PeerOpen
{
    public required string Peer { get; init; }
    public required long Unanswered { get; init; }
    public required long Parked { get; init; }
}

/// <summary>What is on record of pauses and planned maintenance: it outlives restarts of this node.</summary>
internal static class PeerRecords
{
    /// <summary>Null while the peer is not paused.</summary>
    public static PeerPause? PauseOf(Session session, Division peer) => session.QuerySingleOrDefault<PauseRow?>(
        "SELECT paused_by, reason, paused_at_ms FROM peer_pause WHERE peer = @Code AND resumed_at_ms IS NULL", new { peer.Code }) is { } row
            ? new PeerPause(row.PausedBy, row.Reason, ChinaTime.FromMs(row.PausedAtMs))
            : null;

    /// <exception cref="StorageInvariantException">It is paused already.</exception>
    public static void Pause(Session session, Division peer, PeerPause pause) => session.ExecuteExpecting(1,
        "INSERT INTO peer_pause (peer, paused_by, reason, paused_at_ms) VALUES (@Code, @By, @Reason, @at)",
        new { peer.Code, pause.By, pause.Reason, at = pause.At.ToUnixTimeMilliseconds() });

    /// <exception cref="StorageInvariantException">It is not paused.</exception>
    public static void Resume(Session session, Division peer, string by, long nowMs) => session.ExecuteExpecting(1,
        "UPDATE peer_pause SET resumed_by = @by, resumed_at_ms = @nowMs WHERE peer = @Code AND resumed_at_ms IS NULL", new { by, nowMs, peer.Code });

    /// <summary>What waited for the peer may be sent at once.</summary>
    public static void MakeDue(Session session, Division peer, long nowMs)
    {
        foreach (var table in (string[])["outbound", "filing_request", "clearing_outbound"])
            session.Execute($"UPDATE {table} SET next_attempt_at_ms = @nowMs WHERE state = 1 AND peer = @Code AND next_attempt_at_ms > @nowMs", new { nowMs, peer.Code });
    }

    /// <summary>Transactions without an applied answer, by the province they are for.</summary>
    public static IReadOnlyList<PeerOpen> Open(Session session) => session.Query<PeerOpen>(
        "SELECT peer, sum(state = 1) AS unanswered, sum(state = 4) AS parked FROM outbound WHERE state IN (1, 4) GROUP BY peer");

    /// <summary>This node's own; null when none is planned or it is over.</summary>
    public static Maintenance? Own(Session session, long nowMs) => session.QuerySingleOrDefault<MaintenanceRow?>(
        "SELECT from_ms, until_ms, reason FROM maintenance WHERE cancelled_at_ms IS NULL AND until_ms > @nowMs", new { nowMs })?.ToMaintenance();

    /// <summary>Takes the place of what was planned before.</summary>
    public static void Announce(Session session, Maintenance maintenance, string by, long nowMs)
    {
        Cancel(session, by, nowMs);
        session.ExecuteExpecting(1,
            "INSERT INTO maintenance (from_ms, until_ms, reason, announced_by, announced_at_ms) VALUES (@from, @until, @Reason, @by, @nowMs)",
            new { from = maintenance.From.ToUnixTimeMilliseconds(), until = maintenance.Until.ToUnixTimeMilliseconds(), maintenance.Reason, by, nowMs });
    }

    public static void Cancel(Session session, string by, long nowMs) =>
        session.Execute("UPDATE maintenance SET cancelled_by = @by, cancelled_at_ms = @nowMs WHERE cancelled_at_ms IS NULL", new { by, nowMs });

    /// <summary>What a peer has announced; null when it has nothing planned, as far as is known.</summary>
    public static Maintenance? Of(Session session, Division peer) =>
        session.QuerySingleOrDefault<MaintenanceRow?>("SELECT from_ms, until_ms, reason FROM peer_maintenance WHERE peer = @Code", new { peer.Code })?.ToMaintenance();

    /// <param name="maintenance">Null: it has nothing planned any more.</param>
    public static void Hear(Session session, Division peer, Maintenance? maintenance, long nowMs)
    {
        session.Execute("DELETE FROM peer_maintenance WHERE peer = @Code", new { peer.Code });
        if (maintenance is null)
            return;
        session.ExecuteExpecting(1, "INSERT INTO peer_maintenance (peer, from_ms, until_ms, reason, heard_at_ms) VALUES (@Code, @from, @until, @Reason, @nowMs)",
            new { peer.Code, from = maintenance.From.ToUnixTimeMilliseconds(), until = maintenance.Until.ToUnixTimeMilliseconds(), maintenance.Reason, nowMs });
    }

    /// <summary>At the start of a node: nothing is sent to whom it had paused, or who has maintenance now.</summary>
    public static void Recall(Session session, PeerDirectory peers)
    {
        foreach (var peer in peers.All)
        {
            peer.State.Set(PauseOf(session, peer.Entry.Division));
            peer.State.Heard(cause: null, Of(session, peer.Entry.Division));
        }
    }

    private sealed class PauseRow
    {
        public required string PausedBy { get; init; }
        public required string Reason { get; init; }
        public required long PausedAtMs { get; init; }
    }

    private sealed class MaintenanceRow
    {
        public required long FromMs { get; init; }
        public required long UntilMs { get; init; }
        public required string Reason { get; init; }

        public Maintenance ToMaintenance() => new(ChinaTime.FromMs(FromMs), ChinaTime.FromMs(UntilMs), Reason);
    }
}
