using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Processes;

[TestFixture]
internal sealed class SimulateCommandTests
{
    [Test]
    public async Task The_same_seed_is_the_same_run_in_any_process()
    {
        using var folder = new TempFolder();
        string[] arguments = ["simulate", "--nodes", "4", "--settlements", "12", "--seeds", "5..6", "--faults", "harsh", "--json"];
        var hashes = new List<string>();
        for (var time = 0; time < 2; time++)
        {
            await using var simulate = await GatewayProcess.RunAsync(folder.Path, arguments);
            Assert.That(await simulate.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, simulate.Describe);
            var report = JsonNode.Parse(simulate.Output)!;
            Assert.That(report["green"]!.GetValue<bool>(), Is.True);
            hashes.Add(string.Join(' ', report["seeds"]!.AsArray().Select(seed => seed!["hash"]!.GetValue<string>())));
        }
        Assert.That(hashes[1], Is.EqualTo(hashes[0]));
    }

    [TestCase("--faults", "gentle", "harsh")]
    [TestCase("--nodes", "33", "32")]
    [TestCase("--seeds", "9..1", "A..B")]
    [TestCase("--only", "x", "3,17")]
    public async Task A_wrong_option_is_refused_and_says_what_it_takes(string option, string value, string takes)
    {
        using var folder = new TempFolder();
        await using var simulate = await GatewayProcess.RunAsync(folder.Path, "simulate", option, value);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await simulate.WaitForExitAsync(GatewayProcess.Patience), Is.EqualTo(1));
            Assert.That(simulate.Error, Does.Contain(takes));
        }
    }
}
