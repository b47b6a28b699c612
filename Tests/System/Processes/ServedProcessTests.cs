using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Oversight;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Processes;

/// <summary>Nodes as processes: killed, started again, told to stop, started twice.</summary>
[TestFixture]
internal sealed class ServedProcessTests : ProcessTest
{
    private const string Yunnan = "530000", Guangdong = "440000";

    /// <summary>How long a stopping node may take; service managers wait 90 s before they kill.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    [Test]
    public async Task A_settlement_whose_insured_node_was_killed_settles_by_itself_when_that_node_is_back()
    {
        var yunnan = await Operated.ServeAsync(Yunnan);
        var guangdong = await Operated.ServeAsync(Guangdong);
        using var client = new HttpClient { BaseAddress = Operated.HisAddress(Guangdong) };
        var journey = Journey.Read(Path.Combine(AppContext.BaseDirectory, "adapters", "guangdong", "samples"));
        var player = new JourneyPlayer(client, Operated.HisAddress(Guangdong), Operated.Tokens[journey.Institution], TimeProvider.System);
        var settlement = journey.Steps.First(step => step.Name == "settlement");
        await PlayAsync(player, journey.Steps.TakeWhile(step => step != settlement));

        await yunnan.KillAsync();
        var pending = await player.PlayAsync(settlement, CancellationToken.None);
        Assert.That(WebUtility.HtmlDecode(pending.Reply), Does.Contain("<errorcode>-2</errorcode>").And.Contain("[PENDING]"));

        await Operated.ServeAsync(Yunnan);
        var settled = await Eventually.GetAsync("the settlement", () => player.PlayAsync(settlement, CancellationToken.None), Has.Property(nameof(JourneyExchange.Fault)).Null);
        Assert.That(WebUtility.HtmlDecode(settled.Reply), Does.Contain("<ake149>36680.00</ake149>").And.Contain("<akb067>13320.00</akb067>"));
        Assert.That(guangdong.Error, Is.Empty, "what the surviving node wrote to standard error");
        var report = await Operated.AssertCleanBooksAsync();
        Assert.That(report.Balances, Has.One.Matches<AuditBalance>(balance => balance!.Insured == Yunnan && balance.PayableFen == balance.ReceivableFen && balance.PayableFen > 0));
    }

    [Test]
    public async Task A_node_that_is_told_to_stop_ends_with_0_and_leaves_nothing_behind()
    {
        var node = await Operated.ServeAsync(Yunnan);
        Assert.That(node.Descendants(), Is.Empty, "a node is one process");
        await node.TerminateAsync();
        Assert.That(await node.WaitForExitAsync(StopLimit), Is.Zero, node.Describe);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Output, Does.Contain("正在停止").And.Contain("node 530000 stops"));
            Assert.That(node.Error, Is.Empty);
            Assert.That(Directory.Exists($"/proc/{node.Id}"), Is.False);
            Assert.That(IsServed(Operated.HisAddress(Yunnan)), Is.False);
            Assert.That(Operated.DataFolders[0] + "/gateway.db-wal", Does.Not.Exist.Or.Empty, "the log was moved into the database");
        }
    }

    [Test]
    public async Task A_second_process_on_a_data_folder_is_refused_and_the_first_serves_on()
    {
        await Operated.ServeAsync(Yunnan);
        foreach (var command in (string[][])[["serve"], ["init"]])
        {
            var second = await Operated.RunForAsync(Yunnan, command);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(await second.WaitForExitAsync(GatewayProcess.Patience), Is.EqualTo(1), second.Describe);
                Assert.That(second.Error, Does.Contain("数据目录正被另一个进程使用").And.Contain("in use by another process"));
                Assert.That(second.Error, Does.Not.Contain("   at "), "a stack trace tells an operator nothing");
            }
        }
        Assert.That(IsServed(Operated.HisAddress(Yunnan)), Is.True);
    }

    [TestCase(true), TestCase(false)]
    public async Task A_port_that_is_taken_is_named(bool isPeerPort)
    {
        var address = isPeerPort ? Operated.PeerAddress(Yunnan) : Operated.HisAddress(Yunnan);
        using var other = new TcpListener(IPAddress.Loopback, address.Port);
        other.Start();
        var node = await Operated.RunForAsync(Yunnan, "serve");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await node.WaitForExitAsync(GatewayProcess.Patience), Is.EqualTo(1), node.Describe);
            Assert.That(node.Error, Does.Contain("端口").And.Contain("already in use").And.Contain($"127.0.0.1:{address.Port}"));
            Assert.That(node.Error, Does.Not.Contain("   at "), "a stack trace tells an operator nothing");
        }
    }

    [Test]
    public async Task A_killed_node_starts_again_on_the_same_data()
    {
        var first = await Operated.ServeAsync(Guangdong);
        await first.KillAsync();
        var second = await Operated.ServeAsync(Guangdong);
        await second.TerminateAsync();
        Assert.That(await second.WaitForExitAsync(StopLimit), Is.Zero, second.Describe);
    }

    private static async Task PlayAsync(JourneyPlayer player, IEnumerable<JourneyStep> steps)
    {
        await foreach (var exchange in player.PlayAsync(steps, CancellationToken.None))
            Assert.That(exchange.Fault, Is.Null, () => $"{exchange.Step.Body}: {exchange.Reply}");
    }

    private static bool IsServed(Uri address)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(address.Host, address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
