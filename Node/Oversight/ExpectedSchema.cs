using Dapper;
using Microsoft.Data.Sqlite;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Oversight;

/// <summary>
/// The tables, indexes and triggers that this program's scripts make, to hold a database against. SQLite's own integrity check does not look
/// at CHECKs in a file opened read-only (it does not even read them), so they are asked one by one.
/// </summary>
internal sealed class ExpectedSchema
{
    private static readonly Lazy<ExpectedSchema> Made = new(Make);

    private ExpectedSchema(IReadOnlyDictionary<string, string> objects, IReadOnlyList<(string Table, string Condition)> checks) => (Objects, Checks) = (objects, checks);

    /// <summary>SQL by name.</summary>
    public IReadOnlyDictionary<string, string> Objects { get; }

    public IReadOnlyList<(string Table, string Condition)> Checks { get; }

    /// <summary>Made once: running every script is most of the work of auditing small books.</summary>
    public static ExpectedSchema OfThisProgram => Made.Value;

    private static ExpectedSchema Make()
    {
        using var scratch = new SqliteConnection("Data Source=:memory:;Pooling=False");
        scratch.Open();
        foreach (var script in MigrationScript.Embedded)
            scratch.Execute(script.Sql);
        var made = scratch.Query<MadeRow>("SELECT type AS Type, name AS Name, sql AS Sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").AsList();
        return new(
            made.ToDictionary(row => row.Name, row => row.Sql),
            [.. made.Where(row => row.Type == "table").SelectMany(row => ConditionsIn(row.Sql).Select(condition => (row.Name, condition)))]);
    }

    /// <summary>What stands in the parentheses of each CHECK of a CREATE TABLE statement.</summary>
    internal static IEnumerable<string> ConditionsIn(string sql)
    {
        const string Keyword = "CHECK (";
        var code = WithoutComments(sql);
        for (var at = code.IndexOf(Keyword, StringComparison.Ordinal); at >= 0; at = code.IndexOf(Keyword, at, StringComparison.Ordinal))
        {
            var start = at += Keyword.Length;
            var (depth, quoted) = (1, false);
            for (; depth > 0; at++)
            {
                quoted ^= code[at] == '\'';
                depth += quoted ? 0 : code[at] switch { '(' => 1, ')' => -1, _ => 0 };
            }
            yield return code[start..(at - 1)];
        }
    }

    private static string WithoutComments(string sql) => string.Join('\n', sql.Split('\n').Where(line => !line.TrimStart().StartsWith("--", StringComparison.Ordinal)));

    private sealed class MadeRow
    {
        public required string Type { get; init; }
        public required string Name { get; init; }
        public required string Sql { get; init; }
    }
}
