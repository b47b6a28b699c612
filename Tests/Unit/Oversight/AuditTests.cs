using System.Text.Json;
using NUnit.Framework;
using ProvincialGateway.Clearing;
using ProvincialGateway.Network;
using ProvincialGateway.Oversight;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using Spectre.Console;

namespace ProvincialGateway.Tests.Oversight;

/// <summary>What an audit says of sound data, of work in flight, of what it cannot check, and of folders that hold no node.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class AuditTests
{
    private TempFolder _sound = null!;
    private AuditFolders _folders = null!;

    [OneTimeSetUp]
    public async Task Live()
    {
        _sound = new();
        await using var provinces = await TwoProvinces.StartAsync(_sound.Path);
        await provinces.Stays.LiveAsync();
    }

    [OneTimeTearDown]
    public void Remove() => _sound.Dispose();

    [SetUp]
    public void Copy() => _folders = AuditFolders.CopyOf(_sound);

    [TearDown]
    public void RemoveCopy() => _folders.Dispose();

    [Test]
    public void Sound_data_are_clean_and_every_check_looked_at_something()
    {
        var report = _folders.Audit();
        Assert.That(report.Checks.SelectMany(check => check.Findings), Is.Empty);
        Assert.That(report.Checks.Where(check => check.NotCheckedReason is not null).Select(check => check.Name), Is.Empty);
        // These two provinces have never cleared a month, archived a year or recovered anything; Tests/Integration and Tests/Unit/Retention have books of some that have.
        Assert.That(report.Checks.Where(check => check.Checked == 0).Select(check => check.Name), Is.SubsetOf((string[])["archive-files", "archive-values", "recovered-exchanges", .. InvariantTests.OfClearing]));
        Assert.That(report.IsClean, Is.True);
        Assert.That(report.Checks.Select(check => check.Name), Is.Unique);
    }

    [Test]
    public void One_node_alone_is_audited_without_the_checks_between_nodes()
    {
        var report = AuditFolders.Run(_folders.Insured);
        Assert.That(report.IsClean, Is.True);
        Assert.That(report.Checks.Select(check => check.Name), Has.None.StartsWith("pair-"));
        Assert.That(report.Nodes.Single(), Is.EqualTo(new AuditNode(_folders.Insured, "610000", false, true)));
    }

    [Test]
    public void Work_in_flight_is_listed_with_what_the_peer_knows_and_is_no_finding()
    {
        var inFlight = _folders.Audit().InFlight;
        Assert.That(inFlight.Select(row => (row.Method, row.AnsweredByPeer)), Is.EquivalentTo(new (string, bool?)[]
        {
            ("RegisterAdmission", false), ("RegisterAdmission", true), ("RegisterDischarge", true), ("RegisterDischarge", false),
            ("Settle", false), ("Settle", true), ("Settle", true), ("CancelSettlement", true),
            ("CancelSettlement", false), ("CancelAdmission", true), ("CancelDischarge", false),
            ("ReverseTransaction", false), ("ReverseTransaction", true),
        }));
        Assert.That(inFlight.Where(row => row is { Method: "Settle", AnsweredByPeer: true }).Select(row => row.PayableFen), Is.All.Positive);
        Assert.That(inFlight.Single(row => row is { Method: "ReverseTransaction", AnsweredByPeer: true }).PayableFen, Is.Negative);
        Assert.That(inFlight.Single(row => row is { Method: "CancelSettlement", AnsweredByPeer: true }).PayableFen, Is.Negative);
        Assert.That(inFlight.Where(row => row.AnsweredByPeer == false).Select(row => row.PayableFen), Is.All.Zero);
    }

    [Test]
    public void Without_the_peers_folder_nobody_knows_whether_it_has_answered() =>
        Assert.That(AuditFolders.Run(_folders.Treatment).InFlight.Select(row => row.AnsweredByPeer), Is.EqualTo(new bool?[13]));

    [Test]
    public void Filing_requests_and_messages_between_agencies_are_in_flight_too()
    {
        var steps = AgencySteps.All.Select(step => step.Method.Name).ToList();
        AuditFolders.Spoil(_folders.Treatment, string.Join('\n', steps.Select((name, place) =>
            $"""
            INSERT INTO clearing_outbound (transaction_id, peer, service, method, subject, request, state, attempts, prepared_at_ms, next_attempt_at_ms)
            VALUES ('5301002016062000000000009{place:00000}', '610000', 'x', '{name}', '{place}', x'', 1, 1, 1, 1);
            """)) +
            """
            INSERT INTO filing_request (transaction_id, peer, kind, request, requested_by, state, attempts, prepared_at_ms, next_attempt_at_ms)
            VALUES ('530100201606200000000000080001', '610000', 1, x'', 'x', 1, 1, 1, 1), ('530100201606200000000000080002', '610000', 2, x'', 'x', 1, 1, 1, 1);
            """);
        var report = _folders.Audit();
        var added = report.InFlight.Where(row => row.PreparedAtMs == 1).ToList();
        Assert.That(added.Select(row => row.Method), Is.EquivalentTo(steps.Concat(["SubmitFiling", "CancelFiling"])));
        Assert.That(added.Select(row => (row.Sender, row.Receiver, row.AnsweredByPeer)), Is.All.EqualTo(("530000", "610000", (bool?)false)));
        Assert.That(AuditFolders.Run(_folders.Treatment).InFlight, Has.Count.EqualTo(report.InFlight.Count));
        Assert.That(Rendered(report), Does.Contain("proposal").And.Contain("提交备案").And.Contain("预付金到账确认"));
    }

    [Test]
    public void The_balance_of_a_pair_is_explained_by_what_is_in_flight()
    {
        var balance = _folders.Audit().Balances.Single();
        Assert.That((balance.Treatment, balance.Insured), Is.EqualTo(("530000", "610000")));
        Assert.That(balance.PayableFen, Is.EqualTo(balance.ReceivableFen + balance.InFlightFen).And.Positive);
        Assert.That(balance.InFlightFen, Is.Not.Zero);
    }

    [Test]
    public void A_parked_answer_is_in_flight_and_its_money_explained()
    {
        AuditFolders.Spoil(_folders.Treatment, "UPDATE outbound SET state = 4, answered_at_ms = 1, reply = zeroblob(0) WHERE kind = 3 AND state = 1");
        var report = _folders.Audit();
        Assert.That(report.InFlight.Count(row => row.State == OutboundState.Parked), Is.EqualTo(3));
        Assert.That(report.Checks.Where(check => check.Found > 0).Select(check => check.Name), Is.EqualTo((string[])["sealed-columns"]), "the made-up reply is not sealed");
    }

    [Test]
    public void Without_the_key_sealed_messages_are_not_checked_and_nothing_passes_for_clean()
    {
        File.Delete(DataFolder.VaultKeyPath(_folders.Insured));
        var report = _folders.Audit();
        Assert.That(report.IsClean, Is.False);
        Assert.That(report.Checks.Sum(check => check.Found), Is.Zero);
        Assert.That(report.Checks.Where(check => check.NotCheckedReason is not null).Select(check => check.Name), Is.EqualTo((string[])
            ["node-key", "sealed-columns", "account-moves", "inbox-requests", "inbox-replies", "outbound-requests", "outbound-replies", "details-sent", "details-lines", "filing-replies",
                "clearing-replies", "pair-replies", "pair-filing-replies"]));
        Assert.That(report.Checks.Single(check => check.Name == "pair-replies"), Has.Property(nameof(AuditCheck.Checked)).Zero);
        Assert.That(File.Exists(DataFolder.VaultKeyPath(_folders.Insured)), Is.False, "an audit never makes a key");
    }

    [Test]
    public void Another_nodes_key_is_a_finding()
    {
        File.Copy(DataFolder.VaultKeyPath(_folders.Treatment), DataFolder.VaultKeyPath(_folders.Insured), overwrite: true);
        var report = _folders.Audit();
        Assert.That(report.Checks.Where(check => check.Found > 0).Select(check => check.Name), Is.EqualTo((string[])["node-key"]));
        Assert.That(report.Checks.Single(check => check.Name == "inbox-replies").NotCheckedReason, Is.Not.Null);
    }

    [Test]
    public void An_audit_leaves_a_stopped_nodes_folder_as_it_was()
    {
        var before = Files();
        _folders.Audit();
        Assert.That(Files(), Is.EqualTo(before));

        List<string> Files() => [.. Directory.EnumerateFiles(_folders.Treatment, "*", SearchOption.AllDirectories)
            .Select(file => $"{file} {new FileInfo(file).Length} {File.GetLastWriteTimeUtc(file).Ticks}").Order()];
    }

    [Test]
    public async Task A_running_node_is_audited_with_what_it_has_committed_last()
    {
        await using (var database = DataFolder.OpenDatabase(_folders.Treatment, TimeProvider.System))
        {
            await database.WriteAsync(session => session.Execute("UPDATE treatment_visit SET state = 6 WHERE state = 4"), CancellationToken.None);
            var report = _folders.Audit();
            Assert.That(report.Nodes[0].Running, Is.True);
            Assert.That(report.Checks.Single(check => check.Name == "visit-states").Found, Is.Positive);
            await database.WriteAsync(session => session.Execute("UPDATE counter SET value = value + 1 WHERE name = 'transaction_id'"), CancellationToken.None);
        }
        Assert.That(File.Exists($"{DataFolder.DatabasePath(_folders.Treatment)}-wal"), Is.False, "nothing of the audit held the log open");
    }

    [Test]
    public async Task Nodes_that_settle_while_they_are_audited_are_clean_at_every_moment()
    {
        using var folder = new TempFolder();
        await using var provinces = await TwoProvinces.StartAsync(folder.Path);
        await provinces.Stays.SettleOneAsync(1);
        var working = Task.Run(async () =>
        {
            for (var visit = 0; visit < 20; visit++)
                await provinces.Stays.SettleOneAsync(1 + (visit % 3));
        });
        do
        {
            var report = AuditFolders.Run(provinces.TreatmentFolder, provinces.InsuredFolder);
            Assert.That(report.Checks.SelectMany(check => check.Findings), Is.Empty);
            Assert.That(report.IsClean, Is.True);
        }
        while (!working.IsCompleted);
        await working;
    }

    [Test]
    public void A_database_that_is_older_or_newer_than_the_program_is_not_taken_for_checked(
        [Values("DELETE FROM schema_migration WHERE number = 5", "INSERT INTO schema_migration VALUES (99, 'later', printf('%064d', 0), 1)")] string change)
    {
        AuditFolders.Spoil(_folders.Insured, change);
        var report = _folders.Audit();
        Assert.That(report.Checks.Where(check => check.Found > 0).Select(check => check.Name), Is.EqualTo((string[])["migrations"]));
        Assert.That(report.Checks.Where(check => check.NotCheckedReason is null).Select(check => check.Name), Is.EquivalentTo((string[])["database-integrity", "migrations"]));
    }

    [Test]
    public void Damaged_pages_are_reported_and_no_check_that_broke_off_passes()
    {
        var path = DataFolder.DatabasePath(_folders.Insured);
        using (var file = new FileStream(path, FileMode.Open))
        {
            file.Position = AuditFolders.Ask<long>(_folders.Insured, "SELECT (rootpage - 1) * (SELECT page_size FROM pragma_page_size) FROM sqlite_schema WHERE name = 'insured_settlement'");
            file.Write(new byte[512]);
        }
        var report = _folders.Audit();
        Assert.That(report.Checks.Single(check => check.Name == "database-integrity").Found, Is.Positive);
        Assert.That(report.Checks.Single(check => check.Name == "settlement-equations").NotCheckedReason, Does.Contain("SQLite"));
        Assert.That(report.IsClean, Is.False);
    }

    [Test]
    public void A_folder_that_does_not_exist_is_refused_in_words() => Refused(_folders.Insured + "-nowhere", "不存在", "no such data folder");

    [Test]
    public void A_folder_without_a_database_is_refused_in_words()
    {
        File.Delete(DataFolder.DatabasePath(_folders.Insured));
        Refused(_folders.Insured, "没有数据库", "no database");
    }

    [Test]
    public void A_file_that_is_no_database_is_refused_in_words()
    {
        File.WriteAllText(DataFolder.DatabasePath(_folders.Insured), new string('x', 8192));
        Refused(_folders.Insured, "无法读取", "cannot be read");
    }

    [Test]
    public void A_database_of_another_program_is_refused_in_words()
    {
        File.Delete(DataFolder.DatabasePath(_folders.Insured));
        AuditFolders.Execute(_folders.Insured, "CREATE TABLE other (id INTEGER)");
        Refused(_folders.Insured, "不是本程序建立的", "not one of this program");
    }

    [Test]
    public void A_database_no_node_has_claimed_is_refused_in_words()
    {
        AuditFolders.Spoil(_folders.Insured, "DELETE FROM node_identity");
        Refused(_folders.Insured, "还不属于任何节点", "does not belong to a node yet");
    }

    [Test]
    public void The_same_node_twice_is_refused_in_words()
    {
        var refused = Assert.Throws<StorageRefusedException>(() => AuditFolders.Run(_folders.Insured, _folders.Insured))!;
        Assert.That(refused.Message, Does.Contain("610000").And.Contain("name each node once"));
    }

    [Test]
    public void A_report_renders_as_json_for_scripts()
    {
        var json = JsonDocument.Parse(AuditRendering.ToJson(_folders.Audit())).RootElement;
        Assert.That(json.GetProperty("isClean").GetBoolean(), Is.True);
        Assert.That(json.GetProperty("checks")[0].GetProperty("chinese").GetString(), Is.EqualTo("数据库文件完好"));
        Assert.That(json.GetProperty("inFlight")[0].GetProperty("method").GetString(), Is.EqualTo("RegisterAdmission"));
    }

    [Test]
    public void A_report_renders_as_tables_with_findings_balances_and_work_in_flight()
    {
        AuditFolders.Spoil(_folders.Treatment, "UPDATE treatment_settlement SET cash_fen = cash_fen + 1 WHERE rowid = 1");
        var text = Rendered(_folders.Audit());
        Assert.That(text, Does.Contain("settlement-equations").And.Contain("personal_total = account + cash").And.Contain("在途").And.Contain("应付").And.Contain("审计未通过"));
        Assert.That(Rendered(AuditFolders.Run(_folders.Insured)), Does.Contain("审计通过"));
    }

    [Test]
    public void No_report_names_a_person()
    {
        AuditFolders.Spoil(_folders.Insured, "UPDATE accumulator SET admissions = admissions + 1; UPDATE person SET account_balance_fen = -1, details = zeroblob(40)");
        var report = AuditRendering.ToJson(_folders.Audit());
        Assert.That(report, Does.Contain("person row 1"));
        Assert.That(report, Does.Not.Contain("P001").And.Not.Contain("测试患者").And.Not.Contain("T001"));
    }

    private void Refused(string folder, string chinese, string english)
    {
        var refused = Assert.Throws<StorageRefusedException>(() => AuditFolders.Run(_folders.Treatment, folder))!;
        Assert.That(refused.Message, Does.Contain(chinese).And.Contain(english).And.Contain(folder));
    }

    private static string Rendered(AuditReport report)
    {
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = 300;
        AuditRendering.Write(report, console);
        return writer.ToString();
    }
}
