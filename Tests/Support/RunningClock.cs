namespace ProvincialGateway.Tests.Support;

/// <summary>
/// A clock that begins at a moment of the test's choice and then runs on at its own pace, so that business dates are the same on every
/// run while timers and timeouts are real. It may be put forward: what is due by then becomes due without anybody waiting for it.
/// </summary>
public sealed class RunningClock(DateTimeOffset start) : TimeProvider
{
    private readonly long _startedAt = System.GetTimestamp();
    private long _forwardTicks;

    public override DateTimeOffset GetUtcNow() =>
        start.ToUniversalTime() + System.GetElapsedTime(_startedAt) + TimeSpan.FromTicks(Interlocked.Read(ref _forwardTicks));

    public void PutForward(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        Interlocked.Add(ref _forwardTicks, by.Ticks);
    }
}
