using NUnit.Framework;
using ProvincialGateway.Insured;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Details;

/// <summary>明细审核: the insured side goes through lines when they are complete, once, and people decide about what it found.</summary>
internal sealed class When_the_lines_are_audited : DetailsTest
{
    // What the catalogues of Guangdong translate 注射用头孢曲松钠 to.
    private const string Ceftriaxone = "XJ01DDA100E002020110013";

    protected override void Arrange()
    {
        base.Arrange();
        File.WriteAllText(Path.Combine(Yunnan.DataFolder, LineAuditRules.FileName),
            $$"""
            { "outcomes": { "duplicate": "off" }, "items": [ { "exchange_code": "{{Ceftriaxone}}", "max_per_day": 37 } ] }
            """);
    }

    [Test]
    public async Task Lines_are_audited_when_they_have_arrived_and_once()
    {
        var settlement = await SettleAsync(60);
        await AllEndedAsync();
        var findings = await FindingsAsync(settlement, 2);

        await Yunnan.StopAsync();
        await Yunnan.StartAsync(CancellationToken.None);
        await CommandAsync(Yunnan, "details", "audit", "run");

        using (Assert.EnterMultipleScope())
        {
            // Every third line is two units: 40 of 37.
            Assert.That(findings.Select(row => (row.LineNumber, row.Rule, row.Outcome)), Is.EqualTo(new[]
            {
                (55, (LineAuditRule?)LineAuditRule.Quantity, LineAuditOutcome.Deduct), (58, LineAuditRule.Quantity, LineAuditOutcome.Deduct),
            }));
            Assert.That(findings[0].AmountFen * 2, Is.EqualTo(findings[1].AmountFen).Within(1), "one unit of two, and two of two");
            Assert.That(Yunnan.Count("line_audit"), Is.EqualTo(2));
            Assert.That(await CommandAsync(Yunnan, "details", "audit", "list", "--outcome", "deduct"), Does.Contain("注射用头孢曲松钠").And.Contain(settlement).And.Contain("quantity"));
        }
    }

    [Test]
    public async Task A_deduction_is_restored_and_a_line_refused_by_a_person()
    {
        var settlement = await SettleAsync(60);
        await AllEndedAsync();
        var found = (await FindingsAsync(settlement, 2))[1];

        await CommandAsync(Yunnan, "details", "audit", "decide", settlement, "58", "restore", "--reason", "医院已说明用量", "--by", "测试经办");
        var refused = await CommandAsync(Yunnan, "details", "audit", "decide", settlement, "1", "refuse", "--reason", "无医嘱", "--responsible", "03", "--by", "测试经办");

        var rows = Yunnan.Host.Database.Read(session => LineAuditStore.Of(session, settlement));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows[2], Has.Property(nameof(LineAuditRow.AmountFen)).EqualTo(-found.AmountFen).And.Property(nameof(LineAuditRow.Rule)).Null);
            Assert.That((rows[3].Outcome, rows[3].Responsible, rows[3].DecidedBy), Is.EqualTo((LineAuditOutcome.Refuse, "03", "测试经办")));
            Assert.That(rows[3].AmountFen, Is.EqualTo(found.AmountFen).Within(1), "an equal line");
            Assert.That(refused, Does.Contain("拒付 refuse").And.Contain("无医嘱"));
        }
    }

    [Test]
    public async Task A_line_whose_refund_was_uploaded_without_naming_it_gives_back_what_the_funds_paid_for_the_rest()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.UploadAsync(visit, [SampleBills.Line("1", "T330000", "重症监护", "06", "180.0000", "60", FeesOn), SampleBills.Line("2", "T330000", "重症监护", "06", "180.0000", "-20", FeesOn)])).Granted();
        (await Guangzhou.DischargeAsync(visit, Today)).Granted();
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        await AllEndedAsync();
        await FindingsAsync(settlement, 0);

        await CommandAsync(Yunnan, "details", "audit", "decide", settlement, "1", "refuse", "--reason", "无医嘱");

        var paid = Yunnan.Value<long>("SELECT fund_total_fen FROM insured_settlement");
        Assert.That(Yunnan.Value<long>("SELECT sum(amount_fen) FROM line_audit"), Is.EqualTo(paid).And.Positive);
        Assert.That((await SayAsync(Yunnan, "details", "audit", "decide", settlement, "2", "refuse", "--reason", "测试")).Said, Does.Contain("no line 2"));
    }

    [TestCase("58", "restore", "1000.00", "at most")]
    [TestCase("1", "restore", null, "at most 0.00")]
    [TestCase("1", "deduct", "99999.00", "at most")]
    [TestCase("58", "pass", null, "restore it first")]
    [TestCase("1", "refuse", "1.00", "take an amount")]
    [TestCase("99", "refuse", null, "no line 99")]
    public async Task A_decision_that_cannot_be_is_refused_with_the_reason(string line, string outcome, string? amount, string reason)
    {
        var settlement = await SettleAsync(60);
        await AllEndedAsync();
        await FindingsAsync(settlement, 2);

        var (exitCode, said) = await SayAsync(Yunnan, ["details", "audit", "decide", settlement, line, outcome, "--reason", "测试", .. amount is null ? Array.Empty<string>() : ["--amount", amount]]);

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(said, Does.Contain(reason));
        Assert.That(Yunnan.Count("line_audit"), Is.EqualTo(2));
    }

    private async Task<IReadOnlyList<LineAuditRow>> FindingsAsync(string settlement, int count)
    {
        await Eventually.GetAsync("the lines to be audited", () => Yunnan.Count("line_audit_run"), Is.EqualTo(1));
        var rows = Yunnan.Host.Database.Read(session => LineAuditStore.Of(session, settlement));
        Assert.That(rows, Has.Count.EqualTo(count));
        return rows;
    }
}
