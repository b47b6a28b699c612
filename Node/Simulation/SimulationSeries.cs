using System.Diagnostics;

namespace ProvincialGateway.Simulation;

/// <summary>One seed of a series.</summary>
internal sealed record SeriesRun(SimulationReport Report, TimeSpan Took);

/// <summary>Runs many seeds, a few at once, each on a thread of its own.</summary>
internal sealed class SimulationSeries(PreparedCountry prepared, SimulationOptions options, int atOnce)
{
    /// <param name="seeds">May be endless when the time is not.</param>
    /// <param name="atMost">No run begins later; what has begun is finished.</param>
    /// <param name="done">Told of each run that ended, one at a time.</param>
    /// <returns>In the order of their seeds.</returns>
    public IReadOnlyList<SeriesRun> Run(IEnumerable<int> seeds, TimeSpan atMost, Action<SeriesRun> done, CancellationToken cancellation)
    {
        var (started, runs, gate) = (Stopwatch.GetTimestamp(), new List<SeriesRun>(), new Lock());
        using var left = seeds.GetEnumerator();
        var threads = Enumerable.Range(0, atOnce).Select(_ => Task.Factory.StartNew(Work, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        // Also when the series is broken off: each run sees that by itself, and until then it uses the folder that is removed afterwards.
        Task.WhenAll(threads).GetAwaiter().GetResult();
        return [.. runs.OrderBy(run => run.Report.Seed)];

        void Work()
        {
            while (Next() is { } seed)
            {
                var begun = Stopwatch.GetTimestamp();
                var report = SimulationRun.Run(options with { Seed = seed }, prepared, cancellation);
                lock (gate)
                {
                    runs.Add(new SeriesRun(report, Stopwatch.GetElapsedTime(begun)));
                    done(runs[^1]);
                }
            }
        }

        int? Next()
        {
            lock (gate)
                return Stopwatch.GetElapsedTime(started) < atMost && left.MoveNext() ? left.Current : null;
        }
    }
}
