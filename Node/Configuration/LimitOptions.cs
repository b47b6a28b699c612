namespace ProvincialGateway.Configuration;

/// <summary>How much a node takes at once. The same for every node, or one would send what another refuses.</summary>
internal sealed record LimitOptions
{
    public const int MessageBytesMin = 64 * 1024;
    public const int MessageBytesCeiling = 64 * 1024 * 1024;
    public const int HisBodyBytesMin = 64 * 1024;
    public const int HisBodyBytesCeiling = 256 * 1024 * 1024;
    public const int LinesPerMessageCeiling = 100_000;
    public const int AdapterCallBytesMin = 16 * 1024 * 1024;
    public const int ConcurrentCallsCeiling = 4_000;
    public const int CallsPerSecondCeiling = 1_000_000;

    /// <summary>Bytes of one message between peers, 64 KiB to 64 MiB; default 4 MiB. A larger one is refused with RESOURCE_EXHAUSTED.</summary>
    public int MessageBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of one request of a hospital system, 64 KiB to 256 MiB; default 10 MiB.</summary>
    public int HisBodyBytesMax { get; init; } = 10 * 1024 * 1024;

    /// <summary>Fee lines in one request of a hospital system, 1 to 100,000; default 5,000.</summary>
    public int LinesPerMessageMax { get; init; } = 5_000;

    /// <summary>One call into an adapter, 0.05 to 60 s; default 5 s. What still runs then is aborted, and the hospital is told ADAPTER_FAULT.</summary>
    public TimeSpan AdapterCallTimeMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Calls of one peer under way at once, 1 to 4,000; default 128, more than one HTTP/2 connection carries. A further one is turned away with
    /// RESOURCE_EXHAUSTED and comes again. Below the queue of the storage's writer, so that no peer fills it alone.
    /// </summary>
    public int PeerConcurrentCallsMax { get; init; } = 128;

    /// <summary>Calls of one peer in a second, 1 to 1,000,000; default 2,000. What was not used of two seconds may be used at once.</summary>
    public int PeerCallsPerSecondMax { get; init; } = 2_000;

    /// <summary>Requests of one hospital under way at once, 1 to 4,000; default 256.</summary>
    public int HospitalConcurrentCallsMax { get; init; } = 256;

    /// <summary>Requests of one hospital in a second, 1 to 1,000,000; default 1,000. What was not used of two seconds may be used at once.</summary>
    public int HospitalCallsPerSecondMax { get; init; } = 1_000;

    /// <summary>Bytes by which the node's memory may grow during one call into an adapter, 16 MiB to 2 GiB - 1; default 512 MiB.</summary>
    public int AdapterCallBytesMax { get; init; } = 512 * 1024 * 1024;
}
