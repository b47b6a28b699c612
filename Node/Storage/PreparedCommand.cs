using System.Collections;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace ProvincialGateway.Storage;

/// <summary>The command of a <see cref="PreparedConnection"/>: the text decides which kept statement it stands for.</summary>
internal sealed class PreparedCommand(PreparedConnection connection) : DbCommand
{
    private readonly PreparedParameters _parameters = new();
    private KeptStatement? _statement;

    [AllowNull]
    public override string CommandText
    {
        get => _statement?.Sql ?? "";
        set
        {
            if (_statement is not null)
                throw new InvalidOperationException("The command has its text already.");
            _statement = connection.Take(value ?? "");
        }
    }

    // The connection's own busy timeout is what a statement waits.
    public override int CommandTimeout { get; set; }

    public override CommandType CommandType { get; set; } = CommandType.Text;

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    protected override DbConnection? DbConnection { get => connection; set => throw new NotSupportedException("A command stays with its connection."); }

    protected override DbParameterCollection DbParameterCollection => _parameters;

    /// <summary>A statement runs in whatever transaction the connection has.</summary>
    protected override DbTransaction? DbTransaction { get; set; }

    private KeptStatement Statement => _statement ?? throw new InvalidOperationException("The command has no text.");

    public override void Cancel() => throw new NotSupportedException("A statement runs to its end.");

    /// <returns>The rows changed, of all statements of the text; -1 when there is none that changes any.</returns>
    public override int ExecuteNonQuery()
    {
        connection.RequireTransaction();
        var changed = -1;
        for (var statement = Statement; statement is not null; statement = statement.Next)
        {
            statement.Bind(_parameters);
            try
            {
                while (statement.Step())
                {
                    // Rows that nobody asked for.
                }
                if (!statement.IsReadOnly)
                    changed = Math.Max(changed, 0) + statement.Changed;
            }
            finally
            {
                statement.Reset();
            }
        }
        return changed;
    }

    public override object? ExecuteScalar()
    {
        using var reader = ExecuteReader();
        return reader.Read() ? reader.GetValue(0) : null;
    }

    public override void Prepare()
    {
        // It is.
    }

    protected override DbParameter CreateDbParameter() => new PreparedParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        connection.RequireTransaction();
        if (Statement.Next is not null)
            throw new InvalidOperationException($"A query is one statement: {Statement.Sql}");
        Statement.Bind(_parameters);
        return new PreparedReader(Statement);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _statement is { } statement)
        {
            _statement = null;
            statement.Reset();
            connection.GiveBack(statement);
        }
        base.Dispose(disposing);
    }
}

/// <summary>A value by its name.</summary>
internal sealed class PreparedParameter : DbParameter
{
    private string _name = "";

    /// <summary>The name without the sign that SQL puts before it.</summary>
    public string PlainName { get; private set; } = "";

    [AllowNull]
    public override string ParameterName
    {
        get => _name;
        set => (_name, PlainName) = (value ?? "", value is ['@' or ':' or '$', ..] ? value[1..] : value ?? "");
    }

    public override object? Value { get; set; }

    public override DbType DbType { get; set; }

    public override ParameterDirection Direction { get; set; } = ParameterDirection.Input;

    public override bool IsNullable { get; set; } = true;

    public override int Size { get; set; }

    [AllowNull]
    public override string SourceColumn { get; set; } = "";

    public override bool SourceColumnNullMapping { get; set; }

    public override void ResetDbType() => DbType = default;
}

/// <summary>The values of one run.</summary>
internal sealed class PreparedParameters : DbParameterCollection
{
    private readonly List<PreparedParameter> _parameters = [];

    public List<PreparedParameter> Each => _parameters;

    public override int Count => _parameters.Count;

    public override object SyncRoot => _parameters;

    public override int Add(object value)
    {
        _parameters.Add((PreparedParameter)value);
        return _parameters.Count - 1;
    }

    public override void AddRange(Array values)
    {
        foreach (var value in values)
            Add(value!);
    }

    public override void Clear() => _parameters.Clear();

    public override bool Contains(object value) => IndexOf(value) >= 0;

    public override bool Contains(string value) => IndexOf(value) >= 0;

    public override void CopyTo(Array array, int index) => ((ICollection)_parameters).CopyTo(array, index);

    public override IEnumerator GetEnumerator() => _parameters.GetEnumerator();

    public override int IndexOf(object value) => _parameters.IndexOf((PreparedParameter)value);

    public override int IndexOf(string parameterName)
    {
        for (var index = 0; index < _parameters.Count; index++)
            if (_parameters[index].ParameterName == parameterName)
                return index;
        return -1;
    }

    public override void Insert(int index, object value) => _parameters.Insert(index, (PreparedParameter)value);

    public override void Remove(object value) => _parameters.Remove((PreparedParameter)value);

    public override void RemoveAt(int index) => _parameters.RemoveAt(index);

    public override void RemoveAt(string parameterName) => _parameters.RemoveAt(IndexOf(parameterName));

    protected override DbParameter GetParameter(int index) => _parameters[index];

    protected override DbParameter GetParameter(string parameterName) => _parameters[IndexOf(parameterName)];

    protected override void SetParameter(int index, DbParameter value) => _parameters[index] = (PreparedParameter)value;

    protected override void SetParameter(string parameterName, DbParameter value) => _parameters[IndexOf(parameterName)] = (PreparedParameter)value;
}
