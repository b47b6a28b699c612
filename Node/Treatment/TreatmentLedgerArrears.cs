using ProvincialGateway.Ledger;
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
        return new RecordedSettlement(Division.Parse(mirror.InsuredProvince), new InsuredAnswers(vault).SettlementOf(session, transactionId), visit.InstitutionCode, visit.VisitKind);
    });
}
