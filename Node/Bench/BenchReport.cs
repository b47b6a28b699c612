namespace ProvincialGateway.Bench;

/// <summary>What one run of the measurement found. There is none when the audit of both nodes was not clean.</summary>
internal sealed record BenchReport
{
    public required BenchPlan Plan { get; init; }

    public required int Processors { get; init; }

    public required string Runtime { get; init; }

    /// <summary>What one client does once, in words.</summary>
    public required string Counted { get; init; }

    /// <summary>Of the settlement as it goes between the provinces; the echo carries the same.</summary>
    public required int RequestBytes { get; init; }

    public required int ReplyBytes { get; init; }

    public required IReadOnlyList<BenchLevel> Levels { get; init; }

    public required BenchInserts Inserts { get; init; }

    public required BenchIdle Idle { get; init; }

    /// <summary>Null when it was not asked for, like the two below.</summary>
    public BenchStored? Stored { get; init; }

    public BenchStart? OpenVisits { get; init; }

    public BenchSoak? Soak { get; init; }

    public required IReadOnlyList<BenchTarget> Targets { get; init; }

    /// <summary>Settlements that the audit found right on both sides.</summary>
    public required long Audited { get; init; }

    /// <summary>Where the data stand; null when they are gone.</summary>
    public string? Folder { get; init; }
}

/// <summary>One number of clients.</summary>
internal sealed record BenchLevel
{
    public required int Clients { get; init; }

    /// <summary>(a) bare echo over the same connection.</summary>
    public required BenchLatencies Echo { get; init; }

    /// <summary>(b) settlements.</summary>
    public required BenchLatencies Settlement { get; init; }

    public required BenchCost Treatment { get; init; }

    public required BenchCost Insured { get; init; }

    /// <summary>b/a.</summary>
    public double RateToEcho => Settlement.PerSecond / Echo.PerSecond;

    public double P99ToEcho => Settlement.P99Ms / Echo.P99Ms;

    public double CpuMsPerSettlement => Treatment.CpuMs + Insured.CpuMs;

    public double AllocatedBytesPerSettlement => Treatment.AllocatedBytes + Insured.AllocatedBytes;

    public double CommitsPerSettlement => Treatment.Commits + Insured.Commits;
}

/// <summary>What one node used for each settlement.</summary>
/// <param name="Commits">Each is one disk sync of the log.</param>
/// <param name="Works">Transactions of the node's own that shared the commits.</param>
/// <param name="DatabaseBytes">By which the database grew.</param>
internal sealed record BenchCost(double CpuMs, double AllocatedBytes, double Commits, double Works, double DatabaseBytes)
{
    public static BenchCost Of(BenchUse use, int settlements) => new(
        use.CpuMs / settlements, (double)use.AllocatedBytes / settlements, (double)use.Commits / settlements, (double)use.Works / settlements, (double)use.DatabaseBytes / settlements);
}

/// <summary>(c) raw inserts.</summary>
/// <param name="RowBytes">What a settlement adds to both databases.</param>
internal sealed record BenchInserts(int Clients, int RowBytes, BenchLatencies Latencies, double RowsPerCommit);

/// <summary>The worse of both nodes.</summary>
/// <param name="ReadyMs">From the start of the process until it served.</param>
internal sealed record BenchIdle(double ReadyMs, long ResidentBytes);

/// <summary>The rate at 64 clients without much in the databases, and with so many settlements in both.</summary>
internal sealed record BenchStored(int Settlements, double EmptyPerSecond, double StoredPerSecond)
{
    public double Ratio => StoredPerSecond / EmptyPerSecond;
}

/// <param name="ReadyMs">From the start of the process until it served.</param>
internal sealed record BenchStart(int Visits, double ReadyMs);

/// <param name="ResidentBytes">Of both nodes together, twenty times.</param>
internal sealed record BenchSoak(int Settlements, IReadOnlyList<long> ResidentBytes)
{
    /// <summary>The last quarter's mean over the second's: in the first the nodes take what a load needs.</summary>
    public double Growth => Mean(3) / Mean(1);

    private double Mean(int quarter) => ResidentBytes.Skip(quarter * ResidentBytes.Count / 4).Take(ResidentBytes.Count / 4).Average();
}

/// <param name="Measured">In the unit of the target.</param>
/// <param name="IsMet">Figures of a machine that does other work, too, say nothing.</param>
internal sealed record BenchTarget(string Chinese, string English, double Measured, string Target, bool IsMet)
{
    public static BenchTarget AtLeast(string chinese, string english, double measured, double least) => new(chinese, english, measured, FormattableString.Invariant($">= {least}"), measured >= least);

    public static BenchTarget AtMost(string chinese, string english, double measured, double most) => new(chinese, english, measured, FormattableString.Invariant($"<= {most}"), measured <= most);
}
