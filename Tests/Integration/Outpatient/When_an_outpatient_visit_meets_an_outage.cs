using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Outpatient;

/// <summary>Each step of an outpatient visit when its reply is lost and either node starts anew.</summary>
internal sealed class When_an_outpatient_visit_meets_an_outage : OutpatientTest
{
    [TestCase(false)]
    [TestCase(true)]
    public async Task A_registration_whose_reply_was_lost_is_learned_later(bool restart)
    {
        await LoseReplyAsync(() => Guangzhou.RegisterAsync(Patient.OfKunming.ToReference(), "MZ0001", FeesOn, Ordinary, id: "A1"));

        await RideOutAsync("A1", restart);

        Assert.That((Stands, Yunnan.Count("insured_visit")), Is.EqualTo((Registered, 1L)));
    }

    [Test]
    public async Task A_registration_whose_reply_was_lost_can_be_reversed_at_once()
    {
        await LoseReplyAsync(() => Guangzhou.RegisterAsync(Patient.OfKunming.ToReference(), "MZ0001", FeesOn, Ordinary, id: "A1"));
        Line.Mend();

        Assert.That((await Guangzhou.ReverseAsync("A1", "R1")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));

        Assert.That(Stands, Is.EqualTo(("4 -", "11 -")));
        Assert.That(await RegisterAsync(id: "A2"), Does.StartWith("S530100"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_settlement_whose_reply_was_lost_is_settled_once(bool restart)
    {
        var visit = await ChargeAsync();
        await LoseReplyAsync(() => Guangzhou.SettleAsync(visit, "T1"));

        await RideOutAsync("T1", restart);

        Assert.That((Stands, Yunnan.Count("insured_settlement"), Guangdong.Count("treatment_settlement")), Is.EqualTo((Settled, 1L, 1L)));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_cancellation_whose_reply_was_lost_is_done_once(bool restart)
    {
        var visit = await ChargeAsync();
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        await LoseReplyAsync(() => Guangzhou.CancelAsync(visit, settlement, "K1"));

        await RideOutAsync("K1", restart);

        Assert.That((Stands, Yunnan.Year("5301000001", 2017)), Is.EqualTo((Registered, (0L, 0L, 0L))));
    }

    [Test]
    public async Task A_settlement_whose_reply_was_lost_is_reversed_and_both_sides_have_both_rows()
    {
        var visit = await ChargeAsync();
        await LoseReplyAsync(() => Guangzhou.SettleAsync(visit, "T1"));
        Line.Mend();

        (await Guangzhou.ReverseAsync("T1", "R1")).Granted();

        Assert.That(Stands, Is.EqualTo(Registered));
        Assert.That((Yunnan.Count("ledger_row"), Guangdong.Count("ledger_row")), Is.EqualTo((2L, 2L)));
        (await Guangzhou.SettleAsync(visit, "T2")).Granted();
    }

    [Test]
    public async Task A_settlement_that_is_refused_leaves_the_visit_open()
    {
        var visit = await ChargeAsync();
        await Yunnan.Host.Database.WriteAsync(session => session.Execute("UPDATE person SET insurance_state = 2 WHERE person_number = '5301000001'"), CancellationToken.None);

        (await Guangzhou.SettleAsync(visit, "T1")).Refused("PERSON_NOT_INSURED", RefusingSide.Insured, "person");

        Assert.That(Stands, Is.EqualTo(Registered));
        await Yunnan.Host.Database.WriteAsync(session => session.Execute("UPDATE person SET insurance_state = 1 WHERE person_number = '5301000001'"), CancellationToken.None);
        (await Guangzhou.SettleAsync(visit, "T2")).Granted();
    }

    private async Task RideOutAsync(string id, bool restart)
    {
        Line.Mend();
        if (restart)
        {
            await Yunnan.StopAsync();
            await Guangdong.StopAsync();
            await Yunnan.StartAsync(CancellationToken.None);
            await Guangdong.StartAsync(CancellationToken.None);
        }
        LetTheResolverBegin();
        await StateAsync(Guangzhou, id, TransactionState.Committed);
    }
}
