using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using ProvincialGateway.Network;
using ProvincialGateway.Recovery;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>Yunnan forgets what it has done since the backup, in both roles, and learns it from Guangdong.</summary>
internal sealed class When_an_older_backup_is_put_back : OlderBackupTest
{
    /// <summary>Steps of operators that rest on the books, or take a number.</summary>
    private static readonly string[][] NotWhileRecovering =
    [
        ["filings", "record", "5301000001", "--kind", "02", "--area", "440100", "--reason", "本人申请"],
        ["filings", "cancel", "F53010017092000000001", "--reason", "试"],
        ["filings", "withdraw", "F44010017092000000001", "--peer", "440100", "--person", "4401000001", "--reason", "试"],
        ["clearing", "cut", "--partner", "440000", "--period", "2017-09"],
        ["transactions", "retry", "530000201709201000000000000007", "--reason", "试"],
        ["transactions", "release", "530000201709201000000000000007", "--reason", "试"],
        ["transactions", "reverse", "530000201709201000000000000007", "--reason", "试"],
    ];

    [Test]
    public async Task Both_roles_stand_again_as_they_stood()
    {
        await LiveAsync();
        var before = Dump();

        await PutBackAsync();
        await Yunnan.StartAsync(CancellationToken.None);
        await RecoveredAsync();

        var report = Report()!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Dump(), Is.EqualTo(before));
            Assert.That(report.FoundBy, Is.EqualTo("440000"));
            Assert.That(report.Remarks, Is.Empty, () => string.Join('\n', report.Remarks));
            Assert.That(report.SettlementsWithoutLines, Is.Empty);
            Assert.That(report.Kinds.Select(kind => kind.Method), Is.SupersetOf((string[])["RegisterAdmission", "RegisterDischarge", "Settle", "CancelSettlement", "NotifyPrepayment", "ConfirmPrepayment"]));
        }
        await GoOnAsync();
    }

    [Test]
    public async Task A_backup_that_says_that_it_was_restored_begins_a_recovery_at_once()
    {
        await LiveAsync();
        var before = Dump();
        await PutBackAsync();
        await using (var database = DataFolder.OpenDatabase(Yunnan.DataFolder, Clock))
        {
            await database.WriteAsync(
                session => session.Execute("INSERT INTO restoration (restored_at_ms, backup_taken_at_ms) VALUES (@now, @now - 3600000)", new { now = Clock.NowMs() }), CancellationToken.None);
        }
        await Yunnan.StartAsync(CancellationToken.None);
        await RecoveredAsync();

        Assert.That((Report()!.FoundBy, Report()!.BackupTakenAt is not null, Yunnan.Count("restoration", "recovered_at_ms IS NULL")), Is.EqualTo(("restoration", true, 0L)));
        Assert.That(Dump(), Is.EqualTo(before));
        await GoOnAsync();
    }

    [Test]
    public async Task A_recovery_that_is_broken_off_again_and_again_still_ends()
    {
        await LiveAsync();
        var before = Dump();
        await PutBackAsync();
        var starts = 0;
        for (var isOver = false; !isOver && starts < 40; starts++)
        {
            await Yunnan.StartAsync(CancellationToken.None);
            isOver = Report()?.FinishedAt is not null;
            await Yunnan.StopAsync();
        }
        await Yunnan.StartAsync(CancellationToken.None);
        await RecoveredAsync();
        TestContext.Out.WriteLine($"{starts} starts");
        Assert.That(Dump(), Is.EqualTo(before));
        await GoOnAsync();
    }

    [Test]
    public async Task While_a_province_cannot_be_asked_nothing_is_settled_until_an_operator_leaves_it_out()
    {
        await LiveAsync();
        var before = Dump();
        await PutBackAsync();
        // What the first start had found out, before Guangdong went away as well.
        await using (var database = DataFolder.OpenDatabase(Yunnan.DataFolder, Clock))
            await database.WriteAsync(session => RecoveryStore.Begin(session, "440000", null, [Guangdong.Division], Clock.NowMs()), CancellationToken.None);
        await Guangdong.StopAsync();
        await Yunnan.StartAsync(CancellationToken.None);

        var refused = await Kunming.AdmitAsync(Patient.OfGuangzhou.ToReference(), "KM0009", AdmittedOn);
        Assert.That(refused.Text, Does.Contain("较早的备份").And.Contain("older backup").And.Contain("pending"));
        Assert.That(Yunnan.Count("outbound", "state = 1"), Is.Zero);
        // Also a question: what these books say may have been overtaken.
        Assert.That((await Kunming.VerifyAsync(Patient.OfGuangzhou.ToReference())).Text, Does.Contain("older backup"));
        Assert.That(Yunnan.Host.Services.GetRequiredService<HealthStatuses>().Observe("").Status, Is.EqualTo(ServingStatus.NotServing));
        await using (var desk = new OperatorDesk(Yunnan, Clock))
        {
            Assert.That((string?)(await desk.AskAsync("recovery", "status"))["recovery"]!["peers"]![0]!["state"], Is.EqualTo("asking"));
            Assert.That(await desk.RefuseAsync("recovery", "skip", "310000", "--reason", "试"), Does.Contain("recovery status"));
            foreach (var command in NotWhileRecovering)
                Assert.That(await desk.RefuseAsync(command), Does.Contain("较早的备份").And.Contain("older backup"), string.Join(' ', command));
            Assert.That((string?)(await desk.AskAsync("peers", "show", "440000"))["heldBy"], Is.EqualTo("recovering"));
            await desk.SucceedAsync("recovery", "skip", "440000", "--operator", "测试经办", "--reason", "专线中断");
            await Eventually.GetAsync("Yunnan to serve the others", () => Report()!.ServedAt, Is.Not.Null);
            Assert.That(Yunnan.Host.Services.GetRequiredService<HealthStatuses>().Observe("").Status, Is.EqualTo(ServingStatus.Serving));
            Assert.That((await Kunming.AdmitAsync(Patient.OfGuangzhou.ToReference(), "KM0009", AdmittedOn)).Text, Does.Contain("440000").And.Contain("pending"));
            Assert.That(await desk.SucceedAsync("recovery", "report"), Does.Contain("专线中断"));
        }
        await Guangdong.StartAsync(CancellationToken.None);
        await RecoveredAsync();
        Assert.That(Yunnan.Host.Services.GetRequiredService<PeerDirectory>().Find(Guangdong.Division)!.State.Hold, Is.Null);
        Assert.That(Yunnan.Host.Database.Read(TransactionIdSource.Last), Is.GreaterThan(1_000_000), "The ids that Guangdong knew were passed over as well, once it had told them.");
        // Numbers of the day were passed over meanwhile; everything else is as it was.
        Assert.That(WithoutCounters(Dump()), Is.EqualTo(WithoutCounters(before)));
        Assert.That(Report()!.Gaps, Is.Not.Empty);
        await GoOnAsync();
    }

    [Test]
    public async Task A_person_imported_after_the_backup_is_settled_as_was_answered()
    {
        await BackUpYunnanAsync();
        await using (var desk = new OperatorDesk(Yunnan, Clock))
        {
            using var folder = new TempFolder();
            var (persons, filings) = (folder.File("persons.csv"), folder.File("filings.csv"));
            await File.WriteAllTextAsync(persons, Imported.Persons);
            await File.WriteAllTextAsync(filings, Imported.Filings);
            await desk.SucceedAsync("persons", "import", persons);
            await desk.SucceedAsync("filings", "import", filings);
        }
        var visit = await DischargeAsync(Guangzhou, Imported.Patient, SampleBills.Guangzhou(FeesOn), "ZY0077");
        var settled = (await Guangzhou.SettleAsync(visit, "T77")).Granted().Result;
        await DetailsHaveArrivedAsync();
        var (figures, year) = (Yunnan.InsuredFigures(settled.SettlementNumber), Yunnan.Year(Imported.Patient.PersonNumber, Today.Year));

        await PutBackAsync();
        await Yunnan.StartAsync(CancellationToken.None);
        await RecoveredAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Yunnan.InsuredFigures(settled.SettlementNumber), Is.EqualTo(figures));
            Assert.That(Yunnan.Year(Imported.Patient.PersonNumber, Today.Year), Is.EqualTo(year));
            Assert.That(Report()!.Remarks.Select(remark => remark.State), Is.Not.Empty.And.All.EqualTo(ExchangePart.Different));
            Assert.That(Report()!.Remarks.Select(remark => remark.English), Has.Some.Contains("import the persons' file again"));
        }
        await ReconcileAsync();
    }
}
