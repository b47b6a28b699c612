using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;
using TransactionState = Provincial.His.V1.TransactionState;

namespace ProvincialGateway.Tests.Details;

/// <summary>Lines of a settlement that does not stand any more are not sent; what has arrived stays where it is.</summary>
internal sealed class When_the_settlement_is_undone : DetailsTest
{
    [Test]
    public async Task Before_the_lines_were_sent_nothing_is_sent_until_the_settlement_is_restored()
    {
        await Guangdong.Host.Services.GetRequiredService<FeeDetailSender>().StopAsync(CancellationToken.None);
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        (await Guangzhou.CancelAsync(visit, settlement, "C1")).Granted();
        await Guangdong.RestartAsync(CancellationToken.None);
        await AllEndedAsync();
        Assert.That((Transfer(settlement).State, Received(settlement)), Is.EqualTo((FeeTransferState.Withdrawn, (Insured.DetailTransferRow?)null)));

        (await Guangzhou.ReverseAsync("C1", "R1")).Granted();
        await AllEndedAsync();
        AssertComplete(settlement, 24);
    }

    [Test]
    public async Task Afterwards_the_insured_side_keeps_the_lines_and_the_next_settlement_has_its_own()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        await AllEndedAsync();
        (await Guangzhou.CancelAsync(visit, settlement, "C1")).Granted();

        AssertComplete(settlement, 24);
        var again = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        await AllEndedAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((Transfer(settlement).State, Transfer(again).State), Is.EqualTo((FeeTransferState.Complete, FeeTransferState.Complete)));
            Assert.That(Yunnan.Count("insured_detail_line"), Is.EqualTo(48));
        }
    }

    public enum Moment
    {
        BeingUndone,
        Undone,
        RestoredAgain,
    }

    /// <summary>The lines meet a cancellation that the insured side has done; the refusal is recorded before the treatment side has learned of it, or after.</summary>
    [Test]
    public async Task An_id_that_was_refused_while_the_settlement_was_being_undone_is_not_used_again_when_it_is_restored([Values] Moment recorded)
    {
        await Guangdong.Host.Services.GetRequiredService<FeeDetailSender>().StopAsync(CancellationToken.None);
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        using var client = new DetailClient(Guangdong, Yunnan, Clock);
        var (id, start) = (client.NextId(), Guangdong.Host.Database.Read(session => FeeDetailLines.StartOf(session, VisitStore.FindSettlement(session, settlement)!)));
        var attempt = await Guangdong.Host.Database.WriteAsync(session =>
        {
            FeeTransfers.Prepare(session, id, start, [], VisitStore.FindSettlement(session, settlement)!.FeeVersion!.Value);
            return FeeTransfers.BeginAttempt(session, settlement, _ => Clock.NowMs())!;
        }, CancellationToken.None);
        var cancelled = await WithholdReplyAsync(() => Guangzhou.CancelAsync(visit, settlement, "C1"));
        var refusal = (await client.UploadAsync(id, start)).Refusal;
        if (recorded is Moment.BeingUndone)
            await AssertPutAsideAsync(FeeTransferState.Owed);
        Line.Mend();
        Line.Cut();
        (await cancelled).Pending();
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "C1", TransactionState.Committed);
        if (recorded is Moment.Undone)
            await AssertPutAsideAsync(FeeTransferState.Withdrawn);
        Assert.That(Transfer(settlement).State, Is.EqualTo(FeeTransferState.Withdrawn));
        (await Guangzhou.ReverseAsync("C1", "R1")).Granted();
        if (recorded is Moment.RestoredAgain)
            await AssertPutAsideAsync(FeeTransferState.Owed);
        await Guangdong.RestartAsync(CancellationToken.None);
        await AllEndedAsync();

        Assert.That(refusal.Code, Is.EqualTo(RefusalCode.SettlementState));
        Assert.That(Transfer(settlement).TransactionId, Is.Not.EqualTo(id));
        AssertComplete(settlement, 24);

        async Task AssertPutAsideAsync(FeeTransferState state)
        {
            var isRefused = await Guangdong.Host.Database.WriteAsync(session => FeeTransfers.Refuse(session, attempt, refusal, Clock.NowMs()), CancellationToken.None);
            var aside = Transfer(settlement);
            Assert.That((isRefused, aside.TransactionId, aside.State), Is.EqualTo((false, (string?)null, state)));
        }
    }

    [Test]
    public async Task Lines_of_an_undone_settlement_are_not_taken()
    {
        await Guangdong.Host.Services.GetRequiredService<FeeDetailSender>().StopAsync(CancellationToken.None);
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settlement = (await Guangzhou.SettleAsync(visit)).Granted().Result.SettlementNumber;
        var start = Guangdong.Host.Database.Read(session => FeeDetailLines.StartOf(session, VisitStore.FindSettlement(session, settlement)!));
        (await Guangzhou.CancelAsync(visit, settlement)).Granted();
        using var client = new DetailClient(Guangdong, Yunnan, Clock);

        Assert.That((await client.UploadAsync(client.NextId(), start)).Refusal.Code, Is.EqualTo(RefusalCode.SettlementState));
    }
}
