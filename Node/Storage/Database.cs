using Dapper;
using Microsoft.Data.Sqlite;

namespace ProvincialGateway.Storage;

/// <summary>
/// One SQLite file per node: one writer that commits in groups, a few readers. Store methods are synchronous inside a
/// <see cref="Session"/>, because SQLite has no asynchronous I/O; only waiting for the writer is asynchronous.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly DirectoryLock _lock;
    private readonly SqliteConnection _connection;
    private readonly ReaderPool _readers;
    private readonly GroupWriter _writer;
    private int _disposed;

    private Database(string path, DirectoryLock @lock, SqliteConnection connection, ReaderPool readers, DatabaseOptions options)
    {
        Path = path;
        _lock = @lock;
        _connection = connection;
        _readers = readers;
        _writer = new(connection, options.GroupMax, options.QueueMax);
    }

    public string Path { get; }

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
        CreateForOwnerOnly(path);
        var connection = opened.Add(Connections.OpenWriter(path, options.BusyTimeout));
        Migrator.Apply(connection, scripts, time);
        Connections.KeepSavepointsInMemory(connection);
        var database = new Database(path, @lock, connection, ReaderPool.Open(path, options.ReadersMax, options.BusyTimeout), options);
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
        return _readers.Read(query);
    }

    /// <summary>Runs what is queued, waits for readers, moves the write-ahead log into the file and gives the folder free.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _writer.DisposeAsync();
        await _readers.DisposeAsync();
        try
        {
            // A foreign reader or a full disk can prevent the checkpoint; the log then stays and the next start reads it.
            _connection.Execute("PRAGMA wal_checkpoint(TRUNCATE);");
        }
        catch (SqliteException fault) when (StorageUnavailableException.From(fault) is not null)
        {
        }
        finally
        {
            _connection.Dispose();
            _lock.Dispose();
        }
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

    /// <remarks>SQLite gives the log and the shared-memory file the mode of the database file.</remarks>
    private static void CreateForOwnerOnly(string path)
    {
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            if (!File.Exists(path))
                new FileStream(path, create).Dispose();
        }
        catch (Exception fault) when (StorageUnavailableException.From(fault) is { } unavailable)
        {
            throw unavailable;
        }
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
