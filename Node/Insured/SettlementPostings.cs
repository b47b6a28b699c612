using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>What a settlement, its undo and its restoration post at the insured side.</summary>
internal static class SettlementPostings
{
    /// <summary>The settlement's own set: when it is made, and when the reversal of its cancellation restores it.</summary>
    public static void Append(Session session, InsuredSettlementRow settlement, string transactionId, PostingEvent what, DateOnly on, long nowMs) =>
        Append(session, settlement, transactionId, what, on, nowMs, PostingRules.Insured(settlement));

    public static void AppendOpposite(Session session, InsuredSettlementRow settlement, string transactionId, PostingEvent what, DateOnly on, long nowMs) =>
        Append(session, settlement, transactionId, what, on, nowMs, PostingRules.Opposite(PostingRules.Insured(settlement)));

    private static void Append(
        Session session, InsuredSettlementRow settlement, string transactionId, PostingEvent what, DateOnly on, long nowMs, IReadOnlyList<Posting> postings) =>
        PostingStore.Append(session, new PostingSet
        {
            TransactionId = TransactionId.Parse(transactionId),
            Event = what,
            Subject = settlement.SettlementNumber,
            Partner = Division.Parse(settlement.TreatmentProvince),
            BusinessDate = on,
            PostedAtMs = nowMs,
            Postings = postings,
        });
}
