using System.Data;
using Dapper;
using Microsoft.Data.Sqlite;

namespace ProvincialGateway.Storage;

/// <summary>
/// SQL inside one transaction: the writer's savepoint of one work, or a reader's snapshot. It dies with the work it was given to, so that
/// a reference that escapes cannot touch somebody else's transaction.
/// </summary>
internal sealed class Session
{
    private readonly PreparedConnection _connection;
    private readonly SqliteTransaction? _transaction;
    private bool _ended;

    // Rows are read by column name: person_number fills PersonNumber. Process-wide in Dapper, the same for every node of a process.
    static Session() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    /// <param name="transaction">Null where the connection began one by itself.</param>
    internal Session(PreparedConnection connection, SqliteTransaction? transaction) => (_connection, _transaction) = (connection, transaction);

    public PreparedConnection Connection => _ended ? throw Ended() : _connection;

    public SqliteTransaction? Transaction => _ended ? throw Ended() : _transaction;

    /// <summary>The rows changed; for a statement that changes none, what SQLite reports (-1).</summary>
    public int Execute(string sql, object? args = null) => Connection.Execute(sql, args, Transaction);

    /// <summary>Compare-and-set: the statement must change exactly <paramref name="rows"/> rows, or the work fails and is rolled back.</summary>
    /// <exception cref="StorageInvariantException">Another number of rows changed.</exception>
    public int ExecuteExpecting(int rows, string sql, object? args = null) => Expect(rows, Execute(sql, args), sql);

    /// <summary>The same statement for each of many rows; each must change exactly one, or the work fails and is rolled back.</summary>
    /// <param name="sql">Parameters by place: ?1 and on.</param>
    /// <exception cref="StorageInvariantException">A row changed none, or several.</exception>
    public void ExecuteEach<T>(string sql, IReadOnlyCollection<T> rows, Action<PreparedStatement, T> bind)
    {
        if (rows.Count == 0)
            return;
        using var statement = new PreparedStatement(Connection, sql);
        foreach (var row in rows)
        {
            bind(statement, row);
            Expect(1, statement.Run(), sql);
        }
    }

    /// <summary>The same insertion for each of many rows, as far as they are not there already.</summary>
    /// <param name="sql">Does nothing where the row is there. Parameters by place: ?1 and on.</param>
    /// <returns>The places of the rows that were there.</returns>
    public List<int> InsertEachNew<T>(string sql, IReadOnlyList<T> rows, Action<PreparedStatement, T> bind)
    {
        var there = new List<int>();
        using var statement = new PreparedStatement(Connection, sql);
        for (var place = 0; place < rows.Count; place++)
        {
            bind(statement, rows[place]);
            if (statement.Run() == 0)
                there.Add(place);
        }
        return there;
    }

    /// <exception cref="InvalidOperationException">There are several rows.</exception>
    public T? QuerySingleOrDefault<T>(string sql, object? args = null) =>
        Mapped(sql, () => Connection.QuerySingleOrDefault<T>(sql, args, Transaction));

    /// <exception cref="InvalidOperationException">There is no row, or there are several.</exception>
    public T QuerySingle<T>(string sql, object? args = null) =>
        Mapped(sql, () => Connection.QuerySingle<T>(sql, args, Transaction));

    public List<T> Query<T>(string sql, object? args = null) =>
        Mapped(sql, () => Connection.Query<T>(sql, args, Transaction).AsList());

    internal void End() => _ended = true;

    private static int Expect(int rows, int changed, string sql) => changed == rows ? changed : throw new StorageInvariantException(
        $"本节点存储状态与预期不符:应更新 {rows} 行,实际 {changed} 行,已撤销;请保留日志并联系技术支持。语句:{sql}",
        $"This node's stored state is not what the program expects: {rows} rows should have changed, {changed} did, undone; keep the log and call support. Statement: {sql}");

    /// <remarks>Dapper quotes the value that does not fit, which can be a person's; only the column's name may go on, and no inner exception.</remarks>
    private static T Mapped<T>(string sql, Func<T> query)
    {
        try
        {
            return query();
        }
        catch (DataException misfit)
        {
            var column = misfit.Message.Split('=', 2)[0];
            throw new StorageInvariantException(
                $"本节点存储的数据与程序的类型不符({column}));请保留日志并联系技术支持。语句:{sql}",
                $"This node's stored data do not fit the program's types ({column})); keep the log and call support. Statement: {sql}");
        }
    }

    private static ObjectDisposedException Ended() => new(nameof(Session), "The session ended with the work it was given to.");
}
