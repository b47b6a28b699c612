using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Oversight;
using ProvincialGateway.Reconciliation;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Reconciliation;

/// <summary>
/// Guangdong treats, Yunnan insures, and their ledgers were written by nobody's settlements: two real nodes over gRPC find what differs, also
/// when one of them goes away in the middle, and by themselves when the day is over.
/// </summary>
internal sealed class When_ledgers_differ : LoggedTest
{
    private const int NotFinished = 5003, StorageRefuses = 1200;

    private static readonly DateOnly Day = new(2017, 9, 19);

    private readonly GeneratedLedger _ledger = new(PilotCountry.Guangdong, PilotCountry.Yunnan, new Random(20170919));

    private RunningClock _clock = null!;
    private PilotCountry _country = null!;
    private CuttingProxy _line = null!;

    private PilotProvince Guangdong => _country[PilotCountry.Guangdong];

    private PilotProvince Yunnan => _country[PilotCountry.Yunnan];

    [SetUp]
    public void Prepare()
    {
        _clock = new(new(2017, 9, 20, 1, 0, 0, ChinaTime.Offset));
        _country = PilotCountry.Prepare(new PilotOptions
        {
            Time = _clock,
            Configure = configuration => configuration with
            {
                Timeouts = new TimeoutOptions { RetriesMax = 0, BreakerMinimumThroughput = 1_000, PeerPingInterval = TimeSpan.FromHours(1) },
            },
            Logging = (division, logging) => logging.AddProvider(Logs.Provider(division.Code)),
        });
        _line = new CuttingProxy(Yunnan.PeerPort);
        Guangdong.Configuration = Guangdong.Configuration with
        {
            Nodes = [.. Guangdong.Configuration.Nodes.Select(node => node.Division == PilotCountry.Yunnan ? node with { Address = new($"https://127.0.0.1:{_line.Port}") } : node)],
        };
    }

    [TearDown]
    public async Task StopAndAudit()
    {
        try
        {
            foreach (var province in _country.Provinces)
                await province.StopAsync();
            var report = Audit.Run([.. _country.Provinces.Select(province => province.DataFolder)], _clock);
            Assert.That(report.Checks.Where(check => check.Name.StartsWith("reconciliation-", StringComparison.Ordinal)).SelectMany(check => check.Findings), Is.Empty);
        }
        finally
        {
            await _line.DisposeAsync();
            await _country.DisposeAsync();
        }
    }

    [Test]
    public async Task Rows_missing_on_either_side_and_one_fen_are_found_once_and_end_when_the_row_is_there()
    {
        await StartAsync();
        var rows = Rows(60);
        await AppendAsync(Guangdong, rows[..59]);
        await AppendAsync(Yunnan, [.. rows[1..30], GeneratedLedger.OneFenOff(rows[30]), .. rows[31..]]);
        await using var desk = new OperatorDesk(Guangdong, _clock);

        var first = await RunAsync(Guangdong);
        var second = await RunAsync(Guangdong);

        var found = (await desk.AskAsync("reconcile", "diffs", "--partner", "530000", "--state", "Open")).AsArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((first.State, second.State, found.Count), Is.EqualTo((RunState.Different, RunState.Different, 3)));
            Assert.That(found.Select(row => ((string?)row!["transactionId"], (string?)row["verdict"], (string?)row["proposal"])), Is.EquivalentTo(
            [
                (rows[0].TransactionId, "only-ours", "ask-again"), (rows[30].TransactionId, "differs", "accept-insured"), (rows[59].TransactionId, "only-theirs", "partner-acts"),
            ]));
            Assert.That(Guangdong.Count("reconciliation_event"), Is.EqualTo(3), "A repeat finds nothing new.");
        }

        await AppendAsync(Guangdong, [rows[59]]);
        await desk.SucceedAsync("reconcile", "check", IdOf(found, "differs"), "--decision", "accept-insured", "--by", "结算科", "--reason", "以参保地为准");
        await desk.SucceedAsync("reconcile", "settle", IdOf(found, "differs"), "--by", "结算科", "--reason", "清算中扣款");
        var asked = await desk.SucceedAsync("reconcile", "check", IdOf(found, "only-ours"), "--decision", "ask-again", "--by", "结算科", "--reason", "核对");
        Assert.That(asked, Does.Contain("never seen"));
        await RunAsync(Guangdong);

        Assert.That((await desk.AskAsync("reconcile", "diffs")).AsArray().Select(row => ((string?)row!["verdict"], (string?)row["state"], (bool)row["isBalanced"]!)), Is.EquivalentTo(
            [("only-ours", "checked", false), ("differs", "settled", false), ("only-theirs", "settled", true)]));
        Assert.That(Guangdong.Count("reconciliation_event", "kind = 3"), Is.Zero, "What people have settled stays settled.");
    }

    /// <summary>Neither what it found nor that it did not finish is on record then; it is over all the same.</summary>
    [Test]
    public async Task A_run_whose_end_the_disk_did_not_take_holds_up_no_other()
    {
        await StartAsync();
        Logs.ExpectError(StorageRefuses);
        var (database, reconciler) = (Guangdong.Host.Database, Guangdong.Host.Services.GetRequiredService<Reconciler>());
        var scope = new RunScope(PilotCountry.Yunnan, LedgerSide.Treatment, Day, Day);
        SqliteConnection writer = null!;
        await database.WriteAsync(session => { writer = session.Connection.Inner; }, CancellationToken.None);

        await Assert.ThatAsync(() => reconciler.RunAsync(scope, RunCause.OnDemand, _ => writer.Execute("PRAGMA query_only = ON"), CancellationToken.None), Throws.TypeOf<StorageUnavailableException>());
        writer.Execute("PRAGMA query_only = OFF");
        await Eventually.GetAsync("the storage to take work again", () => database.ProbeAsync(CancellationToken.None), Is.True);
        var next = await RunAsync(Guangdong);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(next.State, Is.EqualTo(RunState.Balanced));
            Assert.That(Guangdong.Value<string>("SELECT state || ' ' || reason FROM reconciliation_run WHERE id = 1"), Does.StartWith("4 ").And.Contain(nameof(StorageUnavailableException)));
        }
    }

    [Test]
    public async Task A_partner_that_goes_away_in_the_middle_leaves_nothing_decided_and_the_next_run_finds_it()
    {
        await StartAsync();
        var rows = Rows(400);
        await AppendAsync(Guangdong, rows);
        await AppendAsync(Yunnan, rows[1..]);
        // The totals come through, the digests do not.
        _line.CutReplyAfter(6_000);

        var broken = await RunAsync(Guangdong);
        _line.Mend();
        var whole = await RunAsync(Guangdong);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((broken.State, broken.OwnSequence, whole.State), Is.EqualTo((RunState.NotFinished, (long?)null, RunState.Different)));
            Assert.That(broken.Reason, Does.Contain("530000"));
            Assert.That(Guangdong.Count("reconciliation_cell", $"run_id = {broken.Id}") + Guangdong.Count("reconciliation_finding", $"run_id = {broken.Id}"), Is.Zero);
            Assert.That(Guangdong.Count("reconciliation_difference"), Is.EqualTo(1));
        }
        await Logs.WaitForAsync(NotFinished, "530000");
    }

    [Test]
    public async Task Two_runs_over_one_ledger_are_never_under_way_at_once()
    {
        await StartAsync();
        var reconciler = Guangdong.Host.Services.GetRequiredService<Reconciler>();
        var scope = new RunScope(PilotCountry.Yunnan, LedgerSide.Treatment, Day, Day);
        await Guangdong.Host.Database.WriteAsync(session => RunStore.Begin(session, scope, RunCause.OnDemand, _clock.NowMs()), CancellationToken.None);

        var second = await reconciler.RunAsync(scope, RunCause.OnDemand, _ => { }, CancellationToken.None);
        await Guangdong.RestartAsync(CancellationToken.None);
        var afterRestart = await RunAsync(Guangdong);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((second, afterRestart.State), Is.EqualTo(((RunRow?)null, RunState.Balanced)));
            Assert.That(Guangdong.Value<string>("SELECT reason FROM reconciliation_run WHERE id = 1"), Does.Contain("stopped"));
        }
    }

    [Test]
    public async Task A_day_that_is_over_is_reconciled_by_itself_once_both_ways_also_after_an_outage_and_a_restart()
    {
        DailyAt(new(2, 0));
        var rows = Rows(20);
        await Guangdong.StartAsync(CancellationToken.None);
        await AppendAsync(Guangdong, rows);
        Assert.That(Guangdong.Count("reconciliation_run"), Is.Zero, "It is one o'clock.");

        _clock.PutForward(TimeSpan.FromMinutes(90));
        await Eventually.GetAsync("an attempt while Yunnan is down", () => Guangdong.Count("reconciliation_run", "state = 4 AND attempts > 1"), Is.GreaterThanOrEqualTo(1));
        await Guangdong.RestartAsync(CancellationToken.None);
        await Yunnan.StartAsync(CancellationToken.None);
        await AppendAsync(Yunnan, rows);
        await Eventually.GetAsync("both ledgers to be reconciled by either node", () => (Finished(Guangdong), Finished(Yunnan)), Is.EqualTo((2L, 2L)));

        _clock.PutForward(TimeSpan.FromDays(3));
        await Eventually.GetAsync("the three days since", () => (Finished(Guangdong), Finished(Yunnan)), Is.EqualTo((4L, 4L)));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Guangdong.Count("reconciliation_run", "cause = 1 AND from_date = '2017-09-20' AND to_date = '2017-09-22'"), Is.EqualTo(2));
            Assert.That(Guangdong.Count("reconciliation_run", "cause = 1 AND from_date = '2017-09-19' AND to_date = '2017-09-19'"), Is.EqualTo(2));
        }
    }

    [Test]
    public async Task The_days_of_unsettled_differences_are_reconciled_once_more_each_day()
    {
        await StartAsync();
        var rows = Rows(20);
        await AppendAsync(Guangdong, rows);
        await AppendAsync(Yunnan, rows[1..]);
        await RunAsync(Guangdong);
        await Guangdong.StopAsync();
        await AppendAsync(Yunnan, rows[..1]);
        _clock.PutForward(TimeSpan.FromDays(1.5));
        DailyAt(new(2, 0));
        await Guangdong.StartAsync(CancellationToken.None);

        await Eventually.GetAsync("the difference to be settled by itself", () => Guangdong.Count("reconciliation_difference", "state = 3 AND is_balanced = 1"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_range_that_the_partner_never_answers_properly_does_not_hold_up_the_days_after_it()
    {
        DailyAt(new(2, 0));
        await StartAsync();
        var rows = Rows(20);
        await AppendAsync(Guangdong, rows[1..]);
        await AppendAsync(Yunnan, rows);
        // What Yunnan lists is not what its digests say, however often it is asked.
        await AlterLedgerAsync(Yunnan, "person_number || 'x'");
        _clock.PutForward(TimeSpan.FromMinutes(90));
        await Eventually.GetAsync("several attempts", () => Guangdong.Count("reconciliation_run", "side = 1 AND state = 4 AND attempts > 2"), Is.EqualTo(1));
        _clock.PutForward(TimeSpan.FromDays(3));

        await Eventually.GetAsync("the three days since", () => Guangdong.Count("reconciliation_run", "side = 1 AND state IN (2, 3) AND from_date = '2017-09-20' AND to_date = '2017-09-22'"), Is.EqualTo(1));
        await Eventually.GetAsync("the first day, tried again, to wait for Yunnan", () => Guangdong.Count("reconciliation_run", "side = 1 AND state = 4 AND from_date = '2017-09-19'"), Is.EqualTo(1));

        await AlterLedgerAsync(Yunnan, "substr(person_number, 1, length(person_number) - 1)");
        await Eventually.GetAsync("the first day, once Yunnan is well", () => Guangdong.Count("reconciliation_run", "side = 1 AND state = 3 AND from_date = '2017-09-19'"), Is.GreaterThanOrEqualTo(1));
    }

    /// <summary>Past the trigger that keeps the ledger as it was written; the trigger stands again afterwards.</summary>
    private static Task AlterLedgerAsync(PilotProvince province, string person) => province.Host.Database.WriteAsync(session =>
    {
        var trigger = session.QuerySingle<string>("SELECT sql FROM sqlite_schema WHERE name = 'ledger_row_is_never_changed'");
        session.Execute("DROP TRIGGER ledger_row_is_never_changed");
        session.Execute($"UPDATE ledger_row SET person_number = {person}");
        session.Execute(trigger);
    }, CancellationToken.None);

    private static long Finished(PilotProvince province) => province.Count("reconciliation_run", "cause = 1 AND state IN (2, 3)");

    private static string IdOf(System.Text.Json.Nodes.JsonArray found, string verdict) => found.Single(row => (string?)row!["verdict"] == verdict)!["id"]!.ToJsonString();

    private List<LedgerRow> Rows(int count) => [.. Enumerable.Range(0, count).Select(_ => _ledger.Settlement(Day, "310"))];

    /// <summary>For the next start of either node.</summary>
    private void DailyAt(TimeOnly at)
    {
        foreach (var province in _country.Provinces)
            province.Configuration = province.Configuration with { Reconciliation = new() { DailyAt = at, RetryInterval = TimeSpan.FromSeconds(0.1) } };
    }

    private async Task StartAsync()
    {
        foreach (var province in _country.Provinces)
            await province.StartAsync(CancellationToken.None);
    }

    private static Task AppendAsync(PilotProvince province, List<LedgerRow> rows) => province.Host.Database.WriteAsync(session => GeneratedLedger.Append(
        session, province.Division == PilotCountry.Guangdong ? LedgerSide.Treatment : LedgerSide.Insured,
        province.Division == PilotCountry.Guangdong ? PilotCountry.Yunnan : PilotCountry.Guangdong, rows), CancellationToken.None);

    private static async Task<RunRow> RunAsync(PilotProvince province) => (await province.Host.Services.GetRequiredService<Reconciler>().RunAsync(
        new RunScope(PilotCountry.Yunnan, LedgerSide.Treatment, Day, Day), RunCause.OnDemand, _ => { }, CancellationToken.None))!;
}
