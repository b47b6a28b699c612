using ProvincialGateway.Values;

namespace ProvincialGateway.Recovery;

/// <summary>The moment at which something was done before: what is done again now is written with its time. For one thread at a time.</summary>
internal sealed class PinnedClock : TimeProvider
{
    private long _utcMs;

    /// <param name="utcMs">UTC milliseconds.</param>
    public void Pin(long utcMs) => _utcMs = utcMs;

    public override DateTimeOffset GetUtcNow() => ChinaTime.FromMs(_utcMs);
}
