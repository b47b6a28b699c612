using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Clearing;

internal sealed class When_prepayment_moves : ClearingTest
{
    protected override NodesConfiguration Configure(NodesConfiguration configuration) => configuration with
    {
        Clearing = new ClearingOptions
        {
            // By this agreement Yunnan stops to settle in Guangdong; elsewhere it would go on.
            Pairs = [new PairAgreement(PilotCountry.Guangdong, PilotCountry.Yunnan, new AgreementOptions { RefuseWhenExhausted = true })],
            Holidays = [new DateOnly(2017, 10, 2), new DateOnly(2017, 10, 3), new DateOnly(2017, 10, 4), new DateOnly(2017, 10, 5), new DateOnly(2017, 10, 6)],
            Workdays = [new DateOnly(2017, 9, 30)],
        },
    };

    [Test]
    public async Task At_red_more_is_asked_for_granted_paid_and_the_level_falls()
    {
        await DepositAsync(40_000_00);
        Assert.That((await AskAsync(20_000_00)).Refusal?.Code, Is.EqualTo(RefusalCode.PrepaymentState), "Below the red mark nobody asks.");
        await SettleAsync();
        Assert.That(Level(), Is.EqualTo(PrepaymentLevel.Red));

        var request = Accepted(await AskAsync(20_000_00));
        Assert.That((await AskAsync(1)).Refusal?.Code, Is.EqualTo(RefusalCode.PrepaymentState), "One request at a time.");
        Assert.That(TopUp(request).DueDate, Is.EqualTo("2017-10-10"), "Ten working days from Wednesday: one Saturday is worked, five days are not.");
        Accepted(await Depositor.AnswerTopUpAsync(request, 15_000_00, null, "额度有限", "", CancellationToken.None));
        var notice = Accepted(await Depositor.NotifyAsync(LedgerSide.Insured, Guangdong.Division, PrepaymentEntryKind.UrgentTopUp, 15_000_00, request, Today, "银行回单2", "", CancellationToken.None));
        Accepted(await Holder.ConfirmAsync(notice, 14_999_99, Today, "", "", CancellationToken.None));

        Assert.That(TopUp(request).State, Is.EqualTo(TopUpStage.Granted), "One fen is missing.");
        Assert.That(Yunnan.Balance(Account.Suspense), Is.Zero, "It is back at the bank.");
        Assert.That(Level(), Is.EqualTo(PrepaymentLevel.Normal));
        AssertMirrored(WorkedExampleFen, 54_999_99);
    }

    [Test]
    public async Task Used_up_by_an_agreement_to_refuse_nothing_more_is_settled_until_it_is_topped_up()
    {
        await DepositAsync(30_000_00);
        await SettleAsync();
        Assert.That(Level(), Is.EqualTo(PrepaymentLevel.Exhausted));

        var visit = await DischargeAsync(Guangzhou, Patient.PostedOfKunming, SampleBills.Guangzhou(FeesOn), "ZY0002");
        Assert.That((await Guangzhou.SettleAsync(visit, "T2")).Text, Does.Contain("PREPAYMENT_EXHAUSTED"));

        var request = Accepted(await AskAsync(50_000_00));
        Accepted(await Depositor.AnswerTopUpAsync(request, 50_000_00, null, "", "", CancellationToken.None));
        var notice = Accepted(await Depositor.NotifyAsync(LedgerSide.Insured, Guangdong.Division, PrepaymentEntryKind.UrgentTopUp, 50_000_00, request, Today, "银行回单2", "", CancellationToken.None));
        Accepted(await Holder.ConfirmAsync(notice, null, Today, "", "", CancellationToken.None));
        Assert.That(TopUp(request).State, Is.EqualTo(TopUpStage.Paid));
        (await Guangzhou.SettleAsync(visit, "T3")).Granted();
    }

    [Test]
    public async Task A_return_takes_no_more_than_is_available_and_comes_back_to_the_bank()
    {
        await DepositAsync(40_000_00);
        await SettleAsync();
        await ProposeAsync(September, offsetFen: 30_000_00);
        Assert.That((await ReturnAsync(10_000_01)).Refusal?.Code, Is.EqualTo(RefusalCode.PrepaymentState), "The proposed offset is promised already.");

        var notice = Accepted(await ReturnAsync(10_000_00));
        Assert.That((await ReturnAsync(1)).Refusal?.Code, Is.EqualTo(RefusalCode.PrepaymentState), "So is what is on its way back.");
        Accepted(await Depositor.ConfirmAsync(notice, null, Today, "", "", CancellationToken.None));
        AssertMirrored(WorkedExampleFen, 30_000_00);
        Assert.That((Guangdong.Balance(Account.Bank), Yunnan.Balance(Account.Bank)), Is.EqualTo((30_000_00L, -30_000_00L)));
        Assert.That((await Depositor.ConfirmAsync(notice, null, Today, "", "", CancellationToken.None)).Refusal?.Code, Is.EqualTo(RefusalCode.PrepaymentState), "Once.");
    }

    [Test]
    public async Task The_yearly_adjustment_is_two_months_at_the_average_of_the_fourth_quarter()
    {
        await DepositAsync(10_000_00);
        Clock.PutForward(TimeSpan.FromDays(31));
        await SettleAsync();
        Clock.PutForward(TimeSpan.FromDays(92));

        var adjustment = Yunnan.Host.Database.Read(session => Depositor.Adjustment(session, LedgerSide.Insured, Guangdong.Division, 2018));
        // 34680.00 of the funds in the quarter: 11560.00 a month; the personal account is not the funds'.
        Assert.That((adjustment.BaseFen, adjustment.TargetFen, adjustment.DifferenceFen), Is.EqualTo((34_680_00L, 23_120_00L, 13_120_00L)));
        Assert.That(Guangdong.Host.Database.Read(session => Holder.Adjustment(session, LedgerSide.Treatment, Yunnan.Division, 2018)), Is.EqualTo(adjustment), "Both sides come to the same.");
    }

    [Test]
    public async Task Only_the_insured_side_deposits_and_only_the_payee_confirms()
    {
        var wrongPayer = await Holder.NotifyAsync(LedgerSide.Treatment, Yunnan.Division, PrepaymentEntryKind.FirstDeposit, 1_00, "", Today, "x", "", CancellationToken.None);
        Assert.That(wrongPayer.Refusal?.Code, Is.EqualTo(RefusalCode.InvalidField));
        var notice = Accepted(await Depositor.NotifyAsync(LedgerSide.Insured, Guangdong.Division, PrepaymentEntryKind.FirstDeposit, 1_00, "", Today, "x", "", CancellationToken.None));
        Assert.That((await Depositor.ConfirmAsync(notice, null, Today, "", "", CancellationToken.None)).Refusal?.Code, Is.EqualTo(RefusalCode.InvalidField));
        Assert.That(async () => await Holder.ConfirmAsync("530000201709201000009999999999", null, Today, "", "", CancellationToken.None), Throws.TypeOf<ClearingRefusedException>());
    }

    private PrepaymentLevel Level() => Guangdong.Host.Database.Read(session => Holder.Account(session, LedgerSide.Treatment, Yunnan.Division)).Level;

    private TopUpRow TopUp(string request) => Guangdong.Host.Database.Read(session => PrepaymentBook.FindTopUp(session, request)!);

    private Task<AgencyOutcome> AskAsync(long fen) => Holder.RequestTopUpAsync(Yunnan.Division, fen, "本月使用率已达红线", "", CancellationToken.None);

    private Task<AgencyOutcome> ReturnAsync(long fen) =>
        Holder.NotifyAsync(LedgerSide.Treatment, Yunnan.Division, PrepaymentEntryKind.Return, fen, "", Today, "银行回单9", "", CancellationToken.None);
}
