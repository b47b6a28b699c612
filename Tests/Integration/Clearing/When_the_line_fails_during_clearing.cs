using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Cli;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Clearing;

/// <summary>The line from Guangdong to Yunnan is cut at every step that Guangdong takes, and Yunnan is stopped at every step it has to answer.</summary>
internal sealed class When_the_line_fails_during_clearing : ClearingTest
{
    /// <summary>Between Yunnan's client and Guangdong's port.</summary>
    private CuttingProxy _back = null!;

    /// <summary>Yunnan's address of Guangdong is a line, too.</summary>
    protected override void Arrange()
    {
        base.Arrange();
        _back = new CuttingProxy(Guangdong.PeerPort);
        Yunnan.Configuration = Yunnan.Configuration with
        {
            Nodes = [.. Yunnan.Configuration.Nodes.Select(entry => entry.Division == Guangdong.Division ? entry with { Address = new($"https://127.0.0.1:{_back.Port}") } : entry)],
        };
    }

    [TearDown]
    public async Task TakeTheWayBackDown() => await _back.DisposeAsync();

    [Test]
    public async Task Every_step_of_a_month_outlives_a_restart_of_its_sender()
    {
        await DepositAsync(10_000_00);
        await SettleAsync();
        var draft = await CutAsync(September, offsetFen: null);

        await Yunnan.StopAsync();
        var proposed = await Claimant.ProposeAsync(draft.StatementNumber, "", CancellationToken.None);
        Assert.That(proposed.State, Is.EqualTo(AgencyMessageState.Awaiting));
        Assert.That(Statement(Guangdong, draft.StatementNumber).State, Is.EqualTo(StatementStage.Draft), "Nothing is proposed before the other side has it.");
        Assert.That(async () => await CutAsync(September), Throws.TypeOf<ClearingRefusedException>(), "What is under way is not cut again.");
        await RestartAsync(Guangdong);
        await Yunnan.StartAsync(CancellationToken.None);
        await AnsweredAsync(Guangdong, proposed);
        await CheckedAsync(draft.StatementNumber, 1);

        await Guangdong.StopAsync();
        var confirmed = await Payer.ConfirmAsync(draft.StatementNumber, "", CancellationToken.None);
        await RestartAsync(Yunnan);
        await Guangdong.StartAsync(CancellationToken.None);
        await AnsweredAsync(Yunnan, confirmed);
        AssertMirrored(26_680_00, 0);

        await Guangdong.StopAsync();
        var paid = await Payer.PayAsync(Guangdong.Division, [(draft.StatementNumber, null)], "99902", Today, "银行回单1", "", CancellationToken.None);
        Assert.That(Yunnan.Balance(Account.Suspense), Is.Zero);
        await RestartAsync(Yunnan);
        await Guangdong.StartAsync(CancellationToken.None);
        await AnsweredAsync(Yunnan, paid);

        await Yunnan.StopAsync();
        var received = await Claimant.ReceiveAsync(paid.TransactionId!, null, Today, "", "", CancellationToken.None);
        await RestartAsync(Guangdong);
        await Yunnan.StartAsync(CancellationToken.None);
        await AnsweredAsync(Guangdong, received);
        AssertMirrored(0, 0);
    }

    [Test]
    public async Task A_lost_reply_is_asked_for_again_and_nothing_is_done_twice()
    {
        await SettleAsync();
        var draft = await CutAsync(September);
        var answered = Yunnan.Count("inbox");
        (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Granted();
        Line.WithholdReplies();
        var proposing = Claimant.ProposeAsync(draft.StatementNumber, "", CancellationToken.None);
        await YunnanHasAnsweredAsync(answered + 1);
        Line.Cut();
        var outcome = await proposing;
        Assert.That(outcome.State, Is.EqualTo(AgencyMessageState.Awaiting));
        AuditInFlight();

        Line.Mend();
        await AnsweredAsync(Guangdong, outcome);
        await CheckedAsync(draft.StatementNumber, 1);
        Assert.That(Yunnan.Count("clearing_statement"), Is.EqualTo(1));
        Assert.That(Yunnan.Count("inbox"), Is.EqualTo(answered + 1));
        await ConfirmAsync(draft.StatementNumber);
    }

    [Test]
    public async Task Every_step_of_prepayment_and_dispute_outlives_trouble_and_is_booked_once([Values] Trouble trouble)
    {
        await SettleAsync();
        await AllEndedAsync();
        var deposit = await FromYunnanAsync(trouble, () => Depositor.NotifyAsync(
            LedgerSide.Insured, Guangdong.Division, PrepaymentEntryKind.FirstDeposit, 10_000_00, "", Today, "银行回单0", "测试出纳", CancellationToken.None));
        await FromGuangdongAsync(trouble, () => Holder.ConfirmAsync(deposit, null, Today, "", "测试出纳", CancellationToken.None));
        AssertMirrored(WorkedExampleFen, 10_000_00);

        var topUp = await FromGuangdongAsync(trouble, () => Holder.RequestTopUpAsync(Yunnan.Division, 20_000_00, "预付金已用尽", "测试经办", CancellationToken.None));
        await FromYunnanAsync(trouble, () => Depositor.AnswerTopUpAsync(topUp, 20_000_00, null, "", "测试复核", CancellationToken.None));
        var second = await FromYunnanAsync(trouble, () => Depositor.NotifyAsync(
            LedgerSide.Insured, Guangdong.Division, PrepaymentEntryKind.UrgentTopUp, 20_000_00, topUp, Today, "银行回单1", "测试出纳", CancellationToken.None));
        await FromGuangdongAsync(trouble, () => Holder.ConfirmAsync(second, null, Today, "", "测试出纳", CancellationToken.None));
        AssertMirrored(WorkedExampleFen, 30_000_00);

        var number = (await CutAsync(September, offsetFen: null)).StatementNumber;
        await FromGuangdongAsync(trouble, () => Claimant.ProposeAsync(number, "测试经办", CancellationToken.None));
        await CheckedAsync(number, 1);
        var row = Guangdong.Value<string>("SELECT transaction_id FROM ledger_row");
        await FromYunnanAsync(trouble, () => Payer.DisputeAsync(
            number, [new ObjectionRow { RowTransactionId = row, Kind = DisputeKind.Audit, AmountFen = 1_000_00, Field = "", Reason = "重复收费" }], "", "测试复核", CancellationToken.None));
        await Claimant.ReviseAsync(number, acceptObjections: true, CancellationToken.None);
        await FromGuangdongAsync(trouble, () => Claimant.ProposeAsync(number, "测试经办", CancellationToken.None));
        await CheckedAsync(number, 2);
        await FromYunnanAsync(trouble, () => Payer.ConfirmAsync(number, "测试复核", CancellationToken.None));
        AssertMirrored(5_680_00, 0);

        var notice = await FromYunnanAsync(trouble, () => Payer.PayAsync(Guangdong.Division, [(number, null)], "99902", Today, "银行回单2", "测试出纳", CancellationToken.None));
        await FromGuangdongAsync(trouble, () => Claimant.ReceiveAsync(notice, null, Today, "", "测试出纳", CancellationToken.None));
        AssertMirrored(0, 0);
        AssertBookedOnce(number);
    }

    /// <summary>What becomes of a message on its way.</summary>
    public enum Trouble
    {
        /// <summary>The receiver does not listen.</summary>
        Outage,

        /// <summary>The receiver has done it, and its answer is lost.</summary>
        LostReply,
    }

    private Task<string> FromGuangdongAsync(Trouble trouble, Func<Task<AgencyOutcome>> step) => TroubledAsync(trouble, Guangdong, Yunnan, Line, step);

    private Task<string> FromYunnanAsync(Trouble trouble, Func<Task<AgencyOutcome>> step) => TroubledAsync(trouble, Yunnan, Guangdong, _back, step);

    /// <returns>The message's transaction id, accepted after all.</returns>
    private async Task<string> TroubledAsync(Trouble trouble, PilotProvince sender, PilotProvince receiver, CuttingProxy line, Func<Task<AgencyOutcome>> step)
    {
        var answered = receiver.Count("inbox");
        AgencyOutcome outcome;
        if (trouble is Trouble.Outage)
        {
            await receiver.StopAsync();
            outcome = await step();
            AuditInFlight();
            await receiver.StartAsync(CancellationToken.None);
        }
        else
        {
            await PingAsync(sender, receiver);
            line.WithholdReplies();
            var taking = step();
            await Eventually.GetAsync($"{receiver.Division} to answer", () => receiver.Count("inbox"), Is.EqualTo(answered + 1));
            line.Cut();
            outcome = await taking;
            AuditInFlight();
            line.Mend();
        }
        Assert.That(outcome.State, Is.EqualTo(AgencyMessageState.Awaiting), outcome.Refusal?.ToString());
        await AnsweredAsync(sender, outcome);
        Assert.That(receiver.Count("inbox"), Is.EqualTo(answered + 1));
        return outcome.TransactionId!;
    }

    /// <summary>A line stands: a new one could not be laid while replies are withheld.</summary>
    private async Task PingAsync(PilotProvince sender, PilotProvince receiver)
    {
        var id = TransactionId.Create(sender.Division, Clock.GetUtcNow(), 999_999_999);
        var ping = new PingRequest { Header = RequestHeaders.Create(sender.Configuration, id, receiver.Division, "", Clock.GetUtcNow()) };
        var peer = sender.Host.Services.GetRequiredService<PeerDirectory>().Find(receiver.Division)!;
        // The first call after a cut may meet the line that was cut.
        await Eventually.GetAsync($"{receiver.Division} to be reached", async () => await peer.CallAsync(PeerMethod.Ping, ping.ToByteArray(), CancellationToken.None), Is.InstanceOf<PeerOutcome.Answered>());
    }

    private void AuditInFlight()
    {
        InFlightAtTheEnd = 1;
        AuditBooks();
        InFlightAtTheEnd = 0;
    }

    private void AssertBookedOnce(string number)
    {
        foreach (var province in (PilotProvince[])[Guangdong, Yunnan])
        {
            using (Assert.EnterMultipleScope())
            {
                Assert.That(province.Count("prepayment_entry"), Is.EqualTo(3), "deposit, top-up, offset");
                Assert.That(province.Count("prepayment_notice"), Is.EqualTo(2));
                Assert.That(province.Count("clearing_payment"), Is.EqualTo(1));
                Assert.That(province.Count("clearing_statement"), Is.EqualTo(2), "two revisions");
                Assert.That(Statement(province, number).State, Is.EqualTo(StatementStage.Paid));
                Assert.That(province.Value<long>("SELECT count(*) FROM clearing_outbound WHERE state <> 2"), Is.Zero);
            }
        }
    }

    private async Task AnsweredAsync(PilotProvince province, AgencyOutcome outcome)
    {
        LetTheResolverBegin();
        await Eventually.GetAsync($"{outcome.TransactionId} to be accepted", () => Task.FromResult(
            province.Value<AgencyMessageState>("SELECT state FROM clearing_outbound WHERE transaction_id = @TransactionId", new { outcome.TransactionId })), Is.EqualTo(AgencyMessageState.Accepted));
    }

    private static async Task RestartAsync(PilotProvince province)
    {
        await province.StopAsync();
        await province.StartAsync(CancellationToken.None);
    }
}
