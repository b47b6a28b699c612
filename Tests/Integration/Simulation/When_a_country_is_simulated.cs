using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using NUnit.Framework;
using ProvincialGateway.Simulation;

namespace ProvincialGateway.Tests.Simulation;

/// <summary>
/// Nodes in one process on simulated time: patients come while messages are lost, doubled and overtaken, lines are dead, nodes and hospitals crash and
/// clocks jump; afterwards nothing may be lost, doubled, unbalanced or open, and each hospital has been told the truth.
/// </summary>
/// <remarks>SIMULATE_SEEDS is the first of the fresh seeds, SIMULATE_SECONDS how long they go on; drawn and 10 otherwise.</remarks>
internal sealed class When_a_country_is_simulated : SimulatedTest
{
    private const int Journeys = 30;

    /// <summary>Runs that once failed, by the options of the command that was printed: faults, nodes, settlements, seed, only. They stay green.</summary>
    private static readonly TestCaseData[] Reproductions =
    [
        // A peer went on believing a pause that had ended while its node was down.
        new("crash", 4, 60, 206, null),
        // A hospital that had crashed was told that what it took back is void, before it was told that the reversal is done: that is no contradiction.
        new("harsh", Few, 60, 25, "47"),
    ];

    private static IEnumerable<TestCaseData> Fixed() => FaultProfile.All.SelectMany(profile => new[] { 1, 2 }.Select(seed => new TestCaseData(profile.Name, seed)));

    [TestCaseSource(nameof(Fixed))]
    public void Nothing_is_lost_doubled_or_open(string faults, int seed) =>
        AssertGreen(new SimulationOptions { Nodes = Few, Settlements = Journeys, Seed = seed, Faults = Profile(faults) });

    [TestCaseSource(nameof(Reproductions))]
    public async Task What_once_failed_stays_green(string faults, int nodes, int settlements, int seed, string? only)
    {
        await PrepareAsync(nodes);
        AssertGreen(new SimulationOptions { Nodes = nodes, Settlements = settlements, Seed = seed, Faults = Profile(faults), Only = only is null ? null : SimulationSubset.TryParse(only) });
    }

    [Test]
    public void Fresh_seeds_are_green_too()
    {
        var (seed, seconds) = (Setting("SIMULATE_SEEDS") ?? RandomNumberGenerator.GetInt32(1_000_000_000), Setting("SIMULATE_SECONDS") ?? 10);
        TestContext.Out.WriteLine($"SIMULATE_SEEDS={seed}");
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started).TotalSeconds < seconds; seed++)
            AssertGreen(new SimulationOptions { Nodes = Few, Settlements = Journeys, Seed = seed, Faults = Profile("harsh") });
    }

    [Test]
    public void The_same_seed_is_the_same_run()
    {
        var options = new SimulationOptions { Nodes = Few, Settlements = Journeys, Seed = 11, Faults = Profile("harsh") };
        var (first, second, other) = (Run(options), Run(options), Run(options with { Seed = 12 }));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(second.Hash, Is.EqualTo(first.Hash));
            Assert.That(second.Events, Is.EqualTo(first.Events));
            Assert.That(other.Hash, Is.Not.EqualTo(first.Hash));
        }
    }

    [Test]
    public void Journeys_without_faults_are_granted()
    {
        var report = Run(new SimulationOptions { Nodes = Few, Settlements = 60, Seed = 3, Faults = Profile("none") });
        var granted = report.Tally.Rows.Where(row => row.Outcome == "granted").ToDictionary(row => row.Operation, row => row.Count);
        string[] expected =
        [
            "VerifyPerson", "RegisterAdmission", "RegisterOutpatient", "UploadFeeLines", "RefundFeeLine", "WithdrawFeeLines", "PreviewSettlement", "Discharge", "CancelDischarge",
            "Settle", "CancelSettlement", "CancelAdmission", "UpdateVisit", "QueryTransaction",
        ];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Failures, Is.Empty);
            Assert.That(report.Faults, Is.Empty);
            Assert.That(expected.Except(granted.Keys), Is.Empty, "What was never granted.");
            Assert.That(granted["Settle"], Is.GreaterThan(30));
        }
    }

    [Test]
    public void Agencies_and_operators_do_all_that_they_can()
    {
        string[] expected =
        [
            "submit filing", "withdraw filing", "ask for filings", "deposit", "confirm deposit", "ask top-up", "cut statement", "propose statement", "confirm statement", "dispute statement",
            "pay statement", "receive payment", "pause peer", "resume peer", "announce maintenance", "stop node", "retry transaction", "reverse transaction", "ask about transaction",
        ];
        // Two provinces have nobody else to deal with, so that their statements get as far as the money.
        var reports = Enumerable.Range(1, 5).Select(seed => Run(new SimulationOptions { Nodes = 2, Settlements = 60, Seed = seed, Faults = Profile("mild") })).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reports.SelectMany(report => report.Failures), Is.Empty);
            Assert.That(expected.Select(act => $"operator: {act}").Except(reports.SelectMany(report => report.Tally.Rows).Where(row => row.Outcome == "granted").Select(row => row.Operation)), Is.Empty);
        }
    }

    private static int? Setting(string name) => Environment.GetEnvironmentVariable(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
