using Dapper;
using Microsoft.Data.Sqlite;

namespace ProvincialGateway.Storage;

/// <summary>Moves the write-ahead log into the database file.</summary>
internal static class Checkpoint
{
    /// <summary>Writes all of the log into the file, syncs it and empties the log. Waits for readers as long as the connection waits for locks.</summary>
    /// <exception cref="StorageUnavailableException">A reader of an older state was still at it; nothing is lost, and the log stays.</exception>
    public static void Truncate(SqliteConnection connection)
    {
        var (busy, _, _) = connection.QuerySingle<(long Busy, long Frames, long Moved)>("PRAGMA wal_checkpoint(TRUNCATE)");
        if (busy != 0)
            throw StorageUnavailableException.LogInUse();
    }
}
