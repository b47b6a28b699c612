using ProvincialGateway.Storage;

namespace ProvincialGateway.Treatment;

/// <summary>Which discharge of a visit stands, and with it which diagnoses. Runs in the transaction that stores the insured side's answer.</summary>
internal static class Discharges
{
    public static void Begin(Session session, VisitRow visit, string dischargeId, string date, string diagnoses)
    {
        var discharge = new DischargeRow
        {
            TransactionId = dischargeId,
            VisitId = visit.Id,
            DischargeDate = date,
            Diagnoses = diagnoses,
            DiagnosesBefore = visit.Diagnoses,
            Corrects = visit.DischargeId,
        };
        UndoStore.InsertDischarge(session, discharge);
        VisitStore.SetDischarge(session, visit.Id, discharge, diagnoses);
    }

    /// <summary>Cancelled: no discharge stands, not even one that was corrected.</summary>
    public static void End(Session session, VisitRow visit)
    {
        var (last, first) = (UndoStore.GetDischarge(session, visit.DischargeId!), UndoStore.GetDischarge(session, visit.DischargeId!));
        while (first.Corrects is { } earlier)
            first = UndoStore.GetDischarge(session, earlier);
        VisitStore.SetDischarge(session, visit.Id, discharge: null, DiagnosesWithout(visit, last, first));
    }

    /// <summary>Reversed: as if it had never come, the one it corrected stands again.</summary>
    public static void TakeBack(Session session, VisitRow visit)
    {
        var discharge = UndoStore.GetDischarge(session, visit.DischargeId!);
        var earlier = discharge.Corrects is null ? null : UndoStore.GetDischarge(session, discharge.Corrects);
        VisitStore.SetDischarge(session, visit.Id, earlier, DiagnosesWithout(visit, discharge, discharge));
    }

    /// <summary>Its cancellation was reversed.</summary>
    public static void Restore(Session session, VisitRow visit, string dischargeId)
    {
        var discharge = UndoStore.GetDischarge(session, dischargeId);
        VisitStore.SetDischarge(session, visit.Id, discharge, discharge.Diagnoses);
    }

    /// <summary>Diagnoses that were changed after the discharge stay.</summary>
    private static string DiagnosesWithout(VisitRow visit, DischargeRow last, DischargeRow first) =>
        visit.Diagnoses == last.Diagnoses ? first.DiagnosesBefore : visit.Diagnoses;
}
