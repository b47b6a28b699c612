using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Processes;

/// <summary>
/// A month between Guangdong, which treats, and Yunnan, which owes; either node is killed in the middle of a step. The middle is certain, because
/// the other node is frozen there: whether the request has reached it or not, it cannot answer.
/// </summary>
[TestFixture]
internal sealed class KilledDuringClearingTests : ProcessTest
{
    private const string Yunnan = "530000", Guangdong = "440000";

    private GatewayProcess _yunnan = null!, _guangdong = null!;

    [SetUp]
    public async Task ServeAsync()
    {
        _yunnan = await Operated.ServeAsync(Yunnan);
        _guangdong = await Operated.ServeAsync(Guangdong);
    }

    [Test]
    public async Task A_month_whose_nodes_are_killed_in_every_step_is_cleared_once()
    {
        await SettleAsync();
        var number = (string)(await AskAsync(Guangdong, "clearing", "cut", "--partner", Yunnan, "--period", TimeProvider.System.Today().ToString("yyyy-MM", CultureInfo.InvariantCulture)))["statement"]!["statementNumber"]!;

        // The sender dies before it has an answer.
        await KillTheSenderAsync(Guangdong, "clearing", "propose", number);
        await AcceptedAsync(Guangdong);
        // The receiver dies with the message in its hands or on the way; the sender is alive and goes on.
        await CheckedAsync(number);
        await KillTheReceiverAsync(Yunnan, "clearing", "confirm", number);
        await AcceptedAsync(Yunnan);
        await KillTheSenderAsync(Yunnan, "clearing", "pay", number, "--bank", "HD1");
        await AcceptedAsync(Yunnan);
        var notice = Value<string>(Guangdong, "SELECT notice_id FROM clearing_payment");
        await KillTheReceiverAsync(Guangdong, "clearing", "receive", notice);
        await AcceptedAsync(Guangdong);

        foreach (var province in (string[])[Guangdong, Yunnan])
        {
            Assert.That((string)(await AskAsync(province, "clearing", "show", number))["statement"]!["state"]!, Is.EqualTo("paid"), province);
            Assert.That(Value<long>(province, "SELECT count(*) FROM posting WHERE event IN (6, 7, 8)"), Is.EqualTo(province == Yunnan ? 4 : 2), $"{province}: what was booked, once");
            Assert.That(Value<long>(province, "SELECT coalesce(sum(amount_fen), 0) FROM posting WHERE account IN (3, 4)"), Is.Zero, $"{province}: nothing is owed any more");
        }
        Assert.That((await Operated.AssertCleanBooksAsync()).Balances.Select(balance => balance.PayableFen - balance.ReceivableFen), Is.All.Zero);
    }

    [Test]
    public async Task A_reconciliation_whose_node_is_killed_in_the_middle_is_not_finished_and_the_next_one_is_balanced()
    {
        var today = TimeProvider.System.Today().Iso();
        Signal(_yunnan, "STOP");
        var run = Operated.Start(["reconcile", "run", "--partner", Yunnan, "--from", today, "--side", "treatment", .. OperatedProvinces.About(Guangdong)]);
        await Eventually.GetAsync("the run to be under way", () => Value<long>(Guangdong, "SELECT count(*) FROM reconciliation_run WHERE state = 1"), Is.EqualTo(1));
        await _guangdong.KillAsync();
        Signal(_yunnan, "CONT");
        Assert.That(await run.WaitForExitAsync(GatewayProcess.Patience), Is.Not.Zero, "The command knows that its node died.");

        _guangdong = await Operated.ServeAsync(Guangdong);
        await Eventually.GetAsync("the broken run to be closed", () => Value<long>(Guangdong, "SELECT count(*) FROM reconciliation_run WHERE state = 1"), Is.Zero);
        var next = await AskAsync(Guangdong, "reconcile", "run", "--partner", Yunnan, "--from", today, "--side", "treatment");
        Assert.That((string)next[0]!["state"]!, Is.EqualTo("balanced"));
        Assert.That((await Operated.AssertCleanBooksAsync()).Balances.Select(balance => balance.PayableFen - balance.ReceivableFen), Is.All.Zero);
    }

    private async Task KillTheSenderAsync(string sender, params IReadOnlyList<string> command)
    {
        var (own, other) = sender == Guangdong ? (_guangdong, _yunnan) : (_yunnan, _guangdong);
        await SendToFrozenAsync(sender, other, command);
        await own.KillAsync();
        Signal(other, "CONT");
        await AgainAsync(sender);
    }

    private async Task KillTheReceiverAsync(string sender, params IReadOnlyList<string> command)
    {
        var (receiver, other) = sender == Guangdong ? (Yunnan, _yunnan) : (Guangdong, _guangdong);
        await SendToFrozenAsync(sender, other, command);
        await other.KillAsync();
        await AgainAsync(receiver);
    }

    /// <summary>The message is stored and its first attempt has begun; nobody has answered.</summary>
    private async Task SendToFrozenAsync(string sender, GatewayProcess receiver, IReadOnlyList<string> command)
    {
        const string Begun = "SELECT count(*) FROM clearing_outbound WHERE attempts > 0";
        var before = Value<long>(sender, Begun);
        Signal(receiver, "STOP");
        Operated.Start([.. command, .. OperatedProvinces.About(sender)]);
        await Eventually.GetAsync($"{string.Join(' ', command)} to be under way", () => Value<long>(sender, Begun), Is.EqualTo(before + 1));
    }

    private async Task AgainAsync(string province)
    {
        if (province == Guangdong)
            _guangdong = await Operated.ServeAsync(Guangdong);
        else
            _yunnan = await Operated.ServeAsync(Yunnan);
    }

    private static void Signal(GatewayProcess process, string name)
    {
        using var kill = System.Diagnostics.Process.Start("kill", [$"-{name}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.That(kill.ExitCode, Is.Zero);
    }

    private Task<long> AcceptedAsync(string sender) =>
        Eventually.GetAsync("every message to be accepted", () => Value<long>(sender, "SELECT count(*) FROM clearing_outbound WHERE state <> 2"), Is.Zero);

    private Task<long> CheckedAsync(string number) => Eventually.GetAsync($"Yunnan to find {number} right",
        () => Value<long>(Yunnan, $"SELECT count(*) FROM clearing_check WHERE statement_number = '{number}' AND finding_count = 0 AND reason = ''"), Is.EqualTo(1));

    /// <summary>The worked example, by the hospital's own messages.</summary>
    private async Task SettleAsync()
    {
        using var client = new HttpClient { BaseAddress = Operated.HisAddress(Guangdong) };
        var journey = Journey.Read(Path.Combine(AppContext.BaseDirectory, "adapters", "guangdong", "samples"));
        var player = new JourneyPlayer(client, Operated.HisAddress(Guangdong), Operated.Tokens[journey.Institution], TimeProvider.System);
        var settlement = journey.Steps.First(step => step.Name == "settlement");
        await foreach (var exchange in player.PlayAsync(journey.Steps.TakeWhile(step => step != settlement).Append(settlement), CancellationToken.None))
            Assert.That(exchange.Fault, Is.Null, () => $"{exchange.Step.Body}: {exchange.Reply}");
    }

    /// <returns>What the command printed.</returns>
    private async Task<JsonNode> AskAsync(string province, params IEnumerable<string> command)
    {
        var process = await Operated.RunForAsync(province, [.. command, "--json"]);
        Assert.That(await process.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, $"{process.Command}: {process.Describe()}");
        return JsonNode.Parse(process.Output)!;
    }

    /// <summary>What is committed, beside the node that may be running.</summary>
    private T Value<T>(string province, string sql)
    {
        var file = Path.Combine(Operated.Folder, OperatedProvinces.DataOf(province), "gateway.db");
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (T)command.ExecuteScalar()!;
    }
}
