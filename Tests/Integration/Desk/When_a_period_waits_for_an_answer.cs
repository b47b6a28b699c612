using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;
using static ProvincialGateway.Tests.Desk.DeskCalls;

namespace ProvincialGateway.Tests.Desk;

/// <summary>Settlements whose answer is still out: they belong to a period and a day that nobody can close yet.</summary>
internal sealed class When_a_period_waits_for_an_answer : RecoveryTest
{
    [Test]
    public async Task A_period_is_not_closed_over_an_unanswered_settlement_and_counts_it_once_it_is_answered()
    {
        var period = await Guangzhou.SignInAsync("01");
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await Yunnan.StopAsync();
        var pending = await Guangzhou.SettleAtAsync(visit, period, id: "T1");
        pending.Pending();

        var refusal = (await Guangzhou.SignOutAsync(period)).Refused("BUSINESS_PERIOD_PENDING", RefusingSide.Treatment, "period_number");
        var whilePending = (await Guangzhou.PeriodAsync(period)).Granted().Result.Totals;
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
        var settled = (await Guangzhou.SettleAtAsync(visit, period, id: "T1")).Granted().Result.Figures;

        Assert.That(refusal.Chinese, Does.Contain(pending.TransactionId));
        Assert.That(whilePending, Is.EqualTo(Sum([])));
        Assert.That((await Guangzhou.SignOutAsync(period, Claim(Sum([settled])))).Granted().Result.Totals, Is.EqualTo(Sum([settled])));
    }

    [Test]
    public async Task A_refused_settlement_leaves_nothing_in_its_period()
    {
        var period = await Guangzhou.SignInAsync("01");
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await Yunnan.Host.Database.WriteAsync(session => session.Execute("UPDATE person SET insurance_state = 2 WHERE person_number = '5301000001'"), CancellationToken.None);

        (await Guangzhou.SettleAtAsync(visit, period)).Refused("PERSON_NOT_INSURED", RefusingSide.Insured, "person");

        Assert.That((await Guangzhou.SignOutAsync(period, Claim(Sum([])))).Granted().Result.Totals, Is.EqualTo(Sum([])));
    }

    [Test]
    public async Task Unanswered_rows_are_pending_in_a_reconciliation_and_not_differences()
    {
        var settledVisit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn), "ZY1");
        var pendingVisit = await DischargeAsync(Guangzhou, Patient.RetiredOfKunming, SampleBills.IntensiveCare(FeesOn), "ZY2");
        var settled = (await Guangzhou.SettleAtAsync(settledVisit, period: null)).Granted().Result.SettlementNumber;
        await Yunnan.StopAsync();
        (await Guangzhou.SettleAtAsync(pendingVisit, period: null, id: "T2")).Pending();
        (await Guangzhou.CancelAtAsync(settledVisit, period: null, id: "T3")).Pending();

        var rows = (await Guangzhou.ReconcileAsync(
            Scope(),
            new ClaimedSettlement { RowKey = "standing", SettlementNumber = settled, IsCancellation = false, TotalFen = 3_600_00 },
            new ClaimedSettlement { RowKey = "settlement", OriginalTransactionId = "T2", IsCancellation = false },
            new ClaimedSettlement { RowKey = "cancellation", SettlementNumber = settled, IsCancellation = true },
            new ClaimedSettlement { RowKey = "cancellation by serial", OriginalTransactionId = "T3", IsCancellation = true },
            new ClaimedSettlement { RowKey = "mistaken", OriginalTransactionId = "T3", IsCancellation = false })).Granted().Result.Rows;

        Assert.That(rows.Select(row => row.Verdict), Is.EqualTo(new[]
        {
            ReconciliationVerdict.Balanced, ReconciliationVerdict.Pending, ReconciliationVerdict.Pending, ReconciliationVerdict.Pending, ReconciliationVerdict.OnlyHospital,
        }));
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T2", TransactionState.Committed);
        await StateAsync(Guangzhou, "T3", TransactionState.Committed);
        Assert.That((await Guangzhou.SettlementsAsync(Scope())).Granted().Result.Rows, Has.Count.EqualTo(3));
    }
}
