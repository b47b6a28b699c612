using Dapper;
using Microsoft.Data.Sqlite;
using ProvincialGateway.Oversight;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Oversight;

/// <summary>A copy of the two provinces' stopped folders that a test may spoil.</summary>
internal sealed class AuditFolders : IDisposable
{
    private readonly TempFolder _root = new();

    private AuditFolders()
    {
    }

    public string Treatment => _root.File("530000");

    public string Insured => _root.File("610000");

    public static AuditFolders CopyOf(TempFolder original)
    {
        var copy = new AuditFolders();
        foreach (var file in Directory.EnumerateFiles(original.Path, "*", SearchOption.AllDirectories))
        {
            var target = copy._root.File(Path.GetRelativePath(original.Path, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            // Keeps the mode: a key that others may read is refused.
            File.Copy(file, target);
        }
        return copy;
    }

    public AuditReport Audit() => Run(Treatment, Insured);

    public static AuditReport Run(params string[] folders) => ProvincialGateway.Oversight.Audit.Run(folders, new ManualTimeProvider());

    /// <summary>Does what no node does: past triggers, CHECKs and foreign keys. The triggers are back afterwards.</summary>
    /// <returns>Rows changed.</returns>
    public static int Spoil(string folder, string sql, object? args = null)
    {
        using var connection = Open(folder);
        connection.Execute("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;");
        var triggers = connection.Query<(string Name, string Sql)>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").AsList();
        triggers.ForEach(trigger => connection.Execute($"DROP TRIGGER {trigger.Name}"));
        var changed = connection.Execute(sql, args);
        triggers.ForEach(trigger => connection.Execute(trigger.Sql));
        return changed;
    }

    public static void Execute(string folder, string sql)
    {
        using var connection = Open(folder);
        connection.Execute(sql);
    }

    public static T Ask<T>(string folder, string sql)
    {
        using var connection = Open(folder);
        return connection.QuerySingle<T>(sql);
    }

    public void Dispose() => _root.Dispose();

    private static SqliteConnection Open(string folder)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = DataFolder.DatabasePath(folder), Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
