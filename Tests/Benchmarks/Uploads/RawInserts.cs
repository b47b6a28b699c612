using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace ProvincialGateway.Tests.Uploads;

/// <summary>The least that storing lines can cost: the rows a node has stored, inserted again into an equal table by one prepared statement, each commit on disk.</summary>
internal static class RawInserts
{
    private const int RowsMax = 100_000;

    /// <returns>Lines a second.</returns>
    public static double Measure(string nodeDatabase, int commitEvery)
    {
        var folder = Directory.CreateTempSubdirectory("benchmark-");
        try
        {
            using var source = Open(nodeDatabase);
            using var target = Open(Path.Combine(folder.FullName, "raw.db"));
            Execute(target, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
            foreach (var sql in Schema(source))
                Execute(target, sql);
            var rows = Rows(source);
            var started = Stopwatch.GetTimestamp();
            Insert(target, rows, commitEvery);
            return rows.Count / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Insert(SqliteConnection target, List<object[]> rows, int commitEvery)
    {
        using var command = target.CreateCommand();
        command.CommandText = $"INSERT INTO fee_line VALUES ({string.Join(", ", rows[0].Select((_, column) => $"$p{column}"))})";
        foreach (var column in Enumerable.Range(0, rows[0].Length))
            command.Parameters.Add(new SqliteParameter($"$p{column}", null));
        foreach (var chunk in rows.Chunk(commitEvery))
        {
            using var transaction = target.BeginTransaction();
            command.Transaction = transaction;
            foreach (var row in chunk)
            {
                for (var column = 0; column < row.Length; column++)
                    command.Parameters[column].Value = row[column];
                command.ExecuteNonQuery();
            }
            transaction.Commit();
        }
    }

    private static List<string> Schema(SqliteConnection source)
    {
        using var command = source.CreateCommand();
        command.CommandText = "SELECT sql FROM sqlite_schema WHERE tbl_name = 'fee_line' AND type IN ('table', 'index') AND sql IS NOT NULL ORDER BY type DESC";
        using var reader = command.ExecuteReader();
        var statements = new List<string>();
        while (reader.Read())
            statements.Add(reader.GetString(0));
        return statements;
    }

    private static List<object[]> Rows(SqliteConnection source)
    {
        using var command = source.CreateCommand();
        command.CommandText = $"SELECT * FROM fee_line ORDER BY id LIMIT {RowsMax}";
        using var reader = command.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }
        return rows;
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, ForeignKeys = false }.ToString());
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
