using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Journeys;

/// <summary>The other direction: a retired person on referral, an unmapped item, a line taken back in part.</summary>
internal sealed class When_a_Guangdong_patient_is_treated_in_Kunming : CountryTest
{
    // 86 % for a retired person x 0.90 for a referral = 77.4 % of (21934.67 - 1000).
    private static readonly SettlementFigures Expected = Money.Figures(
        total: 35202.67m, fullSelfPay: 640m, overLimit: 6040m, preSelfPay: 6588m, inScope: 21934.67m, deductible: 1000m, pool: 16203.43m, account: 800m, cash: 18199.24m);

    [Test]
    public async Task The_referral_factor_applies_and_both_books_agree()
    {
        var settled = await SettleAsync("ZY0001");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(settled.Figures.ToBooks(), Is.EqualTo(Expected));
            Assert.That(Guangdong.InsuredFigures(settled.SettlementNumber), Is.EqualTo(Expected));
            Assert.That(Yunnan.MirroredFigures(settled.SettlementNumber), Is.EqualTo(Expected));
            Assert.That(settled.Person.FilingKind, Is.EqualTo("11"), "The hospital reads its own province's code for a referral.");
            Assert.That(Guangdong.Balance(Account.FundExpense), Is.EqualTo(16_203_43));
            Assert.That(Guangdong.Balance(Account.PayableToPartner), Is.EqualTo(-17_003_43));
            Assert.That(Yunnan.Balance(Account.ReceivableFromPartner), Is.EqualTo(17_003_43));
            Assert.That(Guangdong.AccountBalanceFen("4401000002"), Is.Zero);
            Assert.That(Guangdong.Year("4401000002", 2017), Is.EqualTo((1_000_00L, 16_203_43L, 1L)));
        }
    }

    [Test]
    public async Task A_cancellation_restores_account_and_year()
    {
        var settled = await SettleAsync("ZY0001");

        (await Kunming.CancelAsync(settled.VisitNumber, settled.SettlementNumber)).Granted();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Guangdong.AccountBalanceFen("4401000002"), Is.EqualTo(800_00));
            Assert.That(Guangdong.Year("4401000002", 2017), Is.EqualTo((0L, 0L, 0L)));
            Assert.That(Enum.GetValues<Account>().Select(Guangdong.Balance).Concat(Enum.GetValues<Account>().Select(Yunnan.Balance)), Is.All.Zero);
        }
    }

    [Test]
    public async Task The_second_admission_carries_the_full_deductible_where_the_policy_knows_no_reduction()
    {
        await SettleAsync("ZY0001");

        var second = await SettleAsync("ZY0002");

        Assert.That((second.AdmissionOrdinal, second.Figures.DeductibleFen), Is.EqualTo((2, 1_000_00L)));
    }

    [Test]
    public async Task An_item_without_mapping_is_paid_by_the_patient_and_waits_for_its_mapping_in_the_queue()
    {
        var visit = await AdmitAsync(Kunming, Patient.OfGuangzhou);

        var stored = (await Kunming.UploadAsync(visit, SampleBills.Kunming(FeesOn))).Granted().Result;

        var line = stored.Lines.Single(line => line.LocalCode == "9999999999");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((line.HasExchangeCode, line.FullSelfPayFen, line.InScopeFen), Is.EqualTo((false, 340_00L, 0L)));
            Assert.That(Yunnan.Value<string>("SELECT local_code || ' ' || line_count || ' ' || amount_fen FROM unmapped_item"), Is.EqualTo("9999999999 1 34000"));
        }
    }

    [Test]
    public async Task People_of_both_provinces_are_treated_at_the_same_time_without_touching_each_other()
    {
        var kunming = SettleAsync("ZY0001");
        var guangzhou = DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));

        var (there, here) = (await kunming, (await Guangzhou.SettleAsync(await guangzhou)).Granted().Result);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(there.Figures.ToBooks(), Is.EqualTo(Expected));
            Assert.That(here.Figures.PoolFen, Is.EqualTo(34_680_00));
            Assert.That((Guangdong.Balance(Account.PayableToPartner), Guangdong.Balance(Account.ReceivableFromPartner)), Is.EqualTo((-17_003_43L, 36_680_00L)));
        }
    }

    /// <summary>The capsules are uploaded by a transaction of their own, so that four of them can be taken back by its id.</summary>
    private async Task<Settled> SettleAsync(string inpatientNumber)
    {
        var lines = SampleBills.Kunming(FeesOn);
        var visit = await AdmitAsync(Kunming, Patient.OfGuangzhou, inpatientNumber);
        (await Kunming.UploadAsync(visit, lines.Take(1), $"{inpatientNumber}-capsules")).Granted();
        (await Kunming.UploadAsync(visit, lines.Skip(1))).Granted();
        (await Kunming.RefundAsync(visit, $"{inpatientNumber}-capsules", "4", 3_33)).Granted();
        (await Kunming.DischargeAsync(visit, Today)).Granted();
        return (await Kunming.SettleAsync(visit, claimedTotalFen: 35_202_67)).Granted().Result;
    }
}
