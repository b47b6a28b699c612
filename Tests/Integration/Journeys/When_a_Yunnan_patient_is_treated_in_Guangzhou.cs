using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Journeys;

/// <summary>The worked example of the benefit rules, from the hospital's counter to both provinces' books.</summary>
internal sealed class When_a_Yunnan_patient_is_treated_in_Guangzhou : CountryTest
{
    private static readonly SettlementFigures Worked =
        Money.Figures(total: 50000m, fullSelfPay: 4000m, overLimit: 600m, preSelfPay: 3400m, inScope: 42000m, deductible: 1200m, pool: 34680.00m, account: 2000m, cash: 13320.00m);

    [Test]
    public async Task The_counter_learns_who_the_patient_is_and_that_the_stay_is_filed()
    {
        var person = (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Granted().Result.Person;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((person.PersonNumber, person.Name, person.BirthDate, person.Age), Is.EqualTo(("5301000001", "测试患者甲", "1976-01-01", 41)));
            Assert.That((person.Scheme, person.PersonClass, person.FilingKind), Is.EqualTo(("310", "11", "02")));
            Assert.That((person.AccountBalanceFen, person.AdmissionsYear, person.PoolLimitRemainingFen), Is.EqualTo((200_000L, 0, 500_000_00L)));
        }
    }

    [Test]
    public async Task Every_step_answers_with_the_figures_of_the_worked_example()
    {
        var admitted = (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn)).Granted().Result;
        var stored = (await Guangzhou.UploadAsync(admitted.VisitNumber, SampleBills.Guangzhou(FeesOn))).Granted().Result;
        var previewed = (await Guangzhou.PreviewAsync(admitted.VisitNumber, claimedTotalFen: 50_000_00)).Granted().Result;
        var discharged = (await Guangzhou.DischargeAsync(admitted.VisitNumber, Today)).Granted().Result;
        var settled = (await Guangzhou.SettleAsync(admitted.VisitNumber, claimedTotalFen: 50_000_00)).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(admitted.VisitNumber, Is.EqualTo("S5301001709200000001"));
            Assert.That((admitted.AdmissionOrdinal, admitted.DeductibleFen), Is.EqualTo((1, 120_000L)));
            Assert.That(stored.VisitTotalFen, Is.EqualTo(50_000_00));
            Assert.That(discharged.DischargeDate, Is.EqualTo("2017-09-20"));
            Assert.That(previewed.Figures.ToBooks(), Is.EqualTo(Worked));
            Assert.That(settled.Figures.ToBooks(), Is.EqualTo(Worked));
            Assert.That(previewed.Person.AccountBalanceFen, Is.EqualTo(200_000), "A preview keeps nothing.");
            Assert.That(settled.Person.AccountBalanceFen, Is.Zero, "The receipt shows what is left in the account.");
            Assert.That(settled.SettlementNumber, Is.EqualTo("A5301001709200000001"));
            Assert.That(settled.SettledAt, Does.StartWith("2017-09-20T10:").And.EndsWith("+08:00"));
            Assert.That(settled.Steps, Is.Not.Empty.And.EqualTo(previewed.Steps));
        }
    }

    [Test]
    public async Task Both_provinces_book_the_same_settlement_and_owe_each_other_the_same()
    {
        var settled = await SettleWorkedExampleAsync("ZY0001");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Yunnan.InsuredFigures(settled.SettlementNumber), Is.EqualTo(Worked));
            Assert.That(Guangdong.MirroredFigures(settled.SettlementNumber), Is.EqualTo(Worked));
            Assert.That(Yunnan.Balance(Account.FundExpense), Is.EqualTo(34_680_00));
            Assert.That(Yunnan.Balance(Account.PersonalAccounts), Is.EqualTo(2_000_00));
            Assert.That(Yunnan.Balance(Account.PayableToPartner), Is.EqualTo(-36_680_00));
            Assert.That(Guangdong.Balance(Account.ReceivableFromPartner), Is.EqualTo(36_680_00));
            Assert.That(Guangdong.Balance(Account.PayableToHospitals), Is.EqualTo(-36_680_00));
            Assert.That(Yunnan.AccountBalanceFen("5301000001"), Is.Zero);
            Assert.That(Yunnan.Year("5301000001", 2017), Is.EqualTo((1_200_00L, 34_680_00L, 1L)));
            Assert.That(
                Guangdong.Value<string>("SELECT business_date FROM treatment_settlement"), Is.EqualTo(Yunnan.Value<string>("SELECT business_date FROM insured_settlement")));
        }
    }

    [Test]
    public async Task A_cancellation_gives_everything_back_on_both_sides()
    {
        var settled = await SettleWorkedExampleAsync("ZY0001");

        var cancelled = (await Guangzhou.CancelAsync(settled.VisitNumber, settled.SettlementNumber)).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(cancelled.SettlementNumber, Is.EqualTo(settled.SettlementNumber));
            Assert.That(Yunnan.AccountBalanceFen("5301000001"), Is.EqualTo(2_000_00));
            Assert.That(Yunnan.Year("5301000001", 2017), Is.EqualTo((0L, 0L, 0L)));
            Assert.That(Enum.GetValues<Account>().Select(Yunnan.Balance), Is.All.Zero);
            Assert.That(Enum.GetValues<Account>().Select(Guangdong.Balance), Is.All.Zero);
            Assert.That(Yunnan.Count("posting"), Is.EqualTo(6), "A cancellation adds the opposite rows, it removes none.");
            Assert.That(Yunnan.Count("insured_settlement", "state = 2"), Is.EqualTo(1));
            Assert.That(Guangdong.Count("treatment_settlement", "state = 2"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_settlement_after_a_cancellation_has_a_new_number_and_the_same_figures()
    {
        var first = await SettleWorkedExampleAsync("ZY0001");
        (await Guangzhou.CancelAsync(first.VisitNumber, first.SettlementNumber)).Granted();

        var second = (await Guangzhou.SettleAsync(first.VisitNumber)).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(second.SettlementNumber, Is.EqualTo("A5301001709200000002"));
            Assert.That(second.AdmissionOrdinal, Is.EqualTo(1));
            Assert.That(second.Figures, Is.EqualTo(first.Figures));
            Assert.That(Yunnan.InsuredFigures(second.SettlementNumber), Is.EqualTo(Worked));
            Assert.That(Guangdong.MirroredFigures(second.SettlementNumber), Is.EqualTo(Worked));
            Assert.That(Guangdong.Count("treatment_settlement"), Is.EqualTo(2));
        }
    }

    [Test]
    public async Task The_second_admission_of_the_year_carries_half_the_deductible()
    {
        await SettleWorkedExampleAsync("ZY0001");

        var admitted = (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0002", AdmittedOn)).Granted().Result;
        (await Guangzhou.UploadAsync(admitted.VisitNumber, SampleBills.Guangzhou(FeesOn))).Granted();
        (await Guangzhou.DischargeAsync(admitted.VisitNumber, Today)).Granted();
        var settled = (await Guangzhou.SettleAsync(admitted.VisitNumber)).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((admitted.AdmissionOrdinal, admitted.DeductibleFen), Is.EqualTo((2, 600_00L)));
            Assert.That(settled.AdmissionOrdinal, Is.EqualTo(2));
            // (42000 - 600) x 85 %; the account is empty.
            Assert.That(settled.Figures.ToBooks(), Is.EqualTo(
                Money.Figures(total: 50000m, fullSelfPay: 4000m, overLimit: 600m, preSelfPay: 3400m, inScope: 42000m, deductible: 600m, pool: 35190.00m, account: 0m, cash: 14810.00m)));
            Assert.That(Yunnan.Year("5301000001", 2017), Is.EqualTo((1_800_00L, 69_870_00L, 2L)));
        }
    }

    [Test]
    public async Task The_first_admission_of_the_next_year_is_the_first_again()
    {
        await SettleWorkedExampleAsync("ZY0001");
        Clock.PutForward(TimeSpan.FromDays(150));

        var settled = await SettleWorkedExampleAsync("ZY0002");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((settled.AdmissionOrdinal, settled.Figures.DeductibleFen), Is.EqualTo((1, 1_200_00L)));
            Assert.That(Yunnan.Year("5301000001", 2017).Admissions, Is.EqualTo(1));
            Assert.That(Yunnan.Year("5301000001", 2018).Admissions, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_bill_below_the_deductible_is_settled_with_nothing_from_the_funds()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.BelowDeductible(FeesOn));

        var settled = (await Guangzhou.SettleAsync(visit, accountRequestedFen: 0)).Granted().Result;

        var expected = Money.Figures(total: 980m, fullSelfPay: 100m, overLimit: 0m, preSelfPay: 60m, inScope: 820m, deductible: 820m, pool: 0m, account: 0m, cash: 980m);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(settled.Figures.ToBooks(), Is.EqualTo(expected));
            Assert.That(Yunnan.InsuredFigures(settled.SettlementNumber), Is.EqualTo(expected));
            Assert.That(Guangdong.MirroredFigures(settled.SettlementNumber), Is.EqualTo(expected));
            Assert.That(Yunnan.Count("posting") + Guangdong.Count("posting"), Is.Zero, "Nobody owes anybody anything.");
            Assert.That(Yunnan.Year("5301000001", 2017), Is.EqualTo((820_00L, 0L, 1L)));
        }
    }

    private async Task<Settled> SettleWorkedExampleAsync(string inpatientNumber)
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn), inpatientNumber);
        return (await Guangzhou.SettleAsync(visit)).Granted().Result;
    }
}
