using ProvincialGateway.Storage;

namespace ProvincialGateway.Treatment;

internal enum UnmappedState
{
    Open = 1,

    /// <summary>Somebody looks after it.</summary>
    Assigned = 2,

    /// <summary>It will not be mapped; the note says why. Uploads that wait for it go on waiting until they are withdrawn.</summary>
    Dismissed = 3,
}

/// <summary>One local code without a mapping, over all institutions that used it.</summary>
internal sealed record UnmappedCode
{
    public required string Adapter { get; init; }
    public required string LocalCode { get; init; }

    /// <summary>As the hospitals call it; the latest one where they differ.</summary>
    public required string LocalName { get; init; }
    public required long FirstSeenAtMs { get; init; }
    public required long LastSeenAtMs { get; init; }

    /// <summary>Comma-separated institution codes.</summary>
    public required string Institutions { get; init; }
    public required long LineCount { get; init; }

    /// <summary>Sum of all lines seen with the code.</summary>
    public required long AmountFen { get; init; }

    /// <summary>Uploads that wait for the code now.</summary>
    public required long WaitingCount { get; init; }

    /// <summary>Their sum: what one mapping would release, if it is the only one that is missing.</summary>
    public required long HeldFen { get; init; }
    public required UnmappedState State { get; init; }
    public string? Owner { get; init; }
    public string? Note { get; init; }
}

/// <summary>The work queue of codes without a mapping: what hospitals used, what waits for it, and who looks after it.</summary>
internal static class UnmappedQueue
{
    private const string Codes =
        """
        WITH waiting AS (
          SELECT adapter, local_code, count(*) AS waiting_count, sum(amount_fen) AS held_fen
          FROM held_code JOIN held_upload USING (transaction_id) JOIN institution ON code = institution_code WHERE held_upload.state = 1
          GROUP BY adapter, local_code)
        SELECT i.adapter, u.local_code, max(u.last_seen_at_ms) AS last_seen_at_ms, u.local_name, min(u.first_seen_at_ms) AS first_seen_at_ms,
          group_concat(u.institution_code, ',' ORDER BY u.institution_code) AS institutions, sum(u.line_count) AS line_count, sum(u.amount_fen) AS amount_fen,
          coalesce(max(w.waiting_count), 0) AS waiting_count, coalesce(max(w.held_fen), 0) AS held_fen, coalesce(max(n.state), 1) AS state,
          max(n.owner) AS owner, max(n.note) AS note
        FROM unmapped_item u JOIN institution i ON i.code = u.institution_code
        LEFT JOIN waiting w ON w.adapter = i.adapter AND w.local_code = u.local_code
        LEFT JOIN unmapped_note n ON n.adapter = i.adapter AND n.local_code = u.local_code
        """;

    /// <summary>Those with the most money held up first.</summary>
    public static IReadOnlyList<UnmappedCode> List(Session session) =>
        session.Query<UnmappedCode>($"{Codes} GROUP BY i.adapter, u.local_code ORDER BY held_fen DESC, amount_fen DESC, i.adapter, u.local_code");

    public static UnmappedCode? Find(Session session, string adapter, string localCode) => session.QuerySingleOrDefault<UnmappedCode>(
        $"{Codes} WHERE i.adapter = @adapter AND u.local_code = @localCode GROUP BY i.adapter, u.local_code", new { adapter, localCode });

    public static void SetState(Session session, string adapter, string localCode, UnmappedState state, string? owner, string? note, long nowMs) => session.ExecuteExpecting(1,
        """
        INSERT INTO unmapped_note (adapter, local_code, state, owner, note, changed_at_ms) VALUES (@adapter, @localCode, @state, @owner, @note, @nowMs)
        ON CONFLICT (adapter, local_code) DO UPDATE SET state = excluded.state, owner = excluded.owner, note = coalesce(excluded.note, note), changed_at_ms = excluded.changed_at_ms
        """,
        new { adapter, localCode, state = (int)state, owner, note, nowMs });
}
