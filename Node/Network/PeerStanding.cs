using System.Globalization;
using Provincial.Exchange.V1;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>An operator of this node has paused the dealings with a peer: nothing is sent to it, and what it sends is turned away.</summary>
internal sealed record PeerPause(string By, string Reason, DateTimeOffset At);

/// <summary>Between two times a node may be away.</summary>
internal sealed record Maintenance(DateTimeOffset From, DateTimeOffset Until, string Reason)
{
    public const int ReasonLengthMax = 200;

    public bool IsAt(DateTimeOffset now) => From <= now && now < Until;

    public PlannedMaintenance ToMessage() => new() { FromMs = From.ToUnixTimeMilliseconds(), UntilMs = Until.ToUnixTimeMilliseconds(), Reason = Reason };

    /// <summary>Null for what is no window, or one that no calendar holds: a peer's word is not trusted with this node's own arithmetic.</summary>
    public static Maintenance? Read(PlannedMaintenance? message)
    {
        const long MsMax = 253_370_764_800_000;
        return message is { FromMs: > 0, Reason.Length: > 0 and <= ReasonLengthMax } && message.UntilMs > message.FromMs && message.UntilMs < MsMax && !message.Reason.Any(char.IsControl)
            ? new(ChinaTime.FromMs(message.FromMs), ChinaTime.FromMs(message.UntilMs), message.Reason)
            : null;
    }
}

internal enum PeerHoldCause
{
    /// <summary>By this node's operator.</summary>
    PausedHere = 1,

    /// <summary>By the peer's operator, or while the peer takes in again what it has forgotten.</summary>
    PausedThere = 2,

    Maintenance = 3,
    Draining = 4,

    /// <summary>This node takes in again what it has forgotten, and the peer's part is missing.</summary>
    Recovering = 5,
}

/// <summary>Why nothing is sent to a peer now, whether it can be reached or not.</summary>
/// <param name="Until">When it ends by itself at the latest; null when somebody has to end it.</param>
internal sealed record PeerHold(PeerHoldCause Cause, string Chinese, string English, DateTimeOffset? Until)
{
    public string Text => $"{Chinese} / {English}";

    public static PeerHold Of(PeerPause pause) => new(PeerHoldCause.PausedHere,
        $"本节点的管理员已暂停与该省的业务（{pause.Reason}），恢复后自动续办", $"this node's operator has paused the dealings with that province ({pause.Reason}); they go on when it is resumed", null);

    public static PeerHold Of(Maintenance maintenance) => new(PeerHoldCause.Maintenance,
        $"该省节点计划维护至 {Local(maintenance.Until)}（{maintenance.Reason}），之后自动续办",
        $"that province's node is under planned maintenance until {Local(maintenance.Until)} ({maintenance.Reason}); it goes on by itself after that", maintenance.Until);

    public static PeerHold Recovering(string chinese, string english) => new(PeerHoldCause.Recovering, chinese, english, null);

    public static PeerHold DrainingUntil(DateTimeOffset until) => new(PeerHoldCause.Draining, "该省节点正在停止或重启，之后自动续办", "that province's node is stopping or restarting; it goes on by itself after that", until);

    public static PeerHold PausedThereUntil(DateTimeOffset until) => new(PeerHoldCause.PausedThere, "该省节点暂不办理与本省的业务（管理员已暂停，或正在补齐往来数据），恢复后自动续办",
        "that province's node does not deal with this one for now (its operator has paused it, or it takes in again what the two have exchanged); what waits goes on by itself", until);

    private static string Local(DateTimeOffset at) => ChinaTime.Local(at).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}

/// <summary>What a peer has told of itself.</summary>
internal sealed record PeerInformation
{
    public required string Name { get; init; }

    public required string SoftwareRelease { get; init; }

    public required IReadOnlyList<string> ProtocolReleases { get; init; }

    public required string CatalogueRelease { get; init; }

    /// <summary>The newest protocol release that both speak; null when there is none.</summary>
    public ProvincialGateway.Configuration.ProtocolRelease? Agreed { get; init; }
}

/// <summary>How far a peer's clock is from this node's, from the round trip that took least of the last ones. Shown to people; no rule compares clocks.</summary>
/// <param name="Offset">The peer's clock less this node's.</param>
/// <param name="RoundTrip">Half of it is how wrong the offset may be.</param>
internal sealed record ClockReading(TimeSpan Offset, TimeSpan RoundTrip)
{
    /// <summary>How far the clocks are apart at least.</summary>
    public TimeSpan Certain => Offset.Duration() > RoundTrip / 2 ? Offset.Duration() - (RoundTrip / 2) : TimeSpan.Zero;
}
