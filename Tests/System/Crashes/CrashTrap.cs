namespace ProvincialGateway.Tests.Crashes;

/// <summary>What is to happen at the next passing of one step on the lines of one direction of care. It springs once.</summary>
internal sealed class CrashTrap
{
    private ArmedCrash? _armed;

    /// <exception cref="InvalidOperationException">Another one is armed.</exception>
    public void Arm(ArmedCrash crash)
    {
        if (Interlocked.CompareExchange(ref _armed, crash, null) is not null)
            throw new InvalidOperationException("A crash is armed already.");
    }

    /// <returns>False when it has sprung: its end is to be waited for.</returns>
    public bool Disarm(ArmedCrash crash) => ReferenceEquals(Interlocked.CompareExchange(ref _armed, null, crash), crash);

    /// <summary>Called where a line passes a step; the one who gets it carries it out.</summary>
    public ArmedCrash? Take(CrashStep step) => Volatile.Read(ref _armed) is { } armed && armed.Step == step && Disarm(armed) ? armed : null;
}

/// <param name="step">Where.</param>
/// <param name="victims">Who is killed there.</param>
/// <param name="moment">How long the one who has the message may work on it; zero where the step says exactly when.</param>
internal sealed class ArmedCrash(CrashStep step, IReadOnlyList<CrashProvince> victims, TimeSpan moment)
{
    private readonly TaskCompletionSource _sprung = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CrashStep Step => step;

    public IReadOnlyList<CrashProvince> Victims => victims;

    /// <summary>All victims are dead.</summary>
    public Task Sprung => _sprung.Task;

    public void Freeze() => victims.ToList().ForEach(victim => victim.Signal("STOP"));

    public async Task KillAsync()
    {
        try
        {
            if (moment > TimeSpan.Zero)
                await Task.Delay(moment);
            await Task.WhenAll(victims.Select(victim => victim.KillAsync()));
            _sprung.TrySetResult();
        }
        catch (Exception fault)
        {
            _sprung.TrySetException(fault);
        }
    }
}
