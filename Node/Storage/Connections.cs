using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ProvincialGateway.Storage;

/// <summary>Opens connections on which what durability and append-only tables rest on is set, and read back.</summary>
internal static class Connections
{
    /// <summary>
    /// A connection here is one thread's at a time, so SQLite need not guard it against two, nor count its memory under a lock. Refused, and without harm, where
    /// something of the process has used SQLite before.
    /// </summary>
    static Connections()
    {
        Batteries_V2.Init();
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD);
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    public static SqliteConnection OpenWriter(string path, TimeSpan busyTimeout, bool isDurable = true) => Open(path, busyTimeout, queryOnly: false, isDurable);

    public static SqliteConnection OpenReader(string path, TimeSpan busyTimeout) => Open(path, busyTimeout, queryOnly: true);

    /// <summary>
    /// Runs work in which a table may be dropped although others refer to it, as SQLite's way of rebuilding one needs. The setting is ignored inside a
    /// transaction, so this is around them; whoever commits asks <c>foreign_key_check</c> first.
    /// </summary>
    public static void WithoutForeignKeys(SqliteConnection connection, Action work)
    {
        Set(connection, "foreign_keys", "OFF", "0");
        try
        {
            work();
        }
        finally
        {
            Set(connection, "foreign_keys", "ON", "1");
        }
    }

    /// <summary>
    /// What the savepoint of a work would need to be undone stays in memory. As files SQLite opens, writes and removes one for nearly each group, which costs as
    /// much as writing the log. Not for the scripts that build indices: what they sort may be larger than memory.
    /// </summary>
    public static void KeepSavepointsInMemory(SqliteConnection connection) => Set(connection, "temp_store", "MEMORY", "2");

    private static SqliteConnection Open(string path, TimeSpan busyTimeout, bool queryOnly, bool isDurable = true)
    {
        var busyMs = ((long)busyTimeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        var connection = new SqliteConnection(ConnectionString(path, busyTimeout));
        try
        {
            connection.Open();
            Set(connection, "busy_timeout", busyMs, busyMs);
            // Takes effect on a file without tables only: free pages can then be given back in steps. An older file is made so by 'gateway compact'.
            if (!queryOnly)
                Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL;");
            Set(connection, "journal_mode", "WAL", "wal");
            Set(connection, "synchronous", isDurable ? "FULL" : "OFF", isDurable ? "2" : "0");
            Set(connection, "foreign_keys", "ON", "1");
            // Without it INSERT OR REPLACE deletes a row past the triggers that make a table append-only.
            Set(connection, "recursive_triggers", "ON", "1");
            // In KiB. The writer touches the end of every index in each group: what does not stay in memory is read again from the log each time.
            Set(connection, "cache_size", queryOnly ? "-4096" : "-32768", queryOnly ? "-4096" : "-32768");
            // In pages, 16 MiB: a page that many groups change is copied into the file once.
            Set(connection, "wal_autocheckpoint", "4096", "4096");
            // In bytes, 64 MiB: what a burst or a long reader made larger is cut off again.
            Set(connection, "journal_size_limit", "67108864", "67108864");
            Set(connection, "query_only", queryOnly ? "ON" : "OFF", queryOnly ? "1" : "0");
            return connection;
        }
        catch (SqliteException fault)
        {
            connection.Dispose();
            throw StorageUnavailableException.From(fault) ?? (Exception)fault;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <remarks>No pooling: a pooled handle would outlive the database and its lock.</remarks>
    private static string ConnectionString(string path, TimeSpan busyTimeout) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = SqliteOpenMode.ReadWrite,
        Pooling = false,
        DefaultTimeout = Math.Max(1, (int)Math.Ceiling(busyTimeout.TotalSeconds)),
    }.ToString();

    private static void Set(SqliteConnection connection, string pragma, string value, string expected)
    {
        Execute(connection, $"PRAGMA {pragma} = {value};");
        var actual = Convert.ToString(Execute(connection, $"PRAGMA {pragma};"), CultureInfo.InvariantCulture);
        if (actual != expected)
            throw new StorageRefusedException(
                $"本节点数据库不支持必需的设置 {pragma} = {value}(实际为 {actual});请把数据目录放在本地磁盘上后重试。",
                $"This node's database does not take the required setting {pragma} = {value} (it is {actual}); put the data folder on a local disk and try again.");
    }

    private static object? Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
