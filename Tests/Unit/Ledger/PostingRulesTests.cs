using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using ProvincialGateway.Ledger;

namespace ProvincialGateway.Tests.Ledger;

[TestFixture]
public sealed class PostingRulesTests
{
    [Test]
    public void Every_posting_set_balances_and_the_two_sides_mirror_each_other() => Prop.ForAll<NonNegativeInt, NonNegativeInt, NonNegativeInt>((fund, account, cash) =>
    {
        var figures = Figures(fund.Get, account.Get, cash.Get);
        var (insured, treatment) = (PostingRules.Insured(figures), PostingRules.Treatment(figures));
        return insured.Sum(posting => posting.AmountFen) == 0
            && treatment.Sum(posting => posting.AmountFen) == 0
            && Of(insured, Account.PayableToPartner) == -Of(treatment, Account.ReceivableFromPartner)
            && insured.Concat(treatment).All(posting => posting.AmountFen != 0);
    }).QuickCheckThrowOnFailure();

    [Test]
    public void A_cancellation_leaves_nothing_on_any_account() => Prop.ForAll<NonNegativeInt, NonNegativeInt>((fund, account) =>
    {
        var postings = PostingRules.Insured(Figures(fund.Get, account.Get, 5));
        return postings.Concat(PostingRules.Opposite(postings)).GroupBy(posting => posting.Account).All(group => group.Sum(posting => posting.AmountFen) == 0);
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Cash_is_nobodys_debt() => Assert.That(PostingRules.Treatment(Figures(0, 0, 100)), Is.Empty);

    [Test]
    public void A_sum_that_is_off_is_named_with_both_figures()
    {
        var figures = Figures(60, 10, 30);
        var payments = figures.ToPayments();
        Assert.That(SettlementFigures.MismatchOf(figures.ToCharges(), payments), Is.Null);
        payments.CashFen = 31;
        Assert.That(SettlementFigures.MismatchOf(figures.ToCharges(), payments), Is.EqualTo("个人负担不等于账户与现金之和 / personal total 40 <> account + cash 41"));
    }

    private static long Of(IReadOnlyList<Posting> postings, Account account) => postings.Where(posting => posting.Account == account).Sum(posting => posting.AmountFen);

    private static SettlementFigures Figures(long fund, long account, long cash) => new()
    {
        TotalFen = fund + account + cash,
        FullSelfPayFen = 0,
        OverLimitFen = 0,
        PreSelfPayFen = 0,
        InScopeFen = fund + account + cash,
        DeductibleFen = 0,
        PoolFen = fund,
        CivilServantFen = 0,
        EnterpriseFen = 0,
        EmployeeLargeAmountFen = 0,
        ResidentCriticalIllnessFen = 0,
        MedicalAidFen = 0,
        OtherFundFen = 0,
        FundTotalFen = fund,
        AccountFen = account,
        CashFen = cash,
        PersonalTotalFen = account + cash,
        HospitalBorneFen = 0,
    };
}
