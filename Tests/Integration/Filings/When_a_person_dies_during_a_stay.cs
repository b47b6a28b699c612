using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Filings;

/// <summary>A death is recorded while a stay is open: the operator sees what is left to be done, and what was before the death is still settled.</summary>
internal sealed class When_a_person_dies_during_a_stay : FilingsTest
{
    private const string Person = "5301000001";

    // (3600 - 1200) x 85 %.
    private const long Pool = 2_040_00;

    [Test]
    public async Task A_death_before_the_admission_of_an_open_stay_is_refused_until_the_admission_is_taken_back()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        await using var desk = YunnanDesk();
        var before = AdmittedOn.AddDays(-1).Iso();

        var refused = await DieAsync(desk, before, isRefused: true);
        (await Guangzhou.CancelAdmissionAsync(visit)).Granted();
        await DieAsync(desk, before);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused, Does.Contain(visit).And.Contain(before).And.Contain(AdmittedOn.Iso()).And.Contain(FirstHospital));
            Assert.That(refused, Does.Contain("撤销").And.Contain("cancels it"), "Both languages say what to do.");
            Assert.That(Yunnan.Count("person_event"), Is.EqualTo(1), "A refused death is not recorded.");
        }
    }

    [Test]
    public async Task Somebody_may_die_on_the_day_of_the_admission()
    {
        await AdmitAsync(Guangzhou, Patient.OfKunming);
        await using var desk = YunnanDesk();

        Assert.That(await DieAsync(desk, AdmittedOn.Iso()), Does.Contain($"不晚于 {AdmittedOn.Iso()}"));
    }

    [Test]
    public async Task The_open_stay_is_listed_and_what_was_charged_until_the_death_is_settled()
    {
        var (died, visit) = (Today.AddDays(-2), await AdmitAsync(Guangzhou, Patient.OfKunming));
        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn))).Granted();
        (await Guangzhou.UploadAsync(visit, [SampleBills.Line("2", "T330000", "重症监护", "06", "180.0000", "1", Today)])).Granted();
        await using var desk = YunnanDesk();

        var listed = await DieAsync(desk, died.Iso());
        var early = (await Guangzhou.DischargeAsync(visit, died)).RefusalCode;
        (await Guangzhou.DischargeAsync(visit, Today)).Granted();
        var late = (await Guangzhou.SettleAsync(visit, "T1")).Refused("PERSON_NOT_INSURED", RefusingSide.Insured, "person");
        var corrected = (await desk.AskAsync("persons", "show", Person))["afterDeath"]!["openVisits"]![0]!;
        (await Guangzhou.CancelDischargeAsync(visit)).Granted();
        (await Guangzhou.WithdrawAsync(visit, ["2"])).Granted();
        (await Guangzhou.DischargeAsync(visit, died)).Granted();
        var settled = (await Guangzhou.SettleAsync(visit, "T2")).Granted().Result;
        var shown = await desk.AskAsync("persons", "show", Person);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(listed, Does.Contain(visit).And.Contain("440100").And.Contain($"{AdmittedOn.Iso()}..-").And.Contain($"{died.Iso()} at the latest"));
            Assert.That(early, Is.EqualTo("DATE_OUTSIDE_STAY"), "A line of a later day has to be withdrawn first.");
            Assert.That(late.NextStepChinese, Does.Contain($"不晚于 {died.Iso()}"));
            Assert.That(late.NextStepEnglish, Does.Contain($"{died.Iso()} at the latest"));
            Assert.That(((string)corrected["number"]!, (string)corrected["dischargedOn"]!), Is.EqualTo((visit, Today.Iso())));
            Assert.That((string)corrected["nextStepEnglish"]!, Does.Contain($"corrects it to {died.Iso()}"));
            Assert.That(settled.Figures.PoolFen, Is.EqualTo(Pool));
            Assert.That(shown["afterDeath"]!["openVisits"]!.AsArray(), Is.Empty, "Nothing is left to be done.");
            Assert.That(shown["afterDeath"]!["settledLater"]!.AsArray(), Is.Empty);
        }
    }

    [Test]
    public async Task A_part_of_the_stay_is_settled_before_the_death_and_the_rest_after_it_was_recorded()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn))).Granted();
        (await Guangzhou.SettleInPartAsync(visit, "T1")).Granted();
        (await Guangzhou.UploadAsync(visit, [SampleBills.Line("2", "T330000", "重症监护", "06", "180.0000", "10", FeesOn)])).Granted();
        await ChangeAsync((_, session, change) => ProvincialGateway.Insured.PersonRegister.Die(session, Person, Today, change));

        (await Guangzhou.DischargeAsync(visit, Today)).Granted();
        var rest = (await Guangzhou.SettleAsync(visit, "T2")).Granted().Result;

        Assert.That((rest.Figures.PoolFen, rest.Figures.DeductibleFen), Is.EqualTo((1_530_00L, 0L)));
    }

    [Test]
    public async Task What_was_settled_as_of_a_later_day_stands_and_is_listed_until_it_is_cancelled()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var settlement = (await Guangzhou.SettleAsync(visit, "T1")).Granted().Result.SettlementNumber;
        await using var desk = YunnanDesk();

        var listed = await DieAsync(desk, Today.AddDays(-1).Iso());
        (await Guangzhou.CancelAsync(visit, settlement)).Granted();
        var shown = (await desk.AskAsync("persons", "show", Person))["afterDeath"]!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(listed, Does.Contain(settlement).And.Contain("2040.00").And.Contain("撤销").And.Contain("deducted in clearing"));
            Assert.That(shown["settledLater"]!.AsArray(), Is.Empty);
            Assert.That((string)shown["openVisits"]![0]!["number"]!, Is.EqualTo(visit));
        }
    }

    [Test]
    public async Task Nothing_is_said_of_a_death_that_was_withdrawn()
    {
        await AdmitAsync(Guangzhou, Patient.OfKunming);
        await using var desk = YunnanDesk();
        await DieAsync(desk, Today.Iso());

        await desk.SucceedAsync("persons", "restore", Person, "--reason", "误登更正");

        Assert.That((await desk.AskAsync("persons", "show", Person))["afterDeath"], Is.Null);
    }

    private static async Task<string> DieAsync(OperatorDesk desk, string on, bool isRefused = false)
    {
        string[] words = ["persons", "state", Person, "dead", "--from", on, "--reason", "死亡登记", "--operator", "测试经办"];
        return isRefused ? await desk.RefuseAsync(words) : await desk.SucceedAsync(words);
    }
}
