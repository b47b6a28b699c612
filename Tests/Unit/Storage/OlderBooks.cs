using System.IO.Compression;
using Dapper;
using Microsoft.Data.Sqlite;
using ProvincialGateway.Oversight;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Storage;

/// <summary>The books of two provinces as the first release left them, with a visit in every state, brought to a later release and no further.</summary>
internal sealed class OlderBooks : IDisposable
{
    private readonly TempFolder _root = new();

    private OlderBooks(int scripts) => ZipFile.ExtractToDirectory(Repository.PathTo("Tests", "Unit", "Storage", $"version-{scripts}.zip"), _root.Path);

    /// <summary>Holds both folders.</summary>
    public string Root => _root.Path;

    public string Treatment => _root.File("530000");

    public string Insured => _root.File("610000");

    /// <summary>As a release with so many scripts left them; 5 or 27.</summary>
    public static OlderBooks Frozen(int scripts) => new(scripts);

    /// <param name="scripts">The number of the last script that the release had.</param>
    public static async Task<OlderBooks> OfReleaseAsync(int scripts)
    {
        var books = new OlderBooks(scripts: 5);
        foreach (var folder in new[] { books.Treatment, books.Insured })
            await Database.Open(new DatabaseOptions { Path = DataFolder.DatabasePath(folder) }, TimeProvider.System, [.. MigrationScript.Embedded.Take(scripts)]).DisposeAsync();
        return books;
    }

    /// <summary>As this release does when it starts.</summary>
    public async Task UpgradeAsync()
    {
        foreach (var folder in new[] { Treatment, Insured })
            await DataFolder.OpenDatabase(folder, TimeProvider.System).DisposeAsync();
    }

    /// <summary>What the audit finds in either, or does not look at.</summary>
    public IEnumerable<string> Findings() => Audit.Run([Treatment, Insured], new ManualTimeProvider()).Checks
        .Where(check => check is not { Found: 0, NotCheckedReason: null }).Select(check => $"{check.Name} {string.Join("; ", check.Findings)} {check.NotCheckedReason}");

    public static IReadOnlyList<string> Rows(string folder, string sql)
    {
        using var connection = Open(folder);
        return connection.Query<string>(sql).AsList();
    }

    public static void Execute(string folder, string sql)
    {
        using var connection = Open(folder);
        connection.Execute(sql);
    }

    public void Dispose() => _root.Dispose();

    private static SqliteConnection Open(string folder)
    {
        var connection = new SqliteConnection($"Data Source={DataFolder.DatabasePath(folder)};Pooling=False;Foreign Keys=True");
        connection.Open();
        return connection;
    }
}
