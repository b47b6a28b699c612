using System.Security.Cryptography;
using Dapper;
using Microsoft.Data.Sqlite;

namespace ProvincialGateway.Storage;

/// <summary>
/// Writes one archive file under the name of an unfinished one. What is left of a writer that did not come to <see cref="Finish"/> is worth nothing,
/// because nothing was taken out of the database for it.
/// </summary>
internal sealed class ArchiveWriter : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;
    private readonly SqliteConnection _connection;
    private readonly SqliteTransaction _transaction;
    private readonly SqliteCommand _insert;

    private ArchiveWriter(string path, SqliteConnection connection)
    {
        (_path, _connection) = (path, connection);
        // Without a journal and unsynced: the file is synced once, whole, before anything relies on it.
        connection.Execute(
            """
            PRAGMA journal_mode = OFF;
            PRAGMA synchronous = OFF;
            CREATE TABLE value (
              row INTEGER PRIMARY KEY CHECK (row > 0),
              table_name TEXT NOT NULL,
              column_name TEXT NOT NULL,
              key_one TEXT NOT NULL,
              key_two TEXT NOT NULL,
              bytes BLOB NOT NULL
            ) STRICT;
            """);
        _transaction = connection.BeginTransaction();
        _insert = connection.CreateCommand();
        _insert.Transaction = _transaction;
        _insert.CommandText = "INSERT INTO value (row, table_name, column_name, key_one, key_two, bytes) VALUES (@row, @table, @column, @one, @two, @bytes)";
        foreach (var name in (string[])["@row", "@table", "@column", "@one", "@two", "@bytes"])
            _insert.Parameters.Add(new SqliteParameter { ParameterName = name });
    }

    public long Values { get; private set; }

    /// <summary>Of the values.</summary>
    public long Bytes { get; private set; }

    /// <exception cref="StorageUnavailableException">The disk failed.</exception>
    public static ArchiveWriter Create(string path) => Guarded(() =>
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        new FileStream(path, options).Dispose();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        try
        {
            connection.Open();
            return new ArchiveWriter(path, connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    });

    /// <summary>The row's own number is given here.</summary>
    /// <exception cref="StorageUnavailableException">The disk failed.</exception>
    public void Add(string table, string column, string keyOne, string keyTwo, byte[] bytes) => Guarded(() =>
    {
        object[] values = [Values + 1, table, column, keyOne, keyTwo, bytes];
        for (var at = 0; at < values.Length; at++)
            _insert.Parameters[at].Value = values[at];
        _insert.ExecuteNonQuery();
        Bytes += bytes.Length;
        return ++Values;
    });

    /// <summary>The whole file is on the disk when this returns.</summary>
    /// <returns>The file's SHA-256 as 64 hex digits, and its length in bytes.</returns>
    /// <exception cref="StorageUnavailableException">The disk failed.</exception>
    public (string Sha256, long Length) Finish() => Guarded(() =>
    {
        _transaction.Commit();
        Dispose();
        using var file = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
        return (DigestOf(file), file.Length);
    });

    public static string DigestOf(Stream file) => Convert.ToHexStringLower(SHA256.HashData(file));

    /// <summary>Gives a finished file its name, for good.</summary>
    /// <exception cref="StorageUnavailableException">The disk failed, or the name is taken.</exception>
    public static void Place(string unfinished, string path) => Guarded(() =>
    {
        File.Move(unfinished, path, overwrite: false);
        // The first sync saved the bytes; this one saves the name.
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
        return true;
    });

    public void Dispose()
    {
        _insert.Dispose();
        _transaction.Dispose();
        _connection.Dispose();
    }

    private static T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception fault) when (StorageUnavailableException.From(fault) is { } unavailable)
        {
            throw unavailable;
        }
    }
}
