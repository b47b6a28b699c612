using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;

namespace ProvincialGateway.Storage;

/// <summary>One value of an archive file: the sealed bytes of a column, and the row of the database they belong to.</summary>
internal sealed record ArchiveRow
{
    public required long Row { get; init; }
    public required string TableName { get; init; }
    public required string ColumnName { get; init; }
    public required string KeyOne { get; init; }

    /// <summary>Empty where one column is the key.</summary>
    public required string KeyTwo { get; init; }
    public required byte[] Bytes { get; init; }
}

/// <summary>
/// The archive files of a data folder, read. A file in its place is never written again, so it is read as immutable, by any number of threads and processes.
/// </summary>
internal sealed class ArchiveShelf(string folder)
{
    private readonly Lock _gate = new();
    private (int File, SqliteConnection Connection)? _open;

    public static string NameOf(int file) => string.Create(CultureInfo.InvariantCulture, $"{file:D6}.db");

    public string PathOf(int file) => Path.Combine(folder, NameOf(file));

    /// <summary>While it is written: a name that no backup takes.</summary>
    public string UnfinishedPathOf(int file) => Path.Combine(folder, $".{NameOf(file)}");

    /// <summary>The very bytes that were sealed.</summary>
    /// <exception cref="SealBrokenException">The file is missing, cannot be read, or does not hold them.</exception>
    public byte[] Read(ArchivedValue value)
    {
        lock (_gate)
        {
            SqliteException? broken = null;
            try
            {
                if (Find(value) is { } row && value.IsOf(row.Bytes))
                    return row.Bytes;
            }
            catch (SqliteException fault)
            {
                broken = fault;
            }
            // An operator puts another file in its place.
            Close();
            throw Broken(value.File, broken);
        }
    }

    /// <returns>Null when the file has no such row.</returns>
    /// <exception cref="SealBrokenException">There is no such file.</exception>
    /// <exception cref="SqliteException">The file is damaged or may not be read.</exception>
    public ArchiveRow? Find(ArchivedValue value)
    {
        lock (_gate)
        {
            return Opened(value.File).QuerySingleOrDefault<ArchiveRow>(
                "SELECT row AS Row, table_name AS TableName, column_name AS ColumnName, key_one AS KeyOne, key_two AS KeyTwo, bytes AS Bytes FROM value WHERE row = @Row", new { value.Row });
        }
    }

    /// <summary>Rows after one, in order.</summary>
    public List<ArchiveRow> Page(int file, long after, int rowsMax)
    {
        lock (_gate)
        {
            return Opened(file).Query<ArchiveRow>(
                """
                SELECT row AS Row, table_name AS TableName, column_name AS ColumnName, key_one AS KeyOne, key_two AS KeyTwo, bytes AS Bytes
                FROM value WHERE row > @after ORDER BY row LIMIT @rowsMax
                """, new { after, rowsMax }).AsList();
        }
    }

    // One stays open: whoever reads one value usually reads its neighbours next. It holds no lock, so it may be left to the runtime.
    private SqliteConnection Opened(int file)
    {
        if (_open is { } open && open.File == file)
            return open.Connection;
        Close();
        if (!File.Exists(PathOf(file)))
            throw Broken(file, inner: null);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = $"{new Uri(Path.GetFullPath(PathOf(file))).AbsoluteUri}?mode=ro&immutable=1",
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ToString());
        connection.Open();
        _open = (file, connection);
        return connection;
    }

    private void Close()
    {
        _open?.Connection.Dispose();
        _open = null;
    }

    private SealBrokenException Broken(int file, Exception? inner) => new(
        $"归档文件 {PathOf(file)} 缺失、损坏或被改动;请从备份恢复该文件。",
        $"Archive file {PathOf(file)} is missing, damaged or was altered; restore this file from a backup.",
        inner);
}
