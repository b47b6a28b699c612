using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace ProvincialGateway.Storage;

/// <summary>A fixed number of query-only connections. Each read is one snapshot, taken at its first statement.</summary>
internal sealed class ReaderPool : IAsyncDisposable
{
    private readonly ConcurrentStack<PreparedConnection> _free = new();
    private readonly SemaphoreSlim _permits;
    private readonly int _readersMax;
    private readonly TimeSpan _busyTimeout;
    private int _closed;

    private ReaderPool(int readersMax, TimeSpan busyTimeout)
    {
        _permits = new(readersMax, readersMax);
        _readersMax = readersMax;
        _busyTimeout = busyTimeout;
    }

    public static ReaderPool Open(string path, int readersMax, TimeSpan busyTimeout)
    {
        var pool = new ReaderPool(readersMax, busyTimeout);
        try
        {
            for (var i = 0; i < readersMax; i++)
                pool._free.Push(new PreparedConnection(Connections.OpenReader(path, busyTimeout)));
            return pool;
        }
        catch
        {
            pool.CloseConnections();
            throw;
        }
    }

    /// <exception cref="StorageBusyException">No reader became free in time, as when reads are nested.</exception>
    public T Read<T>(Func<Session, T> query)
    {
        ObjectDisposedException.ThrowIf(_closed != 0, typeof(Database));
        if (!_permits.Wait(_busyTimeout))
            throw StorageBusyException.NoReader(_readersMax);
        try
        {
            return _free.TryPop(out var connection) ? Read(connection, query) : throw new ObjectDisposedException(nameof(Database));
        }
        finally
        {
            _permits.Release();
        }
    }

    private T Read<T>(PreparedConnection connection, Func<Session, T> query)
    {
        try
        {
            connection.Run("BEGIN");
            var session = new Session(connection, transaction: null);
            try
            {
                return query(session);
            }
            finally
            {
                session.End();
                // A fault of the disk may have ended it.
                if (connection.IsInTransaction)
                    connection.Run("ROLLBACK");
            }
        }
        catch (SqliteException fault) when (StorageUnavailableException.From(fault) is { } unavailable)
        {
            throw unavailable;
        }
        finally
        {
            _free.Push(connection);
        }
    }

    /// <summary>Waits for the reads that have begun; later ones are refused.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        for (var i = 0; i < _readersMax; i++)
            await _permits.WaitAsync();
        CloseConnections();
        _permits.Release(_readersMax);
    }

    private void CloseConnections()
    {
        while (_free.TryPop(out var connection))
        {
            connection.Release();
            connection.Inner.Dispose();
        }
    }
}
