using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Recovery;

/// <summary>What of one province and one kind of step was taken in again.</summary>
/// <param name="Method">The rpc's name, e.g. Settle.</param>
/// <param name="Cleared">What moves between the provinces by them; null for a kind that moves nothing.</param>
internal sealed record RecoveredKind(string Peer, Direction Direction, string Method, int Count, Fen? Cleared);

/// <summary>One exchange that somebody has to look at.</summary>
internal sealed record RecoveredRemark(string TransactionId, string Peer, string Method, string? Subject, ExchangePart State, string Chinese, string English);

/// <summary>How far it has come with one province.</summary>
internal sealed record RecoveredPeer(string Peer, PeerPart State, int Exchanges, int Parked, string? LastError, string? LeftOutBy, string? LeftOutReason);

/// <summary>A recovery as people read it.</summary>
internal sealed record RecoveryReport
{
    public required long Number { get; init; }

    public required string BegunAt { get; init; }

    /// <summary><c>restoration</c>, or the province that knew more.</summary>
    public required string FoundBy { get; init; }

    public string? BackupTakenAt { get; init; }

    public string? ServedAt { get; init; }

    public string? FinishedAt { get; init; }

    public required IReadOnlyList<RecoveredPeer> Peers { get; init; }

    public required IReadOnlyList<RecoveredKind> Kinds { get; init; }

    public required IReadOnlyList<RecoveredRemark> Remarks { get; init; }

    /// <summary>Settlements of this province's hospitals whose fee lines only they have.</summary>
    public required IReadOnlyList<string> SettlementsWithoutLines { get; init; }

    /// <summary>Numbers of a day that nobody is known to hold, e.g. <c>settlement.530100.2017-09-20 7-7</c>.</summary>
    public required IReadOnlyList<string> Gaps { get; init; }

    /// <summary>The last recovery; null when there was none.</summary>
    public static RecoveryReport? Of(Session session)
    {
        if (RecoveryStore.Last(session) is not { } recovery)
            return null;
        var exchanges = RecoveryStore.Exchanges(session, recovery.Id);
        return new RecoveryReport
        {
            Number = recovery.Id,
            BegunAt = Time(recovery.BegunAtMs)!,
            FoundBy = recovery.FoundBy,
            BackupTakenAt = Time(recovery.BackupTakenAtMs),
            ServedAt = Time(recovery.ServedAtMs),
            FinishedAt = Time(recovery.FinishedAtMs),
            Peers = RecoveryStore.Peers(session, recovery.Id).ConvertAll(part => new RecoveredPeer(
                part.Peer, part.State, exchanges.Count(row => row.Peer == part.Peer), (int)part.Parked, part.LastError, part.LeftOutBy, part.LeftOutReason)),
            Kinds = [.. exchanges.Where(row => row.State is ExchangePart.Same or ExchangePart.Different)
                .GroupBy(row => (row.Peer, row.Direction, Name: NameOf(row.Method)))
                .Select(kind => new RecoveredKind(kind.Key.Peer, kind.Key.Direction, kind.Key.Name, kind.Count(),
                    kind.Any(row => row.ClearedFen is not null) ? new Fen(kind.Sum(row => row.ClearedFen ?? 0)) : null))],
            Remarks = [.. exchanges.Where(row => row is { NoteZh: not null, NoteEn: not null })
                .Select(row => new RecoveredRemark(row.TransactionId, row.Peer, NameOf(row.Method), row.Subject, row.State, row.NoteZh!, row.NoteEn!))],
            SettlementsWithoutLines = session.Query<string>("SELECT settlement_number FROM recovered_settlement JOIN treatment_settlement USING (settlement_number) WHERE state = 1 ORDER BY settlement_number"),
            Gaps = session.Query<string>("SELECT counter || ' ' || first_serial || '-' || last_serial FROM recovery_gap ORDER BY counter, first_serial"),
        };
    }

    private static string NameOf(string method) => method[(method.LastIndexOf('/') + 1)..];

    private static string? Time(long? ms) => ms is { } at ? $"{ChinaTime.FromMs(at):yyyy-MM-dd HH:mm:ss}" : null;
}
