using System.Collections.Concurrent;
using System.Globalization;
using ProvincialGateway.Values;

namespace ProvincialGateway.Configuration;

/// <summary>A release of the exchange contract, "major.minor".</summary>
internal readonly record struct ProtocolRelease(int Major, int Minor)
{
    /// <summary>The newest that this software speaks; it speaks every minor of the major up to it.</summary>
    public static readonly ProtocolRelease Newest = new(NodesConfiguration.ProtocolMajor, 1);

    /// <summary>From this release on a node says how it stands.</summary>
    public static readonly ProtocolRelease WithStanding = new(1, 1);

    /// <summary>Oldest first.</summary>
    public static IReadOnlyList<string> Spoken { get; } = [.. Enumerable.Range(0, Newest.Minor + 1).Select(minor => new ProtocolRelease(Newest.Major, minor).ToString())];

    /// <summary>One minor older or newer: nodes are upgraded one after another, never all at once.</summary>
    public bool IsTaken => Major == Newest.Major && Math.Abs(Minor - Newest.Minor) <= 1;

    public static bool TryParse(string? text, out ProtocolRelease release)
    {
        release = default;
        if ((text ?? "").Split('.') is not [var major, var minor] || !TryNumber(major, out var majorNumber) || !TryNumber(minor, out var minorNumber))
            return false;
        release = new(majorNumber, minorNumber);
        return true;
    }

    /// <summary>The newest that both speak; null when there is none.</summary>
    /// <param name="theirs">As the peer names them; what is no release is passed over.</param>
    public static ProtocolRelease? Common(IEnumerable<string> theirs) => theirs
        .Select(text => TryParse(text, out var release) ? release : (ProtocolRelease?)null)
        .OfType<ProtocolRelease>()
        .Where(release => release.Major == Newest.Major && release.Minor <= Newest.Minor)
        .OrderByDescending(release => release.Minor)
        .Select(release => (ProtocolRelease?)release)
        .FirstOrDefault();

    public bool IsAtLeast(ProtocolRelease other) => Major == other.Major && Minor >= other.Minor;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    private static bool TryNumber(string text, out int number)
    {
        number = 0;
        return text.Length is > 0 and <= 4 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}

/// <summary>What this node has agreed on with each peer since it started. Safe for many threads.</summary>
internal sealed class AgreedReleases
{
    private readonly ConcurrentDictionary<Division, ProtocolRelease> _agreed = new();

    public ProtocolRelease? With(Division anyDivision) => _agreed.TryGetValue(anyDivision.Province, out var release) ? release : null;

    public void Agree(Division peer, ProtocolRelease release) => _agreed[peer.Province] = release;
}
