using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace ProvincialGateway.Storage;

/// <summary>
/// The one writer: a thread that takes everything waiting (up to a limit), runs each work in a savepoint of one transaction, and commits
/// once. While it syncs, the next group gathers, so the number of syncs falls as the load rises.
/// </summary>
/// <remarks>
/// After a failed write or sync nobody knows what the disk holds of the group, and what the system still has in memory proves nothing: its callers
/// are told so, the connection is given up, and before the next group a new one writes everything that counts as committed into the file and syncs it.
/// </remarks>
internal sealed class GroupWriter : IDatabaseWriter
{
    // A sync takes about as long: waiting a little for callers that work at the same time saves more of the disk and the processor than it costs them.
    private static readonly TimeSpan WaitMax = TimeSpan.FromMilliseconds(2);

    // Works of a group: below it the callers are few, and each waits for nobody.
    private const int WorthAWait = 4;

    private const string Begin = "SAVEPOINT work", Undo = "ROLLBACK TO work", Keep = "RELEASE work";

    private readonly Func<SqliteConnection> _open;
    private readonly StorageCondition _condition;
    private readonly ConcurrentQueue<Action<SqliteConnection?>> _between = new();
    private readonly BlockingCollection<QueuedWork> _queue;
    private readonly int _groupMax;
    private readonly int _queueMax;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PreparedConnection? _connection;
    private int _groupBefore;
    private volatile DatabaseStatistics _statistics = new(Commits: 0, Works: 0, LargestGroup: 0);

    /// <param name="connection">Closed here only when it has met a failing disk.</param>
    /// <param name="open">Opens another, when this one has met a failing disk.</param>
    /// <param name="condition">Is told of every group that the disk or the file did not take.</param>
    public GroupWriter(SqliteConnection connection, Func<SqliteConnection> open, StorageCondition condition, int groupMax, int queueMax)
    {
        _connection = new PreparedConnection(connection);
        (_open, _condition) = (open, condition);
        _groupMax = groupMax;
        _queueMax = queueMax;
        _queue = new(queueMax);
        _thread = new(Run) { IsBackground = true, Name = "storage-writer" };
        _thread.Start();
    }

    public DatabaseStatistics Statistics => _statistics;

    public bool IsCurrentThread => Thread.CurrentThread == _thread;

    public Task<T> Enqueue<T>(Func<Session, T> work, CancellationToken ct)
    {
        if (ct.IsCancellationRequested)
            return Task.FromCanceled<T>(ct);
        var queued = new QueuedWork<T>(work, ct);
        try
        {
            if (!_queue.TryAdd(queued))
                queued.Refuse(StorageBusyException.QueueFull(_queueMax));
        }
        catch (InvalidOperationException) when (_queue.IsAddingCompleted)
        {
            queued.Refuse(new ObjectDisposedException(nameof(Database)));
        }
        return queued.Completion;
    }

    /// <summary>On the writer's thread.</summary>
    public Task<T> BetweenAsync<T>(Func<SqliteConnection, T> action)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _between.Enqueue(connection =>
        {
            try
            {
                completion.SetResult(action(connection ?? throw (_condition.Refusal ?? (Exception)new ObjectDisposedException(nameof(Database)))));
            }
            catch (Exception fault)
            {
                var unavailable = fault as StorageUnavailableException ?? StorageUnavailableException.From(fault);
                // What a busy moment or a full disk keeps from being done here keeps no group from being written.
                if (unavailable is { Fault: StorageFault.InputOutput or StorageFault.Damaged })
                    Observe(unavailable);
                completion.SetException(unavailable ?? fault);
            }
        });
        // An empty group, so that an idle writer comes by. One that is busy does so anyway.
        _ = Enqueue(_ => true, CancellationToken.None).ContinueWith(
            static woken => _ = woken.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (_drained.Task.IsCompleted)
            RefuseBetween();
        return completion.Task;
    }

    public SqliteConnection? Connection => _drained.Task.IsCompleted ? _connection?.Inner : throw new InvalidOperationException("The writer still runs.");

    /// <summary>Runs what is queued, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.CompleteAdding();
        await _drained.Task;
    }

    private void Run()
    {
        var group = new List<QueuedWork>(_groupMax);
        while (_queue.TryTake(out var first, Timeout.Infinite))
        {
            Gather(first, group);
            if (group.Count > 0)
                Settle(group);
            group.Clear();
            while (_between.TryDequeue(out var action))
                action(_connection?.Inner);
        }
        _connection?.Release();
        _drained.SetResult();
        RefuseBetween();
    }

    private void RefuseBetween()
    {
        while (_between.TryDequeue(out var action))
            action(null);
    }

    private void Gather(QueuedWork first, List<QueuedWork> group)
    {
        var wait = TimeSpan.Zero;
        for (var work = first; ;)
        {
            if (work.TryStart())
                group.Add(work);
            if (group.Count == _groupMax)
                break;
            if (_queue.TryTake(out work))
                continue;
            // Whoever was in a large group is about to come again.
            if (group.Count >= _groupBefore || _groupBefore < WorthAWait)
                break;
            var started = Stopwatch.GetTimestamp();
            if (!_queue.TryTake(out work, WaitMax - wait))
                break;
            wait += Stopwatch.GetElapsedTime(started);
            if (wait > WaitMax)
                wait = WaitMax;
        }
        _groupBefore = group.Count;
    }

    private void Settle(List<QueuedWork> group)
    {
        try
        {
            var succeeded = Commit(group);
            _statistics = new(_statistics.Commits + 1, _statistics.Works + succeeded, Math.Max(_statistics.LargestGroup, group.Count));
        }
        catch (Exception fault)
        {
            // First what it means for all: whoever is told of the loss may look at the condition at once.
            if (Lost(fault) is StorageUnavailableException unavailable)
                Observe(unavailable);
            foreach (var work in group)
                work.Fail(Lost(fault));
            return;
        }
        foreach (var work in group)
            work.Publish();
    }

    private void Observe(StorageUnavailableException fault)
    {
        _condition.Refuse(fault);
        if (fault.Fault is not (StorageFault.InputOutput or StorageFault.Damaged))
            return;
        _connection?.Release();
        _connection?.Inner.Dispose();
        _connection = null;
    }

    /// <remarks>
    /// The readers keep the index of the log, so what the failed group wrote there is not taken for committed. Everything else in the log is written
    /// into the file and synced: from then on it rests on a sync that succeeded.
    /// </remarks>
    private PreparedConnection Renew()
    {
        var connection = _open();
        try
        {
            Checkpoint.Truncate(connection);
            Connections.KeepSavepointsInMemory(connection);
            return new PreparedConnection(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private int Commit(List<QueuedWork> group)
    {
        var connection = _connection ??= Renew();
        using var transaction = connection.Inner.BeginTransaction(deferred: false);
        var succeeded = 0;
        foreach (var work in group)
            if (RunInSavepoint(work, connection, transaction))
                succeeded++;
        transaction.Commit();
        return succeeded;
    }

    private bool RunInSavepoint(QueuedWork work, PreparedConnection connection, SqliteTransaction transaction)
    {
        connection.Run(Begin);
        var session = new Session(connection, transaction);
        var fault = work.Run(session);
        session.End();
        if (fault is StorageUnavailableException { Fault: StorageFault.Damaged } damaged)
            _condition.Refuse(damaged);
        try
        {
            if (fault is not null)
                connection.Run(Undo);
            connection.Run(Keep);
        }
        catch (Exception gone) when (fault is not null)
        {
            // A full disk makes SQLite roll back the whole transaction; the work's own fault is then the cause of the loss, and the better story.
            throw new AggregateException(fault, gone);
        }
        return fault is null;
    }

    /// <summary>One exception object per caller: a shared one would mix their stack traces.</summary>
    private static StorageException Lost(Exception fault)
    {
        var cause = fault is AggregateException { InnerExceptions: [var first, ..] } ? first : fault;
        return (cause as StorageUnavailableException)?.Again() ?? StorageUnavailableException.From(cause)
            ?? (StorageException)new StorageInvariantException(
                "本节点存储的一组写入无法提交,已整组撤销;请保留日志并联系技术支持。",
                "A group of writes of this node's storage could not be committed and was undone as a whole; keep the log and call support.", fault);
    }
}
