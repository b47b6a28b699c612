using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ProvincialGateway.Storage;

/// <summary>
/// One statement for many rows: prepared once, its parameters bound by place, ?1 and on. For rows by the thousand; a single row is Dapper's. To have SQL
/// parsed, and parameters looked up by name, for each row takes several times as long as the insertion.
/// </summary>
internal sealed class PreparedStatement : IDisposable
{
    private readonly PreparedConnection _connection;
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private byte[] _text = new byte[1_024];

    internal PreparedStatement(PreparedConnection connection, string sql)
    {
        _connection = connection;
        _database = connection.Inner.Handle ?? throw new InvalidOperationException("The connection is closed.");
        Check(raw.sqlite3_prepare_v2(_database, sql, out _statement));
    }

    public PreparedStatement Bind(int place, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, place, value));
        return this;
    }

    public PreparedStatement Bind(int place, long? value)
    {
        if (value is { } number)
            return Bind(place, number);
        Check(raw.sqlite3_bind_null(_statement, place));
        return this;
    }

    public PreparedStatement Bind(int place, string? value)
    {
        if (value is null)
        {
            Check(raw.sqlite3_bind_null(_statement, place));
            return this;
        }
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (most > _text.Length)
            _text = new byte[most];
        // SQLite copies what is bound before the buffer is used again.
        Check(raw.sqlite3_bind_text(_statement, place, _text.AsSpan(0, Encoding.UTF8.GetBytes(value, _text))));
        return this;
    }

    public PreparedStatement Bind(int place, ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_blob(_statement, place, value));
        return this;
    }

    /// <summary>Runs a statement that returns no rows; its parameters stay bound.</summary>
    /// <returns>The rows changed.</returns>
    /// <exception cref="SqliteException">The database refused or failed.</exception>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    public int Run()
    {
        _connection.RequireTransaction();
        var stepped = raw.sqlite3_step(_statement);
        var changed = raw.sqlite3_changes(_database);
        // The reset repeats a failed step's code.
        Check(raw.sqlite3_reset(_statement));
        return stepped == raw.SQLITE_DONE ? changed : throw new InvalidOperationException("The statement returns rows.");
    }

    public void Dispose() => _statement.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            SqliteException.ThrowExceptionForRC(code, _database);
    }
}
