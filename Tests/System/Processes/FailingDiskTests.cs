using System.Net;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Processes;

/// <summary>The disk of the insured node fails under a real process, before its answer is stored.</summary>
[TestFixture]
internal sealed class FailingDiskTests
{
    private const string Yunnan = "530000", Guangdong = "440000";

    private readonly TempFolder _folder = new();

    private FailingDisk _disk = null!;

    private OperatedProvinces Operated { get; set; } = null!;

    [OneTimeSetUp]
    public async Task CompileAsync() => _disk = await FailingDisk.CompileAsync();

    [OneTimeTearDown]
    public void RemoveFolder()
    {
        _disk.Dispose();
        _folder.Dispose();
    }

    /// <summary>New provinces for each fault: the same stay is settled to the same figures. A hospital is not kept waiting for what will not come.</summary>
    [SetUp]
    public async Task PrepareAsync() => Operated = await OperatedProvinces.PrepareAsync(("interactiveBudgetSeconds", 2), ("attemptSeconds", 1));

    [TearDown]
    public async Task RepairAsync()
    {
        _disk.Repair();
        await Operated.DisposeAsync();
    }

    [TestCase("enospc", "磁盘已满")]
    [TestCase("short", "磁盘已满")]
    [TestCase("eio", "磁盘读写失败")]
    [TestCase("erofs", "磁盘读写失败")]
    [TestCase("fsync", "磁盘读写失败")]
    public async Task A_node_whose_disk_fails_says_so_loses_nothing_and_goes_on_by_itself(string fault, string reason)
    {
        var yunnan = await Operated.ServeWithAsync(_disk.Environment, Yunnan);
        var guangdong = await Operated.ServeAsync(Guangdong);
        using var client = new HttpClient { BaseAddress = Operated.HisAddress(Guangdong) };
        var journey = Journey.Read(Path.Combine(AppContext.BaseDirectory, "adapters", "guangdong", "samples"));
        var player = new JourneyPlayer(client, Operated.HisAddress(Guangdong), Operated.Tokens[journey.Institution], TimeProvider.System);
        var settlement = journey.Steps.First(step => step.Name == "settlement");
        await foreach (var exchange in player.PlayAsync(journey.Steps.TakeWhile(step => step != settlement), CancellationToken.None))
            Assert.That(exchange.Fault, Is.Null, () => $"{exchange.Step.Body}: {exchange.Reply}");

        _disk.Fail(fault);
        var pending = await player.PlayAsync(settlement, CancellationToken.None);
        Assert.That(WebUtility.HtmlDecode(pending.Reply), Does.Contain("[PENDING]"), "the treatment side keeps it and goes on asking");
        var said = await yunnan.WaitForLineAsync("No more work is taken");
        Assert.That(said, Does.Contain(reason));

        _disk.Repair();
        await yunnan.WaitForLineAsync("The storage works again");
        var settled = await Eventually.GetAsync("the settlement", () => player.PlayAsync(settlement, CancellationToken.None), Has.Property(nameof(JourneyExchange.Fault)).Null);
        Assert.That(WebUtility.HtmlDecode(settled.Reply), Does.Contain("<ake149>36680.00</ake149>"));
        var rest = journey.Steps.SkipWhile(step => step != settlement).Skip(1);
        await foreach (var exchange in player.PlayAsync(rest, CancellationToken.None))
            Assert.That(exchange.Fault, Is.Null, () => $"{exchange.Step.Body}: {exchange.Reply}");
        Assert.That(guangdong.Error, Is.Empty);
        await yunnan.KillAsync();
        await guangdong.KillAsync();

        await Operated.ServeAsync(Yunnan);
        var audit = await Operated.RunAsync(["audit", .. Operated.DataFolders]);
        Assert.That(await audit.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, audit.Describe);
    }

    [Test]
    public async Task A_backup_of_a_serving_node_is_restored_after_its_data_folder_is_gone()
    {
        var node = await Operated.ServeAsync(Yunnan);
        var (backups, restored) = (_folder.File("backups"), _folder.File("restored"));
        await SucceedAsync(await Operated.RunForAsync(Yunnan, "backup", "--to", backups, "--keep", "24"));
        await SucceedAsync(await Operated.RunForAsync(Yunnan, "backup", "--to", backups, "--keep", "24", "--json"));
        await node.KillAsync();

        var keys = Path.Combine(Operated.DataFolders[0], "keys");
        await SucceedAsync(await Operated.RunAsync("backup", "list", "--from", backups));
        await SucceedAsync(await Operated.RunAsync("backup", "verify", "--from", backups, "--keys", keys));
        await SucceedAsync(await Operated.RunAsync("restore", "--from", backups, "--keys", keys, "--data", restored));
        var again = await Operated.RunAsync("restore", "--from", backups, "--keys", keys, "--data", restored);
        Assert.That(await again.WaitForExitAsync(GatewayProcess.Patience), Is.EqualTo(1));
        Assert.That(again.Error, Does.Contain("不覆盖").And.Contain("overwrites nothing"));
        var second = await Operated.RunAsync("audit", restored);
        Assert.That(await second.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, second.Describe);
    }

    private static async Task SucceedAsync(GatewayProcess command) =>
        Assert.That(await command.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, command.Describe);
}
