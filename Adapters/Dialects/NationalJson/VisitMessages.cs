using System.Text.Json.Nodes;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>2401 admission, 2402 discharge, 2403 change of an admission; 2404 and 2405 need only the visit.</summary>
internal static class VisitMessages
{
    private const string VisitNode = "mdtrtinfo";

    public static HisOperation Admit(CallReader call)
    {
        var node = call.Node(VisitNode);
        var diagnoses = Diagnoses(call, node);
        if (diagnoses.Count == 0)
            call.Refuse(Refusals.MissingField("diagnoses[0].code", call.Input.Shown(Fields.Diagnoses)));
        return new RegisterAdmission
        {
            Person = PersonMessages.Person(call, node),
            HospitalVisitNumber = node.Required(Fields.HospitalVisit),
            MedicalRecordNumber = node.Optional(Fields.MedicalRecord),
            VisitKind = node.Required(Fields.VisitKind),
            AdmissionDate = node.RequiredDate(Fields.AdmissionTime),
            Diagnoses = diagnoses,
            Department = node.Optional(Fields.AdmissionDepartment),
            Bed = node.Optional(Fields.AdmissionBed),
            Doctor = node.Optional(Fields.AttendingDoctor),
            ContactName = node.Optional(Fields.ContactName),
            ContactPhone = node.Optional(Fields.ContactPhone),
        };
    }

    public static JsonNode? Admitted(CallState state, HisResult result)
    {
        if (result is not AdmissionRegistered admitted)
            return null;
        var output = new JsonObject { ["mdtrt_id"] = admitted.VisitNumber };
        if (state.Variant == ClientVariant.GZ)
            (output["vola_type"], output["vola_dscr"]) = (null, null);
        return new JsonObject { ["result"] = output };
    }

    public static HisOperation Discharge(CallReader call)
    {
        var node = call.Input.Child("dscginfo") ?? call.Node(VisitNode);
        return new Discharge
        {
            Visit = Visit(node),
            DischargeDate = node.RequiredDate(Fields.DischargeTime),
            Diagnoses = Diagnoses(call, node),
            DischargeReason = node.Optional(Fields.DischargeReason),
            Department = node.Optional(Fields.DischargeDepartment),
            Bed = node.Optional(Fields.DischargeBed),
        };
    }

    public static HisOperation Update(CallReader call)
    {
        var node = call.Node(VisitNode);
        var diagnoses = Diagnoses(call, node);
        return new UpdateVisit
        {
            Visit = Visit(node),
            VisitKind = node.Optional(Fields.VisitKind),
            AdmissionDate = node.OptionalDate(Fields.AdmissionTime),
            Diagnoses = diagnoses.Count == 0 ? null : diagnoses,
            Department = node.Optional(Fields.AdmissionDepartment),
            Bed = node.Optional(Fields.AdmissionBed),
            Doctor = node.Optional(Fields.AttendingDoctor),
        };
    }

    /// <summary>The person number beside it is not needed: the visit is of one person.</summary>
    public static HisVisitReference Visit(ObjectReader node) => new() { VisitNumber = node.Required(Fields.Visit) };

    // The flag marks the main diagnosis, the number orders the others; clients count from 0 or from 1.
    public static IReadOnlyList<HisDiagnosis> Diagnoses(CallReader call, ObjectReader node)
    {
        var rows = (call.Input.Rows(Fields.Diagnoses) ?? []).Where(row => row.Optional(Fields.DiagnosisIsValid) != "0").Select(row => new
        {
            IsMain = row.Optional(Fields.DiagnosisIsMain) == "1",
            Order = row.OptionalCount(Fields.DiagnosisOrder) ?? int.MaxValue,
            Diagnosis = new HisDiagnosis { Code = row.Required(Fields.DiagnosisCode), Name = row.Optional(Fields.DiagnosisName) },
        }).ToList();
        var main = node.Optional(Fields.MainDiagnosis);
        if (rows.Count == 0)
            return main is null ? [] : [new HisDiagnosis { Code = main, Name = node.Optional(Fields.MainDiagnosisName) }];
        var isMarked = rows.Exists(row => row.IsMain);
        return [.. rows.OrderBy(row => isMarked ? !row.IsMain : row.Diagnosis.Code != main).ThenBy(row => row.Order).Select(row => row.Diagnosis)];
    }
}
