namespace ProvincialGateway.AdapterHost;

/// <summary>
/// The threads on which one adapter runs, and the watch over them. A call that takes more than its budget of time or memory is taken from its
/// thread: its caller gets an <see cref="AdapterOverrunException"/> at once, and the thread is aborted. A thread that cannot be aborted is
/// abandoned and counted. The node's own threads never run an adapter, so an adapter that hangs keeps nobody else waiting.
/// </summary>
internal sealed class AdapterThreads(string adapter, AdapterBudget budget, ILogger log) : IDisposable
{
    /// <summary>More than a hospital port ever has in flight.</summary>
    private const int WaitingMax = 10_000;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20), WatchIdle = TimeSpan.FromSeconds(1), WorkerIdle = TimeSpan.FromSeconds(30);

    /// <summary>How long an abort may take before its thread counts as lost.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    // Enough that calls which only wait do not keep the others from the processors.
    private static readonly int WorkersMax = Math.Max(4, 2 * Environment.ProcessorCount);

    private readonly object _gate = new(), _watch = new();
    private readonly Queue<AdapterCall> _waiting = new();
    private readonly List<AdapterCall> _running = [], _aborting = [], _lost = [];
    private int _workers, _idle;
    private bool _isWatched;
    private volatile bool _isWatchAsleep, _isDisposed;

    /// <summary>Threads that could not be aborted and still run.</summary>
    public int Lost
    {
        get
        {
            lock (_gate)
                return _lost.Count(call => call.IsThreadAlive);
        }
    }

    /// <summary>What the call returns or throws.</summary>
    /// <exception cref="AdapterOverrunException">It was given up; what it did has no effect.</exception>
    public Task<T> RunAsync<T>(Func<T> call)
    {
        var queued = new AdapterCall<T>(call);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_waiting.Count >= WaitingMax)
                return Task.FromException<T>(NoThread());
            _waiting.Enqueue(queued);
            if (_waiting.Count > _idle && _workers < WorkersMax)
                StartWorker();
            Monitor.Pulse(_gate);
            StartWatch();
        }
        WakeWatch();
        return queued.Task;
    }

    /// <inheritdoc cref="RunAsync"/>
    public T Run<T>(Func<T> call) => RunAsync(call).GetAwaiter().GetResult();

    /// <summary>Calls that run come to their end; the threads end with them.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Monitor.PulseAll(_gate);
        }
        WakeWatch();
    }

    private void StartWorker()
    {
        _workers++;
        Start(Work, $"adapter {adapter}");
    }

    private void StartWatch()
    {
        if (_isWatched)
            return;
        _isWatched = true;
        Start(Watch, $"adapter {adapter} watch");
    }

    private static void Start(ThreadStart body, string name)
    {
        // What runs there must not see the caller's context.
        using (ExecutionContext.SuppressFlow())
            new Thread(body) { IsBackground = true, Name = name }.Start();
    }

    private void Work()
    {
        while (NextCall() is { } call)
        {
            if (!call.Run())
                return;
            lock (_gate)
                _running.Remove(call);
            call.Dispose();
        }
    }

    /// <summary>Null when this worker is to end.</summary>
    private AdapterCall? NextCall()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                if (_isDisposed || !WaitForCall())
                {
                    _workers--;
                    return null;
                }
            }
            var call = _waiting.Dequeue();
            call.Begin();
            _running.Add(call);
            return call;
        }
    }

    /// <summary>False when there has been nothing to do for long, and others are there.</summary>
    private bool WaitForCall()
    {
        _idle++;
        var isPulsed = Monitor.Wait(_gate, WorkerIdle);
        _idle--;
        return isPulsed || _waiting.Count > 0 || _workers == 1;
    }

    private void WakeWatch()
    {
        // Either this sees the watch asleep, or the watch sees the call that was added before: neither looks before it has written.
        Interlocked.MemoryBarrier();
        if (!_isWatchAsleep)
            return;
        lock (_watch)
            Monitor.Pulse(_watch);
    }

    private void Watch()
    {
        var quiet = TimeSpan.Zero;
        while (Look() is var isBusy && (isBusy || !_isDisposed))
        {
            quiet = isBusy ? TimeSpan.Zero : quiet + Tick;
            lock (_watch)
            {
                if (quiet < WatchIdle)
                    Monitor.Wait(_watch, Tick);
                else
                    SleepUntilPulsed();
            }
        }
    }

    private void SleepUntilPulsed()
    {
        _isWatchAsleep = true;
        Interlocked.MemoryBarrier();
        if (!HasWork() && !_isDisposed)
            Monitor.Wait(_watch);
        _isWatchAsleep = false;
    }

    private bool HasWork()
    {
        lock (_gate)
            return _running.Count + _waiting.Count + _aborting.Count > 0;
    }

    /// <summary>Takes what overran, follows what is being aborted; false when there is nothing of either.</summary>
    private bool Look()
    {
        lock (_gate)
        {
            while (_waiting.TryPeek(out var call) && call.Waited > budget.Time && call.Take(NoThread()))
                _waiting.Dequeue();
            foreach (var call in _running.Where(call => call.Ran > budget.Time).ToList())
                TakeFromThread(call, AdapterOverrun.Time, $"it still ran after {budget.Time.TotalSeconds:0.###} s");
            if (LargestGrowth() > budget.Bytes && LargestGrowth(afterCollection: true) > budget.Bytes)
                TakeLongestRunning();
            Follow();
        }
        return HasWork();
    }

    /// <summary>How much the heap has grown since the call that saw it smallest.</summary>
    private long LargestGrowth(bool afterCollection = false)
    {
        if (_running.Count == 0)
            return 0;
        if (afterCollection)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
        return GC.GetTotalMemory(forceFullCollection: false) - _running.Min(call => call.HeapBefore);
    }

    /// <summary>
    /// Nobody can see which thread the memory belongs to, but a call that allocates without end is sooner or later the one that has run longest.
    /// The others begin to count anew, so that they are not taken for its memory.
    /// </summary>
    private void TakeLongestRunning()
    {
        TakeFromThread(_running.MaxBy(call => call.Ran)!, AdapterOverrun.Memory, $"the process grew by more than {budget.Bytes / (1024 * 1024)} MiB while it ran");
        foreach (var call in _running)
            call.HeapBefore = GC.GetTotalMemory(forceFullCollection: false);
    }

    private void TakeFromThread(AdapterCall call, AdapterOverrun overrun, string why)
    {
        if (!call.Take(new AdapterOverrunException(overrun, why)))
            return;
        _running.Remove(call);
        _workers--;
        _aborting.Add(call);
        call.Abort();
        if (_waiting.Count > _idle && _workers < WorkersMax)
            StartWorker();
    }

    private void Follow()
    {
        foreach (var call in _aborting.ToList())
        {
            if (!call.IsThreadAlive)
            {
                _aborting.Remove(call);
            }
            else if (call.Overdue > Grace)
            {
                _aborting.Remove(call);
                _lost.Add(call);
                log.AdapterThreadLost(adapter, _lost.Count);
            }
            else
            {
                call.Interrupt();
            }
        }
    }

    private AdapterOverrunException NoThread() =>
        new(AdapterOverrun.Queue, $"it waited {budget.Time.TotalSeconds:0.###} s for a thread, or {WaitingMax} calls were waiting already");
}
