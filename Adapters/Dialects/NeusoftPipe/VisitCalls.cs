using System.Text.RegularExpressions;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftPipe;

/// <summary>02 registration and 03 update, which is also the discharge.</summary>
internal static partial class VisitCalls
{
    private const string Day = "yyyy-MM-dd";
    private const string NoComplication = "0";

    private static readonly NumberedField VisitNumber = new(1, "hospital_visit_number", "住院(门诊)号");
    private static readonly NumberedField VisitOfUpdate = new(1, "visit.hospital_visit_number", "住院号");

    private static readonly NumberedField AdmissionKind = new(2, "visit_kind", "医疗类别");
    private static readonly NumberedField InsuredNumber = new(3, "person.person_number", "医保号");
    private static readonly NumberedField AdmissionDepartment = new(4, "department", "科室");
    private static readonly NumberedField AdmissionDoctor = new(5, "doctor", "医生");
    private static readonly NumberedField AdmittedOn = new(6, "admission_date", "日期");
    private static readonly NumberedField AdmissionDiagnosis = new(7, "diagnoses[0].code", "诊断/病种");

    private static readonly NumberedField Mask = new(2, "update_mask", "更新标志");
    private static readonly NumberedField Kind = new(3, "visit_kind", "医疗类别");
    private static readonly NumberedField Department = new(4, "department", "科室");
    private static readonly NumberedField Doctor = new(5, "doctor", "医生");
    private static readonly NumberedField AdmissionDate = new(6, "admission_date", "入院日期");
    private static readonly NumberedField Admitted = new(7, "diagnoses[0].code", "入院诊断");
    private static readonly NumberedField DischargeDate = new(8, "discharge_date", "出院日期");
    private static readonly NumberedField Confirmed = new(9, "diagnoses[0].code", "确诊疾病编码");
    private static readonly NumberedField Reason = new(10, "discharge_reason", "出院原因");
    private static readonly NumberedField Complication = new(12, "diagnoses[1].code", "并发症");

    public static bool IsAdmissionInPlace(IReadOnlyList<string> fields) => DateForm().IsMatch(fields[5]) && fields[8] == NoComplication;

    /// <summary>02 opens both: the kind says whether it is a stay. Of a special disease visit the seventh field is the disease.</summary>
    public static IReadOnlyList<HisOperation> DecodeAdmission(FieldReader call, PipeSettings settings) =>
        call.Optional(AdmissionKind) is { } kind && IsOutpatient(kind) ? [Outpatient(call, kind, settings)] : Admission(call, settings);

    private static RegisterOutpatient Outpatient(FieldReader call, string kind, PipeSettings settings)
    {
        var stated = call.Required(AdmissionDiagnosis);
        var disease = kind == SpecialDisease && Disease().Match(stated) is { Success: true } named ? named.Value : null;
        if (kind == SpecialDisease && disease is null)
            call.Refuse(AdmissionDiagnosis, "特殊病门诊应填写病种编码。", "a special disease visit states the code of the disease.");
        return new RegisterOutpatient
        {
            Person = PersonCalls.Person(call, InsuredNumber, settings),
            HospitalVisitNumber = call.Required(VisitNumber),
            VisitKind = kind,
            VisitDate = call.RequiredDate(AdmittedOn, Day),
            Diagnoses = [disease is null ? Diagnosis(stated, settings) : new HisDiagnosis { Code = settings.UncodedDiagnosis, Name = stated }],
            ChronicDisease = disease,
            Department = call.Optional(AdmissionDepartment),
            Doctor = call.Optional(AdmissionDoctor),
        };
    }

    private static IReadOnlyList<HisOperation> Admission(FieldReader call, PipeSettings settings) =>
    [
        new RegisterAdmission
        {
            Person = PersonCalls.Person(call, InsuredNumber, settings),
            HospitalVisitNumber = call.Required(VisitNumber),
            VisitKind = KindOf(call, AdmissionKind, call.Required(AdmissionKind)),
            AdmissionDate = call.RequiredDate(AdmittedOn, Day),
            Diagnoses = [Diagnosis(call.Required(AdmissionDiagnosis), settings)],
            Department = call.Optional(AdmissionDepartment),
            Doctor = call.Optional(AdmissionDoctor),
        },
    ];

    public static PipeReply? EncodeAdmission(HisResult result) => result switch
    {
        AdmissionRegistered admitted => Opened(admitted.TransactionId, admitted.Person),
        OutpatientRegistered registered => Opened(registered.TransactionId, registered.Person),
        _ => null,
    };

    private static PipeReply Opened(string transactionId, HisPerson person) => new PipeReply().Add(Serials.Of(transactionId)).AddYuan(person.AccountBalanceFen);

    /// <summary>
    /// A marked discharge date makes it a discharge. What else is marked then and belongs to the admission is an update of its own: the insured
    /// province hears of the discharge only.
    /// </summary>
    public static IReadOnlyList<HisOperation> DecodeUpdate(FieldReader call, PipeSettings settings)
    {
        var marked = ReadMask(call);
        var dischargedOn = Marked(DischargeDate) is null ? null : call.OptionalDate(DischargeDate, Day);
        var kind = Marked(Kind) is { } text ? KindOf(call, Kind, text) : null;
        var admittedOn = Marked(AdmissionDate) is null ? null : call.OptionalDate(AdmissionDate, Day);
        if (dischargedOn is null && Marked(Reason) is not null)
            call.Refuse(Reason, "出院原因须与出院日期一并上传。", "a discharge reason goes with a discharge date.");
        var visit = new HisVisitReference { HospitalVisitNumber = call.Required(VisitOfUpdate) };
        var update = new UpdateVisit
        {
            Visit = visit,
            VisitKind = kind,
            AdmissionDate = admittedOn,
            Diagnoses = dischargedOn is null && Diagnoses() is { Count: > 0 } stated ? stated : null,
            Department = dischargedOn is null ? Marked(Department) : null,
            Doctor = dischargedOn is null ? Marked(Doctor) : null,
        };
        if (dischargedOn is null)
            return [update];
        var discharge = new Discharge
        {
            Visit = visit,
            DischargeDate = dischargedOn,
            Diagnoses = Diagnoses(),
            DischargeReason = Marked(Reason),
            Department = Marked(Department),
            Doctor = Marked(Doctor),
        };
        return kind is null && admittedOn is null ? [discharge] : [discharge, update];

        // The mask counts from the third field on.
        string? Marked(NumberedField field) => marked[field.Number - Kind.Number] ? call.Optional(field) : null;

        List<HisDiagnosis> Diagnoses()
        {
            var diagnoses = new List<HisDiagnosis>();
            if (Marked(Confirmed) is { } code)
                diagnoses.Add(new HisDiagnosis { Code = code });
            else if (Marked(Admitted) is { } words)
                diagnoses.Add(Diagnosis(words, settings));
            if (Marked(Complication) is { } complication && complication != NoComplication)
                diagnoses.Add(Diagnosis(complication, settings));
            return diagnoses;
        }
    }

    public static PipeReply? EncodeUpdate(HisResult result) => result is VisitUpdated or Discharged ? new PipeReply() : null;

    private static bool[] ReadMask(FieldReader call)
    {
        var mask = call.Required(Mask);
        if (mask.Length == 10 && mask.All(flag => flag is '0' or '1'))
            return [.. mask.Select(flag => flag == '1')];
        call.Refuse(Mask, "应为10个0或1。", "ten characters of 0 and 1 are expected.");
        return new bool[10];
    }

    private const string SpecialDisease = "13";

    private static bool IsOutpatient(string kind) => kind is "11" or SpecialDisease or "14" or "15";

    /// <summary>Family beds are not opened; what the other codes mean says the province's table.</summary>
    private static string KindOf(FieldReader call, NumberedField field, string kind)
    {
        if (kind is "23" or "24")
            call.Refuse(Refusals.LeaveNotOpen(field.Name));
        return kind;
    }

    /// <summary>Clients state an admission diagnosis in words; a code at its beginning is taken as the code.</summary>
    private static HisDiagnosis Diagnosis(string text, PipeSettings settings)
    {
        if (Coded().Match(text) is not { Success: true } coded)
            return new HisDiagnosis { Code = settings.UncodedDiagnosis, Name = text };
        var name = coded.Groups["name"].Value.Trim(' ', ',', '，', '、', ':', '：', '-');
        return new HisDiagnosis { Code = coded.Groups["code"].Value, Name = name.Length == 0 ? null : name };
    }

    [GeneratedRegex(@"\AM[0-9]{5}", RegexOptions.CultureInvariant)]
    private static partial Regex Disease();

    [GeneratedRegex(@"\A\d{4}-\d{2}-\d{2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex DateForm();

    [GeneratedRegex(@"\A(?<code>[A-Z][0-9]{2}[0-9A-Za-z.+*]{0,8})(?<name>[^0-9A-Za-z.+*].*)?\z", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Coded();
}
