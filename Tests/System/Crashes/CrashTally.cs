using System.Globalization;
using NUnit.Framework;

namespace ProvincialGateway.Tests.Crashes;

/// <summary>What has happened to the nodes of all pairs of provinces, held against what was meant to happen. Safe for many threads.</summary>
internal sealed class CrashTally
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<CrashStep, Row> _steps = [];
    private readonly SortedDictionary<Disturbance, int> _disturbances = [];
    private int _kills;

    /// <summary>Processes that were killed.</summary>
    public int Kills => Volatile.Read(ref _kills);

    /// <param name="step">The step that was meant.</param>
    /// <param name="victims">How many processes died.</param>
    /// <param name="isAtStep">False when the step was not reached and they died wherever they were.</param>
    public void Crashed(CrashStep step, int victims, bool isAtStep)
    {
        lock (_gate)
        {
            var row = _steps.GetValueOrDefault(step);
            _steps[step] = isAtStep ? row with { Times = row.Times + 1, OfBoth = row.OfBoth + (victims > 1 ? 1 : 0) } : row with { Missed = row.Missed + 1 };
            _kills += victims;
        }
    }

    public void Disturbed(Disturbance disturbance)
    {
        lock (_gate)
            _disturbances[disturbance] = _disturbances.GetValueOrDefault(disturbance) + 1;
    }

    /// <summary>Every step and every disturbance, also what never happened.</summary>
    public string Describe()
    {
        lock (_gate)
        {
            return string.Join('\n',
            [
                $"{"killed at",-20}{"times",7}{"of both",9}{"missed",8}",
                .. Enum.GetValues<CrashStep>().Select(step => (step, row: _steps.GetValueOrDefault(step))).Select(entry =>
                    string.Create(CultureInfo.InvariantCulture, $"{entry.step,-20}{entry.row.Times,7}{entry.row.OfBoth,9}{entry.row.Missed,8}")),
                string.Create(CultureInfo.InvariantCulture, $"{_kills} kills"),
                $"{"disturbed by",-20}{"times",7}",
                .. Enum.GetValues<Disturbance>().Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind,-20}{_disturbances.GetValueOrDefault(kind),7}")),
            ]);
        }
    }

    /// <summary>Everything that is drawn has happened often enough to mean something, in proportion to the length of the run.</summary>
    public void AssertComplete()
    {
        lock (_gate)
        {
            var (crashes, both, missed) = (_steps.Values.Sum(row => row.Times + row.Missed), _steps.Values.Sum(row => row.OfBoth), _steps.Values.Sum(row => row.Missed));
            using (Assert.EnterMultipleScope())
            {
                foreach (var step in Enum.GetValues<CrashStep>())
                    Assert.That(_steps.GetValueOrDefault(step).Times, Is.AtLeast(_kills / 50), $"kills at {step}");
                foreach (var disturbance in Enum.GetValues<Disturbance>())
                    Assert.That(_disturbances.GetValueOrDefault(disturbance), Is.AtLeast(_kills / 60), disturbance.ToString());
                Assert.That(both, Is.AtLeast(_kills / 20), "kills of both");
                Assert.That(missed, Is.AtMost(1 + crashes / 10), "crashes whose step was not reached");
            }
        }
    }

    private readonly record struct Row(int Times, int OfBoth, int Missed);
}
