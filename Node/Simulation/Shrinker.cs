namespace ProvincialGateway.Simulation;

/// <summary>The smallest run that was found to fail in the same way, and how it fails.</summary>
internal sealed record Reproduction(SimulationOptions Options, SimulationReport Report, int Runs);

/// <summary>
/// Cuts a failing run down: journeys and faults are left out as long as what is left fails in the same way. Every draw has a name of its own, so that what
/// is left does what it did before, as far as it does not depend on what was taken out.
/// </summary>
internal sealed class Shrinker(PreparedCountry prepared, int runsMax)
{
    private int _runs;

    /// <param name="progress">Told of each step that made the run smaller.</param>
    public Reproduction Shrink(SimulationOptions options, SimulationReport failed, Action<SimulationSubset> progress, CancellationToken cancellation)
    {
        _runs = 0;
        var kinds = failed.Failures.Select(KindOf).ToHashSet(StringComparer.Ordinal);
        var best = new Reproduction(options with { Only = new SimulationSubset(failed.Journeys, failed.Faults), Trace = null }, failed, 0);
        // Faults first: a fault of the product that needs none is found at once, and each later run is quicker.
        Minimise(failed.Faults, faults => Try(new SimulationSubset(best.Options.Only!.Journeys, faults)));
        Minimise(best.Options.Only!.Journeys, journeys => Try(new SimulationSubset(journeys, best.Options.Only!.Faults)));
        Minimise(best.Options.Only!.Faults!, faults => Try(new SimulationSubset(best.Options.Only!.Journeys, faults)));
        return best with { Runs = _runs };

        bool Try(SimulationSubset only)
        {
            if (_runs >= runsMax)
                return false;
            _runs++;
            var candidate = options with { Only = only, Trace = null };
            var report = SimulationRun.Run(candidate, prepared, cancellation);
            if (!report.Failures.Any(failure => kinds.Contains(KindOf(failure))))
                return false;
            best = new Reproduction(candidate, report, _runs);
            progress(only);
            return true;
        }
    }

    /// <summary>Which check it is of: <c>audit: settlement-pairs</c>, <c>book</c>, <c>progress</c>. Numbers differ from run to run.</summary>
    private static string KindOf(string failure)
    {
        var parts = failure.Split(':', 3);
        return parts[0] == "audit" ? $"{parts[0]}:{parts[1]}" : parts[0];
    }

    /// <summary>Leaves out everything, then halves, quarters and so on down to single items, as long as it still fails.</summary>
    private static void Minimise<T>(IReadOnlyList<T> items, Func<IReadOnlyList<T>, bool> stillFails)
    {
        if (items.Count == 0 || stillFails([]))
            return;
        var left = items;
        for (var size = left.Count / 2; size > 0; size = Math.Min(size / 2, left.Count / 2))
        {
            for (var at = 0; at < left.Count;)
            {
                var without = left.Where((_, index) => index < at || index >= at + size).ToList();
                if (without.Count > 0 && stillFails(without))
                    left = without;
                else
                    at += size;
            }
        }
    }
}
