using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace ProvincialGateway.Storage;

/// <summary>
/// The one writer: a thread that takes everything waiting (up to a limit), runs each work in a savepoint of one transaction, and commits
/// once. While it syncs, the next group gathers, so the number of syncs falls as the load rises.
/// </summary>
internal sealed class GroupWriter : IAsyncDisposable
{
    private const string Begin = "SAVEPOINT work", Undo = "ROLLBACK TO work", Keep = "RELEASE work";

    private readonly PreparedConnection _connection;
    private readonly BlockingCollection<QueuedWork> _queue;
    private readonly int _groupMax;
    private readonly int _queueMax;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile DatabaseStatistics _statistics = new(Commits: 0, Works: 0, LargestGroup: 0);

    public GroupWriter(SqliteConnection connection, int groupMax, int queueMax)
    {
        _connection = new PreparedConnection(connection);
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

    /// <summary>Runs what is queued, then stops. The connection stays its owner's.</summary>
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
        }
        _connection.Release();
        _drained.SetResult();
    }

    private void Gather(QueuedWork first, List<QueuedWork> group)
    {
        for (var work = first; ;)
        {
            if (work.TryStart())
                group.Add(work);
            if (group.Count == _groupMax || !_queue.TryTake(out work))
                return;
        }
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
            foreach (var work in group)
                work.Fail(Lost(fault));
            return;
        }
        foreach (var work in group)
            work.Publish();
    }

    private int Commit(List<QueuedWork> group)
    {
        using var transaction = _connection.Inner.BeginTransaction(deferred: false);
        var succeeded = 0;
        foreach (var work in group)
            if (RunInSavepoint(work, transaction))
                succeeded++;
        transaction.Commit();
        return succeeded;
    }

    private bool RunInSavepoint(QueuedWork work, SqliteTransaction transaction)
    {
        _connection.Run(Begin);
        var session = new Session(_connection, transaction);
        var fault = work.Run(session);
        session.End();
        try
        {
            if (fault is not null)
                _connection.Run(Undo);
            _connection.Run(Keep);
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
        return StorageUnavailableException.From(cause is StorageUnavailableException { InnerException: { } inner } ? inner : cause)
            ?? (StorageException)new StorageInvariantException(
                "本节点存储的一组写入无法提交,已整组撤销;请保留日志并联系技术支持。",
                "A group of writes of this node's storage could not be committed and was undone as a whole; keep the log and call support.", fault);
    }
}
