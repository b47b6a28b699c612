using Microsoft.Data.Sqlite;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Simulation;

/// <summary>
/// The writer of a simulated node: works run in the order in which they came, each in a transaction of its own, some simulated time after they were asked
/// for. A crash before that leaves nothing of a work; one after it leaves the commit and nobody who knows of it.
/// </summary>
/// <param name="syncing">How long the next commit takes.</param>
/// <param name="committed">Called after each commit; the node may end its life there.</param>
internal sealed class SimulatedWriter(SqliteConnection connection, Pump pump, Life life, Func<TimeSpan> syncing, Action committed) : IDatabaseWriter
{
    private readonly PreparedConnection _connection = new(connection);
    private readonly Queue<Action> _works = new();
    private bool _isBusy;

    public DatabaseStatistics Statistics { get; private set; } = new(Commits: 0, Works: 0, LargestGroup: 0);

    public bool IsCurrentThread { get; private set; }

    public SqliteConnection? Connection => connection;

    public Task<T> Enqueue<T>(Func<Session, T> work, CancellationToken ct)
    {
        // Its continuations are posted to the pump by their own context: nothing runs inside this writer's turn.
        var completion = new TaskCompletionSource<T>();
        _works.Enqueue(() =>
        {
            if (ct.IsCancellationRequested)
                completion.SetCanceled(ct);
            else
                Run(work, completion);
        });
        if (!_isBusy)
            Schedule();
        return completion.Task;
    }

    public Task<T> BetweenAsync<T>(Func<SqliteConnection, T> action) => Task.FromResult(action(connection));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void RunNext()
    {
        _works.Dequeue()();
        _isBusy = false;
        if (_works.Count > 0)
            Schedule();
    }

    private void Schedule()
    {
        _isBusy = true;
        pump.After(syncing(), life, RunNext);
    }

    private void Run<T>(Func<Session, T> work, TaskCompletionSource<T> completion)
    {
        T result;
        try
        {
            result = Commit(work);
        }
        catch (Exception fault)
        {
            completion.SetException(StorageUnavailableException.From(fault) ?? fault);
            return;
        }
        Statistics = new(Statistics.Commits + 1, Statistics.Works + 1, LargestGroup: 1);
        committed();
        // A node that has just crashed is told nothing.
        if (!life.IsOver)
            completion.SetResult(result);
    }

    private T Commit<T>(Func<Session, T> work)
    {
        IsCurrentThread = true;
        try
        {
            using var transaction = _connection.Inner.BeginTransaction(deferred: false);
            var session = new Session(_connection, transaction);
            var result = work(session);
            session.End();
            transaction.Commit();
            return result;
        }
        finally
        {
            IsCurrentThread = false;
        }
    }
}
