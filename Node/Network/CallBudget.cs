namespace ProvincialGateway.Network;

/// <summary>What one caller may ask of this node.</summary>
/// <param name="ConcurrentMax">Calls under way at once, 1 or more.</param>
/// <param name="PerSecondMax">Calls begun in a second over the long run, 1 or more; what was not used of two seconds may be used at once.</param>
internal readonly record struct CallLimits(int ConcurrentMax, int PerSecondMax);

/// <param name="Running">Calls under way.</param>
/// <param name="Taken">Calls begun since this node started.</param>
/// <param name="TurnedAway">Calls turned away since this node started.</param>
internal readonly record struct CallCounts(int Running, long Taken, long TurnedAway);

/// <summary>
/// The share of one caller: a bound on what it has under way, and a bucket that fills with time. Each caller has one of its own, so whoever floods uses
/// up its own share and nobody else's, down to the queue of the storage's writer. Safe for many threads.
/// </summary>
internal sealed class CallBudget
{
    private const double BurstSeconds = 2;

    // Somebody who has everything under way is told to come back after a moment in which something ends.
    private static readonly TimeSpan ConcurrentPause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly CallLimits _limits;
    private readonly TimeProvider _time;
    private double _tokens;
    private long _filledAt;
    private CallCounts _counts;

    public CallBudget(CallLimits limits, TimeProvider time)
    {
        (_limits, _time) = (limits, time);
        (_tokens, _filledAt) = (limits.PerSecondMax * BurstSeconds, time.GetTimestamp());
    }

    public CallCounts Counts
    {
        get
        {
            lock (_gate)
                return _counts;
        }
    }

    /// <returns>Null: the call is begun, and <see cref="Leave"/> ends it. Else how long to wait before the next attempt; nothing is begun.</returns>
    public TimeSpan? TryEnter()
    {
        lock (_gate)
        {
            Fill();
            if (_counts.Running >= _limits.ConcurrentMax)
                return Refuse(ConcurrentPause);
            if (_tokens < 1)
                return Refuse(TimeSpan.FromSeconds((1 - _tokens) / _limits.PerSecondMax));
            _tokens--;
            _counts = _counts with { Running = _counts.Running + 1, Taken = _counts.Taken + 1 };
            return null;
        }
    }

    public void Leave()
    {
        lock (_gate)
            _counts = _counts with { Running = _counts.Running - 1 };
    }

    private TimeSpan Refuse(TimeSpan retryAfter)
    {
        _counts = _counts with { TurnedAway = _counts.TurnedAway + 1 };
        return retryAfter;
    }

    private void Fill()
    {
        var now = _time.GetTimestamp();
        _tokens = Math.Min(_limits.PerSecondMax * BurstSeconds, _tokens + (_time.GetElapsedTime(_filledAt, now).TotalSeconds * _limits.PerSecondMax));
        _filledAt = now;
    }
}
