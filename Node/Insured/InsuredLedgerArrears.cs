using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>The insured side's rows of the ledger from before it had rows, out of the replies that were committed.</summary>
internal static class InsuredLedgerArrears
{
    public static void Pay(Session session, Inbox inbox) => LedgerArrears.Pay(session, LedgerSide.Insured, transactionId =>
    {
        var row = InsuredStore.SettlementOf(session, transactionId)!;
        var visit = InsuredStore.GetVisit(session, row.VisitNumber);
        var partner = Division.Parse(row.TreatmentProvince);
        var answered = inbox.Lookup(session, transactionId, partner)
            ?? throw new StorageInvariantException(
                $"本节点没有结算交易 {transactionId} 的存档应答；请保留日志并联系技术支持。",
                $"This node has no stored reply of settlement {transactionId}; keep the log and call support.");
        return new RecordedSettlement(partner, SettleResponse.Parser.ParseFrom(answered.Reply).Settlement, visit.InstitutionCode, visit.VisitKind);
    });
}
