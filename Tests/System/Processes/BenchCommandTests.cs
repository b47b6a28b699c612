using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Processes;

/// <summary>The measurement itself, made small: that it runs, counts what it did, and leaves nothing. Its figures are nobody's business on a shared machine.</summary>
[TestFixture]
internal sealed class BenchCommandTests
{
    [TestCase("settlement"), TestCase("stay")]
    public async Task A_small_measurement_counts_what_it_settled_and_leaves_nothing(string journey)
    {
        using var folder = new TempFolder();
        await using var bench = GatewayProcess.Start(folder.Path, "bench", "--clients", "1,4", "--settlements", "12", "--lines", "2", "--journey", journey, "--folder", folder.Path, "--json");
        Assert.That(await bench.WaitForExitAsync(GatewayProcess.Patience * 2), Is.Zero, bench.Describe);
        var report = JsonNode.Parse(bench.Output)!;
        using (Assert.EnterMultipleScope())
        {
            // 24 to warm up, 3 by one client, 12 by four.
            Assert.That((int)report["audited"]!, Is.EqualTo(24 + 3 + 12), bench.Output);
            Assert.That(report["levels"]!.AsArray().Select(level => (int)level!["clients"]!), Is.EqualTo(new[] { 1, 4 }));
            Assert.That(report["levels"]!.AsArray().Select(level => (int)level!["settlement"]!["count"]!), Is.EqualTo(new[] { 3, 12 }));
            Assert.That(report["levels"]!.AsArray().Select(level => (double)level!["commitsPerSettlement"]!), Has.All.GreaterThan(0));
            Assert.That(report["levels"]!.AsArray().Select(level => (double)level!["rateToEcho"]!), Has.All.GreaterThan(0));
            Assert.That((int)report["replyBytes"]!, Is.GreaterThan((int)report["requestBytes"]!));
            Assert.That((double)report["inserts"]!["latencies"]!["perSecond"]!, Is.GreaterThan(0));
            Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Is.Empty, "what is left of it");
            Assert.That(bench.Descendants(), Is.Empty);
        }
    }

    [Test]
    public async Task Clients_that_are_no_numbers_are_refused()
    {
        using var folder = new TempFolder();
        await using var bench = await GatewayProcess.RunAsync(folder.Path, "bench", "--clients", "1,many");
        Assert.That(bench.Error, Does.Contain("--clients").And.Contain("whole numbers"), bench.Describe);
    }
}
