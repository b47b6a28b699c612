using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Reconciliation;

/// <summary>The runs and what they counted.</summary>
internal static class RunStore
{
    private const string Columns =
        "id, partner, side, from_date, to_date, cause, state, attempts, begun_at_ms, ended_at_ms, own_sequence, peer_sequence, message_count, bytes_sent, bytes_received, reason";

    /// <summary>Begins a run, or the daily run of a day again that did not finish.</summary>
    /// <returns>Null when one is under way over the same ledger, or the day has been reconciled.</returns>
    public static long? Begin(Session session, RunScope scope, RunCause cause, long nowMs)
    {
        if (UnderWay(session, scope) || (cause is RunCause.Daily && OfDay(session, scope) is { State: not RunState.NotFinished }))
            return null;
        var args = new { Partner = scope.Partner.Code, Side = (int)scope.Side, From = scope.From.Iso(), To = scope.To.Iso(), Cause = (int)cause, nowMs };
        if (cause is RunCause.Daily && OfDay(session, scope) is { } unfinished)
        {
            session.ExecuteExpecting(1,
                "UPDATE reconciliation_run SET state = 1, attempts = attempts + 1, begun_at_ms = @nowMs, ended_at_ms = NULL, reason = NULL WHERE id = @Id AND state = 4", new { unfinished.Id, nowMs });
            return unfinished.Id;
        }
        return session.QuerySingle<long>(
            """
            INSERT INTO reconciliation_run (partner, side, from_date, to_date, cause, state, attempts, begun_at_ms, message_count, bytes_sent, bytes_received)
            VALUES (@Partner, @Side, @From, @To, @Cause, 1, 1, @nowMs, 0, 0, 0) RETURNING id
            """, args);
    }

    public static void Fail(Session session, long id, string reason, (long Messages, long Sent, long Received) traffic, long nowMs) => session.ExecuteExpecting(1,
        """
        UPDATE reconciliation_run SET state = 4, ended_at_ms = @nowMs, reason = @reason, message_count = @Messages, bytes_sent = @Sent, bytes_received = @Received
        WHERE id = @id AND state = 1
        """,
        new { id, reason, nowMs, traffic.Messages, traffic.Sent, traffic.Received });

    public static void Finish(Session session, long id, ComparedLedgers found, (long Messages, long Sent, long Received) traffic, long nowMs) => session.ExecuteExpecting(1,
        """
        UPDATE reconciliation_run SET state = @state, ended_at_ms = @nowMs, own_sequence = @OwnSequence, peer_sequence = @PeerSequence,
          message_count = @Messages, bytes_sent = @Sent, bytes_received = @Received
        WHERE id = @id AND state = 1
        """,
        new
        {
            id,
            state = (int)(found.Differences.Count == 0 ? RunState.Balanced : RunState.Different),
            nowMs,
            found.OwnSequence,
            found.PeerSequence,
            traffic.Messages,
            traffic.Sent,
            traffic.Received,
        });

    /// <summary>Runs that a crash of this node left under way.</summary>
    public static int EndAbandoned(Session session, long nowMs) => session.Execute(
        "UPDATE reconciliation_run SET state = 4, ended_at_ms = @nowMs, reason = @reason WHERE state = 1",
        new { nowMs, reason = "本节点停止,对账未完成 / this node was stopped before the run was over" });

    /// <summary>A run whose end could not be stored, if it is still under way.</summary>
    public static void EndUnrecorded(Session session, long id, string reason, long nowMs) => session.Execute(
        "UPDATE reconciliation_run SET state = 4, ended_at_ms = @nowMs, reason = @reason WHERE id = @id AND state = 1", new { id, reason, nowMs });

    public static void Add(Session session, long run, CellTotal total, Holder holder) => session.ExecuteExpecting(1,
        $"""
        INSERT INTO reconciliation_cell (run_id, business_date, scheme, clearing_type, holder, row_count, person_count, visit_count, {SettlementFigures.Columns}, rows_sha256)
        VALUES (@run, @BusinessDate, @Scheme, @ClearingType, @holder, @RowCount, @PersonCount, @VisitCount, {SettlementFigures.Parameters}, @digest)
        """,
        SettlementFigures.Of(total.Sums.Charges, total.Sums.Payments).With(new
        {
            run,
            total.Cell.BusinessDate,
            total.Cell.Scheme,
            total.Cell.ClearingType,
            holder = (int)holder,
            total.Sums.RowCount,
            total.PersonCount,
            total.VisitCount,
            digest = total.RowsSha256.ToByteArray(),
        }));

    public static void Add(Session session, long run, InFlightRow row, Holder holder) => session.ExecuteExpecting(1,
        """
        INSERT INTO reconciliation_in_flight (run_id, holder, transaction_id, kind, sent_at_ms, visit_number, total_fen)
        VALUES (@run, @holder, @TransactionId, @Kind, @SentAtMs, @VisitNumber, @TotalFen)
        """,
        new { run, holder = (int)holder, row.TransactionId, Kind = (int)row.Kind, row.SentAtMs, row.VisitNumber, row.TotalFen });

    public static RunRow? Find(Session session, long id) => session.QuerySingleOrDefault<RunRow>($"SELECT {Columns} FROM reconciliation_run WHERE id = @id", new { id });

    /// <summary>Latest first.</summary>
    public static List<RunRow> List(Session session) => session.Query<RunRow>($"SELECT {Columns} FROM reconciliation_run ORDER BY id DESC");

    public static List<CellRow> CellsOf(Session session, long run) => session.Query<CellRow>(
        $"""
        SELECT business_date, scheme, clearing_type, holder, row_count, person_count, visit_count, {SettlementFigures.Columns}, rows_sha256
        FROM reconciliation_cell WHERE run_id = @run ORDER BY business_date, scheme, clearing_type, holder
        """, new { run });

    public static List<InFlightRecord> InFlightOf(Session session, long run) => session.Query<InFlightRecord>(
        "SELECT holder, transaction_id, kind, sent_at_ms, visit_number, total_fen FROM reconciliation_in_flight WHERE run_id = @run ORDER BY holder, transaction_id", new { run });

    /// <summary>The last day a daily run was begun for, or null.</summary>
    public static string? LastDay(Session session, Division partner, LedgerSide side) => session.QuerySingle<string?>(
        "SELECT max(to_date) FROM reconciliation_run WHERE cause = 1 AND partner = @partner AND side = @side", new { partner = partner.Code, side = (int)side });

    /// <summary>Daily runs that did not finish, the earliest first.</summary>
    public static List<RunRow> Unfinished(Session session, Division partner, LedgerSide side) => session.Query<RunRow>(
        $"SELECT {Columns} FROM reconciliation_run WHERE cause = 1 AND state = 4 AND partner = @partner AND side = @side ORDER BY to_date",
        new { partner = partner.Code, side = (int)side });

    /// <summary>A run over the day has begun at or after a moment.</summary>
    public static bool HasBegunSince(Session session, Division partner, LedgerSide side, string day, long sinceMs) => session.QuerySingle<long>(
        """
        SELECT count(*) FROM reconciliation_run
        WHERE partner = @partner AND side = @side AND from_date <= @day AND to_date >= @day AND begun_at_ms >= @sinceMs
        """, new { partner = partner.Code, side = (int)side, day, sinceMs }) > 0;

    private static bool UnderWay(Session session, RunScope scope) => session.QuerySingle<long>(
        "SELECT count(*) FROM reconciliation_run WHERE partner = @partner AND side = @side AND state = 1", new { partner = scope.Partner.Code, side = (int)scope.Side }) > 0;

    private static RunRow? OfDay(Session session, RunScope scope) => session.QuerySingleOrDefault<RunRow>(
        $"SELECT {Columns} FROM reconciliation_run WHERE cause = 1 AND partner = @partner AND side = @side AND to_date = @to",
        new { partner = scope.Partner.Code, side = (int)scope.Side, to = scope.To.Iso() });
}
