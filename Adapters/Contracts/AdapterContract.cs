namespace ProvincialGateway.Adapters.Contracts;

/// <summary>
/// The versions of this contract. An adapter states the one it was built for; a node speaks every version from <see cref="MinimumVersion"/> to
/// <see cref="Version"/>, because a new version only adds operations, results and optional members.
/// </summary>
public static class AdapterContract
{
    /// <summary>
    /// 2 added undo, reversal, confirmation, reconciliation, settings and bills that wait for a mapping; 3 outpatient visits, stays that are
    /// settled in parts, and the reason of a restricted use.
    /// </summary>
    public const int Version = 3;

    public const int MinimumVersion = 1;

    public static bool Speaks(int version) => version is >= MinimumVersion and <= Version;
}
