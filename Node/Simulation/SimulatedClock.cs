namespace ProvincialGateway.Simulation;

/// <summary>
/// A node's clock: simulated time plus how far this machine is off. Setting the clock moves what it shows and no timer, as on a real machine. Its timers end
/// with the life they belong to.
/// </summary>
internal sealed class SimulatedClock(Pump pump, Life life, Func<TimeSpan> offset) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => pump.Now + offset();

    public override long GetTimestamp() => pump.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(pump, life, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(Pump pump, Life life, Action fire) : ITimer
    {
        private PumpEvent? _next;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _next?.CallOff();
            (_next, _period) = (dueTime == Timeout.InfiniteTimeSpan ? null : pump.After(dueTime, life, Fire), period);
            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire()
        {
            _next = _period > TimeSpan.Zero ? pump.After(_period, life, Fire) : null;
            fire();
        }
    }
}
