using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;
using Exchange = Provincial.Exchange.V1;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>Where the line, or one of the nodes, fails while something is undone.</summary>
internal enum Outage
{
    /// <summary>The insured node is down when the hospital asks, and comes back.</summary>
    PeerIsDown = 1,

    /// <summary>The insured node has done it, and its reply is cut.</summary>
    ReplyIsCut = 2,

    /// <summary>The insured node has done it, and stops before its reply is out.</summary>
    InsuredNodeRestarts = 3,

    /// <summary>The treatment node stops while the reply is on the line.</summary>
    TreatmentNodeRestarts = 4,
}

/// <summary>
/// Cancellations and reversals in every moment in which something can break: whatever is known of the original, and whoever has to ask again, money
/// is posted once and taken back once, or never.
/// </summary>
internal sealed class When_an_undo_meets_an_outage : RecoveryTest
{
    private const string Person = "5301000001";
    private const long AccountFen = 2_000_00;

    private string _visit = "";

    private static IEnumerable<Outage> Outages => Enum.GetValues<Outage>();

    [SetUp]
    public async Task Discharge() => _visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));

    [TestCaseSource(nameof(Outages))]
    public async Task A_cancellation_takes_effect_once(Outage outage)
    {
        var settlement = (await Guangzhou.SettleAsync(_visit, "T1")).Granted().Result.SettlementNumber;

        await RideOutAsync(outage, "K1", () => Guangzhou.CancelAsync(_visit, settlement, "K1"));

        (await Guangzhou.CancelAsync(_visit, settlement, "K1")).Granted();
        AssertTakenBack(postings: 2);
        Assert.That(await Guangzhou.QueryAsync("T1"), Is.EqualTo(TransactionState.Undone));
        await AssertCanBeSettledAnewAsync();
    }

    [TestCaseSource(nameof(Outages))]
    public async Task A_reversal_of_a_known_settlement_takes_effect_once(Outage outage)
    {
        (await Guangzhou.SettleAsync(_visit, "T1")).Granted();

        await RideOutAsync(outage, "R1", () => Guangzhou.ReverseAsync("T1", "R1"));

        await AssertReversedAsync("T1", "R1", ReversalEffect.Undone);
        AssertTakenBack(postings: 2);
        await AssertCanBeSettledAnewAsync();
    }

    [TestCaseSource(nameof(Outages))]
    public async Task A_reversal_of_a_settlement_whose_reply_was_lost_takes_effect_once(Outage outage)
    {
        await LoseReplyAsync(() => Guangzhou.SettleAsync(_visit, "T1"));
        Line.Mend();

        await RideOutAsync(outage, "R1", () => Guangzhou.ReverseAsync("T1", "R1"));

        await AssertReversedAsync("T1", "R1", ReversalEffect.Undone);
        AssertTakenBack(postings: 2);
        await AssertCanBeSettledAnewAsync();
    }

    [TestCaseSource(nameof(Outages))]
    public async Task A_reversal_of_a_settlement_that_never_arrived_voids_it_for_good(Outage outage)
    {
        await NeverDeliverAsync(() => Guangzhou.SettleAsync(_visit, "T1"));

        await RideOutAsync(outage, "R1", () => Guangzhou.ReverseAsync("T1", "R1"));
        var late = Exchange.SettleResponse.Parser.ParseFrom(await DeliverLateAsync("T1"));

        Assert.That(late.Refusal?.Code, Is.EqualTo(Exchange.RefusalCode.TransactionVoid));
        await AssertReversedAsync("T1", "R1", ReversalEffect.Voided);
        AssertTakenBack(postings: 0);
        await AssertCanBeSettledAnewAsync();
    }

    [TestCaseSource(nameof(Outages))]
    public async Task A_reversal_of_a_known_cancellation_restores_the_settlement_once(Outage outage)
    {
        var settlement = (await Guangzhou.SettleAsync(_visit, "T1")).Granted().Result.SettlementNumber;
        (await Guangzhou.CancelAsync(_visit, settlement, "K1")).Granted();

        await RideOutAsync(outage, "R1", () => Guangzhou.ReverseAsync("K1", "R1"));

        await AssertReversedAsync("K1", "R1", ReversalEffect.Undone);
        AssertStands(settlement, postings: 3);
    }

    [TestCaseSource(nameof(Outages))]
    public async Task A_reversal_of_a_cancellation_whose_reply_was_lost_restores_the_settlement_once(Outage outage)
    {
        var settlement = (await Guangzhou.SettleAsync(_visit, "T1")).Granted().Result.SettlementNumber;
        await LoseReplyAsync(() => Guangzhou.CancelAsync(_visit, settlement, "K1"));
        Line.Mend();

        await RideOutAsync(outage, "R1", () => Guangzhou.ReverseAsync("K1", "R1"));

        await AssertReversedAsync("K1", "R1", ReversalEffect.Undone);
        AssertStands(settlement, postings: 3);
    }

    [TestCaseSource(nameof(Outages))]
    public async Task A_reversal_of_a_cancellation_that_never_arrived_leaves_the_settlement_as_it_is(Outage outage)
    {
        var settlement = (await Guangzhou.SettleAsync(_visit, "T1")).Granted().Result.SettlementNumber;
        await NeverDeliverAsync(() => Guangzhou.CancelAsync(_visit, settlement, "K1"));

        await RideOutAsync(outage, "R1", () => Guangzhou.ReverseAsync("K1", "R1"));
        var late = Exchange.CancelSettlementResponse.Parser.ParseFrom(await DeliverLateAsync("K1"));

        Assert.That(late.Refusal?.Code, Is.EqualTo(Exchange.RefusalCode.TransactionVoid));
        await AssertReversedAsync("K1", "R1", ReversalEffect.Voided);
        AssertStands(settlement, postings: 1);
        (await Guangzhou.CancelAsync(_visit, settlement, "K2")).Granted();
        AssertTakenBack(postings: 2);
    }

    [TestCaseSource(nameof(Outages))]
    public async Task Admissions_discharges_and_their_cancellations_are_undone_and_brought_back_once(Outage outage)
    {
        await RideOutAsync(outage, "R1", () => Guangzhou.ReverseAsync(DischargeId, "R1"));
        (await Guangzhou.WithdrawAsync(_visit, lineSerials: null)).Granted();
        await RideOutAsync(outage, "C1", () => Guangzhou.CancelAdmissionAsync(_visit, "C1"));
        await RideOutAsync(outage, "R2", () => Guangzhou.ReverseAsync("C1", "R2"));
        (await Guangzhou.DischargeAsync(_visit, Today, "D2")).Granted();
        await RideOutAsync(outage, "C2", () => Guangzhou.CancelDischargeAsync(_visit, "C2"));
        await RideOutAsync(outage, "R3", () => Guangzhou.ReverseAsync("C2", "R3"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((Yunnan.Value<long>("SELECT state FROM insured_visit"), Guangdong.Value<long>("SELECT state FROM treatment_visit")), Is.EqualTo((2L, 4L)));
            Assert.That((Yunnan.Count("insured_undo"), Guangdong.Count("treatment_undo")), Is.EqualTo((5L, 5L)));
            Assert.That(await Guangzhou.QueryAsync("D2"), Is.EqualTo(TransactionState.Committed));
        }
    }

    [Test]
    public async Task While_a_reversal_is_unanswered_nothing_else_begins_and_what_it_reverses_is_not_sent_again()
    {
        await LoseReplyAsync(() => Guangzhou.SettleAsync(_visit, "T1"));
        await Yunnan.StopAsync();
        Line.Mend();
        (await Guangzhou.ReverseAsync("T1", "R1")).Pending();

        (await Guangzhou.SettleAsync(_visit, "T2")).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");
        (await Guangzhou.CancelDischargeAsync(_visit, "C1")).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");
        (await Guangzhou.WithdrawAsync(_visit, lineSerials: null)).Refused("VISIT_STATE", RefusingSide.Treatment, "visit");
        (await Guangzhou.SettleAsync(_visit, "T1")).Pending();
        LetTheResolverBegin();
        await Logs.WaitForAsync(StillAwaiting, Guangdong.Value<string>("SELECT transaction_id FROM outbound WHERE kind = 7"));
        var attempts = Guangdong.Value<long>("SELECT attempts FROM outbound WHERE kind = 3");
        await Yunnan.StartAsync(CancellationToken.None);
        await StateAsync(Guangzhou, "R1", TransactionState.Committed);

        Assert.That(attempts, Is.EqualTo(1));
        AssertTakenBack(postings: 2);
    }

    [Test]
    public async Task Who_asks_for_a_reversal_that_is_under_way_waits_for_the_same_answer_under_an_id_of_his_own()
    {
        var settled = (await Guangzhou.SettleAsync(_visit, "T1")).Granted().TransactionId;
        await Yunnan.StopAsync();
        var first = await Guangzhou.ReverseAsync("T1", "R1");
        var others = new[] { await Guangzhou.ReverseAsync("T1", "R2"), await Guangzhou.ReverseAsync(settled), await Guangzhou.ReverseAsync("T1", "R1") };
        Assert.That(others.Select(reply => reply.Text), Is.All.EqualTo(first.Text));
        first.Pending();
        var whilePending = await Guangzhou.QueryAsync("R2");

        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "R1", TransactionState.Committed);
        await StateAsync(Guangzhou, "R2", TransactionState.Committed);
        var answers = new[] { await Guangzhou.ReverseAsync("T1", "R1"), await Guangzhou.ReverseAsync("T1", "R2"), await Guangzhou.ReverseAsync(settled) };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(whilePending, Is.EqualTo(TransactionState.Pending));
            Assert.That(answers.Select(reply => reply.Granted().Result.Effect), Is.All.EqualTo(ReversalEffect.Undone));
            Assert.That(answers.Select(reply => reply.Text), Is.All.EqualTo(answers[0].Text));
            Assert.That((await Guangzhou.ReverseAsync("T1", "R3")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.NothingToUndo), "Afterwards an id of its own means something new.");
        }
        AssertTakenBack(postings: 2);
    }

    [Test]
    public async Task Reversals_of_one_settlement_that_race_undo_it_once()
    {
        (await Guangzhou.SettleAsync(_visit, "T1")).Granted();

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(cashier => Guangzhou.ReverseAsync("T1", $"R{cashier}")));

        Assert.That(replies.Where(reply => !reply.IsPending).Select(reply => reply.Granted().Result.Effect),
            Has.Some.EqualTo(ReversalEffect.Undone).And.All.AnyOf(ReversalEffect.Undone, ReversalEffect.NothingToUndo));
        foreach (var cashier in Enumerable.Range(0, 8))
            await StateAsync(Guangzhou, $"R{cashier}", TransactionState.Committed);
        AssertTakenBack(postings: 2);
    }

    [Test]
    public async Task A_settlement_without_an_id_whose_reply_was_lost_is_reversed_by_the_nodes_id()
    {
        var settling = await WithholdReplyAsync(() => Guangzhou.SettleAsync(_visit));
        Line.Cut();
        var transactionId = (await settling).TransactionId;
        Line.Mend();

        Assert.That((await Guangzhou.ReverseAsync(transactionId, operation: "Settle")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.Undone));

        AssertTakenBack(postings: 2);
        Assert.That((await Guangzhou.SettleAsync(_visit)).Granted().TransactionId, Is.Not.EqualTo(transactionId), "Sent again it is a new settlement.");
    }

    // The second is settled on new year's eve.
    [TestCase(0)]
    [TestCase(102)]
    public async Task A_reversal_after_midnight_counts_on_its_own_day_and_takes_back_from_the_year_of_the_settlement(int daysUntilSettled)
    {
        Clock.PutForward(TimeSpan.FromDays(daysUntilSettled));
        var (settledOn, visit) = (Today.Iso(), await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn), "ZY0002"));
        (await Guangzhou.SettleAsync(visit, "T1")).Granted();
        Clock.PutForward(TimeSpan.FromDays(1));

        (await Guangzhou.ReverseAsync("T1", "R1")).Granted();

        AssertDays(settledOn, Today.Iso());
        AssertTakenBack(postings: 2);
        Assert.That(Yunnan.Year(Person, Today.Year), Is.EqualTo((0L, 0L, 0L)));
    }

    [Test]
    public async Task A_reversal_that_reaches_the_peer_after_midnight_counts_on_the_day_on_which_it_was_done()
    {
        (await Guangzhou.SettleAsync(_visit, "T1")).Granted();
        await Yunnan.StopAsync();
        (await Guangzhou.ReverseAsync("T1", "R1")).Pending();
        Clock.PutForward(TimeSpan.FromDays(1));
        await Yunnan.StartAsync(CancellationToken.None);
        await StateAsync(Guangzhou, "R1", TransactionState.Committed);

        AssertDays("2017-09-20", "2017-09-21");
        AssertTakenBack(postings: 2);
    }

    [Test]
    public async Task A_reversal_whose_answer_is_learned_after_midnight_counts_on_the_day_on_which_it_was_done()
    {
        await LoseReplyAsync(() => Guangzhou.SettleAsync(_visit, "T1"));
        Line.Mend();
        await LoseReplyAsync(() => Guangzhou.ReverseAsync("T1", "R1"));
        Line.Mend();
        Clock.PutForward(TimeSpan.FromDays(1));
        await StateAsync(Guangzhou, "R1", TransactionState.Committed);

        AssertDays("2017-09-20");
        AssertTakenBack(postings: 2);
    }

    private string DischargeId => Guangdong.Value<string>("SELECT discharge_id FROM treatment_visit");

    /// <summary>One step through one outage, until the hospital can query that it is done.</summary>
    private async Task RideOutAsync<T>(Outage outage, string id, Func<Task<HospitalReply<T>>> step)
        where T : class, IMessage<T>
    {
        await (outage switch
        {
            Outage.PeerIsDown => MeetPeerDownAsync(step),
            Outage.ReplyIsCut => LoseReplyAsync(step),
            Outage.InsuredNodeRestarts => MeetInsuredRestartAsync(step),
            Outage.TreatmentNodeRestarts => MeetTreatmentRestartAsync(step),
            _ => throw new ArgumentOutOfRangeException(nameof(outage), outage, "Not an outage."),
        });
        Line.Mend();
        LetTheResolverBegin();
        await StateAsync(Guangzhou, id, TransactionState.Committed);
    }

    private async Task MeetPeerDownAsync<T>(Func<Task<HospitalReply<T>>> step)
        where T : class, IMessage<T>
    {
        await Yunnan.StopAsync();
        (await step()).Pending();
        await Yunnan.StartAsync(CancellationToken.None);
    }

    private async Task MeetInsuredRestartAsync<T>(Func<Task<HospitalReply<T>>> step)
        where T : class, IMessage<T>
    {
        var reply = await WithholdReplyAsync(step);
        Line.Cut();
        await Yunnan.StopAsync();
        (await reply).Pending();
        await Yunnan.StartAsync(CancellationToken.None);
    }

    private async Task MeetTreatmentRestartAsync<T>(Func<Task<HospitalReply<T>>> step)
        where T : class, IMessage<T>
    {
        var reply = await WithholdReplyAsync(step);
        await Guangdong.StopAsync();
        (await reply).Pending();
        Line.Mend();
        await Guangdong.StartAsync(CancellationToken.None);
    }

    /// <summary>A step that is stored here and has reached nobody; the peer is back afterwards, and nobody has asked it yet.</summary>
    private async Task NeverDeliverAsync<T>(Func<Task<HospitalReply<T>>> step)
        where T : class, IMessage<T>
    {
        // Turned away by a node that stops they would have the step wait for it, and it would be sent as soon as the node is back.
        await Eventually.GetAsync("the lines to have arrived", () => Guangdong.Count("fee_transfer", "state IN (1, 2)"), Is.Zero);
        await Yunnan.StopAsync();
        (await step()).Pending();
        await Yunnan.StartAsync(CancellationToken.None);
    }

    /// <summary>What the network had kept of a request reaches Yunnan after all.</summary>
    /// <returns>The answer, which nobody waits for.</returns>
    private async Task<byte[]> DeliverLateAsync(string hisTransactionId)
    {
        var row = Guangdong.Host.Database.Read(session => Outbox.Find(session, session.QuerySingle<string>(
            "SELECT transaction_id FROM his_request WHERE his_transaction_id = @hisTransactionId", new { hisTransactionId })))!;
        var peer = Guangdong.Host.Services.GetRequiredService<PeerDirectory>().Find(Yunnan.Division)!;
        var outcome = await peer.CallAsync(new PeerMethod(row.Service, row.Method), Outbox.RequestOf(row, Guangdong.Host.Vault), CancellationToken.None);
        return outcome is PeerOutcome.Answered(var reply) ? reply : throw new AssertionException($"Yunnan did not answer: {outcome}");
    }

    private async Task AssertReversedAsync(string original, string reversal, ReversalEffect effect)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That((await Guangzhou.ReverseAsync(original, reversal)).Granted().Result.Effect, Is.EqualTo(effect));
            Assert.That(await Guangzhou.QueryAsync(original), Is.EqualTo(effect is ReversalEffect.Undone ? TransactionState.Undone : TransactionState.Refused));
            Assert.That((await Guangzhou.ReverseAsync(original, $"{reversal}-again")).Granted().Result.Effect, Is.EqualTo(ReversalEffect.NothingToUndo));
        }
    }

    private void AssertTakenBack(int postings)
    {
        AssertPosted(postings, receivableFen: 0);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((Yunnan.Count("insured_settlement", "state = 1"), Guangdong.Count("treatment_settlement", "state = 1")), Is.EqualTo((0L, 0L)));
            Assert.That((Yunnan.AccountBalanceFen(Person), Yunnan.Year(Person, 2017)), Is.EqualTo((AccountFen, (0L, 0L, 0L))));
        }
    }

    private void AssertStands(string settlement, int postings)
    {
        var figures = Guangdong.MirroredFigures(settlement);
        AssertPosted(postings, figures.FundTotalFen + figures.AccountFen);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Yunnan.InsuredFigures(settlement), Is.EqualTo(figures));
            Assert.That((Yunnan.AccountBalanceFen(Person), Yunnan.Year(Person, 2017).Admissions), Is.EqualTo((AccountFen - figures.AccountFen, 1L)));
        }
    }

    /// <param name="sets">How often the settlement's money was posted, there and back.</param>
    private void AssertPosted(int sets, long receivableFen)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That((Yunnan.Count("posting"), Guangdong.Count("posting")), Is.EqualTo((3L * sets, 2L * sets)));
            Assert.That((Yunnan.Balance(Account.PayableToPartner), Guangdong.Balance(Account.ReceivableFromPartner)), Is.EqualTo((-receivableFen, receivableFen)));
        }
    }

    private async Task AssertCanBeSettledAnewAsync() => Assert.That((await Guangzhou.SettleAsync(_visit, "T-anew")).Granted().Result.AdmissionOrdinal, Is.EqualTo(1));

    /// <summary>Both sides have postings on these business dates and no other.</summary>
    private void AssertDays(params IReadOnlyList<string> days)
    {
        const string Days = "SELECT group_concat(business_date, ' ') FROM (SELECT DISTINCT business_date FROM posting ORDER BY business_date)";
        Assert.That((Yunnan.Value<string>(Days), Guangdong.Value<string>(Days)), Is.EqualTo((string.Join(' ', days), string.Join(' ', days))));
    }
}
