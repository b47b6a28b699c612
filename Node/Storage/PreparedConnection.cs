using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace ProvincialGateway.Storage;

/// <summary>
/// A connection as Dapper sees it, whose statements stay prepared: the same SQL text takes the same command again. To parse SQL and plan it takes longer than
/// nearly all of the node's queries take to run. Not for two threads at once, like the connection itself, which stays its owner's.
/// </summary>
internal sealed class PreparedConnection(SqliteConnection connection) : DbConnection
{
    // SQL is constants, so this is never reached; a text made anew each time must not fill the memory.
    private const int KeptMax = 1_000;

    private readonly Dictionary<string, SqliteCommand> _kept = new(StringComparer.Ordinal);

    public SqliteConnection Inner => connection;

    /// <summary>One for all files: it is part of the key by which Dapper keeps what it has compiled for a statement, and every node's file has the same tables.</summary>
    [AllowNull]
    public override string ConnectionString { get => "prepared"; set => throw OfTheOwner(); }

    public override string Database => connection.Database;

    public override string DataSource => connection.DataSource;

    public override string ServerVersion => connection.ServerVersion;

    public override ConnectionState State => connection.State;

    public override void ChangeDatabase(string databaseName) => throw OfTheOwner();

    public override void Close() => throw OfTheOwner();

    public override void Open() => throw OfTheOwner();

    /// <summary>A command for this text that nobody uses: one that has run before where there is one.</summary>
    internal SqliteCommand Take(string sql)
    {
        if (_kept.Remove(sql, out var kept))
            return kept;
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    /// <summary>The text's command may be taken again; a second one for the same text, from a query inside a query, is not kept.</summary>
    internal void GiveBack(SqliteCommand command)
    {
        command.Parameters.Clear();
        command.Transaction = null;
        if (_kept.Count >= KeptMax || !_kept.TryAdd(command.CommandText, command))
            command.Dispose();
    }

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw OfTheOwner();

    protected override DbCommand CreateDbCommand() => new PreparedCommand(this);

    private static NotSupportedException OfTheOwner() => new("Opening, closing and transactions belong to the owner of the connection.");
}

/// <summary>The command of a <see cref="PreparedConnection"/>: the text decides which prepared one it stands for.</summary>
internal sealed class PreparedCommand(PreparedConnection connection) : DbCommand
{
    private SqliteCommand? _command;
    private DbTransaction? _transaction;

    [AllowNull]
    public override string CommandText
    {
        get => _command?.CommandText ?? "";
        set
        {
            if (_command is not null)
                throw new InvalidOperationException("The command has its text already.");
            _command = connection.Take(value ?? "");
            _command.Transaction = (SqliteTransaction?)_transaction;
        }
    }

    public override int CommandTimeout { get => Command.CommandTimeout; set => Command.CommandTimeout = value; }

    public override CommandType CommandType { get => Command.CommandType; set => Command.CommandType = value; }

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    protected override DbConnection? DbConnection { get => connection; set => throw new NotSupportedException("A command stays with its connection."); }

    protected override DbParameterCollection DbParameterCollection => Command.Parameters;

    protected override DbTransaction? DbTransaction
    {
        get => _transaction;
        set
        {
            _transaction = value;
            if (_command is not null)
                _command.Transaction = (SqliteTransaction?)value;
        }
    }

    private SqliteCommand Command => _command ?? throw new InvalidOperationException("The command has no text.");

    public override void Cancel() => Command.Cancel();

    public override int ExecuteNonQuery() => Command.ExecuteNonQuery();

    public override object? ExecuteScalar() => Command.ExecuteScalar();

    public override void Prepare() => Command.Prepare();

    protected override DbParameter CreateDbParameter() => Command.CreateParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Command.ExecuteReader(behavior);

    protected override void Dispose(bool disposing)
    {
        if (disposing && _command is { } command)
        {
            _command = null;
            connection.GiveBack(command);
        }

        base.Dispose(disposing);
    }
}
