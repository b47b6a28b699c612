using System.Text;
using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// The checks and the stored intent of what opens a visit: the admission to a stay, the registration of an outpatient visit. Everything here runs
/// in one transaction, before the first packet.
/// </summary>
internal sealed class VisitOpenings(NodesConfiguration configuration, Vault vault, TimeProvider time)
{
    // Of both: what was asked is compared with what was asked before, whichever it is.
    public const string OpeningPurpose = "treatment.admission";

    public Intent Admit(Session session, HisCaller caller, RegisterAdmission admission, TransactionId id)
    {
        if (Refuse(admission) is { } wrong)
            return Intent.Refuse(wrong);
        var visit = new Opening(admission, admission.Person, admission.HospitalVisitNumber, admission.VisitKind, admission.AdmissionDate, admission.Diagnoses);
        return Open(session, caller, visit, id, (header, row) => (PeerMethod.RegisterAdmission, new RegisterAdmissionRequest
        {
            Header = header,
            Person = VisitIntents.ToMessage(admission.Person),
            Institution = VisitIntents.ToMessage(caller.Institution),
            VisitKind = row.VisitKind,
            AdmissionDate = row.AdmissionDate,
            HospitalVisitNumber = row.HospitalVisitNumber,
            Diagnoses = { Diagnoses.ToMessages(admission.Diagnoses) },
            Department = admission.Department ?? "",
        }));
    }

    public Intent Register(Session session, HisCaller caller, RegisterOutpatient outpatient, TransactionId id)
    {
        if (Refuse(outpatient) is { } wrong)
            return Intent.Refuse(wrong);
        var visit = new Opening(outpatient, outpatient.Person, outpatient.HospitalVisitNumber, outpatient.VisitKind, outpatient.VisitDate, outpatient.Diagnoses)
        {
            ChronicDisease = outpatient.ChronicDisease,
        };
        return Open(session, caller, visit, id, (header, row) => (PeerMethod.RegisterOutpatient, new RegisterOutpatientRequest
        {
            Header = header,
            Person = VisitIntents.ToMessage(outpatient.Person),
            Institution = VisitIntents.ToMessage(caller.Institution),
            VisitKind = row.VisitKind,
            VisitDate = row.AdmissionDate,
            HospitalVisitNumber = row.HospitalVisitNumber,
            Diagnoses = { Diagnoses.ToMessages(outpatient.Diagnoses) },
            ChronicDisease = row.ChronicDisease ?? "",
            Department = outpatient.Department ?? "",
        }));
    }

    private Intent Open(Session session, HisCaller caller, Opening opening, TransactionId id, Func<RequestHeader, VisitRow, (PeerMethod Method, IExchangeRequest Request)> ask)
    {
        if (!Division.TryParse(opening.Person.InsuredDivision, out var insured) || configuration.Find(insured) is null || insured.Province == id.Sender)
            return Intent.Refuse(TreatmentRefusals.PeerUnknown(opening.Person.InsuredDivision));
        var content = opening.Content;
        if (VisitStore.Find(session, caller.Institution.Code, new HisVisitReference { HospitalVisitNumber = opening.HospitalVisitNumber }) is { } standing)
            return Repeated(caller, standing, content);
        if (Suspensions.Refuse(caller, opening.Operation, time.Today()) is { } suspended)
            return Intent.Refuse(suspended);
        if (!caller.Institution.Opens(opening.VisitKind))
            return Intent.Refuse(DeskRefusals.BusinessNotOpened(opening.VisitKind, VisitKindList.Of(caller.Institution.VisitKinds)));
        var visit = new VisitRow
        {
            Id = 0,
            InstitutionCode = caller.Institution.Code,
            HospitalVisitNumber = opening.HospitalVisitNumber,
            InsuredDivision = insured.Code,
            AdmissionId = id.Text,
            Admission = vault.Seal(Encoding.UTF8.GetBytes(content), OpeningPurpose),
            State = VisitState.AdmissionSent,
            VisitKind = opening.VisitKind,
            ChronicDisease = opening.ChronicDisease,
            AdmissionDate = opening.Date.Iso(),
            Diagnoses = Diagnoses.ToJson(opening.Diagnoses),
            FeeVersion = 0,
        };
        var (method, request) = ask(RequestHeaders.Create(configuration, id, insured, caller.Operator, time.GetUtcNow()), visit);
        return Intent.Send(new OutboundRequest(id, insured.Province, OutboundKind.Admission, VisitStore.Insert(session, visit), method, request.ToByteArray()));
    }

    private Intent Repeated(HisCaller caller, VisitRow standing, string content)
    {
        var first = Encoding.UTF8.GetString(vault.Open(standing.Admission, OpeningPurpose));
        return HisJson.FirstDifference(first, content) is { } field || caller.HisTransactionId is not null
            ? Intent.Refuse(TreatmentRefusals.IdConflict(HisJson.FirstDifference(first, content) ?? "hospital_visit_number"))
            : Intent.Known(standing.AdmissionId);
    }

    private HisRefusal? Refuse(RegisterAdmission admission) => admission switch
    {
        { HospitalVisitNumber: "" } => TreatmentRefusals.MissingField("hospital_visit_number"),
        { Diagnoses.Count: 0 } => TreatmentRefusals.MissingField("diagnoses"),
        _ when ClearingTypes.IsOutpatient(admission.VisitKind) =>
            TreatmentRefusals.InvalidField("visit_kind", "门诊类别应使用门诊登记", "an outpatient kind is registered with RegisterOutpatient"),
        _ when admission.AdmissionDate > time.Today() =>
            TreatmentRefusals.DateOutsideStay("admission_date", admission.AdmissionDate.Iso(), "-", time.Today().Iso()),
        _ => null,
    };

    private HisRefusal? Refuse(RegisterOutpatient outpatient) => outpatient switch
    {
        { HospitalVisitNumber: "" } => TreatmentRefusals.MissingField("hospital_visit_number"),
        _ when !ClearingTypes.IsOutpatient(outpatient.VisitKind) =>
            TreatmentRefusals.InvalidField("visit_kind", "不是门诊类别，住院应使用入院登记", "not an outpatient kind; a stay begins with RegisterAdmission"),
        { VisitKind: VisitKindList.ChronicDisease, ChronicDisease: null or "" } => TreatmentRefusals.MissingField("chronic_disease"),
        { VisitKind: not VisitKindList.ChronicDisease, ChronicDisease.Length: > 0 } =>
            TreatmentRefusals.InvalidField("chronic_disease", "只有门诊慢特病就诊才有病种", "only a chronic disease visit names a disease"),
        _ when outpatient.VisitDate > time.Today() =>
            TreatmentRefusals.DateOutsideStay("visit_date", outpatient.VisitDate.Iso(), "-", time.Today().Iso()),
        _ => null,
    };

    private sealed record Opening(
        HisOperation Operation, HisPersonReference Person, string HospitalVisitNumber, string VisitKind, DateOnly Date, IReadOnlyList<HisDiagnosis> Diagnoses)
    {
        private readonly string? _chronicDisease;

        public string? ChronicDisease
        {
            get => _chronicDisease;
            init => _chronicDisease = value is "" ? null : value;
        }

        public string Content => HisJson.Write(Operation);
    }
}
