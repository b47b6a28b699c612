using Dapper;
using Microsoft.Data.Sqlite;

namespace ProvincialGateway.Storage;

/// <summary>
/// The bytes of the database file as of one commit. The log was empty when the image was taken, and the reader that began then reads from the file
/// alone: SQLite moves nothing into the file while such a reader is there. Writers go on, into the log.
/// </summary>
internal sealed class DatabaseImage : IDisposable
{
    private static readonly TimeSpan CheckpointPatience = TimeSpan.FromSeconds(0.25);

    private readonly DatabaseFile _file;
    private readonly SqliteConnection _reader;
    private readonly CancellationTokenSource _disposed = new();
    private volatile StorageUnavailableException? _givenUpFor;
    private int _released;

    private DatabaseImage(DatabaseFile file, SqliteConnection reader, StorageCondition condition, long length)
    {
        (_file, _reader, Length) = (file, reader, length);
        var (cause, changed) = condition.Observe();
        if (cause is not null)
            throw cause.Again();
        // Whoever reads the image may be waiting for another disk, and the log that it keeps may be what fills this one.
        _ = changed.ContinueWith(_ => GiveUp(condition), _disposed.Token, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>In bytes.</summary>
    public long Length { get; }

    /// <param name="writer">Between two transactions, on its own thread: nothing is written meanwhile.</param>
    /// <exception cref="StorageUnavailableException">A query of an older state holds back the log, or the disk failed.</exception>
    internal static DatabaseImage Hold(SqliteConnection writer, DatabaseFile file, StorageCondition condition, TimeSpan busyTimeout)
    {
        // What waits here holds up every write; who wants the image can come again.
        writer.Execute($"PRAGMA busy_timeout = {CheckpointPatience.TotalMilliseconds:0}");
        try
        {
            Checkpoint.Truncate(writer);
        }
        finally
        {
            writer.Execute($"PRAGMA busy_timeout = {busyTimeout.TotalMilliseconds:0}");
        }
        var reader = Connections.OpenReader(file.Path, busyTimeout);
        try
        {
            reader.Execute("BEGIN DEFERRED");
            var (pages, pageSize) = (reader.ExecuteScalar<long>("PRAGMA page_count"), reader.ExecuteScalar<long>("PRAGMA page_size"));
            // Reading a table is what takes the snapshot.
            reader.ExecuteScalar<long>("SELECT count(*) FROM sqlite_schema");
            if (new FileInfo($"{file.Path}-wal") is { Exists: true, Length: > 0 } || file.Length != pages * pageSize)
                throw StorageUnavailableException.LogInUse();
            return new DatabaseImage(file, reader, condition, pages * pageSize);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <returns>The bytes read: all that were asked for, fewer only at the end of the image.</returns>
    /// <exception cref="IOException">The disk failed, or the file became shorter.</exception>
    /// <exception cref="StorageUnavailableException">The node's disk takes nothing more, so the image was given up.</exception>
    public int Read(long offset, Span<byte> bytes)
    {
        var wanted = (int)Math.Min(bytes.Length, Length - offset);
        var read = _file.Read(offset, bytes[..wanted]);
        // Afterwards: the file stays as it is until the reader goes, which is after this is set.
        if (_givenUpFor is { } cause)
            throw cause.Again();
        return read == wanted ? wanted : throw new IOException("The database file became shorter while its image was held.");
    }

    public void Dispose()
    {
        _disposed.Cancel();
        Release();
    }

    private void GiveUp(StorageCondition condition)
    {
        // It may have recovered since; the image is lost all the same.
        _givenUpFor = condition.Cause ?? StorageUnavailableException.LogInUse();
        Release();
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
            _reader.Dispose();
    }
}
