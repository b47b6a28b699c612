using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ProvincialGateway.Storage;

/// <summary>
/// One query for many rows that are read by place, without an object for each of them; prepared once, run as often as needed. For rows by the
/// hundred thousand; a few rows are Dapper's. While a row is handed out, this is that row.
/// </summary>
internal sealed class RowScan : IDisposable
{
    private readonly PreparedConnection _connection;
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    /// <param name="session">In whose snapshot the rows are read.</param>
    /// <param name="sql">Parameters by place: ?1 and on.</param>
    public RowScan(Session session, string sql)
    {
        _connection = session.Connection;
        _database = _connection.Inner.Handle ?? throw new InvalidOperationException("The connection is closed.");
        Check(raw.sqlite3_prepare_v2(_database, sql, out _statement));
    }

    /// <param name="row">Called for each row; values are good until it returns.</param>
    /// <param name="args">Texts and whole numbers, in the order of the places.</param>
    /// <exception cref="SqliteException">The database failed.</exception>
    /// <exception cref="InvalidOperationException">The snapshot has ended.</exception>
    public void Each(Action<RowScan> row, params ReadOnlySpan<object> args)
    {
        _connection.RequireTransaction();
        try
        {
            for (var place = 0; place < args.Length; place++)
                Bind(place + 1, args[place]);
            int stepped;
            while ((stepped = raw.sqlite3_step(_statement)) == raw.SQLITE_ROW)
                row(this);
            if (stepped != raw.SQLITE_DONE)
                Check(stepped);
        }
        finally
        {
            _ = raw.sqlite3_reset(_statement);
        }
    }

    public long Long(int column) => raw.sqlite3_column_int64(_statement, column);

    /// <returns>Empty for NULL.</returns>
    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    /// <summary>Of a text its UTF-8.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_statement, column);

    public void Dispose() => _statement.Dispose();

    private void Bind(int place, object value) => Check(value switch
    {
        long number => raw.sqlite3_bind_int64(_statement, place, number),
        int number => raw.sqlite3_bind_int64(_statement, place, number),
        string text => raw.sqlite3_bind_text(_statement, place, text),
        _ => throw new ArgumentException($"{value.GetType().Name} is neither text nor whole number."),
    });

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            SqliteException.ThrowExceptionForRC(code, _database);
    }
}
