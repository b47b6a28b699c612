using ProvincialGateway.Ledger;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>
/// The posting sets of prepayment and clearing. Both sides post the same event under the same transaction id, subject and date, so their
/// receivable and payable, and the deposit held and deposited, mirror each other.
/// </summary>
internal static class ClearingPostings
{
    /// <summary>The payer's: money is on its way.</summary>
    public static IReadOnlyList<Posting> Sent(long fen) => [new(Account.Suspense, fen), new(Account.Bank, checked(-fen))];

    /// <summary>A deposit (positive) or a return (negative) has arrived.</summary>
    /// <param name="isPayer">Whether this side sent the money.</param>
    /// <param name="returnedFen">Notified less received: back at the payer's bank, so that suspense holds only what is under way.</param>
    public static IReadOnlyList<Posting> PrepaymentReceived(LedgerSide own, bool isPayer, long fen, long returnedFen)
    {
        // The treatment side holds what the insured side has deposited: the same amount with opposite signs.
        var deposit = own is LedgerSide.Insured ? fen : checked(-fen);
        return isPayer ? [new(Relations.Deposit(own), deposit), .. Arrived(deposit, returnedFen)] : [new(Relations.Deposit(own), deposit), new(Account.Bank, checked(-deposit))];
    }

    /// <param name="deductedFen">Without what is carried over from earlier statements: that was booked with its rows.</param>
    public static IReadOnlyList<Posting> StatementConfirmed(LedgerSide own, long deductedFen, long offsetFen) => own is LedgerSide.Insured
        ? [new(Account.PayableToPartner, checked(deductedFen + offsetFen)), new(Account.FundExpense, checked(-deductedFen)), new(Account.PrepaymentDeposited, checked(-offsetFen))]
        : [new(Account.PayableToHospitals, deductedFen), new(Account.PrepaymentHeld, offsetFen), new(Account.ReceivableFromPartner, checked(-deductedFen - offsetFen))];

    /// <param name="returnedFen">Notified less received: back at the payer's bank.</param>
    public static IReadOnlyList<Posting> PaymentReceived(LedgerSide own, long fen, long returnedFen) => own is LedgerSide.Insured
        ? [new(Account.PayableToPartner, fen), .. Arrived(fen, returnedFen)]
        : [new(Account.Bank, fen), new(Account.ReceivableFromPartner, checked(-fen))];

    /// <summary>The payer's: nothing of what was sent is under way any more.</summary>
    private static Posting[] Arrived(long fen, long returnedFen) => [new(Account.Suspense, checked(-fen - returnedFen)), new(Account.Bank, returnedFen)];

    public static void Append(AgencyScope scope, string transactionId, PostingEvent happened, string subject, DateOnly on, IEnumerable<Posting> postings) =>
        PostingStore.Append(scope.Session, new PostingSet
        {
            TransactionId = TransactionId.Parse(transactionId),
            Event = happened,
            Subject = subject,
            Partner = scope.Partner,
            BusinessDate = on,
            PostedAtMs = scope.NowMs,
            Postings = [.. postings.Where(posting => posting.AmountFen != 0)],
        });
}
