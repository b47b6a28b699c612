using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>The insured side has committed its answer and the line breaks before it arrives: the worst moment there is.</summary>
internal sealed class When_a_reply_is_lost : RecoveryTest
{
    [Test]
    public async Task The_stored_answer_is_delivered_on_the_next_try_and_nothing_is_doubled()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));

        await LoseReplyAsync(() => Guangzhou.SettleAsync(visit, "T1"));
        Line.Mend();
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        await AssertSettledOnceAsync(visit, "T1");
    }

    [Test]
    public async Task The_insured_node_may_stop_between_its_commit_and_its_reply()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var answered = Yunnan.Count("inbox") + 1;
        Line.WithholdReplies();
        var settling = Guangzhou.SettleAsync(visit, "T1");
        await YunnanHasAnsweredAsync(answered);

        Line.Cut();
        await Yunnan.StopAsync();
        (await settling).Pending();
        Line.Mend();
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        await AssertSettledOnceAsync(visit, "T1");
    }

    [Test]
    public async Task The_treatment_node_may_stop_while_it_waits_for_the_reply()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var answered = Yunnan.Count("inbox") + 1;
        Line.WithholdReplies();
        var settling = Guangzhou.SettleAsync(visit, "T1");
        await YunnanHasAnsweredAsync(answered);

        await Guangdong.StopAsync();
        (await settling).Pending();
        Line.Mend();
        await Guangdong.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        await AssertSettledOnceAsync(visit, "T1");
    }

    [Test]
    public async Task The_hospital_may_hang_up_while_the_node_waits_for_the_reply()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var impatient = HospitalOf(Guangdong, FirstHospital);
        var answered = Yunnan.Count("inbox") + 1;
        Line.WithholdReplies();
        var settling = impatient.SettleAsync(visit, "T1");
        await YunnanHasAnsweredAsync(answered);

        impatient.Dispose();
        Assert.That(async () => await settling, Throws.InstanceOf<OperationCanceledException>());
        Line.Mend();
        Line.Cut();
        await Eventually.GetAsync(
            "the attempt to be given up, with nobody to tell", () => Guangdong.Value<long>("SELECT count(*) FROM outbound WHERE leased_by IS NOT NULL"), Is.Zero);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        await AssertSettledOnceAsync(visit, "T1");
    }

    [Test]
    public async Task The_reply_may_be_lost_again_and_again()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        await LoseReplyAsync(() => Guangzhou.SettleAsync(visit, "T1"));

        LetTheResolverBegin();
        for (var lost = 0; lost < 2; lost++)
        {
            var attempts = Guangdong.Value<long>("SELECT max(attempts) FROM outbound");
            await Eventually.GetAsync("the resolver to try again", () => Guangdong.Value<long>("SELECT max(attempts) FROM outbound"), Is.GreaterThan(attempts));
            Line.Cut();
        }
        Line.Mend();
        Line.Cut();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        await AssertSettledOnceAsync(visit, "T1");
    }

    [Test]
    public async Task Every_kind_of_step_survives_a_lost_reply()
    {
        await LoseAndResolveAsync("T1", () => Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn, "T1"));
        var visit = (await Guangzhou.AdmitAsync(Patient.OfKunming.ToReference(), "ZY0001", AdmittedOn, "T1")).Granted().Result.VisitNumber;
        (await Guangzhou.UploadAsync(visit, SampleBills.Guangzhou(FeesOn))).Granted();
        await LoseAndResolveAsync("T2", () => Guangzhou.DischargeAsync(visit, Today, "T2"));
        await LoseAndResolveAsync("T3", () => Guangzhou.SettleAsync(visit, "T3"));
        var settlement = (await Guangzhou.SettleAsync(visit, "T3")).Granted().Result.SettlementNumber;
        await LoseAndResolveAsync("T4", () => Guangzhou.CancelAsync(visit, settlement, "T4"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Yunnan.Count("inbox"), Is.EqualTo(4));
            Assert.That((Yunnan.Count("insured_visit"), Yunnan.Count("insured_settlement"), Yunnan.Count("posting")), Is.EqualTo((1L, 1L, 6L)));
            Assert.That(Yunnan.AccountBalanceFen("5301000001"), Is.EqualTo(2_000_00));
        }
    }

    [TestCase(true, TestName = "Wherever_the_request_is_cut_there_is_one_settlement")]
    [TestCase(false, TestName = "Wherever_the_reply_is_cut_there_is_one_settlement")]
    public async Task Wherever_the_line_is_cut_there_is_one_settlement(bool isRequest)
    {
        // With the handshake some 2500 bytes go out and 2000 come in: the steps hit all of it, and the last ones are beyond it.
        var pending = 0;
        for (var bytes = 0; bytes <= 4_000; bytes += 250)
        {
            var (id, visit) = ($"T{bytes}", await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn), $"ZY{bytes}"));
            // The next message needs a new line, so that the handshake is in the way of the scissors too.
            Line.Cut();
            (isRequest ? (Action<long>)Line.CutRequestAfter : Line.CutReplyAfter)(bytes);

            var reply = await Guangzhou.SettleAsync(visit, id);
            Line.Mend();
            LetTheResolverBegin();
            await StateAsync(Guangzhou, id, TransactionState.Committed);

            Assert.That(reply.IsGranted || reply.IsPending, Is.True, reply.Text);
            Assert.That(Yunnan.Count("insured_settlement", $"visit_number = '{visit}'"), Is.EqualTo(1), $"cut after {bytes} bytes");
            pending += reply.IsPending ? 1 : 0;
        }
        Assert.That(pending, Is.InRange(4, 16), "Some cuts lie before the end of the exchange and some behind it.");
    }

    private async Task LoseAndResolveAsync<T>(string id, Func<Task<HospitalReply<T>>> step)
        where T : class, Google.Protobuf.IMessage<T>
    {
        await LoseReplyAsync(step);
        Line.Mend();
        LetTheResolverBegin();
        await StateAsync(Guangzhou, id, TransactionState.Committed);
    }

    private async Task AssertSettledOnceAsync(string visit, string id)
    {
        var settled = (await Guangzhou.SettleAsync(visit, id)).Granted().Result;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(settled.Figures.PoolFen, Is.EqualTo(34_680_00));
            Assert.That((Yunnan.Count("insured_settlement"), Yunnan.Count("posting")), Is.EqualTo((1L, 3L)));
            Assert.That((Guangdong.Count("treatment_settlement"), Guangdong.Count("posting")), Is.EqualTo((1L, 2L)));
            Assert.That(Yunnan.AccountBalanceFen("5301000001"), Is.Zero);
        }
    }
}
