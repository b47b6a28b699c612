namespace ProvincialGateway.Configuration;

/// <summary>When a node reconciles by itself.</summary>
internal sealed record ReconciliationOptions
{
    /// <summary>Time of day at +08:00 from which yesterday is reconciled; default 02:00. Null (<c>"off"</c> in the file): only on demand.</summary>
    public TimeOnly? DailyAt { get; init; } = new(2, 0);

    /// <summary>Between two looks at what is due, and so between two attempts with a partner that is down; 0.1 to 3,600 s, default 300 s.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(300);
}
