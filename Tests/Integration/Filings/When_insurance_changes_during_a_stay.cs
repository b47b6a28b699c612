using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Filings;

/// <summary>Benefits last until the day on which the insurance ends; a division pays for the stays that began with it.</summary>
internal sealed class When_insurance_changes_during_a_stay : FilingsTest
{
    private const string Person = "5301000001";

    // (3600 - 1200) x 85 %.
    private const long Pool = 2_040_00;

    private static readonly Division Qujing = Division.Parse("530300");

    [Test]
    public async Task A_person_who_moves_to_another_division_is_settled_by_the_one_that_insured_at_the_admission()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await ChangeAsync((register, session, change) => register.Transfer(session, Person, Qujing, FeesOn, change));

        var settled = (await Guangzhou.SettleAsync(visit)).Granted().Result;
        var later = (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Granted().Result.Person;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(settled.Figures.PoolFen, Is.EqualTo(Pool));
            Assert.That(settled.SettlementNumber, Does.StartWith("A530100"), "the number names the division that pays");
            Assert.That(settled.Person.InsuredDivision, Is.EqualTo("530100"));
            Assert.That(later.InsuredDivision, Is.EqualTo("530300"));
        }
    }

    [Test]
    public async Task An_admission_after_the_transfer_is_the_new_divisions()
    {
        await ChangeAsync((register, session, change) => register.Transfer(session, Person, Qujing, AdmittedOn, change));

        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);

        Assert.That(visit, Does.StartWith("S530300"));
    }

    [Test]
    public async Task A_transfer_for_a_day_to_come_changes_nothing_until_then()
    {
        await ChangeAsync((register, session, change) => register.Transfer(session, Person, Qujing, Today.AddDays(1), change));
        var today = (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Granted().Result.Person.InsuredDivision;
        Clock.PutForward(TimeSpan.FromDays(1));

        Assert.That((today, (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Granted().Result.Person.InsuredDivision), Is.EqualTo(("530100", "530300")));
    }

    [TestCase(1, Pool, "11", Description = "from the day after the discharge on")]
    [TestCase(0, 2_136_00, "21", Description = "from the day of the discharge on")]
    public async Task A_person_who_retires_is_settled_by_the_class_of_the_service_date(int fromToday, long pool, string personClass)
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await using var desk = YunnanDesk();
        await desk.SucceedAsync("persons", "coverage", Person, "--class", "21", "--from", Today.AddDays(fromToday).Iso(), "--reason", "退休");

        var settled = (await Guangzhou.SettleAsync(visit)).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((settled.Figures.PoolFen, settled.Person.PersonClass), Is.EqualTo((pool, personClass)));
            Assert.That(await desk.RefuseAsync("persons", "coverage", Person, "--class", "21", "--from", Today.AddDays(1).Iso(), "--reason", "退休"), Does.Contain("21"));
            Assert.That(await desk.RefuseAsync("persons", "coverage", Person, "--class", "12", "--reason", "退休"), Does.Contain("--class").And.Contain("11, 21"));
            Assert.That((string)(await desk.AskAsync("persons", "show", Person))["events"]![0]!["before"]!, Is.EqualTo("310 11"));
        }
    }

    [Test]
    public async Task A_suspension_ends_the_benefits_and_the_stay_settles_as_of_the_day_before()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await ChangeAsync((register, session, change) => register.SetState(session, Person, 2, Today.AddDays(-1), change));

        var refused = (await Guangzhou.SettleAsync(visit, "T1")).Refused("PERSON_NOT_INSURED", RefusingSide.Insured, "person");
        (await Guangzhou.DischargeAsync(visit, Today.AddDays(-2))).Granted();
        var settled = (await Guangzhou.SettleAsync(visit, "T2")).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.Chinese, Does.Contain("暂停参保").And.Contain(Today.Iso()));
            Assert.That(refused.English, Does.Contain("suspended"));
            Assert.That(settled.Figures.PoolFen, Is.EqualTo(Pool));
        }
    }

    [Test]
    public async Task A_death_is_the_last_day_of_benefit_and_nobody_is_admitted_after_it()
    {
        var died = Today.AddDays(-2);
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await ChangeAsync((_, session, change) => PersonRegister.Die(session, Person, died, change));

        var refused = (await Guangzhou.SettleAsync(visit, "T1")).Refused("PERSON_NOT_INSURED", RefusingSide.Insured, "person");
        (await Guangzhou.DischargeAsync(visit, died)).Granted();
        var settled = (await Guangzhou.SettleAsync(visit, "T2")).Granted().Result;
        (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0002", died.AddDays(1))).Refused("PERSON_NOT_INSURED", RefusingSide.Insured, "person");
        await ChangeAsync((register, session, change) => register.Restore(session, Person, Today, change));

        Assert.That(refused.English, Does.Contain(died.Iso()));
        Assert.That(settled.Figures.PoolFen, Is.EqualTo(Pool));
        (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0002", died.AddDays(1))).Granted();
    }

    [Test]
    public async Task A_freeze_withholds_benefits_for_its_days_and_every_step_is_on_record()
    {
        await using var desk = YunnanDesk();
        await desk.SucceedAsync("persons", "freeze", Person, "--from", AdmittedOn.Iso(), "--to", Today.Iso(), "--reason", "核查", "--operator", "测试经办");
        var refused = (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn)).Refused("PERSON_NOT_INSURED", RefusingSide.Insured, "person");
        (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0002", AdmittedOn.AddDays(-1))).Granted();
        var again = await desk.RefuseAsync("persons", "freeze", Person, "--from", Today.Iso(), "--reason", "核查");

        await desk.SucceedAsync("persons", "unfreeze", Person, "--from", Today.Iso(), "--reason", "核查结束", "--operator", "测试经办");

        (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Granted();
        var shown = await desk.AskAsync("persons", "show", Person);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.Chinese, Does.Contain("冻结").And.Not.Contain("核查"), "the reason is the agency's own");
            Assert.That(again, Does.Contain(AdmittedOn.Iso()));
            Assert.That(shown["events"]!.AsArray().Select(happened => ((string)happened!["kind"]!, (string)happened["changedBy"]!, (string)happened["reason"]!)),
                Is.EqualTo(new[] { ("freeze", "测试经办", "核查"), ("unfreeze", "测试经办", "核查结束") }));
            Assert.That(shown.ToJsonString(), Does.Not.Contain("530102197601010019").And.Not.Contain("测试患者甲"));
        }
    }

    [Test]
    public async Task Operators_change_states_and_list_who_stands_how()
    {
        await using var desk = YunnanDesk();
        await desk.SucceedAsync("persons", "state", Person, "suspended", "--reason", "单位停缴");
        await desk.SucceedAsync("persons", "transfer", Person, "--to", "530300", "--reason", "单位迁移");
        var suspended = (await desk.AskAsync("persons", "list", "--state", "suspended", "--division", "530300")).AsArray();
        await desk.SucceedAsync("persons", "restore", Person, "--reason", "补缴");
        await desk.SucceedAsync("persons", "state", Person, "dead", "--from", Today.Iso(), "--reason", "死亡登记");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(suspended.Select(person => (string)person!["number"]!), Is.EqualTo(new[] { Person }));
            Assert.That(await desk.RefuseAsync("persons", "state", Person, "dead", "--from", Today.Iso(), "--reason", "死亡登记"), Does.Contain(Today.Iso()));
            Assert.That(await desk.RefuseAsync("persons", "transfer", Person, "--to", "440100", "--reason", "转出"), Does.Contain("530000"));
            Assert.That(await desk.RefuseAsync("persons", "restore", "5301999999", "--reason", "查无"), Does.Contain("5301999999"));
        }
        (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Granted();
    }
}
