using Dapper;
using Microsoft.Data.Sqlite;

namespace ProvincialGateway.Storage;

/// <summary>Gives pages that hold nothing any more back to the disk.</summary>
internal static class Compaction
{
    private const long Incremental = 2;

    /// <returns>Free pages that are left.</returns>
    /// <exception cref="StorageRefusedException">The file was made by an older release and cannot give back pages in steps.</exception>
    public static long Step(SqliteConnection connection, int pagesMax)
    {
        if (connection.ExecuteScalar<long>("PRAGMA auto_vacuum") != Incremental)
            throw new StorageRefusedException(
                "该数据库由旧版本建立,尚不能逐步收缩;请停止节点,执行一次 gateway compact。",
                "This database was made by an older release and cannot shrink in steps yet; stop the node and run gateway compact once.");
        using (var command = connection.CreateCommand())
        {
            command.CommandText = $"PRAGMA incremental_vacuum({pagesMax})";
            using var reader = command.ExecuteReader();
            // Each step of the statement gives back one page.
            while (reader.Read())
            {
            }
        }
        return connection.ExecuteScalar<long>("PRAGMA freelist_count");
    }

    public static void Rebuild(SqliteConnection connection)
    {
        connection.Execute("PRAGMA auto_vacuum = INCREMENTAL");
        connection.Execute("VACUUM");
        Checkpoint.Truncate(connection);
    }
}
