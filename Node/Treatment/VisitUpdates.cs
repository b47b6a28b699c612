using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// Corrections of an open visit that stay in the province: department, bed, doctor, and the diagnoses until the discharge carries them to the
/// insured side. The admission itself is left as it was asked, because a repeated one is compared with it.
/// </summary>
internal sealed class VisitUpdates(TimeProvider time)
{
    public HisResult Update(Session session, HisCaller caller, UpdateVisit update, TransactionId id)
    {
        if (VisitStore.Find(session, caller.Institution.Code, update.Visit) is not { } visit)
            return TreatmentRefusals.VisitNotFound();
        if (!visit.AllowsFeeChanges)
            return TreatmentRefusals.NotOpen(visit);
        if (update.Diagnoses is { Count: 0 })
            return TreatmentRefusals.MissingField("diagnoses");
        if (update.VisitKind is { } kind && kind != visit.VisitKind)
            return DeskRefusals.NotTheRegistered("visit_kind", DeskRefusals.Kind(visit.VisitKind), DeskRefusals.Kind(kind));
        if (update.AdmissionDate is { } date && date.Iso() != visit.AdmissionDate)
            return DeskRefusals.NotTheRegistered("admission_date", visit.AdmissionDate, date.Iso());
        var diagnoses = update.Diagnoses is null ? null : Diagnoses.ToJson(update.Diagnoses);
        if (diagnoses is not null && diagnoses != visit.Diagnoses)
        {
            if (visit.State is not VisitState.Admitted)
                return DeskRefusals.DiagnosesAreDischarged();
            VisitStore.SetDiagnoses(session, visit.Id, diagnoses);
        }
        if ((update.Department, update.Bed, update.Doctor, diagnoses) is not (null, null, null, null))
            Keep(session, visit.Id, update, diagnoses, id);
        return new VisitUpdated { TransactionId = id.Text, VisitNumber = visit.VisitNumber! };
    }

    private void Keep(Session session, long visitId, UpdateVisit update, string? diagnoses, TransactionId id) => session.ExecuteExpecting(1,
        """
        INSERT INTO visit_update (transaction_id, visit_id, department, bed, doctor, diagnoses, updated_at_ms)
        VALUES (@Text, @visitId, @Department, @Bed, @Doctor, @diagnoses, @now)
        """,
        new { id.Text, visitId, update.Department, update.Bed, update.Doctor, diagnoses, now = time.NowMs() });
}
