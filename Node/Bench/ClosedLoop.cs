using System.Diagnostics;

namespace ProvincialGateway.Bench;

/// <summary>So many clients, each with one call on its way at a time: the next begins when the last has ended.</summary>
internal static class ClosedLoop
{
    /// <summary>Until so many calls are made.</summary>
    /// <param name="call">Given the number of the call, from 0.</param>
    public static Task<BenchLatencies> RunAsync(int clients, int calls, Func<int, Task> call, CancellationToken cancellation) =>
        RunAsync(clients, calls, static () => true, call, cancellation);

    /// <summary>For about so long.</summary>
    public static Task<BenchLatencies> RunAsync(int clients, TimeSpan time, Func<int, Task> call, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        return RunAsync(clients, int.MaxValue, () => Stopwatch.GetElapsedTime(started) < time, call, cancellation);
    }

    private static async Task<BenchLatencies> RunAsync(int clients, int calls, Func<bool> goesOn, Func<int, Task> call, CancellationToken cancellation)
    {
        var next = -1;
        var started = Stopwatch.GetTimestamp();
        var latencies = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            var own = new List<double>();
            while (goesOn() && Interlocked.Increment(ref next) is var number && number < calls)
            {
                cancellation.ThrowIfCancellationRequested();
                var begun = Stopwatch.GetTimestamp();
                await call(number);
                own.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }
            return own;
        }, cancellation)));
        return BenchLatencies.Of(Stopwatch.GetElapsedTime(started), [.. latencies.SelectMany(own => own)]);
    }
}

/// <summary>How many a second, and how long each took.</summary>
internal sealed record BenchLatencies
{
    public required int Count { get; init; }

    public required double PerSecond { get; init; }

    public required double P50Ms { get; init; }

    public required double P95Ms { get; init; }

    public required double P99Ms { get; init; }

    public required double P999Ms { get; init; }

    public static BenchLatencies Of(TimeSpan elapsed, List<double> ms)
    {
        ms.Sort();
        double At(double share) => ms[Math.Min(ms.Count - 1, (int)(ms.Count * share))];
        return new BenchLatencies
        {
            Count = ms.Count,
            PerSecond = ms.Count / elapsed.TotalSeconds,
            P50Ms = At(0.5),
            P95Ms = At(0.95),
            P99Ms = At(0.99),
            P999Ms = At(0.999),
        };
    }
}
