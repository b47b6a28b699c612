using NUnit.Framework;
using ProvincialGateway.Clearing;
using ProvincialGateway.Cli;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Clearing;

/// <summary>The line from Guangdong to Yunnan is cut at every step that Guangdong takes, and Yunnan is stopped at every step it has to answer.</summary>
internal sealed class When_the_line_fails_during_clearing : ClearingTest
{
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
        AuditBooks();

        Line.Mend();
        await AnsweredAsync(Guangdong, outcome);
        await CheckedAsync(draft.StatementNumber, 1);
        Assert.That(Yunnan.Count("clearing_statement"), Is.EqualTo(1));
        Assert.That(Yunnan.Count("inbox"), Is.EqualTo(answered + 1));
        await ConfirmAsync(draft.StatementNumber);
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
