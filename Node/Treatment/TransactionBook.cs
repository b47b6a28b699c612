using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>What an operator did about a request; the value stands in <c>transaction_act.act</c>.</summary>
internal enum TransactionActKind
{
    Retry = 1,
    Release = 2,
    Reverse = 3,
}

/// <summary>What a stored request to another province is about: those of visits as in <c>outbound.kind</c>, then those of filings.</summary>
internal enum TransactionKind
{
    Admission = 1,
    Discharge = 2,
    Settlement = 3,
    SettlementCancellation = 4,
    AdmissionCancellation = 5,
    DischargeCancellation = 6,
    Reversal = 7,
    FilingSubmission = 8,
    FilingCancellation = 9,
}

/// <summary>One stored request to another province, of a visit or about a filing, without its content.</summary>
internal sealed record TransactionRow
{
    public required string TransactionId { get; init; }
    public required string Peer { get; init; }
    public required TransactionKind Kind { get; init; }
    public required OutboundState State { get; init; }

    /// <summary>As its hospital numbers the visit; null of a request about a filing, as the next two.</summary>
    public string? HospitalVisitNumber { get; init; }
    public string? VisitNumber { get; init; }
    public string? InstitutionCode { get; init; }
    public required int Attempts { get; init; }
    public required long PreparedAtMs { get; init; }

    /// <summary>Null where it is not known.</summary>
    public long? AttemptedAtMs { get; init; }
    public required long NextAttemptAtMs { get; init; }
    public long? AnsweredAtMs { get; init; }
    public OutboundHolder? LeasedBy { get; init; }
    public long? LeasedUntilMs { get; init; }
    public string? LastError { get; init; }
    public string? OriginalId { get; init; }

    /// <summary>The reversal of it that is under way or parked; null when there is none.</summary>
    public string? ReversalId { get; init; }

    public bool IsOfFiling => Kind is TransactionKind.FilingSubmission or TransactionKind.FilingCancellation;
}

/// <summary>The requests to one peer that are in one state.</summary>
internal sealed record TransactionTotal
{
    public required string Peer { get; init; }
    public required OutboundState State { get; init; }
    public required int Count { get; init; }

    /// <summary>Of the oldest of them.</summary>
    public required long OldestAtMs { get; init; }

    /// <summary>Unanswered for so long that somebody has to look after it.</summary>
    public required int Overdue { get; init; }
}

/// <summary>A row of <c>transaction_act</c>, without the answer that was put aside.</summary>
internal sealed record TransactionAct
{
    public required long Sequence { get; init; }
    public required string TransactionId { get; init; }
    public required TransactionActKind Act { get; init; }
    public required OutboundState StateBefore { get; init; }
    public string? Contradiction { get; init; }
    public string? ReversalId { get; init; }
    public required string ActedBy { get; init; }
    public required string Reason { get; init; }
    public required long ActedAtMs { get; init; }
}

/// <summary>Which requests are listed; what is null does not matter.</summary>
/// <param name="States">Empty is all.</param>
/// <param name="BeforeMs">Stored before then.</param>
internal sealed record TransactionFilter(Division? Peer, IReadOnlyList<OutboundState> States, long? BeforeMs);

/// <summary>The SQL of stored requests as operators see them, and of what operators did. Every method runs in the caller's transaction.</summary>
internal static class TransactionBook
{
    /// <summary>From then on a request that is still unanswered is overdue: the node goes on asking for it, but somebody has to find out why.</summary>
    public static readonly TimeSpan OverdueAfter = TimeSpan.FromHours(24);

    public static TransactionRow? Find(Session session, string transactionId) => session.QuerySingleOrDefault<TransactionRow>(
        Rows("transaction_id = @transactionId"), new { transactionId });

    /// <summary>The oldest first.</summary>
    public static List<TransactionRow> List(Session session, TransactionFilter filter, int rowsMax)
    {
        // State by state, as the indexes are.
        var states = filter.States.Count == 0 ? Enum.GetValues<OutboundState>() : filter.States;
        var rows = string.Join("\nUNION ALL\n", states.Distinct().Select(state =>
            Rows($"state = {(int)state} AND (@peer IS NULL OR peer = @peer) AND (@before IS NULL OR prepared_at_ms < @before)")));
        return session.Query<TransactionRow>(
            $"SELECT * FROM ({rows}) ORDER BY prepared_at_ms, transaction_id LIMIT @rowsMax", new { peer = filter.Peer?.Code, before = filter.BeforeMs, rowsMax });
    }

    /// <summary>What is unanswered or parked, by peer and state, with filings and the agencies' messages of prepayment and clearing.</summary>
    public static List<TransactionTotal> Totals(Session session, long nowMs) => session.Query<TransactionTotal>(
        """
        SELECT peer, state, count(*) AS count, min(prepared_at_ms) AS oldest_at_ms, count(*) FILTER (WHERE state = 1 AND prepared_at_ms <= @overdueMs) AS overdue FROM (
          SELECT peer, 1 AS state, prepared_at_ms FROM outbound WHERE state = 1 UNION ALL SELECT peer, 4, prepared_at_ms FROM outbound WHERE state = 4
          UNION ALL SELECT peer, state, prepared_at_ms FROM filing_request WHERE state IN (1, 4)
          UNION ALL SELECT peer, state, prepared_at_ms FROM clearing_outbound WHERE state IN (1, 4))
        GROUP BY peer, state ORDER BY peer, state
        """,
        new { overdueMs = nowMs - (long)OverdueAfter.TotalMilliseconds });

    public static bool IsOverdue(TransactionRow row, long nowMs) => row.State is OutboundState.Awaiting && nowMs - row.PreparedAtMs >= OverdueAfter.TotalMilliseconds;

    /// <summary>In the order in which they were done.</summary>
    public static List<TransactionAct> ActsOn(Session session, string transactionId) => session.Query<TransactionAct>(
        """
        SELECT sequence, transaction_id, act, state_before, contradiction, reversal_id, acted_by, reason, acted_at_ms
        FROM transaction_act WHERE transaction_id = @transactionId ORDER BY sequence
        """,
        new { transactionId });

    /// <param name="reply">The sealed answer that is put aside by a release.</param>
    public static void Append(Session session, TransactionAct act, byte[]? reply) => session.ExecuteExpecting(1,
        """
        INSERT INTO transaction_act (sequence, transaction_id, act, state_before, reply, contradiction, reversal_id, acted_by, reason, acted_at_ms)
        SELECT coalesce(max(sequence), 0) + 1, @TransactionId, @act, @stateBefore, @reply, @Contradiction, @ReversalId, @ActedBy, @Reason, @ActedAtMs FROM transaction_act
        """,
        new
        {
            act.TransactionId,
            act = (int)act.Act,
            stateBefore = (int)act.StateBefore,
            reply,
            act.Contradiction,
            act.ReversalId,
            act.ActedBy,
            act.Reason,
            act.ActedAtMs,
        });

    private static string Rows(string which) =>
        $"""
        SELECT o.transaction_id, o.peer, o.kind, o.state, v.hospital_visit_number, v.visit_number, v.institution_code, o.attempts, o.prepared_at_ms, o.attempted_at_ms,
          o.next_attempt_at_ms, o.answered_at_ms, o.leased_by, o.leased_until_ms, o.last_error, o.original_id,
          (SELECT r.transaction_id FROM outbound r WHERE r.original_id = o.transaction_id AND r.kind = 7 AND r.state IN (1, 4)) AS reversal_id
        FROM (SELECT * FROM outbound WHERE {which}) o LEFT JOIN treatment_visit v ON v.id = o.visit_id
        UNION ALL
        SELECT transaction_id, peer, kind + 7, state, NULL, NULL, NULL, attempts, prepared_at_ms, attempted_at_ms, next_attempt_at_ms, answered_at_ms, NULL, NULL, last_error, NULL, NULL
        FROM filing_request WHERE {which}
        """;
}
