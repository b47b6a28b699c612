using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>The peer's machine is up and runs no node: what was asked stays pending, and happens by itself when the node is back.</summary>
internal sealed class When_the_insured_province_is_down : RecoveryTest
{
    [Test]
    public async Task A_settlement_stays_pending_and_is_made_when_the_peer_is_back()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await Yunnan.StopAsync();

        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        var whilePending = await Guangzhou.QueryAsync("T1");
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        LetTheResolverBegin();
        await Logs.WaitForAsync(StillAwaiting);
        await Yunnan.StartAsync(CancellationToken.None);
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
        var settled = (await Guangzhou.SettleAsync(visit, "T1")).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(whilePending, Is.EqualTo(TransactionState.Pending));
            Assert.That(settled.Figures.PoolFen, Is.EqualTo(34_680_00));
            Assert.That(Yunnan.InsuredFigures(settled.SettlementNumber), Is.EqualTo(Guangdong.MirroredFigures(settled.SettlementNumber)));
        }
    }

    [Test]
    public async Task A_stay_whose_steps_are_all_pending_is_caught_up_step_by_step()
    {
        await Yunnan.StopAsync();
        (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn, "T1")).Pending();
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
        var visit = (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn, "T1")).Granted().Result.VisitNumber;
        (await Guangzhou.UploadAsync(visit, SampleBills.Guangzhou(FeesOn))).Granted();

        await Yunnan.StopAsync();
        (await Guangzhou.DischargeAsync(visit, Today, "T2")).Pending();
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T2", TransactionState.Committed);
        var settlement = (await Guangzhou.SettleAsync(visit, "T3")).Granted().Result.SettlementNumber;

        await Yunnan.StopAsync();
        (await Guangzhou.CancelAsync(visit, settlement, "T4")).Pending();
        var whileUnknown = await Guangzhou.QueryAsync("T3");
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T4", TransactionState.Committed);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(whileUnknown, Is.EqualTo(TransactionState.Committed), "It stands until the insured province has cancelled it.");
            Assert.That(await Guangzhou.QueryAsync("T3"), Is.EqualTo(TransactionState.Undone));
            Assert.That(Yunnan.AccountBalanceFen("5301000001"), Is.EqualTo(2_000_00));
        }
    }

    [Test]
    public async Task A_question_is_refused_at_once_because_nothing_hangs_on_it()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await Yunnan.StopAsync();

        (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Refused("PEER_UNAVAILABLE", RefusingSide.Treatment, "");
        (await Guangzhou.PreviewAsync(visit)).Refused("PEER_UNAVAILABLE", RefusingSide.Treatment, "");

        Assert.That(Guangdong.Count("outbound", "state = 1"), Is.Zero);
    }

    [Test]
    public async Task While_a_step_is_pending_nothing_that_depends_on_it_may_begin()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await Yunnan.StopAsync();
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();

        (await Guangzhou.SettleAsync(visit, "T2")).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");
        (await Guangzhou.WithdrawAsync(visit, lineSerials: null)).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");
        (await Guangzhou.DischargeAsync(visit, Today.AddDays(-1))).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");
        (await Guangzhou.CancelAsync(visit, settlementNumber: null)).Refused("SETTLEMENT_NOT_FOUND", RefusingSide.Treatment, "settlement_number");
        (await Guangzhou.SettleAsync(visit)).Pending();

        InFlightAtTheEnd = 1;
    }

    [Test]
    public async Task A_fee_after_the_discharge_date_that_is_under_way_cannot_be_settled_until_one_of_them_is_corrected()
    {
        var visit = await AdmitAsync(Guangzhou, Patient.OfKunming);
        (await Guangzhou.UploadAsync(visit, SampleBills.IntensiveCare(FeesOn))).Granted();
        await Yunnan.StopAsync();
        (await Guangzhou.DischargeAsync(visit, Today.AddDays(-2), "T1")).Pending();
        (await Guangzhou.UploadAsync(visit, [SampleBills.Line("2", "T330000", "重症监护", "06", "180.0000", "1", Today.AddDays(-1))])).Granted();
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        (await Guangzhou.SettleAsync(visit, "T2")).Refused("DATE_OUTSIDE_STAY", RefusingSide.Hospital, "lines.fee_date");
        (await Guangzhou.DischargeAsync(visit, Today.AddDays(-1), "T3")).Granted();

        Assert.That((await Guangzhou.SettleAsync(visit, "T4")).Granted().Result.Figures.TotalFen, Is.EqualTo(3_780_00));
    }

    [Test]
    public async Task A_refusal_that_arrives_late_is_a_refusal_and_the_stay_can_go_on()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await Yunnan.StopAsync();
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        await Yunnan.StartAsync(CancellationToken.None);
        await Yunnan.Host.Database.WriteAsync(session => session.ExecuteExpecting(1,
            "UPDATE person SET insurance_state = 2 WHERE person_number = '5301000001'"), CancellationToken.None);

        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Refused);
        (await Guangzhou.SettleAsync(visit, "T1")).Refused("PERSON_NOT_INSURED", RefusingSide.Insured, "person");
        await Yunnan.Host.Database.WriteAsync(session => session.ExecuteExpecting(1,
            "UPDATE person SET insurance_state = 1 WHERE person_number = '5301000001'"), CancellationToken.None);

        Assert.That((await Guangzhou.SettleAsync(visit, "T2")).Granted().Result.Figures.PoolFen, Is.EqualTo(34_680_00));
    }

    [Test]
    public async Task The_treatment_node_may_be_restarted_meanwhile()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await Yunnan.StopAsync();
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();

        await Guangdong.RestartAsync(CancellationToken.None);
        var afterRestart = await Guangzhou.QueryAsync("T1");
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(afterRestart, Is.EqualTo(TransactionState.Pending));
            Assert.That((await Guangzhou.SettleAsync(visit, "T1")).Granted().Result.Figures.PoolFen, Is.EqualTo(34_680_00));
            Assert.That(Yunnan.Count("insured_settlement"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task The_business_date_is_the_insured_sides_even_when_the_answer_comes_a_day_later()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await Yunnan.StopAsync();
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        Clock.PutForward(TimeSpan.FromDays(1));
        await Yunnan.StartAsync(CancellationToken.None);

        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await Guangzhou.SettleAsync(visit, "T1")).Granted().Result.SettledAt, Does.StartWith("2017-09-21"));
            Assert.That(Yunnan.Value<string>("SELECT DISTINCT business_date FROM posting"), Is.EqualTo("2017-09-21"));
            Assert.That(Guangdong.Value<string>("SELECT DISTINCT business_date FROM posting"), Is.EqualTo("2017-09-21"));
        }
    }
}
