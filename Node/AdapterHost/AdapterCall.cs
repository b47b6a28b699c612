using System.Diagnostics;
using System.Runtime;

namespace ProvincialGateway.AdapterHost;

/// <summary>One call into an adapter: waiting, then running on a thread of the adapter's, then ended by itself or taken from it.</summary>
internal abstract class AdapterCall : IDisposable
{
    private const int Open = 0, Ended = 1, Taken = 2;

    private readonly CancellationTokenSource _abort = new();
    private readonly long _queuedAt = Stopwatch.GetTimestamp();
    private Thread? _thread;
    private long _startedAt, _takenAt;
    private int _state;

    /// <summary>Bytes of the process's heap when the call began.</summary>
    public long HeapBefore { get; set; }

    public TimeSpan Waited => Stopwatch.GetElapsedTime(_queuedAt);

    public TimeSpan Ran => Stopwatch.GetElapsedTime(_startedAt);

    /// <summary>Since it was taken from its thread.</summary>
    public TimeSpan Overdue => Stopwatch.GetElapsedTime(_takenAt);

    public bool IsThreadAlive => _thread!.IsAlive;

    public void Begin()
    {
        (_thread, _startedAt, HeapBefore) = (Thread.CurrentThread, Stopwatch.GetTimestamp(), GC.GetTotalMemory(forceFullCollection: false));
    }

    /// <summary>False when the call was taken from this thread meanwhile: the thread must end and touch nothing, an abort may still be on its way to it.</summary>
    public bool Run()
    {
        try
        {
            // Obsolete as a warning that an abort can leave state behind half-changed. What an adapter could leave half-changed is its own: it keeps
            // nothing between calls, and what it returns after an abort is never looked at. See Adapters/README.md, Decisions.
#pragma warning disable SYSLIB0046
            ControlledExecution.Run(Invoke, _abort.Token);
#pragma warning restore SYSLIB0046
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
        if (Interlocked.CompareExchange(ref _state, Ended, Open) != Open)
            return false;
        Complete();
        return true;
    }

    /// <summary>Ends the call for its caller with this fault; true when it had not ended by itself.</summary>
    public bool Take(AdapterOverrunException fault)
    {
        _takenAt = Stopwatch.GetTimestamp();
        if (Interlocked.CompareExchange(ref _state, Taken, Open) != Open)
            return false;
        Abandon(fault);
        return true;
    }

    /// <summary>
    /// Aborts a call that was taken. Managed code is aborted wherever it is, but in a finally block or a static constructor; a wait is
    /// interrupted; a blocked system call is not reached.
    /// </summary>
    public void Abort()
    {
        // Cancelling returns when the thread has been aborted, which may be never.
        new Thread(_abort.Cancel) { IsBackground = true, Name = "adapter abort" }.Start();
        Interrupt();
    }

    /// <summary>Wakes the thread if it waits; repeated, because it may wait again.</summary>
    public void Interrupt() => _thread!.Interrupt();

    /// <summary>Only when it has ended by itself: an abort may come late.</summary>
    public void Dispose() => _abort.Dispose();

    protected abstract void Invoke();

    /// <summary>Keeps the fault for <see cref="Complete"/>.</summary>
    protected abstract void Fail(Exception fault);

    /// <summary>Tells the caller what became of it.</summary>
    protected abstract void Complete();

    /// <summary>Tells the caller that it was taken.</summary>
    protected abstract void Abandon(AdapterOverrunException fault);
}

/// <inheritdoc cref="AdapterCall"/>
internal sealed class AdapterCall<T>(Func<T> call) : AdapterCall
{
    // The caller goes on elsewhere: the adapter's thread is for the adapter.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;
    private Exception? _fault;

    public Task<T> Task => _completion.Task;

    protected override void Invoke() => _result = call();

    protected override void Fail(Exception fault) => _fault = fault;

    protected override void Complete()
    {
        if (_fault is null)
            _completion.SetResult(_result);
        else
            _completion.SetException(_fault);
    }

    protected override void Abandon(AdapterOverrunException fault) => _completion.SetException(fault);
}
