using System.Diagnostics;
using Dapper;
using Microsoft.Data.Sqlite;

namespace ProvincialGateway.Storage;

/// <summary>SQLite's own look at a file after an unclean stop. It finds broken pages, not changed values: <c>gateway audit</c> recomputes those.</summary>
internal static class IntegrityCheck
{
    /// <summary>
    /// In bytes. 64 MiB take about a quarter of a second. A larger file would hold up the start, so it is looked at in the background, table by table, while the node serves.
    /// </summary>
    public const long AtStartMax = 64L * 1024 * 1024;

    private const int FindingsMax = 20;

    /// <summary>The pages and their order, and references. Indexes are not held against their tables, which takes four times as long.</summary>
    /// <exception cref="StorageRefusedException">The file is damaged.</exception>
    /// <exception cref="StorageUnavailableException">The disk failed, which says nothing about the file.</exception>
    public static TimeSpan Run(SqliteConnection connection, string path)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var findings = connection.Query<string>($"PRAGMA quick_check({FindingsMax})").Where(finding => finding != "ok").ToList();
            if (findings.Count == 0 && connection.ExecuteScalar("PRAGMA foreign_key_check") is string table)
                findings.Add($"{table}: a row refers to no row");
            return findings.Count == 0 ? Stopwatch.GetElapsedTime(started) : throw Damaged(path, string.Join("; ", findings), inner: null);
        }
        catch (SqliteException fault) when (StorageUnavailableException.From(fault) is { } unavailable)
        {
            throw unavailable.Fault is StorageFault.Damaged ? Damaged(path, $"SQLite {fault.SqliteExtendedErrorCode}", fault) : unavailable;
        }
    }

    /// <summary>One table after the other, so that no reader holds back the log for long; with its indexes.</summary>
    /// <exception cref="StorageRefusedException">The file is damaged.</exception>
    /// <exception cref="StorageUnavailableException">The disk failed, which says nothing about the file.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static void RunByTable(string path, TimeSpan busyTimeout, CancellationToken cancellation)
    {
        try
        {
            using var connection = Connections.OpenReader(path, busyTimeout);
            foreach (var table in connection.Query<string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"))
            {
                cancellation.ThrowIfCancellationRequested();
                var findings = connection.Query<string>($"PRAGMA integrity_check('{table}')").Where(finding => finding != "ok").ToList();
                if (findings.Count > 0)
                    throw Damaged(path, string.Join("; ", findings.Take(FindingsMax)), inner: null);
            }
        }
        catch (SqliteException fault) when (StorageUnavailableException.From(fault) is { } unavailable)
        {
            throw unavailable.Fault is StorageFault.Damaged ? Damaged(path, $"SQLite {fault.SqliteExtendedErrorCode}", fault) : unavailable;
        }
    }

    public static StorageRefusedException Damaged(string path, string findings, Exception? inner) => new(
        $"本节点数据库文件已损坏:{path}({findings});请停止节点,保留现场,用 gateway restore 从备份恢复到新的数据目录。",
        $"This node's database file is damaged: {path} ({findings}); stop the node, keep the files as they are, and restore a backup into a new data folder with gateway restore.", inner)
    {
        IsDamaged = true,
    };
}
