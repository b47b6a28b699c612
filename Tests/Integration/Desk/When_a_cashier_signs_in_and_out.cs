using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;
using static ProvincialGateway.Tests.Desk.DeskCalls;

namespace ProvincialGateway.Tests.Desk;

/// <summary>Business periods: what counts in them, what they add up to, and when they may end.</summary>
internal sealed class When_a_cashier_signs_in_and_out : CountryTest
{
    [Test]
    public async Task A_period_that_stays_open_for_days_adds_up_to_what_the_hospital_was_told()
    {
        var period = await Guangzhou.SignInAsync("01");
        var first = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn), "ZY1");
        var second = await DischargeAsync(Guangzhou, Patient.RetiredOfKunming, SampleBills.IntensiveCare(FeesOn), "ZY2");
        var one = (await Guangzhou.SettleAtAsync(first, period)).Granted().Result.Figures;
        Clock.PutForward(TimeSpan.FromDays(3));
        var two = (await Guangzhou.SettleAtAsync(second, period)).Granted().Result.Figures;
        (await Guangzhou.CancelAtAsync(first, period)).Granted();
        var again = (await Guangzhou.SettleAtAsync(first, period)).Granted().Result.Figures;
        var expected = Sum([one, two, again], [one]);

        var summed = (await Guangzhou.PeriodAsync(period)).Granted().Result;
        var closed = (await Guangzhou.SignOutAsync(period, Claim(expected))).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(summed.Totals, Is.EqualTo(expected));
            Assert.That(closed.Totals, Is.EqualTo(expected));
            Assert.That(expected.TotalFen, Is.EqualTo(53_600_00));
            Assert.That(Guangdong.Value<long?>("SELECT closed_at_ms FROM business_period"), Is.Not.Null);
        }
    }

    [Test]
    public async Task Signing_out_twice_answers_the_same_and_with_other_sums_it_is_refused()
    {
        var period = await Guangzhou.SignInAsync("01");
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var settled = (await Guangzhou.SettleAtAsync(visit, period)).Granted().Result.Figures;
        var first = (await Guangzhou.SignOutAsync(period)).Granted().Result;
        var closedAt = Guangdong.Value<long>("SELECT closed_at_ms FROM business_period");
        Clock.PutForward(TimeSpan.FromMinutes(1));

        var second = (await Guangzhou.SignOutAsync(period, Claim(Sum([settled])))).Granted().Result;

        Assert.That(second, Is.EqualTo(first));
        Assert.That(Guangdong.Value<long>("SELECT closed_at_ms FROM business_period"), Is.EqualTo(closedAt), "the first sign-out is the one on record");
        (await Guangzhou.SignOutAsync(period, new ClaimedTotals { SettlementCount = 2 })).Refused("BUSINESS_PERIOD_MISMATCH", RefusingSide.Hospital, "claimed.settlement_count");
    }

    [Test]
    public async Task Claimed_sums_that_differ_are_refused_with_both_figures_and_the_period_stays_open()
    {
        var period = await Guangzhou.SignInAsync("01");
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var right = Claim(Sum([(await Guangzhou.SettleAtAsync(visit, period)).Granted().Result.Figures]));
        (string Field, Action<ClaimedTotals> Spoil)[] sums =
        [
            ("settlement_count", totals => totals.SettlementCount++), ("cancellation_count", totals => totals.CancellationCount++), ("total_fen", totals => totals.TotalFen++),
            ("fund_total_fen", totals => totals.FundTotalFen--), ("account_fen", totals => totals.AccountFen--), ("cash_fen", totals => totals.CashFen++),
        ];
        foreach (var (field, spoil) in sums)
        {
            var wrong = right.Clone();
            spoil(wrong);
            (await Guangzhou.SignOutAsync(period, wrong)).Refused("BUSINESS_PERIOD_MISMATCH", RefusingSide.Hospital, $"claimed.{field}");
        }

        var refusal = (await Guangzhou.SignOutAsync(period, new ClaimedTotals { TotalFen = 3_610_25 })).Refused("BUSINESS_PERIOD_MISMATCH", RefusingSide.Hospital, "claimed.total_fen");

        Assert.That(refusal.Chinese, Does.Contain("3610.25").And.Contain("3600.00"));
        Assert.That(refusal.English, Does.Contain("3610.25").And.Contain("3600.00"));
        Assert.That(Guangdong.Value<long?>("SELECT closed_at_ms FROM business_period"), Is.Null);
        (await Guangzhou.SignOutAsync(period, right)).Granted();
    }

    [Test]
    public async Task A_closed_period_takes_nothing_more_but_still_answers_what_it_was_asked_before()
    {
        var period = await Guangzhou.SignInAsync("01");
        var settled = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn), "ZY1");
        var open = await DischargeAsync(Guangzhou, Patient.RetiredOfKunming, SampleBills.IntensiveCare(FeesOn), "ZY2");
        var first = await Guangzhou.SettleAtAsync(settled, period, id: "T1");
        (await Guangzhou.SignOutAsync(period)).Granted();
        var sent = Guangdong.Count("outbound");

        (await Guangzhou.SettleAtAsync(open, period)).Refused("BUSINESS_PERIOD_CLOSED", RefusingSide.Treatment, "business_period");
        (await Guangzhou.CancelAtAsync(settled, period)).Refused("BUSINESS_PERIOD_CLOSED", RefusingSide.Treatment, "business_period");
        var repeated = await Guangzhou.SettleAtAsync(settled, period, id: "T1");

        Assert.That(repeated.Bytes, Is.EqualTo(first.Bytes));
        Assert.That(Guangdong.Count("outbound"), Is.EqualTo(sent), "nothing was begun");
        (await Guangzhou.SettleAtAsync(open, await Guangzhou.SignInAsync("01"))).Granted();
    }

    [Test]
    public async Task A_cancellation_counts_in_its_own_period_and_leaves_the_closed_one_as_it_was()
    {
        var yesterday = await Guangzhou.SignInAsync("01");
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        var settled = (await Guangzhou.SettleAtAsync(visit, yesterday)).Granted().Result.Figures;
        (await Guangzhou.SignOutAsync(yesterday)).Granted();
        Clock.PutForward(TimeSpan.FromDays(1));
        var today = await Guangzhou.SignInAsync("01");

        (await Guangzhou.CancelAtAsync(visit, today)).Granted();

        Assert.That((await Guangzhou.PeriodAsync(today)).Granted().Result.Totals, Is.EqualTo(Sum([], [settled])));
        Assert.That((await Guangzhou.SignOutAsync(yesterday)).Granted().Result.Totals, Is.EqualTo(Sum([settled])));
    }

    [Test]
    public async Task A_message_that_names_no_period_counts_in_the_only_open_one_of_its_operator()
    {
        var (mine, others) = (await Guangzhou.SignInAsync("01"), await Guangzhou.SignInAsync("02"));
        var first = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn), "ZY1");
        var second = await DischargeAsync(Guangzhou, Patient.RetiredOfKunming, SampleBills.IntensiveCare(FeesOn), "ZY2");
        var third = await DischargeAsync(Guangzhou, Patient.PostedOfKunming, SampleBills.IntensiveCare(FeesOn), "ZY3");

        var settled = (await Guangzhou.SettleAtAsync(first, period: null, "01")).Granted().Result.Figures;
        (await Guangzhou.SettleAtAsync(second, period: null, "03")).Granted();
        var another = await Guangzhou.SignInAsync("01");
        (await Guangzhou.SettleAtAsync(third, period: null, "01")).Granted();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await Guangzhou.PeriodAsync(mine)).Granted().Result.Totals, Is.EqualTo(Sum([settled])));
            Assert.That((await Guangzhou.PeriodAsync(others)).Granted().Result.Totals, Is.EqualTo(Sum([])));
            Assert.That((await Guangzhou.PeriodAsync(another)).Granted().Result.Totals, Is.EqualTo(Sum([])), "with two open periods nobody can say which is meant");
            Assert.That(Guangdong.Count("period_transaction"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_period_that_is_not_this_hospitals_is_not_found()
    {
        var second = HospitalOf(Guangdong, SecondHospital);
        var foreign = await second.SignInAsync("01");
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));

        (await Guangzhou.SettleAtAsync(visit, foreign)).Refused("BUSINESS_PERIOD_NOT_FOUND", RefusingSide.Treatment, "business_period");
        (await Guangzhou.PeriodAsync(foreign)).Refused("BUSINESS_PERIOD_NOT_FOUND", RefusingSide.Treatment, "period_number");
        (await Guangzhou.SignOutAsync("20160615080001")).Refused("BUSINESS_PERIOD_NOT_FOUND", RefusingSide.Treatment, "period_number");

        Assert.That(Guangdong.Value<int>("SELECT state FROM treatment_visit"), Is.EqualTo(4), "the visit is as it was");
        (await second.SignOutAsync(foreign)).Granted();
    }
}
