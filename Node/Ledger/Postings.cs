using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Ledger;

/// <summary>One line of a posting set before it has a place in the sequence.</summary>
internal readonly record struct Posting(Account Account, long AmountFen);

/// <summary>Which posting set a settlement makes on each side. Pure; a cancellation is the same set with every sign turned.</summary>
internal static class PostingRules
{
    public static IReadOnlyList<Posting> Insured(SettlementFigures figures) => Balanced(
        new(Account.FundExpense, figures.FundTotalFen),
        new(Account.PersonalAccounts, figures.AccountFen),
        new(Account.PayableToPartner, checked(-figures.ClearedFen)));

    public static IReadOnlyList<Posting> Treatment(SettlementFigures figures) => Balanced(
        new(Account.ReceivableFromPartner, figures.ClearedFen),
        new(Account.PayableToHospitals, checked(-figures.ClearedFen)));

    public static IReadOnlyList<Posting> Opposite(IEnumerable<Posting> postings) =>
        [.. postings.Select(posting => posting with { AmountFen = checked(-posting.AmountFen) })];

    private static List<Posting> Balanced(params Posting[] postings)
    {
        var kept = postings.Where(posting => posting.AmountFen != 0).ToList();
        if (kept.Aggregate(0L, (sum, posting) => checked(sum + posting.AmountFen)) != 0)
            throw new InvalidOperationException("A posting set does not balance: this is a bug of the posting rules.");
        return kept;
    }
}

/// <summary>Writes posting sets in the caller's transaction, each line with the next number of the node's gap-free sequence.</summary>
internal static class PostingStore
{
    public static void Append(Session session, PostingSet set)
    {
        if (set.Postings.Count == 0)
            return;
        var sequence = Counters.Take(session, "posting", set.Postings.Count);
        foreach (var posting in set.Postings)
        {
            session.ExecuteExpecting(1,
                """
                INSERT INTO posting (sequence, transaction_id, event, subject, partner, account, amount_fen, business_date, posted_at_ms)
                VALUES (@Sequence, @TransactionId, @Event, @Subject, @Partner, @Account, @AmountFen, @BusinessDate, @PostedAtMs)
                """,
                new
                {
                    Sequence = sequence++,
                    TransactionId = set.TransactionId.Text,
                    Event = (int)set.Event,
                    set.Subject,
                    Partner = set.Partner.Code,
                    Account = (int)posting.Account,
                    posting.AmountFen,
                    BusinessDate = set.BusinessDate.Iso(),
                    set.PostedAtMs,
                });
        }
    }
}

/// <summary>All postings of one business event. A settlement nobody pays for has none.</summary>
internal sealed record PostingSet
{
    public required TransactionId TransactionId { get; init; }

    public required PostingEvent Event { get; init; }

    /// <summary>A settlement or statement number; of money that moves, the transaction id of its notice.</summary>
    public required string Subject { get; init; }

    /// <summary>The other province.</summary>
    public required Division Partner { get; init; }

    /// <summary>The insured side's date, used by both sides.</summary>
    public required DateOnly BusinessDate { get; init; }

    public required long PostedAtMs { get; init; }

    public required IReadOnlyList<Posting> Postings { get; init; }
}
