using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using NUnit.Framework;

namespace ProvincialGateway.Tests.Support;

/// <summary>
/// Everything that nodes have on disk at one moment, each table as its number of rows and a digest over their values. Only the counters are left
/// out: a serial that was taken and not used is nothing half-stored.
/// </summary>
public sealed class StoredRows
{
    private readonly SortedDictionary<string, (int Rows, string Digest)> _tables = new(StringComparer.Ordinal);

    private StoredRows()
    {
    }

    /// <summary>The committed rows of each data folder's database, which a node may have open. Tables are named <c>folder.table</c>.</summary>
    public static StoredRows In(params IEnumerable<string> dataFolders)
    {
        var stored = new StoredRows();
        foreach (var folder in dataFolders)
            stored.Read(folder);
        return stored;
    }

    /// <summary>Every table is as it was, but for those listed: they changed, and by that many rows.</summary>
    public void AssertSame(StoredRows after, params IReadOnlyList<(string Table, int Added)> legitimate)
    {
        var changed = _tables.Keys.Union(after._tables.Keys, StringComparer.Ordinal)
            .Where(table => _tables.GetValueOrDefault(table) != after._tables.GetValueOrDefault(table))
            .Select(table => $"{table} {after._tables.GetValueOrDefault(table).Rows - _tables.GetValueOrDefault(table).Rows:+0;-0;0}");
        Assert.That(changed, Is.EquivalentTo(legitimate.Select(change => $"{change.Table} {change.Added:+0;-0;0}")), "tables whose rows changed, and by how many");
    }

    private void Read(string dataFolder)
    {
        var file = new SqliteConnectionStringBuilder { DataSource = Path.Combine(dataFolder, "gateway.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        using var connection = new SqliteConnection(file.ToString());
        connection.Open();
        using var snapshot = connection.BeginTransaction(deferred: true);
        foreach (var table in Tables(connection, snapshot))
            _tables.Add($"{Path.GetFileName(dataFolder)}.{table}", Digest(connection, snapshot, table));
    }

    private static List<string> Tables(SqliteConnection connection, SqliteTransaction snapshot)
    {
        using var command = connection.CreateCommand();
        command.Transaction = snapshot;
        command.CommandText = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'counter'";
        using var reader = command.ExecuteReader();
        var tables = new List<string>();
        while (reader.Read())
            tables.Add(reader.GetString(0));
        return tables;
    }

    private static (int Rows, string Digest) Digest(SqliteConnection connection, SqliteTransaction snapshot, string table)
    {
        using var command = connection.CreateCommand();
        command.Transaction = snapshot;
        command.CommandText = $"SELECT * FROM \"{table}\"";
        using var reader = command.ExecuteReader();
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rows = 0;
        for (; reader.Read(); rows++)
        {
            for (var column = 0; column < reader.FieldCount; column++)
                digest.AppendData(Encoding.UTF8.GetBytes(Text(reader.GetValue(column)) + '\u001f'));
        }
        return (rows, Convert.ToHexStringLower(digest.GetHashAndReset()));
    }

    private static string Text(object value) => value switch
    {
        byte[] bytes => Convert.ToHexStringLower(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
