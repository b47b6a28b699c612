using System.Net;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Cli;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;
using static ProvincialGateway.Tests.Desk.DeskCalls;

namespace ProvincialGateway.Tests.Desk;

/// <summary>A suspended hospital begins nothing new; what it began has an end, and what stands can be seen and undone.</summary>
internal sealed class When_an_institution_is_suspended : RecoveryTest
{
    private const string Reason = "定点协议到期未续签";

    [Test]
    public async Task Nothing_new_is_begun_and_every_refusal_says_why()
    {
        var settled = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn), "ZY1");
        (await Guangzhou.SettleAsync(settled)).Granted();
        var admitted = await AdmitAsync(Guangzhou, Patient.RetiredOfKunming, "ZY2");
        (await Guangzhou.UploadAsync(admitted, SampleBills.IntensiveCare(FeesOn))).Granted();
        var discharged = await DischargeAsync(Guangzhou, Patient.PostedOfKunming, SampleBills.IntensiveCare(FeesOn), "ZY3");
        await SuspendAsync(until: null);
        var before = StoredRows.In(Guangdong.DataFolder, Yunnan.DataFolder);

        var refusal = (await Guangzhou.AdmitAsync(Patient.MinorOfKunming.ToReference(), "ZY4", AdmittedOn)).Refused("INSTITUTION_SUSPENDED", RefusingSide.Treatment, "institution_code");
        (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Refused("INSTITUTION_SUSPENDED", RefusingSide.Treatment, "institution_code");
        (await Guangzhou.UploadAsync(admitted, SampleBills.BelowDeductible(FeesOn))).Refused("INSTITUTION_SUSPENDED", RefusingSide.Treatment, "institution_code");
        (await Guangzhou.PreviewAsync(admitted)).Refused("INSTITUTION_SUSPENDED", RefusingSide.Treatment, "institution_code");
        (await Guangzhou.DischargeAsync(admitted, Today)).Refused("INSTITUTION_SUSPENDED", RefusingSide.Treatment, "institution_code");
        (await Guangzhou.SettleAsync(discharged)).Refused("INSTITUTION_SUSPENDED", RefusingSide.Treatment, "institution_code");
        (await Guangzhou.UpdateAsync(admitted, update => update.Bed = "1")).Refused("INSTITUTION_SUSPENDED", RefusingSide.Treatment, "institution_code");

        before.AssertSame(StoredRows.In(Guangdong.DataFolder, Yunnan.DataFolder));
        Assert.That(refusal.Chinese, Does.Contain(Reason));
        Assert.That(refusal.English, Does.Contain(Reason));
        (await HospitalOf(Guangdong, SecondHospital).VerifyAsync(Patient.OfKunming.ToReference())).Granted();
    }

    [Test]
    public async Task What_stands_can_be_seen_and_undone_and_books_can_be_closed()
    {
        var period = await Guangzhou.SignInAsync("01");
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var settled = (await Guangzhou.SettleAtAsync(visit, period, id: "T1")).Granted();
        await SuspendAsync(until: null);

        (await Guangzhou.DescribeAsync()).Granted();
        (await Guangzhou.LinesAsync(visit, 0, 10)).Granted();
        (await Guangzhou.SettlementsAsync(Scope())).Granted();
        Assert.That((await Guangzhou.SettleAtAsync(visit, period, id: "T1")).Granted(), Is.EqualTo(settled), "a repeat is answered as before");
        Assert.That(await Guangzhou.QueryAsync("T1"), Is.EqualTo(TransactionState.Committed));
        (await Guangzhou.CancelAtAsync(visit, period)).Granted();
        (await Guangzhou.WithdrawAsync(visit, lineSerials: null)).Granted();
        (await Guangzhou.SignOutAsync(period)).Granted();
        (await Guangzhou.SettleAtAsync(visit, period: null)).Refused("INSTITUTION_SUSPENDED", RefusingSide.Treatment, "institution_code");
    }

    [Test]
    public async Task A_settlement_under_way_is_settled_and_the_hospital_learns_it()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await Yunnan.StopAsync();
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        await SuspendAsync(until: null);

        var asked = await Guangzhou.SettleAsync(visit, "T1");
        var withoutId = await Guangzhou.SettleAsync(visit);
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        asked.Pending();
        withoutId.Pending();
        Assert.That((await Guangzhou.SettleAsync(visit, "T1")).Granted().Result.Figures.PoolFen, Is.EqualTo(34_680_00));
        Assert.That((await Guangzhou.SettleAsync(visit)).Granted().Result.Figures.PoolFen, Is.EqualTo(34_680_00));
    }

    [Test]
    public async Task A_suspension_ends_after_its_last_day_or_when_it_is_resumed()
    {
        await SuspendAsync(until: Today.AddDays(1));
        var refusal = (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Refused("INSTITUTION_SUSPENDED", RefusingSide.Treatment, "institution_code");
        Clock.PutForward(TimeSpan.FromDays(1));
        (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Refused("INSTITUTION_SUSPENDED", RefusingSide.Treatment, "institution_code");
        Clock.PutForward(TimeSpan.FromDays(1));
        (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Granted();

        await SuspendAsync(until: null);
        (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Refused("INSTITUTION_SUSPENDED", RefusingSide.Treatment, "institution_code");
        await Guangdong.Host.Database.WriteAsync(session => Suspensions.End(session, FirstHospital, Clock.NowMs()), CancellationToken.None);
        (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Granted();

        Assert.That(refusal.Chinese, Does.Contain("2017-09-21"));
        Assert.That(Guangdong.Count("suspension", "ended_at_ms IS NOT NULL"), Is.EqualTo(2), "both stay on record");
    }

    [Test]
    public async Task A_hospital_that_speaks_its_own_dialect_is_told_in_it()
    {
        await SuspendAsync(until: null);

        var reply = await InDialectAsync("02-verify-person.xml");

        Assert.That(reply, Does.Contain("<errorcode>-1</errorcode>").And.Contain("[INSTITUTION_SUSPENDED]").And.Contain(Reason).And.Contain("省级经办机构"));
    }

    [Test]
    public async Task An_admission_of_a_kind_that_is_not_opened_is_refused_by_name()
    {
        await SetAsync("visit_kinds = '22 52'");
        var refusal = (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY1", AdmittedOn)).Refused("BUSINESS_NOT_OPENED", RefusingSide.Treatment, "visit_kind");
        var inDialect = await InDialectAsync("03-admission.xml");

        Assert.That(refusal.Chinese, Does.Contain("普通住院").And.Contain("生育住院"));
        Assert.That(refusal.English, Does.Contain("ordinary inpatient").And.Contain("maternity inpatient"));
        Assert.That(inDialect, Does.Contain("<errorcode>-1</errorcode>").And.Contain("[BUSINESS_NOT_OPENED]"));
        Assert.That(Guangdong.Count("treatment_visit"), Is.Zero);
    }

    [Test]
    public async Task Price_limits_and_deductible_follow_levels_of_their_own()
    {
        // A stent has a limit of 8000 in tertiary hospitals; Kunming employees pay 1200 in a tertiary and 200 in a primary one.
        var own = await AdmitAsync(Guangzhou, Patient.OfKunming, "ZY1");
        var ownLine = (await Guangzhou.UploadAsync(own, [Stent()])).Granted().Result.Lines.Single();
        await SetAsync("price_level = '05', deductible_level = '08'");

        var admitted = (await Guangzhou.AdmitAsync(Patient.PostedOfKunming.ToReference(), "ZY2", AdmittedOn)).Granted().Result;
        var line = (await Guangzhou.UploadAsync(admitted.VisitNumber, [Stent()])).Granted().Result.Lines.Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(ownLine.OverLimitFen, Is.EqualTo(600_00));
            Assert.That(line.OverLimitFen, Is.EqualTo(SecondaryOverLimitFen()));
            Assert.That(line.OverLimitFen, Is.Not.EqualTo(ownLine.OverLimitFen));
            Assert.That(admitted.DeductibleFen, Is.EqualTo(200_00));
            Assert.That((await Guangzhou.DescribeAsync()).Granted().Result.Level, Is.EqualTo("32"), "its own level is what it was");
        }
    }

    /// <summary>A message of the hospital's own 2016 XML, as its sample journey has it; the reply with its inner XML unescaped.</summary>
    private async Task<string> InDialectAsync(string body)
    {
        using var client = new HttpClient();
        var journey = Journey.Read(Guangdong.Host.Adapters.Find("guangdong")!.SamplesFolder);
        var player = new JourneyPlayer(client, Guangdong.HisAddress, Guangdong.Tokens[FirstHospital], Clock);
        return WebUtility.HtmlDecode((await player.PlayAsync(journey.Steps.First(step => step.Body == body), CancellationToken.None)).Reply);
    }

    private FeeLine Stent() => SampleBills.Line("1", "C060001", "冠状动脉支架", "11", "8600.0000", "1", FeesOn);

    private long SecondaryOverLimitFen()
    {
        var limit = Guangdong.Host.Adapters.Find("guangdong")!.Catalogue.At(FeesOn).Find("C060001", FeesOn)!.Value.LimitSecondary!.Value;
        return 8_600_00 - (limit.TenThousandths / 100);
    }

    private Task<int> SetAsync(string columns) =>
        Guangdong.Host.Database.WriteAsync(session => session.ExecuteExpecting(1, $"UPDATE institution SET {columns} WHERE code = @FirstHospital", new { FirstHospital }), CancellationToken.None);

    private Task SuspendAsync(DateOnly? until) =>
        Guangdong.Host.Database.WriteAsync(session => Suspensions.Suspend(session, FirstHospital, Reason, until, Clock.NowMs()), CancellationToken.None);
}
