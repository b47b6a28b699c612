using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ProvincialGateway.Storage;

/// <summary>
/// A connection as Dapper sees it, whose statements stay prepared: the same SQL text takes the same statement again, with the places of its parameters and the
/// names of its columns. To parse and plan SQL, and to look up names in it, takes longer than nearly all of the node's queries take to run. Not for two threads
/// at once, like the connection itself, which stays its owner's.
/// </summary>
internal sealed class PreparedConnection(SqliteConnection connection) : DbConnection
{
    // SQL is constants, so this is never reached; a text made anew each time must not fill the memory.
    private const int KeptMax = 1_000;

    private readonly Dictionary<string, KeptStatement> _kept = new(StringComparer.Ordinal);

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

    /// <summary>A statement without parameters and rows, as those that begin and end transactions.</summary>
    /// <exception cref="SqliteException">The database refused or failed.</exception>
    public void Run(string sql)
    {
        var statement = Take(sql);
        try
        {
            statement.Step();
        }
        finally
        {
            statement.Reset();
            GiveBack(statement);
        }
    }

    /// <summary>Whether a transaction has begun and not ended.</summary>
    public bool IsInTransaction => raw.sqlite3_get_autocommit(connection.Handle) == 0;

    /// <summary>A full or failing disk makes SQLite roll back by itself; what a work that goes on regardless would write then would be final at once.</summary>
    /// <exception cref="InvalidOperationException">There is no transaction.</exception>
    internal void RequireTransaction()
    {
        if (!IsInTransaction)
            throw new InvalidOperationException("The transaction of this work has ended.");
    }

    /// <summary>Gives the statements up; the owner does so before it closes the connection, which is open as long as they are.</summary>
    public void Release()
    {
        foreach (var statement in _kept.Values)
            statement.Dispose();
        _kept.Clear();
    }

    /// <summary>A statement for this text that nobody uses: one that has run before where there is one.</summary>
    internal KeptStatement Take(string sql) => _kept.Remove(sql, out var kept) ? kept : new KeptStatement(connection.Handle!, sql);

    /// <summary>The text's statement may be taken again; a second one for the same text, from a query inside a query, is not kept.</summary>
    internal void GiveBack(KeptStatement statement)
    {
        if (_kept.Count >= KeptMax || !_kept.TryAdd(statement.Sql, statement))
            statement.Dispose();
    }

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw OfTheOwner();

    protected override DbCommand CreateDbCommand() => new PreparedCommand(this);

    private static NotSupportedException OfTheOwner() => new("Opening, closing and transactions belong to the owner of the connection.");
}
