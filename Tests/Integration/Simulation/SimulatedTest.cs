using NUnit.Framework;
using ProvincialGateway.Simulation;

namespace ProvincialGateway.Tests.Simulation;

/// <summary>Runs of a prepared country; one that fails is cut down and printed as the command that shows it again.</summary>
internal abstract class SimulatedTest
{
    protected const int Few = 6;

    private const int ShrinkRunsMax = 60;

    protected PreparedCountry Prepared { get; private set; } = null!;

    protected virtual int Nodes => Few;

    [OneTimeSetUp]
    public async Task Prepare() => Prepared = await PreparedCountry.PrepareAsync(Nodes, CancellationToken.None);

    [OneTimeTearDown]
    public async Task Remove()
    {
        if (Prepared is not null)
            await Prepared.DisposeAsync();
    }

    protected SimulationReport Run(SimulationOptions options) => SimulationRun.Run(options, Prepared, CancellationToken.None);

    protected void AssertGreen(SimulationOptions options)
    {
        var report = Run(options);
        TestContext.Out.WriteLine($"{options.CommandLine}\n{report.Events} events, {report.Faults.Count} faults, hash {report.Hash}");
        if (!report.IsGreen)
            Assert.Fail(Describe(Shrink(options, report)));
    }

    protected Reproduction Shrink(SimulationOptions options, SimulationReport failed) =>
        new Shrinker(Prepared, ShrinkRunsMax).Shrink(options, failed, _ => { }, CancellationToken.None);

    private static string Describe(Reproduction shortest) =>
        $"Reproduce, and add it to the reproductions that stay green: {shortest.Options.CommandLine}\n{string.Join('\n', shortest.Report.Failures.Take(10))}";

    protected static FaultProfile Profile(string name) => FaultProfile.Find(name) ?? throw new ArgumentException($"There is no fault profile {name}.", nameof(name));
}
