using NUnit.Framework;
using ProvincialGateway.Simulation;

namespace ProvincialGateway.Tests.Simulation;

/// <summary>Runs of a prepared country; one that fails is cut down and printed as the command that shows it again.</summary>
internal abstract class SimulatedTest
{
    protected const int Few = 6;

    private const int ShrinkRunsMax = 60;

    private PreparedCountry? _prepared;

    [OneTimeSetUp]
    public Task Prepare() => PrepareAsync(Few);

    [OneTimeTearDown]
    public async Task Remove()
    {
        if (_prepared is not null)
            await _prepared.DisposeAsync();
    }

    /// <summary>Has so many provinces ready at least: a run that needs fewer takes the first of them, and is the same.</summary>
    protected async Task PrepareAsync(int nodes)
    {
        if (_prepared?.All.Count >= nodes)
            return;
        await Remove();
        _prepared = await PreparedCountry.PrepareAsync(nodes, CancellationToken.None);
    }

    protected SimulationReport Run(SimulationOptions options) => SimulationRun.Run(options, _prepared!, CancellationToken.None);

    protected void AssertGreen(SimulationOptions options)
    {
        var report = Run(options);
        TestContext.Out.WriteLine($"{options.CommandLine}\n{report.Events} events, {report.Faults.Count} faults, hash {report.Hash}");
        if (!report.IsGreen)
            Assert.Fail(Describe(Shrink(options, report)));
    }

    protected Reproduction Shrink(SimulationOptions options, SimulationReport failed) =>
        new Shrinker(_prepared!, ShrinkRunsMax).Shrink(options, failed, _ => { }, CancellationToken.None);

    private static string Describe(Reproduction shortest) =>
        $"Reproduce, and add it to the reproductions that stay green: {shortest.Options.CommandLine}\n{string.Join('\n', shortest.Report.Failures.Take(10))}";

    protected static FaultProfile Profile(string name) => FaultProfile.Find(name) ?? throw new ArgumentException($"There is no fault profile {name}.", nameof(name));
}
