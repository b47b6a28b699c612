using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>The treatment side's rows of the ledger from before it had rows, out of the replies it was given.</summary>
internal static class TreatmentLedgerArrears
{
    public static void Pay(Session session, Vault vault) => LedgerArrears.Pay(session, LedgerSide.Treatment, transactionId =>
    {
        var mirror = VisitStore.SettlementOf(session, transactionId)!;
        var visit = VisitStore.Get(session, mirror.VisitId);
        return new RecordedSettlement(Division.Parse(mirror.InsuredProvince), Answered(session, vault, transactionId), visit.InstitutionCode, visit.VisitKind);
    });

    /// <summary>As the settlement's own reply told it, or the reply to its reversal where that came first.</summary>
    private static Settlement Answered(Session session, Vault vault, string transactionId)
    {
        if (Outbox.Find(session, transactionId) is { State: OutboundState.Answered } settled)
            return SettleResponse.Parser.ParseFrom(Outbox.ReplyOf(settled, vault)).Settlement;
        var reversal = session.QuerySingle<string>(
            "SELECT transaction_id FROM outbound WHERE original_id = @transactionId AND kind = @kind AND state = @state",
            new { transactionId, kind = (int)OutboundKind.Reversal, state = (int)OutboundState.Answered });
        return ReverseTransactionResponse.Parser.ParseFrom(Outbox.ReplyOf(Outbox.Find(session, reversal)!, vault)).Reversal.Settlement;
    }
}
