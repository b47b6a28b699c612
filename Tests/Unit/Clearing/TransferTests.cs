using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Ledger;

namespace ProvincialGateway.Tests.Clearing;

/// <summary>Money between two provinces that arrives in part, not at all, or would be sent twice; suspense holds only what is under way.</summary>
[TestFixture]
internal sealed class TransferTests
{
    private const long OwedFen = 900_00;

    private static readonly DateOnly Day = new(2017, 9, 25), September = new(2017, 9, 1);

    private TwoBooks _books = null!;

    [SetUp]
    public async Task Open() => _books = await TwoBooks.OpenAsync();

    [TearDown]
    public async Task Close() => await _books.DisposeAsync();

    [Test]
    public async Task A_payment_that_never_arrives_is_closed_and_paid_anew()
    {
        await _books.SettleAsync(1);
        var statement = (await _books.ClearAsync(September)).StatementNumber;
        var bounced = await PayAsync(statement);
        Assert.That(Standing(), Is.EqualTo((OwedFen, -OwedFen)));
        await ReceiveAsync(bounced, []);
        Assert.That((Standing(), _books.Latest(statement).State), Is.EqualTo(((0L, 0L), StatementStage.Confirmed)), "Back at the bank; still owed.");

        await ReceiveAsync(await PayAsync(statement), null);
        Assert.That((Standing(), _books.Balance(TwoBooks.Guangdong, Account.Bank), _books.Latest(statement).State), Is.EqualTo(((0L, -OwedFen), OwedFen, StatementStage.Paid)));
    }

    [Test]
    public async Task Suspense_is_empty_when_a_short_receipt_is_made_up()
    {
        await _books.SettleAsync(1);
        var statement = (await _books.ClearAsync(September)).StatementNumber;
        await ReceiveAsync(await PayAsync(statement), [(statement, 880_00)]);
        Assert.That(Standing(), Is.EqualTo((0L, -880_00L)));
        await ReceiveAsync(await PayAsync(statement), null);
        Assert.That((Standing(), _books.Latest(statement).State), Is.EqualTo(((0L, -OwedFen), StatementStage.Paid)));
    }

    [TestCase(1_000_00, 1_000_00)]
    [TestCase(1_000_00, 999_00)]
    [TestCase(1_000_00, 1_000_01)]
    public async Task Suspense_is_empty_after_a_deposit_whatever_of_it_arrives(long notified, long received)
    {
        await ConfirmAsync(await DepositAsync(PrepaymentEntryKind.FirstDeposit, notified), received);
        Assert.That((Standing(), _books.Balance(TwoBooks.Yunnan, Account.PrepaymentDeposited), _books.Balance(TwoBooks.Guangdong, Account.Bank)), Is.EqualTo(((0L, -received), received, received)));
        Assert.That((await NotifyAsync(PrepaymentEntryKind.FirstDeposit, notified)).Refusal?.Code, Is.EqualTo(RefusalCode.PrepaymentState), "One first deposit.");
    }

    [Test]
    public async Task A_first_deposit_that_never_arrives_is_closed_and_sent_anew()
    {
        await ConfirmAsync(await DepositAsync(PrepaymentEntryKind.FirstDeposit, 1_000_00), 0);
        var account = _books.Read(TwoBooks.Guangdong, session => _books.Holder.Account(session, LedgerSide.Treatment, TwoBooks.Yunnan));
        Assert.That((Standing(), account.BalanceFen, account.LastEntryNumber), Is.EqualTo(((0L, 0L), 0L, 0L)));
        await ConfirmAsync(await DepositAsync(PrepaymentEntryKind.FirstDeposit, 1_000_00), 1_000_00);
        Assert.That(Standing(), Is.EqualTo((0L, -1_000_00L)));
    }

    [Test]
    public async Task A_yearly_adjustment_under_way_is_not_notified_again()
    {
        await DepositAsync(PrepaymentEntryKind.YearlyAdjustment, 500_00);
        var again = await NotifyAsync(PrepaymentEntryKind.YearlyAdjustment, 500_00);
        var request = Request(PrepaymentEntryKind.YearlyAdjustment, 500_00, "");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(again.Refusal?.Code, Is.EqualTo(RefusalCode.PrepaymentState));
            Assert.That(_books.RefusedBy(TwoBooks.Guangdong, AgencySteps.NotifyPrepayment, request)?.Code, Is.EqualTo(RefusalCode.PrepaymentState), "The payee guards it too.");
        }
    }

    [Test]
    public async Task No_more_is_sent_for_a_top_up_than_was_granted()
    {
        await _books.SettleAsync(1);
        await ConfirmAsync(await DepositAsync(PrepaymentEntryKind.FirstDeposit, 1_000_00), 950_00);
        var asked = await _books.DeliverAsync(TwoBooks.Guangdong, await _books.Holder.RequestTopUpAsync(TwoBooks.Yunnan, 500_00, "红线", "", CancellationToken.None));
        await _books.DeliverAsync(TwoBooks.Yunnan, await _books.Depositor.AnswerTopUpAsync(asked, 500_00, null, "", "", CancellationToken.None));
        var sent = await DepositAsync(PrepaymentEntryKind.UrgentTopUp, 500_00, asked);
        Assert.That((await NotifyAsync(PrepaymentEntryKind.UrgentTopUp, 500_00, asked)).Refusal?.Code, Is.EqualTo(RefusalCode.PrepaymentState));
        Assert.That(_books.RefusedBy(TwoBooks.Guangdong, AgencySteps.NotifyPrepayment, Request(PrepaymentEntryKind.UrgentTopUp, 1, asked))?.Code, Is.EqualTo(RefusalCode.PrepaymentState));

        await ConfirmAsync(sent, 0);
        await ConfirmAsync(await DepositAsync(PrepaymentEntryKind.UrgentTopUp, 500_00, asked), 500_00);
        Assert.That(_books.Read(TwoBooks.Yunnan, session => PrepaymentBook.FindTopUp(session, asked)!.State), Is.EqualTo(TopUpStage.Paid));
        Assert.That(Standing().Suspense, Is.Zero);
    }

    [Test]
    public async Task A_bank_reference_that_was_used_before_is_known()
    {
        var notice = await DepositAsync(PrepaymentEntryKind.FirstDeposit, 1_000_00);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_books.Read(TwoBooks.Yunnan, session => PaymentBook.WithReference(session, TwoBooks.Guangdong, "HD1")), Is.EqualTo((notice, "2017-09-25")));
            Assert.That(_books.Read(TwoBooks.Yunnan, session => PaymentBook.WithReference(session, TwoBooks.Guangdong, "HD2")), Is.Null);
            Assert.That(_books.Read(TwoBooks.Guangdong, session => PaymentBook.WithReference(session, TwoBooks.Yunnan, "HD1")), Is.Null, "The payee's references are its own.");
        }
    }

    [Test]
    public async Task A_top_up_is_a_duty_until_it_is_answered_and_sent()
    {
        await _books.SettleAsync(1);
        await ConfirmAsync(await DepositAsync(PrepaymentEntryKind.FirstDeposit, 1_000_00), 950_00);
        var asked = await _books.DeliverAsync(TwoBooks.Guangdong, await _books.Holder.RequestTopUpAsync(TwoBooks.Yunnan, 500_00, "红线", "", CancellationToken.None));
        var answer = Duties().Single();
        Assert.That((answer.What, answer.Due, answer.RemindOn), Is.EqualTo(("answer-top-up", new DateOnly(2017, 10, 9), new DateOnly(2017, 10, 6))));
        Assert.That(new[] { answer.StateOn(new(2017, 10, 5)), answer.StateOn(new(2017, 10, 6)), answer.StateOn(new(2017, 10, 9)), answer.StateOn(new(2017, 10, 10)) },
            Is.EqualTo(new[] { DutyState.Upcoming, DutyState.Due, DutyState.Due, DutyState.Overdue }));

        await _books.DeliverAsync(TwoBooks.Yunnan, await _books.Depositor.AnswerTopUpAsync(asked, 500_00, new DateOnly(2017, 10, 11), "", "", CancellationToken.None));
        Assert.That(Duties().Select(duty => (duty.What, duty.Due, duty.Subject)), Is.EqualTo(new[] { ("pay-top-up", new DateOnly(2017, 10, 11), (string?)asked) }));
        await DepositAsync(PrepaymentEntryKind.UrgentTopUp, 500_00, asked);
        Assert.That(Duties(), Is.Empty);
    }

    private IReadOnlyList<ClearingDuty> Duties() => _books.Read(TwoBooks.Yunnan, session => ClearingDeadlines.Duties(session, TwoBooks.Yunnan, TwoBooks.Configuration.Clearing, Day));

    /// <summary>The payer's.</summary>
    private (long Suspense, long Bank) Standing() => (_books.Balance(TwoBooks.Yunnan, Account.Suspense), _books.Balance(TwoBooks.Yunnan, Account.Bank));

    private async Task<string> PayAsync(string statement) => await _books.DeliverAsync(
        TwoBooks.Yunnan, await _books.Payer.PayAsync(TwoBooks.Guangdong, [(statement, null)], "99902", Day, "HD9", "", CancellationToken.None));

    private async Task ReceiveAsync(string notice, IReadOnlyList<(string Number, long AmountFen)>? received) =>
        await _books.DeliverAsync(TwoBooks.Guangdong, await _books.Claimant.ReceiveAsync(notice, received, Day, "退汇", "", CancellationToken.None));

    private Task<AgencyOutcome> NotifyAsync(PrepaymentEntryKind kind, long fen, string topUp = "") =>
        _books.Depositor.NotifyAsync(LedgerSide.Insured, TwoBooks.Guangdong, kind, fen, topUp, Day, "HD1", "", CancellationToken.None);

    private async Task<string> DepositAsync(PrepaymentEntryKind kind, long fen, string topUp = "") => await _books.DeliverAsync(TwoBooks.Yunnan, await NotifyAsync(kind, fen, topUp));

    private async Task ConfirmAsync(string notice, long receivedFen) =>
        await _books.DeliverAsync(TwoBooks.Guangdong, await _books.Holder.ConfirmAsync(notice, receivedFen, Day, "", "", CancellationToken.None));

    private static NotifyPrepaymentRequest Request(PrepaymentEntryKind kind, long fen, string topUp) => new()
    {
        Header = new RequestHeader { TransactionId = "530000201709251000009999999999" },
        Relation = new LedgerRelation { TreatmentProvince = "440000", InsuredProvince = "530000" },
        Kind = kind,
        AmountFen = fen,
        RequestTransactionId = topUp,
        PaidOn = "2017-09-25",
        BankReference = "HD3",
    };
}
