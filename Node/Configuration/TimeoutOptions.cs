namespace ProvincialGateway.Configuration;

/// <summary>How long a node waits, how often it repeats, and when it stops asking. In the file every duration is a number of seconds.</summary>
internal sealed record TimeoutOptions
{
    /// <summary>All attempts of one interactive call together, 0.1 to 120 s; default 8 s. What is open after it belongs to the resolver.</summary>
    public TimeSpan InteractiveBudget { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>One attempt, 0.05 to 60 s and not above the budget; default 3 s.</summary>
    public TimeSpan Attempt { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Attempts after the first, 0 to 10; default 2.</summary>
    public int RetriesMax { get; init; } = 2;

    /// <summary>Pause before the first repeat, doubled for each further one, 0 to 10 s; default 0.2 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.2);

    /// <summary>Share of failed attempts that opens a peer's circuit, 0.01 to 1; default 0.5.</summary>
    public double BreakerFailureRatio { get; init; } = 0.5;

    /// <summary>Attempts within the sampling duration before the share counts, 2 to 1,000; default 5.</summary>
    public int BreakerMinimumThroughput { get; init; } = 5;

    /// <summary>Over how long the share is taken, 0.5 to 600 s; default 30 s.</summary>
    public TimeSpan BreakerSamplingDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an open circuit refuses before one attempt may try again, 0.5 to 600 s; default 15 s.</summary>
    public TimeSpan BreakerBreakDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Between two pings of one peer, 1 to 3,600 s; default 10 s.</summary>
    public TimeSpan PeerPingInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two questions about an unanswered transaction, at first, 0.1 to 3,600 s; default 5 s.</summary>
    public TimeSpan ResolverInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What the resolver's interval grows to while a peer stays silent, 0.1 to 86,400 s and not below the interval; default 300 s.</summary>
    public TimeSpan ResolverDelayMax { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Between two looks at the adapters' folders, 0.1 to 3,600 s; default 3 s. A change that stands for two looks is loaded.</summary>
    public TimeSpan AdapterPollInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>What is in flight when the node is told to stop may take this long, 0 to 18 s; default 15 s. The whole stop stays below 30 s.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How far a peer's clock may be from this node's before operators are warned, 0.1 to 3,600 s; default 5 s.</summary>
    public TimeSpan ClockSkewWarning { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a storage that refuses work is tried, 0.1 to 3,600 s; default 1 s.</summary>
    public TimeSpan StorageProbeInterval { get; init; } = TimeSpan.FromSeconds(1);
}
