using System.Net.Sockets;
using NUnit.Framework;

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

    /// <summary>Called where a line passes a step; the one who gets it carries it out, whatever becomes of the line meanwhile.</summary>
    public ArmedCrash? Take(CrashStep step) => Volatile.Read(ref _armed) is { } armed && armed.Step == step && Disarm(armed) ? armed : null;
}

/// <param name="step">Where.</param>
/// <param name="victims">Who is killed there.</param>
/// <param name="moment">How long the one who has the message may work on it; zero where the step says exactly when.</param>
internal sealed class ArmedCrash(CrashStep step, IReadOnlyList<CrashProvince> victims, TimeSpan moment)
{
    /// <summary>A few hundred bytes into the socket of a process that stands still: at once, or never.</summary>
    private static readonly TimeSpan ArrivalMax = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _sprung = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CrashStep Step => step;

    public IReadOnlyList<CrashProvince> Victims => victims;

    /// <summary>False when the line ended before the message was where the step wants it: a kill all the same, but at no step.</summary>
    public bool IsAtStep { get; private set; } = true;

    /// <summary>All victims are dead.</summary>
    public Task Sprung => _sprung.Task;

    /// <summary>Kills after the moment.</summary>
    public Task KillAsync() => KillAsync(() => Task.Delay(moment));

    /// <summary>The victims stand still (SIGSTOP), the message arrives, they die.</summary>
    public Task KillFrozenAsync(Func<Task> arrive) => KillAsync(async () =>
    {
        foreach (var victim in victims)
            victim.Signal("STOP");
        try
        {
            await arrive().WaitAsync(ArrivalMax);
        }
        catch (Exception fault) when (fault is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException or TimeoutException)
        {
            // Victims that stand still must die, or everybody would wait for them.
            IsAtStep = false;
        }
    });

    private async Task KillAsync(Func<Task> before)
    {
        try
        {
            await before();
            await Task.WhenAll(victims.Select(victim => victim.KillAsync()));
            _sprung.TrySetResult();
        }
        catch (Exception fault)
        {
            _sprung.TrySetException(new AssertionException($"The crash {step} of {string.Join(" and ", victims.Select(victim => victim.Code))} went wrong: {fault.Message}", fault));
        }
    }
}
