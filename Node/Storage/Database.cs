using Dapper;
using Microsoft.Data.Sqlite;
using ProvincialGateway.Values;

namespace ProvincialGateway.Storage;

/// <summary>
/// One SQLite file per node: one writer that commits in groups, a few readers. Store methods are synchronous inside a
/// <see cref="Session"/>, because SQLite has no asynchronous I/O; only waiting for the writer is asynchronous.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    // A query of an operator's tool can take a while; an hourly backup can wait as long.
    private const int ImageAttemptsMax = 120;

    private static readonly TimeSpan ImagePause = TimeSpan.FromSeconds(0.5);

    private readonly DirectoryLock _lock;
    private readonly DatabaseFile _file;
    private readonly ReaderPool _readers;
    private readonly IDatabaseWriter _writer;
    private readonly TimeSpan _busyTimeout;
    private readonly long _freeBytesMin;
    private readonly TimeProvider _time;
    private volatile bool _isWhole;
    private int _disposed;

    private Database(DatabaseFile file, DirectoryLock @lock, SqliteConnection connection, ReaderPool readers, LastStop lastStop, DatabaseOptions options, TimeProvider time)
    {
        (_file, _lock, _readers, _busyTimeout, _freeBytesMin, _time) = (file, @lock, readers, options.BusyTimeout, options.FreeBytesMin, time);
        LastStop = lastStop;
        _isWhole = !lastStop.IsUnchecked;
        _writer = options.Writer?.Invoke(connection)
            ?? new GroupWriter(connection, () => Connections.OpenWriter(file.Path, options.BusyTimeout), Condition, options.GroupMax, options.QueueMax);
    }

    public string Path => _file.Path;

    /// <summary>Whether work is taken now.</summary>
    public StorageCondition Condition { get; } = new();

    public LastStop LastStop { get; }

    public DatabaseStatistics Statistics => _writer.Statistics;

    /// <summary>Locks the data folder, opens or creates the file and brings its tables up to this version.</summary>
    /// <exception cref="StorageRefusedException">In use by another process, newer than this version, or built from an edited script.</exception>
    /// <exception cref="StorageUnavailableException">The disk or the file failed.</exception>
    public static Database Open(DatabaseOptions options, TimeProvider time) => Open(options, time, MigrationScript.Embedded);

    internal static Database Open(DatabaseOptions options, TimeProvider time, IReadOnlyList<MigrationScript> scripts)
    {
        options.Check();
        var path = System.IO.Path.GetFullPath(options.Path);
        using var opened = new Undo();
        var @lock = opened.Add(DirectoryLock.Take(System.IO.Path.GetDirectoryName(path)!));
        var log = new FileInfo($"{path}-wal");
        var wasClean = !@lock.WasLeftInUse && !log.Exists;
        var logBytes = log.Exists ? log.Length : 0;
        @lock.MarkInUse();
        var damage = LogDamage.Find(path);
        if (damage is { IsPartlyMoved: true })
            throw IntegrityCheck.Damaged($"{path}-wal", $"{damage.Offset}+", inner: null);
        var file = opened.Add(DatabaseFile.OpenOrCreate(path));
        var connection = opened.Add(Connections.OpenWriter(path, options.BusyTimeout, options.IsDurable));
        TimeSpan? @checked = wasClean || file.Length > options.CheckAtStartMax ? null : IntegrityCheck.Run(connection, path);
        Migrator.Apply(connection, scripts, time);
        if (damage is not null)
            MarkOlder(connection, time);
        if (!wasClean)
            TryTruncate(connection);
        Connections.KeepSavepointsInMemory(connection);
        var lastStop = new LastStop { WasClean = wasClean, FileBytes = file.Length, LogBytes = logBytes, Damage = damage, Checked = @checked };
        var database = new Database(file, @lock, connection, ReaderPool.Open(path, options.ReadersMax, options.BusyTimeout), lastStop, options, time);
        opened.Keep();
        return database;
    }

    /// <summary>
    /// Runs the work on the writer thread, in a savepoint of its own inside the group's transaction, and completes only after the commit.
    /// An exception undoes this work alone and goes to this caller alone.
    /// </summary>
    /// <param name="work">Synchronous and short: every other writer waits for it. It may run no transaction statements of its own.</param>
    /// <param name="ct">Honoured until the work starts; from then on the outcome is the commit's.</param>
    /// <exception cref="StorageBusyException">The queue is full; nothing was done.</exception>
    /// <exception cref="StorageUnavailableException">The disk or the file failed; the whole group was rolled back.</exception>
    public Task<T> WriteAsync<T>(Func<Session, T> work, CancellationToken ct)
    {
        RequireSynchronous<T>();
        RequireOutsideWriter();
        return _writer.Enqueue(work, ct);
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Action<Session> work, CancellationToken ct) => WriteAsync(session =>
    {
        work(session);
        return true;
    }, ct);

    /// <summary>One snapshot of what is committed, read on the caller's thread. Not to be nested, and not for use inside a write.</summary>
    /// <exception cref="StorageBusyException">No reader became free in time.</exception>
    /// <exception cref="StorageUnavailableException">The disk or the file failed.</exception>
    public T Read<T>(Func<Session, T> query)
    {
        RequireSynchronous<T>();
        RequireOutsideWriter();
        try
        {
            return _readers.Read(query);
        }
        catch (StorageUnavailableException fault)
        {
            Condition.Observed(fault);
            throw;
        }
    }

    /// <summary>Finds out by one small write and one read whether the disk works again; if so, work is taken again.</summary>
    /// <returns>Whether work is taken now.</returns>
    public async Task<bool> ProbeAsync(CancellationToken ct)
    {
        try
        {
            if (Condition.Cause is { Fault: StorageFault.Damaged } || (Condition.Cause is { Fault: StorageFault.DiskFull } && !await HasRoomAsync()))
                return false;
            await WriteAsync(session => session.Execute(
                """
                INSERT INTO storage_probe (only_row, probed_at_ms, filler) VALUES (1, @now, zeroblob(65536))
                ON CONFLICT (only_row) DO UPDATE SET probed_at_ms = excluded.probed_at_ms, filler = excluded.filler
                """,
                new { now = _time.NowMs() }), ct);
            Read(session => session.QuerySingle<long>("SELECT count(*) FROM storage_probe"));
        }
        catch (Exception fault) when (fault is StorageException or SqliteException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
        Condition.Recover();
        return Condition.Cause is null;
    }

    /// <remarks>A log that grew while a reader held it back may be what fills the disk; nobody writes now, so nothing else would ever move it into the file.</remarks>
    private async Task<bool> HasRoomAsync()
    {
        if (_file.FreeBytes >= _freeBytesMin)
            return true;
        await _writer.BetweenAsync(connection =>
        {
            Checkpoint.Truncate(connection);
            return true;
        });
        return _file.FreeBytes >= _freeBytesMin;
    }

    /// <summary>
    /// Looks at a file that was too large to be looked at before the start. Until it was found whole, the next start does not count this stop as clean.
    /// </summary>
    /// <returns>How long it took, null when there was nothing to look at.</returns>
    /// <exception cref="StorageRefusedException">The file is damaged; no more work is taken.</exception>
    /// <exception cref="StorageUnavailableException">The disk failed; the file is still to be looked at.</exception>
    public async Task<TimeSpan?> CheckAsync(CancellationToken ct)
    {
        if (_isWhole)
            return null;
        var started = _time.GetTimestamp();
        try
        {
            await Task.Run(() => IntegrityCheck.RunByTable(Path, _busyTimeout, ct), ct);
        }
        catch (StorageRefusedException damaged)
        {
            Condition.Refuse(StorageUnavailableException.OfDamage(damaged));
            throw;
        }
        _isWhole = true;
        return _time.GetElapsedTime(started);
    }

    /// <summary>The file as of now, and unchanged for as long as the image is held; writes go on into the log, which grows meanwhile.</summary>
    /// <exception cref="StorageUnavailableException">A long query holds back the log, or the disk failed or takes nothing more.</exception>
    public async Task<DatabaseImage> HoldImageAsync(CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await _writer.BetweenAsync(connection => DatabaseImage.Hold(connection, _file, Condition, _busyTimeout));
            }
            catch (StorageUnavailableException busy) when (busy.Fault is StorageFault.Locked && attempt < ImageAttemptsMax)
            {
                await Task.Delay(ImagePause, _time, ct);
            }
        }
    }

    /// <summary>Gives free pages at the end of the file back to the disk, as a step of the writer between two groups.</summary>
    /// <param name="pagesMax">A step moves and cuts off at most so many pages.</param>
    /// <returns>Free pages that are left.</returns>
    public Task<long> CompactAsync(int pagesMax) => _writer.BetweenAsync(connection => Compaction.Step(connection, pagesMax));

    /// <summary>Rewrites the whole file without free pages, which makes later steps possible. Every write waits: for a node that does not serve.</summary>
    public Task RebuildAsync() => _writer.BetweenAsync(connection =>
    {
        Compaction.Rebuild(connection);
        return true;
    });

    /// <summary>Runs what is queued, waits for readers, moves the write-ahead log into the file and gives the folder free.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _writer.DisposeAsync();
        await _readers.DisposeAsync();
        try
        {
            if (_writer.Connection is { } connection)
                TryTruncate(connection);
        }
        finally
        {
            _writer.Connection?.Dispose();
            _file.Dispose();
            if (_isWhole && Condition.Cause is not { Fault: StorageFault.Damaged })
                _lock.MarkClean();
            _lock.Dispose();
        }
    }

    /// <summary>
    /// Moves the log into the file and empties it: what a stop left behind its last whole frame is not met again, nor taken for a damage by a later start.
    /// A foreign reader or a full disk can prevent that; the log then stays and the next start reads it.
    /// </summary>
    private static void TryTruncate(SqliteConnection connection)
    {
        try
        {
            connection.Execute("PRAGMA wal_checkpoint(TRUNCATE);");
        }
        catch (SqliteException fault) when (StorageUnavailableException.From(fault) is not null)
        {
        }
    }

    private static void MarkOlder(SqliteConnection connection, TimeProvider time)
    {
        var now = time.NowMs();
        using var transaction = connection.BeginTransaction();
        connection.Execute(OlderData.Mark, new { restoredAtMs = now, takenAtMs = now, backup = OlderData.DamagedLog }, transaction);
        connection.Execute(OlderData.CountUnsentAsSent, transaction: transaction);
        transaction.Commit();
    }

    private static void RequireSynchronous<T>()
    {
        if (typeof(Task).IsAssignableFrom(typeof(T)) || typeof(T) == typeof(ValueTask))
            throw new ArgumentException("A work is synchronous: what runs after its first await would run outside the transaction.");
    }

    private void RequireOutsideWriter()
    {
        if (_writer.IsCurrentThread)
            throw new InvalidOperationException("Inside a work use its session: the writer would wait for itself, and a reader would miss what the work has written.");
    }

    /// <summary>Closes what was opened so far when a later step of opening fails.</summary>
    private sealed class Undo : IDisposable
    {
        private readonly Stack<IDisposable> _opened = new();

        public T Add<T>(T opened)
            where T : IDisposable
        {
            _opened.Push(opened);
            return opened;
        }

        public void Keep() => _opened.Clear();

        public void Dispose()
        {
            while (_opened.TryPop(out var opened))
                opened.Dispose();
        }
    }
}
