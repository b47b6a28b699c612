using NUnit.Framework;
using ProvincialGateway.Clearing;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Clearing;

internal sealed class When_a_month_is_cleared : ClearingTest
{
    [Test]
    public async Task The_deposit_pays_a_part_the_rest_is_transferred_and_nothing_is_owed()
    {
        await DepositAsync(10_000_00);
        await SettleAsync();
        AssertMirrored(WorkedExampleFen, 10_000_00);

        var proposed = await ProposeAsync(September, offsetFen: null);
        Assert.That((proposed.FirstSequence, proposed.LastSequence, proposed.ClaimedFen, proposed.PrepaymentOffsetFen, proposed.PayableFen),
            Is.EqualTo((1L, 1L, WorkedExampleFen, 10_000_00L, 26_680_00L)));
        Assert.That((await ConfirmAsync(proposed.StatementNumber)).State, Is.EqualTo(StatementStage.Confirmed));
        AssertMirrored(26_680_00, 0);

        var notice = await PayAsync(proposed.StatementNumber);
        Assert.That((Yunnan.Balance(Account.Suspense), Yunnan.Balance(Account.Bank)), Is.EqualTo((26_680_00L, -36_680_00L)));
        Accepted(await Claimant.ReceiveAsync(notice, null, Today, "入账1", "测试出纳", CancellationToken.None));

        AssertMirrored(0, 0);
        Assert.That((Yunnan.Balance(Account.Suspense), Guangdong.Balance(Account.Bank)), Is.EqualTo((0L, 36_680_00L)));
        Assert.That((Statement(Guangdong, proposed.StatementNumber).State, Statement(Yunnan, proposed.StatementNumber).State), Is.EqualTo((StatementStage.Paid, StatementStage.Paid)));
    }

    [Test]
    public async Task A_short_receipt_leaves_the_rest_open_and_a_second_payment_closes_it()
    {
        await SettleAsync();
        var statement = await ProposeAsync(September);
        await ConfirmAsync(statement.StatementNumber);
        var first = await PayAsync(statement.StatementNumber);
        Accepted(await Claimant.ReceiveAsync(first, [(statement.StatementNumber, 36_000_00)], Today, "", "", CancellationToken.None));

        AssertMirrored(680_00, 0);
        Assert.That(Yunnan.Balance(Account.Suspense), Is.EqualTo(680_00), "What was sent and did not arrive stays visible.");
        Assert.That(Statement(Yunnan, statement.StatementNumber).State, Is.EqualTo(StatementStage.Confirmed));

        var second = await PayAsync(statement.StatementNumber);
        Accepted(await Claimant.ReceiveAsync(second, null, Today, "", "", CancellationToken.None));
        AssertMirrored(0, 0);
        Assert.That(Statement(Yunnan, statement.StatementNumber).State, Is.EqualTo(StatementStage.Paid));
    }

    [Test]
    public async Task A_month_without_rows_is_confirmed_and_needs_no_payment()
    {
        var statement = await ProposeAsync(September);
        Assert.That((await ConfirmAsync(statement.StatementNumber)).State, Is.EqualTo(StatementStage.Paid));
        Assert.That((statement.FirstSequence, statement.LastSequence, statement.PayableFen), Is.EqualTo((1L, 0L, 0L)));
    }

    [Test]
    public async Task What_is_taken_back_after_payment_makes_a_negative_month_that_the_next_one_carries()
    {
        var visit = await SettleAsync();
        var first = await ProposeAsync(September);
        await ConfirmAsync(first.StatementNumber);
        var notice = await PayAsync(first.StatementNumber);
        Accepted(await Claimant.ReceiveAsync(notice, null, Today, "", "", CancellationToken.None));
        (await Guangzhou.CancelAsync(visit, null)).Granted();

        Clock.PutForward(TimeSpan.FromDays(31));
        var second = await ProposeAsync(new DateOnly(2017, 10, 1));
        Assert.That((second.ClaimedFen, second.PayableFen), Is.EqualTo((-WorkedExampleFen, -WorkedExampleFen)));
        Assert.That((await ConfirmAsync(second.StatementNumber)).State, Is.EqualTo(StatementStage.Paid));
        AssertMirrored(-WorkedExampleFen, 0);

        Clock.PutForward(TimeSpan.FromDays(31));
        await SettleAsync("ZY0002", Patient.PostedOfKunming);
        var third = await ProposeAsync(new DateOnly(2017, 11, 1));
        Assert.That((third.DeductedFen, third.CarriedFen, third.PayableFen), Is.EqualTo((WorkedExampleFen, WorkedExampleFen, third.ClaimedFen - WorkedExampleFen)));
        await ConfirmAsync(third.StatementNumber);
        AssertMirrored(third.PayableFen, 0);
    }

    [TestCase(StatementStage.Proposed)]
    [TestCase(StatementStage.Confirmed)]
    [TestCase(StatementStage.Paid)]
    public async Task A_settlement_cancelled_after_its_statement_stays_in_it_and_is_a_negative_row_of_the_next_month(StatementStage stage)
    {
        var visit = await SettleAsync();
        var number = (await ProposeAsync(September)).StatementNumber;
        if (stage is not StatementStage.Proposed)
            await ConfirmAsync(number);
        if (stage is StatementStage.Paid)
            await PayInFullAsync(number);
        (await Guangzhou.CancelAsync(visit, null)).Granted();
        Assert.That(Statement(Guangdong, number).State, Is.EqualTo(stage), "A cancellation changes no statement.");
        if (stage is StatementStage.Proposed)
            await ConfirmAsync(number);
        if (stage is not StatementStage.Paid)
            await PayInFullAsync(number);
        AssertMirrored(-WorkedExampleFen, 0);

        Clock.PutForward(TimeSpan.FromDays(31));
        var october = await ProposeAsync(new DateOnly(2017, 10, 1));
        Assert.That((october.RowCount, october.ClaimedFen, october.PayableFen), Is.EqualTo((1L, -WorkedExampleFen, -WorkedExampleFen)));
        Assert.That((await ConfirmAsync(october.StatementNumber)).State, Is.EqualTo(StatementStage.Paid), "Nothing is transferred; a later month carries it.");
        AssertMirrored(-WorkedExampleFen, 0);
    }

    [Test]
    public async Task What_is_settled_while_a_statement_is_proposed_is_of_the_next_one()
    {
        var visit = await SettleAsync();
        var first = await ProposeAsync(September);
        (await Guangzhou.CancelAsync(visit, null)).Granted();
        await ConfirmAsync(first.StatementNumber);

        Clock.PutForward(TimeSpan.FromDays(31));
        var second = await CutAsync(new DateOnly(2017, 10, 1));
        Assert.That((first.LastSequence, second.FirstSequence, second.LastSequence, second.ClaimedFen), Is.EqualTo((1L, 2L, 2L, -WorkedExampleFen)));
    }

    private async Task PayInFullAsync(string number) =>
        Accepted(await Claimant.ReceiveAsync(await PayAsync(number), null, Today, "入账1", "测试出纳", CancellationToken.None));
}
