using System.Globalization;
using System.Net.Http.Headers;
using Grpc.Core;

namespace ProvincialGateway.Network;

internal enum DoorReason
{
    /// <summary>The message is above the receiver's limit: the same bytes will never be taken.</summary>
    TooLarge = 1,

    /// <summary>More calls at once, or in a second, than one peer may make.</summary>
    Busy = 2,

    /// <summary>The node stops.</summary>
    Draining = 3,

    /// <summary>Its operator has paused the caller, or what it has forgotten of the two's dealings is not taken in again yet.</summary>
    Paused = 4,
}

/// <summary>
/// What a node says beside the status when it turns a call away before looking at it. It proves that nothing was done, which the status alone does not:
/// UNAVAILABLE may come from anywhere on the way, RESOURCE_EXHAUSTED may mean this message or this moment.
/// </summary>
/// <param name="RetryAfter">When the same bytes may be taken; null when that is not known.</param>
internal sealed record TurnedAway(DoorReason Reason, TimeSpan? RetryAfter = null)
{
    /// <summary>Response headers (Protos/README.md).</summary>
    public const string DoorHeader = "provincial-door", RetryAfterHeader = "provincial-retry-after-ms";

    /// <summary>The same bytes may be taken later.</summary>
    public bool IsForNow => Reason is not DoorReason.TooLarge;

    public Metadata ToMetadata()
    {
        var headers = new Metadata { { DoorHeader, NameOf(Reason) } };
        if (RetryAfter is { } after)
            headers.Add(RetryAfterHeader, ((long)Math.Ceiling(after.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture));
        return headers;
    }

    /// <summary>Null when the peer says nothing of the kind, or something this release does not know.</summary>
    public static TurnedAway? Read(HttpResponseHeaders headers)
    {
        if (ValueOf(headers, DoorHeader) is not { } name || Enum.GetValues<DoorReason>().Where(reason => NameOf(reason) == name).ToList() is not [var known])
            return null;
        var after = long.TryParse(ValueOf(headers, RetryAfterHeader), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds < int.MaxValue
            ? TimeSpan.FromMilliseconds(milliseconds)
            : (TimeSpan?)null;
        return new(known, after);
    }

    public static string NameOf(DoorReason reason) => reason switch
    {
        DoorReason.TooLarge => "too-large",
        DoorReason.Busy => "busy",
        DoorReason.Draining => "draining",
        DoorReason.Paused => "paused",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Not a reason."),
    };

    private static string? ValueOf(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) && values.ToList() is [var single] ? single : null;
}
