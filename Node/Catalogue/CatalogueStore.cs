using ProvincialGateway.Storage;

namespace ProvincialGateway.Catalogue;

/// <summary>A row of <c>catalogue_version</c>.</summary>
internal sealed record CatalogueVersionRow
{
    public required string Adapter { get; init; }
    public required string Version { get; init; }

    /// <summary>Lower-case hex over the stored tables, of which the version is the beginning.</summary>
    public required string Sha256 { get; init; }
    public required string BaseVersion { get; init; }
    public required int ItemCount { get; init; }
    public required int MappingCount { get; init; }
    public required int CodeCount { get; init; }
    public required int RatioCount { get; init; }
    public required long ImportedAtMs { get; init; }
}

/// <summary>An activation that stands: a row of <c>catalogue_activation</c> that no other row rolls back.</summary>
internal sealed record CatalogueActivationRow
{
    public required long Sequence { get; init; }
    public required string Version { get; init; }

    /// <summary>ISO date.</summary>
    public required string FromDate { get; init; }
    public required string Reason { get; init; }
    public required long DecidedAtMs { get; init; }
}

/// <summary>The SQL of catalogue versions and activations. Every method runs in the caller's transaction.</summary>
internal static class CatalogueStore
{
    private const string VersionColumns = "adapter, version, sha256, base_version, item_count, mapping_count, code_count, ratio_count, imported_at_ms";

    public static void Insert(Session session, CatalogueVersionRow version) => session.ExecuteExpecting(1,
        $"""
        INSERT INTO catalogue_version ({VersionColumns})
        VALUES (@Adapter, @Version, @Sha256, @BaseVersion, @ItemCount, @MappingCount, @CodeCount, @RatioCount, @ImportedAtMs)
        """,
        version);

    public static CatalogueVersionRow? Find(Session session, string adapter, string version) => session.QuerySingleOrDefault<CatalogueVersionRow>(
        $"SELECT {VersionColumns} FROM catalogue_version WHERE adapter = @adapter AND version = @version", new { adapter, version });

    /// <summary>In the order in which they were imported.</summary>
    public static IReadOnlyList<CatalogueVersionRow> Versions(Session session, string adapter) => session.Query<CatalogueVersionRow>(
        $"SELECT {VersionColumns} FROM catalogue_version WHERE adapter = @adapter ORDER BY imported_at_ms, version", new { adapter });

    /// <summary>Those that stand, in the order in which they were made.</summary>
    public static IReadOnlyList<CatalogueActivationRow> Activations(Session session, string adapter) => session.Query<CatalogueActivationRow>(
        """
        SELECT sequence, version, from_date, reason, decided_at_ms FROM catalogue_activation a
        WHERE adapter = @adapter AND version IS NOT NULL AND NOT EXISTS (SELECT 1 FROM catalogue_activation r WHERE r.rolls_back = a.sequence)
        ORDER BY sequence
        """,
        new { adapter });

    public static void Activate(Session session, string adapter, string version, string fromDate, string reason, long nowMs) => session.ExecuteExpecting(1,
        """
        INSERT INTO catalogue_activation (sequence, adapter, version, from_date, reason, decided_at_ms)
        SELECT coalesce(max(sequence), 0) + 1, @adapter, @version, @fromDate, @reason, @nowMs FROM catalogue_activation
        """,
        new { adapter, version, fromDate, reason, nowMs });

    /// <summary>Undoes the last activation that stands.</summary>
    /// <returns>It; null when there is none.</returns>
    public static CatalogueActivationRow? RollBack(Session session, string adapter, string reason, long nowMs)
    {
        if (Activations(session, adapter) is not [.., var last])
            return null;
        session.ExecuteExpecting(1,
            """
            INSERT INTO catalogue_activation (sequence, adapter, rolls_back, reason, decided_at_ms)
            SELECT max(sequence) + 1, @adapter, @Sequence, @reason, @nowMs FROM catalogue_activation
            """,
            new { adapter, last.Sequence, reason, nowMs });
        return last;
    }

    /// <summary>Standing fee lines by the version that split them; the adapter's hospitals only.</summary>
    public static IReadOnlyDictionary<string, long> LinesByVersion(Session session, string adapter) => session.Query<VersionLines>(
        """
        SELECT l.catalogue_version AS version, count(*) AS lines FROM fee_line l
        JOIN treatment_visit v ON v.id = l.visit_id JOIN institution i ON i.code = v.institution_code
        WHERE i.adapter = @adapter AND l.state = 1 GROUP BY l.catalogue_version
        """,
        new { adapter }).ToDictionary(row => row.Version, row => row.Lines, StringComparer.Ordinal);

    private sealed class VersionLines
    {
        public required string Version { get; init; }
        public required long Lines { get; init; }
    }
}
