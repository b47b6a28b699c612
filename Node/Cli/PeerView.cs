using System.Globalization;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>What a person or a script sees of planned maintenance; times at +08:00.</summary>
internal sealed record PlannedView(string From, string Until, string Reason)
{
    public static PlannedView Of(Maintenance maintenance) => new(PeerView.Time(maintenance.From), PeerView.Time(maintenance.Until), maintenance.Reason);
}

/// <summary>What a person or a script sees of one peer. What only a node that serves knows is null while it is stopped.</summary>
internal sealed record PeerView
{
    public required string Division { get; init; }
    public required string Name { get; init; }
    public required string Address { get; init; }

    /// <summary>unknown, up or down.</summary>
    public PeerAvailability? Availability { get; init; }
    public PeerCircuit? Circuit { get; init; }

    /// <summary>Why nothing is sent to the peer now, in both languages; null when it is sent to.</summary>
    public string? Held { get; init; }
    public PeerHoldCause? HeldBy { get; init; }
    public string? PausedBy { get; init; }
    public string? PausedAt { get; init; }
    public string? PauseReason { get; init; }

    /// <summary>What the peer has announced.</summary>
    public PlannedView? Maintenance { get; init; }

    /// <summary>The peer's clock less this node's, milliseconds; half the round trip is how wrong that may be.</summary>
    public long? ClockOffsetMs { get; init; }
    public double? RoundTripMs { get; init; }

    /// <summary>The clocks are further apart than <c>timeouts.clockSkewWarningSeconds</c>.</summary>
    public bool? IsClockWrong { get; init; }
    public string? LastSuccessAt { get; init; }
    public string? LastFailureAt { get; init; }
    public string? LastError { get; init; }
    public string? SoftwareRelease { get; init; }
    public IReadOnlyList<string>? ProtocolReleases { get; init; }

    /// <summary>What requests to the peer are written in.</summary>
    public string? ProtocolRelease { get; init; }
    public string? CatalogueRelease { get; init; }

    /// <summary>Transactions to the peer without an answer.</summary>
    public required long Unanswered { get; init; }

    /// <summary>Answered with what cannot be true; an operator has to look.</summary>
    public required long Parked { get; init; }

    /// <summary>The peer's calls under way here.</summary>
    public int? CallsRunning { get; init; }
    public long? CallsTaken { get; init; }

    /// <summary>Because they were more than its share.</summary>
    public long? CallsTurnedAway { get; init; }

    /// <summary>In the order of nodes.json.</summary>
    public static IReadOnlyList<PeerView> All(NodeWork work)
    {
        var (directory, door) = (work.Serving?.Services.GetRequiredService<PeerDirectory>(), work.Serving?.Services.GetRequiredService<PeerDoor>());
        return work.Database.Read(session =>
        {
            var open = PeerRecords.Open(session).ToDictionary(row => row.Peer);
            return work.Node.Configuration.Nodes.Where(node => node.Division != work.Node.Self).Select(node =>
            {
                var (state, pause) = (directory?.Find(node.Division)?.State, PeerRecords.PauseOf(session, node.Division));
                var maintenance = state is null ? PeerRecords.Of(session, node.Division) : state.Planned;
                var (status, clock, known, hold) = (state?.Status, state?.Clock.Best, state?.Information, state?.Hold);
                var calls = door?.CountsOf(node.Division);
                var waiting = open.GetValueOrDefault(node.Division.Code);
                return new PeerView
                {
                    Division = node.Division.Code,
                    Name = node.Name,
                    Address = node.Address.GetLeftPart(UriPartial.Authority),
                    Availability = status?.Availability,
                    Circuit = status?.Circuit,
                    Held = hold?.Text,
                    HeldBy = hold?.Cause,
                    PausedBy = pause?.By,
                    PausedAt = pause is null ? null : Time(pause.At),
                    PauseReason = pause?.Reason,
                    Maintenance = maintenance is null ? null : PlannedView.Of(maintenance),
                    ClockOffsetMs = (long?)clock?.Offset.TotalMilliseconds,
                    RoundTripMs = clock is null ? null : Math.Round(clock.RoundTrip.TotalMilliseconds, 1),
                    IsClockWrong = clock is null ? null : clock.Certain > work.Node.Configuration.Timeouts.ClockSkewWarning,
                    LastSuccessAt = status?.LastSuccessAt is { } success ? Time(success) : null,
                    LastFailureAt = status?.LastFailureAt is { } failure ? Time(failure) : null,
                    LastError = status?.LastError,
                    SoftwareRelease = known?.SoftwareRelease,
                    ProtocolReleases = known?.ProtocolReleases,
                    ProtocolRelease = known?.Agreed?.ToString(),
                    CatalogueRelease = known?.CatalogueRelease,
                    Unanswered = waiting?.Unanswered ?? 0,
                    Parked = waiting?.Parked ?? 0,
                    CallsRunning = calls?.Running,
                    CallsTaken = calls?.Taken,
                    CallsTurnedAway = calls?.TurnedAway,
                };
            }).ToList();
        });
    }

    public static string Time(DateTimeOffset at) => ChinaTime.Local(at).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
