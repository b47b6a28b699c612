using Microsoft.Data.Sqlite;

namespace ProvincialGateway.Storage;

/// <summary>Where a node keeps its data, and the limits of its one writer and its readers.</summary>
internal sealed record DatabaseOptions
{
    /// <summary>The SQLite file. Its folder must exist; the file is created when absent, readable by its owner only.</summary>
    public required string Path { get; init; }

    /// <summary>Reader connections, 1 to 64; default 4. A further reader waits up to <see cref="BusyTimeout"/>.</summary>
    public int ReadersMax { get; init; } = 4;

    /// <summary>Works that share one commit, 1 to 4,096; default 256. More delays the first of a group, fewer costs more disk syncs.</summary>
    public int GroupMax { get; init; } = 256;

    /// <summary>Works that may wait for the writer, 1 to 1,048,576; default 4,096. A full queue refuses with <see cref="StorageBusyException"/>.</summary>
    public int QueueMax { get; init; } = 4_096;

    /// <summary>
    /// How long to wait for a free reader, and for a foreign process that holds a lock on the file (an operator's tool, a backup).
    /// 1 ms to 10 minutes, default 5 seconds.
    /// </summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>In bytes, of the file system: a disk that was full and has less is still as good as full, whatever a small write says. Default 4 MiB.</summary>
    public long FreeBytesMin { get; init; } = 4L * 1024 * 1024;

    /// <summary>In bytes: a file up to this size is looked at before the start after an unclean stop, a larger one while the node serves.</summary>
    public long CheckAtStartMax { get; init; } = IntegrityCheck.AtStartMax;

    /// <summary>False leaves syncing to the operating system: only for a database that may be lost with the machine, as a simulated node's.</summary>
    public bool IsDurable { get; init; } = true;

    /// <summary>Makes the writer on its connection; null is <see cref="GroupWriter"/>.</summary>
    public Func<SqliteConnection, IDatabaseWriter>? Writer { get; init; }

    internal void Check()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Path);
        Between(ReadersMax, 1, 64, nameof(ReadersMax));
        Between(GroupMax, 1, 4_096, nameof(GroupMax));
        Between(QueueMax, 1, 1_048_576, nameof(QueueMax));
        Between(BusyTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10), nameof(BusyTimeout));
    }

    private static void Between<T>(T value, T min, T max, string name)
        where T : IComparable<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, min, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, max, name);
    }
}
