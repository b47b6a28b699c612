using ProvincialGateway.Configuration;

namespace ProvincialGateway.AdapterHost;

/// <summary>What one call into an adapter may take before it is aborted.</summary>
internal sealed record AdapterBudget
{
    public static AdapterBudget Default { get; } = From(new LimitOptions());

    /// <inheritdoc cref="LimitOptions.AdapterCallTimeMax"/>
    public required TimeSpan Time { get; init; }

    /// <inheritdoc cref="LimitOptions.AdapterCallBytesMax"/>
    public required long Bytes { get; init; }

    public static AdapterBudget From(LimitOptions limits) => new() { Time = limits.AdapterCallTimeMax, Bytes = limits.AdapterCallBytesMax };
}

/// <summary>Why a call into an adapter was not carried out to its end.</summary>
internal enum AdapterOverrun
{
    /// <summary>It still ran when its time was over.</summary>
    Time = 1,

    /// <summary>The process had grown by more than its memory since it began.</summary>
    Memory = 2,

    /// <summary>It found no free thread in its time: the adapter's other calls take too long.</summary>
    Queue = 3,

    /// <summary>It was not begun: the adapter overran too often in a row and rests.</summary>
    Quarantine = 4,
}

/// <summary>A call into an adapter overran; whatever it was doing has no effect on the node.</summary>
internal sealed class AdapterOverrunException(AdapterOverrun overrun, string message) : Exception(message)
{
    public AdapterOverrun Overrun => overrun;
}
