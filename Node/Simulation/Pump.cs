namespace ProvincialGateway.Simulation;

/// <summary>
/// The one thread of a simulation: continuations in the order in which they became ready, and when none is ready the next event of simulated time. Nothing
/// waits for a real clock. What was posted from another thread would make two runs of a seed differ, so it ends the run.
/// </summary>
internal sealed class Pump(DateTimeOffset start)
{
    private readonly PriorityQueue<PumpEvent, (long At, long Sequence)> _events = new();
    private readonly Queue<Ready> _ready = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private volatile Exception? _fault;
    private long _sequence;

    /// <summary>Simulated time, the same for all; each node's own clock may be off it.</summary>
    public DateTimeOffset Now { get; private set; } = start.ToUniversalTime();

    /// <summary>How many events have happened.</summary>
    public long Events { get; private set; }

    /// <summary>How many continuations have run.</summary>
    public long Steps { get; private set; }

    /// <summary>Something happens later, unless it is called off or the life it belongs to is over by then.</summary>
    public PumpEvent After(TimeSpan delay, Life life, Action action)
    {
        var scheduled = new PumpEvent(life, action, Now.Ticks + Math.Max(0, delay.Ticks));
        _events.Enqueue(scheduled, (scheduled.At, _sequence++));
        return scheduled;
    }

    public void Post(Life life, SendOrPostCallback callback, object? state)
    {
        // What a dead node has left behind may be finalised at any time and by any thread: nobody listens.
        if (life.IsOver)
            return;
        if (Environment.CurrentManagedThreadId == _thread)
            _ready.Enqueue(new Ready(life, callback, state));
        else
            _fault ??= new InvalidOperationException($"A continuation of {life.Name} left the simulation and came back on another thread: {Environment.StackTrace}");
    }

    /// <summary>Ends the run with a fault of the simulated code that nobody else would see.</summary>
    public void Fail(Exception fault) => _fault ??= fault;

    /// <summary>Runs until nothing is left to do, the time has come, or <paramref name="isDone"/> says so between two events.</summary>
    /// <returns>Whether <paramref name="isDone"/> said so.</returns>
    public bool Run(DateTimeOffset until, Func<bool> isDone, CancellationToken cancellation)
    {
        var outside = SynchronizationContext.Current;
        try
        {
            while (true)
            {
                RunReady();
                cancellation.ThrowIfCancellationRequested();
                if (isDone())
                    return true;
                if (!_events.TryPeek(out _, out var next) || next.At > until.UtcTicks)
                {
                    Now = until > Now ? until.ToUniversalTime() : Now;
                    return false;
                }
                RunNext();
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outside);
        }
    }

    private void RunReady()
    {
        while (_ready.TryDequeue(out var ready))
        {
            Steps++;
            Within(ready.Life, () => ready.Callback(ready.State));
        }
    }

    private void RunNext()
    {
        var next = _events.Dequeue();
        if (next.IsOff || next.Life.IsOver)
            return;
        Now = new DateTimeOffset(next.At, TimeSpan.Zero);
        Events++;
        Within(next.Life, next.Action);
    }

    private void Within(Life life, Action action)
    {
        if (_fault is { } fault)
            throw new SimulationBrokenException(fault);
        if (life.IsOver)
            return;
        SynchronizationContext.SetSynchronizationContext(life.Context);
        try
        {
            action();
        }
        catch (Exception thrown)
        {
            throw new SimulationBrokenException(thrown);
        }
    }

    private readonly record struct Ready(Life Life, SendOrPostCallback Callback, object? State);
}

/// <summary>Something that happens at a point of simulated time.</summary>
internal sealed class PumpEvent(Life life, Action action, long at)
{
    public Life Life => life;

    public Action Action => action;

    /// <summary>Ticks of UTC.</summary>
    public long At => at;

    public bool IsOff { get; private set; }

    public void CallOff() => IsOff = true;
}

/// <summary>
/// One run of a process from its start to its crash. What belongs to it just stops when it is over: no continuation of it runs any more, no timer fires, no
/// catch or finally sees it, as when a process is killed.
/// </summary>
internal sealed class Life
{
    private volatile bool _isOver;

    public Life(Pump pump, string name)
    {
        Name = name;
        Context = new LifeContext(pump, this);
    }

    public string Name { get; }

    public bool IsOver => _isOver;

    public SynchronizationContext Context { get; }

    public void End() => _isOver = true;

    private sealed class LifeContext(Pump pump, Life life) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => pump.Post(life, d, state);

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing in a simulation waits for another thread.");

        public override SynchronizationContext CreateCopy() => this;
    }
}

/// <summary>The run cannot be trusted, or simulated code threw where nobody catches it.</summary>
internal sealed class SimulationBrokenException(Exception cause) : Exception($"The simulation broke: {cause.Message}", cause);
