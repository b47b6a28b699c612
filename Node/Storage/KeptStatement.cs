using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ProvincialGateway.Storage;

/// <summary>A prepared statement with what is known of it: where each parameter stands, what each column is called.</summary>
internal sealed class KeptStatement : IDisposable
{
    private const int OnStack = 512;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly string _rest;
    private KeptStatement? _next;
    private string[]? _columns;

    /// <param name="sql">One statement; others behind it are <see cref="Next"/>.</param>
    /// <exception cref="SqliteException">The database does not understand it.</exception>
    public KeptStatement(sqlite3 database, string sql)
    {
        (_database, Sql) = (database, sql);
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement, out _rest));
        for (var place = raw.sqlite3_bind_parameter_count(_statement); place > 0; place--)
            _places.Add(raw.sqlite3_bind_parameter_name(_statement, place).utf8_to_string()?.TrimStart('@', ':', '$') ?? place.ToString(System.Globalization.CultureInfo.InvariantCulture), place);
        IsReadOnly = raw.sqlite3_stmt_readonly(_statement) != 0;
    }

    public string Sql { get; }

    /// <summary>The statement behind this one in the same text, which may need what this one makes; null when there is none.</summary>
    public KeptStatement? Next => string.IsNullOrWhiteSpace(_rest) ? null : _next ??= new KeptStatement(_database, _rest);

    /// <summary>It changes nothing.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Of the connection's last insert, update or delete.</summary>
    public int Changed => raw.sqlite3_changes(_database);

    public string[] Columns => _columns ??= [.. Enumerable.Range(0, raw.sqlite3_column_count(_statement)).Select(column => raw.sqlite3_column_name(_statement, column).utf8_to_string())];

    /// <summary>Parameters that the statement has no place for are left out, as Dapper gives it every member of an object.</summary>
    /// <exception cref="InvalidOperationException">A parameter of the statement has no value.</exception>
    public void Bind(PreparedParameters parameters)
    {
        var bound = 0;
        foreach (var parameter in parameters.Each)
        {
            if (!_places.TryGetValue(parameter.PlainName, out var place))
                continue;
            Bind(place, parameter.Value);
            bound++;
        }
        if (bound < _places.Count)
            throw new InvalidOperationException($"A parameter has no value: {string.Join(", ", _places.Keys.Except(parameters.Each.Select(parameter => parameter.PlainName)))} in {Sql}");
    }

    /// <returns>Whether there is a row.</returns>
    /// <exception cref="SqliteException">The database refused or failed.</exception>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
            SqliteException.ThrowExceptionForRC(code, _database);
        return code == raw.SQLITE_ROW;
    }

    /// <summary>Ends the run and forgets what was bound. A failed step has told its fault already.</summary>
    public void Reset()
    {
        _ = raw.sqlite3_reset(_statement);
        _ = raw.sqlite3_clear_bindings(_statement);
    }

    /// <summary>The storage class of a value; of NULL, what the column was declared as.</summary>
    public Type TypeOf(int column) => raw.sqlite3_column_type(_statement, column) switch
    {
        raw.SQLITE_INTEGER => typeof(long),
        raw.SQLITE_FLOAT => typeof(double),
        raw.SQLITE_TEXT => typeof(string),
        raw.SQLITE_BLOB => typeof(byte[]),
        _ => DeclaredType(raw.sqlite3_column_decltype(_statement, column).utf8_to_string()),
    };

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long Long(int column) => raw.sqlite3_column_int64(_statement, column);

    public double Double(int column) => raw.sqlite3_column_double(_statement, column);

    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(_statement, column));

    public byte[] Bytes(int column) => raw.sqlite3_column_blob(_statement, column).ToArray();

    public object Value(int column) => raw.sqlite3_column_type(_statement, column) switch
    {
        raw.SQLITE_INTEGER => Long(column),
        raw.SQLITE_FLOAT => Double(column),
        raw.SQLITE_TEXT => Text(column),
        raw.SQLITE_BLOB => Bytes(column),
        _ => DBNull.Value,
    };

    public void Dispose()
    {
        _next?.Dispose();
        _statement.Dispose();
    }

    private static Type DeclaredType(string? declared) => declared switch
    {
        not null when declared.Contains("INT", StringComparison.OrdinalIgnoreCase) => typeof(long),
        not null when declared.Contains("TEXT", StringComparison.OrdinalIgnoreCase) => typeof(string),
        not null when declared.Contains("REAL", StringComparison.OrdinalIgnoreCase) => typeof(double),
        _ => typeof(byte[]),
    };

    private void Bind(int place, object? value) => Check(value switch
    {
        null or DBNull => raw.sqlite3_bind_null(_statement, place),
        long number => raw.sqlite3_bind_int64(_statement, place, number),
        int number => raw.sqlite3_bind_int64(_statement, place, number),
        string text => BindText(place, text),
        byte[] { Length: 0 } => raw.sqlite3_bind_zeroblob(_statement, place, 0),
        byte[] bytes => raw.sqlite3_bind_blob(_statement, place, bytes),
        bool flag => raw.sqlite3_bind_int64(_statement, place, flag ? 1 : 0),
        double number => raw.sqlite3_bind_double(_statement, place, number),
        Enum or short or byte or uint => raw.sqlite3_bind_int64(_statement, place, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)),
        _ => throw new NotSupportedException($"{value.GetType().Name} is nothing that a column holds."),
    });

    private int BindText(int place, string text)
    {
        // An empty span has no address and would be bound as NULL.
        if (text.Length == 0)
            return raw.sqlite3_bind_text(_statement, place, "");
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (most <= OnStack)
        {
            Span<byte> few = stackalloc byte[OnStack];
            return raw.sqlite3_bind_text(_statement, place, few[..Encoding.UTF8.GetBytes(text, few)]);
        }
        var many = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            // SQLite copies what is bound.
            return raw.sqlite3_bind_text(_statement, place, many.AsSpan(0, Encoding.UTF8.GetBytes(text, many)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(many, clearArray: true);
        }
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            SqliteException.ThrowExceptionForRC(code, _database);
    }
}
