using NUnit.Framework;
using ProvincialGateway.Clearing;
using ProvincialGateway.Ledger;
using ProvincialGateway.Tests.Cli;
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
        Assert.That((Yunnan.Balance(Account.Suspense), Yunnan.Balance(Account.Bank)), Is.EqualTo((0L, -36_000_00L)), "What did not arrive is back at the bank and open.");
        Assert.That(Statement(Yunnan, statement.StatementNumber).State, Is.EqualTo(StatementStage.Confirmed));

        var second = await PayAsync(statement.StatementNumber);
        Accepted(await Claimant.ReceiveAsync(second, null, Today, "", "", CancellationToken.None));
        AssertMirrored(0, 0);
        Assert.That(Statement(Yunnan, statement.StatementNumber).State, Is.EqualTo(StatementStage.Paid));
        Assert.That((Yunnan.Balance(Account.Suspense), Yunnan.Balance(Account.Bank), Guangdong.Balance(Account.Bank)), Is.EqualTo((0L, -WorkedExampleFen, WorkedExampleFen)));
    }

    [Test]
    public async Task A_transfer_that_the_bank_sends_back_is_closed_and_made_anew()
    {
        await using var guangdong = new OperatorDesk(Guangdong, Clock);
        await using var yunnan = new OperatorDesk(Yunnan, Clock);
        var lost = (string)(await yunnan.AskAsync("prepayment", "deposit", "--partner", "440000", "--amount", "1000.00", "--bank", "HD1"))["transactionId"]!;
        await guangdong.SucceedAsync("prepayment", "confirm", lost, "--amount", "0");
        Assert.That(await yunnan.RefuseAsync("prepayment", "deposit", "--partner", "440000", "--amount", "1000.00", "--bank", "HD1"), Does.Contain("--again"));
        var arrived = (string)(await yunnan.AskAsync("prepayment", "deposit", "--partner", "440000", "--amount", "1000.00", "--bank", "HD2"))["transactionId"]!;
        await guangdong.SucceedAsync("prepayment", "confirm", arrived);
        await SettleAsync();
        var statement = await ProposeAsync(September);
        await ConfirmAsync(statement.StatementNumber);

        await guangdong.SucceedAsync("clearing", "receive", await PayAsync(statement.StatementNumber), "--nothing");
        Assert.That((Yunnan.Balance(Account.Suspense), Yunnan.Balance(Account.Bank)), Is.EqualTo((0L, -1_000_00L)));
        AuditBooks();
        await guangdong.SucceedAsync("clearing", "receive", await PayAsync(statement.StatementNumber));
        AssertMirrored(0, 1_000_00);
        Assert.That(Statement(Yunnan, statement.StatementNumber).State, Is.EqualTo(StatementStage.Paid));
    }

    [Test]
    public async Task A_settlement_deducted_in_full_and_cancelled_later_leaves_nothing_owed_either_way()
    {
        await using var guangdong = new OperatorDesk(Guangdong, Clock);
        await using var yunnan = new OperatorDesk(Yunnan, Clock);
        var visit = await SettleAsync();
        var first = await ProposeAsync(September);
        var row = Guangdong.Value<string>("SELECT transaction_id FROM ledger_row");
        await yunnan.SucceedAsync("clearing", "dispute", first.StatementNumber, "--row", row, "--reason", "待核实");
        Assert.That(await guangdong.RefuseAsync("clearing", "propose", first.StatementNumber), Does.Contain("--accept-objections"));
        await guangdong.SucceedAsync("clearing", "revise", first.StatementNumber);
        await guangdong.SucceedAsync("clearing", "deduct", first.StatementNumber, "--kind", "20", "--amount", "680.00", "--row", row, "--reason", "检查");
        await guangdong.SucceedAsync("clearing", "deduct", first.StatementNumber, "--remove", "1");
        await guangdong.SucceedAsync("clearing", "discard", first.StatementNumber);
        await guangdong.SucceedAsync("clearing", "propose", first.StatementNumber, "--accept-objections");
        await CheckedAsync(first.StatementNumber, 2);
        await ConfirmAsync(first.StatementNumber);
        AssertMirrored(0, 0);
        (await Guangzhou.CancelAsync(visit, null)).Granted();

        Clock.PutForward(TimeSpan.FromDays(31));
        var second = await ProposeAsync(new DateOnly(2017, 10, 1));
        Assert.That((second.ClaimedFen, second.DeductedFen, second.PayableFen), Is.EqualTo((-WorkedExampleFen, -WorkedExampleFen, 0L)));
        await ConfirmAsync(second.StatementNumber);
        AssertMirrored(0, 0);
        Assert.That(Yunnan.Balance(Account.FundExpense), Is.Zero.Or.EqualTo(-Yunnan.Balance(Account.PersonalAccounts)));
    }

    [Test]
    public async Task A_row_held_back_is_listed_on_both_sides_and_restored_once_it_is_resolved()
    {
        await using var guangdong = new OperatorDesk(Guangdong, Clock);
        await using var yunnan = new OperatorDesk(Yunnan, Clock);
        await SettleAsync();
        var row = Guangdong.Value<string>("SELECT transaction_id FROM ledger_row");
        var draft = await CutAsync(September);
        await guangdong.SucceedAsync("clearing", "deduct", draft.StatementNumber, "--kind", "99", "--amount", "680.00", "--row", row, "--reason", "明细待补");
        Accepted(await Claimant.ProposeAsync(draft.StatementNumber, "", CancellationToken.None));
        await CheckedAsync(draft.StatementNumber, 1);
        await ConfirmAsync(draft.StatementNumber);
        foreach (var desk in new[] { guangdong, yunnan })
        {
            Assert.That(await desk.SucceedAsync("clearing", "list"), Does.Contain("明细待补").And.Contain("仍扣着"));
            Assert.That((long)(await desk.AskAsync("clearing", "show", draft.StatementNumber))["held"]![0]!["heldFen"]!, Is.EqualTo(680_00));
        }
        Assert.That((await guangdong.AskAsync("clearing", "list", "--partner", "310000"))["held"]!.AsArray(), Is.Empty);

        await guangdong.SucceedAsync("clearing", "resolve", row, "--partner", "530000", "--reason", "明细已补");
        Clock.PutForward(TimeSpan.FromDays(31));
        var october = await ProposeAsync(new DateOnly(2017, 10, 1));
        Assert.That(october.PayableFen, Is.EqualTo(680_00));
        await ConfirmAsync(october.StatementNumber);
        AssertMirrored(WorkedExampleFen, 0);
        Assert.That((await yunnan.AskAsync("clearing", "list"))["held"]!.AsArray(), Is.Empty);
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
