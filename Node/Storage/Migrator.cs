using Dapper;
using Microsoft.Data.Sqlite;
using ProvincialGateway.Values;

namespace ProvincialGateway.Storage;

/// <summary>
/// Brings a database up to this version, and refuses one that this version did not make. All scripts that are due are one transaction: when one fails,
/// the version that ran before still runs on the data.
/// </summary>
internal static class Migrator
{
    /// <exception cref="StorageRefusedException">The database is foreign, newer, built from an edited script, or a script fails on its data.</exception>
    public static void Apply(SqliteConnection connection, IReadOnlyList<MigrationScript> scripts, TimeProvider time)
    {
        RequireGapFree(scripts);
        try
        {
            RequireOwnOrEmpty(connection);
            connection.Execute("""
                CREATE TABLE IF NOT EXISTS schema_migration (
                  number INTEGER PRIMARY KEY,
                  name TEXT NOT NULL,
                  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
                  applied_at_ms INTEGER NOT NULL
                ) STRICT
                """);
            var recorded = connection.Query<RecordedRow>("SELECT number AS Number, name AS Name, sha256 AS Sha256 FROM schema_migration ORDER BY number").AsList();
            RequireSame(recorded, scripts);
            if (recorded.Count < scripts.Count)
                Connections.WithoutForeignKeys(connection, () => ApplyAll(connection, scripts.Skip(recorded.Count), time));
        }
        catch (SqliteException fault) when (StorageUnavailableException.From(fault) is { } unavailable)
        {
            throw unavailable;
        }
    }

    private static void ApplyAll(SqliteConnection connection, IEnumerable<MigrationScript> due, TimeProvider time)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        foreach (var script in due)
            Apply(connection, transaction, script, time);
        transaction.Commit();
    }

    private static void Apply(SqliteConnection connection, SqliteTransaction transaction, MigrationScript script, TimeProvider time)
    {
        try
        {
            connection.Execute(script.Sql, transaction: transaction);
        }
        catch (SqliteException fault) when (StorageUnavailableException.From(fault) is null)
        {
            throw Failed(script, fault);
        }
        if (connection.ExecuteScalar("PRAGMA foreign_key_check", transaction: transaction) is not null)
            throw Failed(script, fault: null);
        connection.Execute(
            "INSERT INTO schema_migration (number, name, sha256, applied_at_ms) VALUES (@Number, @Name, @Sha256, @appliedAtMs)",
            new { script.Number, script.Name, script.Sha256, appliedAtMs = time.NowMs() }, transaction);
    }

    private static StorageRefusedException Failed(MigrationScript script, SqliteException? fault) => new(
        $"本节点数据库升级脚本 {script.FileName} 执行失败{(fault is null ? "(留下无所引用的记录)" : "")},数据未改动;请保留数据目录并联系技术支持,原版本可继续运行。",
        $"This node's database could not be migrated by {script.FileName}{(fault is null ? " (it leaves a reference to no row)" : "")}, its data is unchanged; keep the data folder and call support, the previous version still runs on it.",
        fault);

    private static void RequireGapFree(IReadOnlyList<MigrationScript> scripts)
    {
        for (var i = 0; i < scripts.Count; i++)
            if (scripts[i].Number != i + 1)
                throw new StorageInvariantException(
                    $"本程序的数据库脚本编号不连续:第 {i + 1} 个是 {scripts[i].FileName};请重新安装。",
                    $"This program's database scripts are not numbered without gaps: number {i + 1} is {scripts[i].FileName}; install it again.");
    }

    private static void RequireOwnOrEmpty(SqliteConnection connection)
    {
        var (own, tables) = connection.QuerySingle<(long Own, long Tables)>(
            "SELECT count(*) FILTER (WHERE name = 'schema_migration'), count(*) FROM sqlite_schema");
        if (own == 0 && tables > 0)
            throw new StorageRefusedException(
                "该文件是数据库,但不是本程序建立的;请更正配置中的数据库路径。",
                "The file is a database, but not one of this program; correct the database path in the configuration.");
    }

    private static void RequireSame(List<RecordedRow> recorded, IReadOnlyList<MigrationScript> scripts)
    {
        for (var i = 0; i < recorded.Count; i++)
        {
            if (i >= scripts.Count)
                throw new StorageRefusedException(
                    $"本节点数据库比程序新:数据库已到 {recorded[^1].FileName},程序只到第 {scripts.Count} 个脚本;请安装新版程序,或从升级前的备份恢复。",
                    $"This node's database is newer than the program: it is at {recorded[^1].FileName}, the program ends at script {scripts.Count}; install the newer program, or restore the backup from before the upgrade.");
            if (recorded[i].Number != scripts[i].Number || recorded[i].Sha256 != scripts[i].Sha256)
                throw new StorageRefusedException(
                    $"本节点数据库由另一内容的脚本建立:{scripts[i].FileName} 与数据库记录的 {recorded[i].FileName} 不一致;请安装与数据匹配的程序,已发布的脚本不得修改。",
                    $"This node's database was built from another script: {scripts[i].FileName} differs from {recorded[i].FileName} as recorded; install the program that matches the data, released scripts are never edited.");
        }
    }

    private sealed class RecordedRow
    {
        public required long Number { get; init; }

        public required string Name { get; init; }

        public required string Sha256 { get; init; }

        public string FileName => $"{Number:0000}_{Name}.sql";
    }
}
