namespace ProvincialGateway.Storage;

/// <summary>One caller's work on its way through the writer. Its outcome, good or bad, is told only after the group's commit.</summary>
internal abstract class QueuedWork
{
    private int _state;

    private protected enum State
    {
        Queued = 0,
        Started = 1,
        Cancelled = 2,
    }

    /// <summary>False when the caller gave up first. After true, cancellation comes too late.</summary>
    public bool TryStart() => TryLeaveQueue(State.Started);

    /// <summary>The writer never took it.</summary>
    public void Refuse(Exception reason)
    {
        if (TryStart())
            Fail(reason);
    }

    /// <summary>Runs the work and keeps its result or its fault; returns the fault.</summary>
    public abstract Exception? Run(Session session);

    /// <summary>The group is on disk: tell the caller what its own work came to.</summary>
    public abstract void Publish();

    /// <summary>The group is lost, and whatever this work saw or did with it.</summary>
    public abstract void Fail(Exception fault);

    private protected bool TryLeaveQueue(State to) => Interlocked.CompareExchange(ref _state, (int)to, (int)State.Queued) == (int)State.Queued;
}

internal sealed class QueuedWork<T> : QueuedWork
{
    // Continuations of a caller must never run on the writer thread.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<Session, T> _work;
    private readonly CancellationTokenRegistration _cancellation;
    private T? _result;
    private Exception? _fault;

    public QueuedWork(Func<Session, T> work, CancellationToken ct)
    {
        _work = work;
        _cancellation = ct.Register(() =>
        {
            if (TryLeaveQueue(State.Cancelled))
                _completion.TrySetCanceled(ct);
        });
    }

    public Task<T> Completion => _completion.Task;

    public override Exception? Run(Session session)
    {
        try
        {
            _result = _work(session);
        }
        catch (Exception fault)
        {
            _fault = StorageUnavailableException.From(fault) ?? fault;
        }
        return _fault;
    }

    public override void Publish()
    {
        _cancellation.Unregister();
        if (_fault is null)
            _completion.SetResult(_result!);
        else
            _completion.SetException(_fault);
    }

    public override void Fail(Exception fault)
    {
        _cancellation.Unregister();
        _completion.SetException(fault);
    }
}
