namespace ProvincialGateway.Configuration;

/// <summary>How long the messages of a closed clearing year stay in the database.</summary>
internal sealed record RetentionOptions
{
    /// <summary>Months after a year was closed, 0 to 600, default 24. 0: they are never moved to archive files.</summary>
    public int Months { get; init; } = 24;

    /// <summary>Years closed up to this time are due.</summary>
    /// <returns>UTC milliseconds; null when nothing ever is.</returns>
    public long? ClosedUpToMs(DateTimeOffset now) => Months == 0 ? null : now.AddMonths(-Months).ToUnixTimeMilliseconds();
}
