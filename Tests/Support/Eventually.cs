using NUnit.Framework;
using NUnit.Framework.Constraints;

namespace ProvincialGateway.Tests.Support;

/// <summary>Waits for something that happens by itself: asks again and again for a bounded time, and says what it waited for.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20), Patience = TimeSpan.FromSeconds(30);

    /// <param name="what">Completes the sentence "Waited 30 s for …".</param>
    /// <returns>The value that fits.</returns>
    public static async Task<T> GetAsync<T>(string what, Func<Task<T>> ask, IResolveConstraint expected)
    {
        var constraint = expected.Resolve();
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var value = await ask();
            if (constraint.ApplyTo(value).IsSuccess)
                return value;
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                Assert.That(value, constraint, $"Waited {Patience.TotalSeconds} s for {what}.");
                return value;
            }
            await Task.Delay(Pause);
        }
    }

    /// <inheritdoc cref="GetAsync{T}(string, Func{Task{T}}, IResolveConstraint)"/>
    public static Task<T> GetAsync<T>(string what, Func<T> ask, IResolveConstraint expected) => GetAsync(what, () => Task.FromResult(ask()), expected);
}
