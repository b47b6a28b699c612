namespace ProvincialGateway.AdapterHost;

/// <summary>What one loaded adapter runs on: its assemblies and its threads. Given back when the last snapshot that knows the adapter is gone.</summary>
/// <param name="context">Unloaded in the end when it is this adapter's alone; null when the assemblies are shared and somebody else's to unload.</param>
/// <param name="threads">Always the adapter's own.</param>
internal sealed class AdapterRuntime(AdapterLoadContext? context, AdapterThreads threads)
{
    private int _holders = 1;

    public void Hold() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) > 0)
            return;
        threads.Dispose();
        context?.Unload();
    }
}

/// <summary>One configured adapter in a snapshot.</summary>
internal sealed record AdapterSlot
{
    public required AdapterStatus Status { get; init; }

    /// <summary>Set exactly when an adapter is loaded.</summary>
    public AdapterRuntime? Runtime { get; init; }

    /// <summary>Of the folder, from just before it was last read.</summary>
    public required string Fingerprint { get; init; }
}
