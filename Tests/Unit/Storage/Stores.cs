using Microsoft.Data.Sqlite;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Storage;

/// <summary>What the storage tests share: a one-table database, and a foreign look at its file.</summary>
internal static class Stores
{
    /// <summary>Bounds every wait: reached only when the code under test hangs.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static readonly MigrationScript Foundation = MigrationScript.Embedded[0];

    public static readonly MigrationScript Note = MigrationScript.Parse("0002_note.sql", """
        CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, parent INTEGER REFERENCES note(id), body BLOB) STRICT;
        """);

    public static DatabaseOptions Options(TempFolder folder) => new() { Path = folder.File("node.db"), BusyTimeout = TimeSpan.FromMilliseconds(50) };

    public static Database Open(TempFolder folder) => Open(Options(folder));

    public static Database Open(DatabaseOptions options) => Database.Open(options, TimeProvider.System, [Foundation, Note]);

    public static Task<long> AddAsync(this Database database, string text, int bodyBytes = 0) =>
        database.WriteAsync(session => session.Add(text, bodyBytes), CancellationToken.None).WaitAsync(Deadline);

    public static long Add(this Session session, string text, int bodyBytes = 0) => session.QuerySingle<long>(
        "INSERT INTO note (text, body) VALUES (@text, zeroblob(@bodyBytes)) RETURNING id", new { text, bodyBytes });

    public static List<string> Texts(this Database database) => database.Read(session => session.Query<string>("SELECT text FROM note ORDER BY id"));

    /// <summary>A connection that knows nothing of the gateway, as an operator's tool would open.</summary>
    public static SqliteConnection OpenForeign(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 1 }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>The file and its log as they are now: what a killed process or a pulled plug leaves (the shared-memory file dies with the machine).</summary>
    public static void CopyAsCrashed(string path, string copy)
    {
        File.Copy(path, copy);
        File.Copy($"{path}-wal", $"{copy}-wal");
    }
}
