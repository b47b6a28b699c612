using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Processes;

[TestFixture]
internal sealed class DemoCommandTests
{
    [Test]
    public async Task The_demo_balances_and_prints_one_JSON_document()
    {
        using var folder = new TempFolder();
        await using var demo = await GatewayProcess.RunAsync(folder.Path, "demo", "--json");
        Assert.That(await demo.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, demo.Describe);
        var report = JsonNode.Parse(demo.Output)!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report["isBalanced"]!.GetValue<bool>(), Is.True);
            Assert.That(report["directions"]!.AsArray(), Has.Count.EqualTo(4));
            Assert.That(report["keptFolder"], Is.Null);
            Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Is.Empty, "the demo writes nothing where it is started");
        }
    }

    [Test]
    public async Task A_demo_that_is_killed_leaves_no_process_and_no_port()
    {
        using var folder = new TempFolder();
        await using var demo = GatewayProcess.Start(folder.Path, "demo");
        var line = await demo.WaitForLineAsync("4/4");
        var port = int.Parse(Regex.Match(line, @"http://127\.0\.0\.1:(\d+)").Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        var children = demo.Descendants();
        await demo.KillAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(children.Where(child => Directory.Exists($"/proc/{child}")), Is.Empty);
            Assert.That(async () =>
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port);
            }, Throws.TypeOf<SocketException>());
        }
    }
}
