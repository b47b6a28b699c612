using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>11 admission or outpatient registration, 22 its cancellation, 15 discharge or correction.</summary>
internal static class VisitCalls
{
    private const string IsSpecial = "1";

    private static readonly Element[] DischargeElements =
    [
        Elements.DischargeDate, Elements.DischargeReason, Elements.DischargeDiagnosis, Elements.DischargeDiagnosisName, Elements.DischargeDiagnosis2,
        Elements.DischargeDiagnosis3, Elements.DischargeDepartment, Elements.DischargeBed, Elements.DischargeDoctor, Elements.DischargeOperator,
    ];

    private static readonly Element[] AdmissionElements =
    [
        Elements.VisitKind, Elements.AdmissionDate, Elements.AdmissionDiagnosis, Elements.AdmissionDiagnosis2, Elements.AdmissionDiagnosis3,
        Elements.AdmissionDepartment, Elements.AdmissionBed, Elements.AdmissionDoctor,
    ];

    /// <summary>
    /// The message has no name or certificate: the person is who the call's parameters name. It opens a clinic visit as well as a stay; AKA130 says
    /// which.
    /// </summary>
    public static HisOperation DecodeAdmission(CallReader call)
    {
        var diagnoses = Diagnoses(call, Elements.AdmissionDiagnosis, Elements.AdmissionDiagnosisName, Elements.AdmissionDiagnosis2, Elements.AdmissionDiagnosis3);
        call.Required(Elements.AdmissionDiagnosis);
        var kind = call.Required(Elements.VisitKind);
        return kind.StartsWith('1') ? Outpatient(call, kind, diagnoses) : Admission(call, kind, diagnoses);
    }

    private static RegisterAdmission Admission(CallReader call, string kind, List<HisDiagnosis> diagnoses) => new()
    {
        Person = Person(call),
        HospitalVisitNumber = call.Required(Elements.HospitalVisit),
        MedicalRecordNumber = call.Optional(Elements.MedicalRecord),
        VisitKind = kind,
        AdmissionDate = call.RequiredDate(Elements.AdmissionDate),
        Diagnoses = diagnoses,
        Department = call.Optional(Elements.AdmissionDepartment),
        Bed = call.Optional(Elements.AdmissionBed),
        Doctor = call.Optional(Elements.AdmissionDoctor),
        ContactName = call.Optional(Elements.ContactName),
        ContactPhone = call.Optional(Elements.ContactPhone),
    };

    /// <summary>AKA120 is the disease only where AKA123 says that there is one: in other visits clients repeat the diagnosis there.</summary>
    private static RegisterOutpatient Outpatient(CallReader call, string kind, List<HisDiagnosis> diagnoses) => new()
    {
        Person = Person(call),
        HospitalVisitNumber = call.Required(Elements.HospitalVisit),
        VisitKind = kind,
        VisitDate = call.RequiredDate(Elements.AdmissionDate),
        Diagnoses = diagnoses,
        ChronicDisease = call.Optional(Elements.IsSpecialDisease) == IsSpecial ? call.Required(Elements.ChronicDisease) : null,
        Department = call.Optional(Elements.AdmissionDepartment),
        Doctor = call.Optional(Elements.AdmissionDoctor),
    };

    /// <summary>What the contract does not carry (employer kinds, hardship marks, further accumulators) is unknown here and stays empty.</summary>
    public static OutputXml? EncodeAdmission(CallReader call, HisResult result) => result switch
    {
        AdmissionRegistered admitted => Opened(admitted.VisitNumber, admitted.Person, admitted.DeductibleFen),
        OutpatientRegistered registered => Opened(registered.VisitNumber, registered.Person, registered.DeductibleFen),
        _ => null,
    };

    private static OutputXml Opened(string visitNumber, HisPerson person, long deductibleFen)
    {
        var output = new OutputXml()
            .Add("AAC001", person.PersonNumber).Add("AKC020", person.CardNumber).AddFreeText("AAC003", person.Name)
            .Add("AAC004", person.Gender).AddDate("AAC006", person.BirthDate).Add("AAC002", person.CertificateNumber)
            .Add("AKC021", person.PersonClass).Add("AKC023", PersonCalls.Age(person)).Add("AAB001", person.EmployerCode)
            .AddFreeText("AAB004", person.EmployerName).Add("AAB020", "").Add("AAB019", "").Add("AAB021", "").Add("YAB063", "")
            .Add("YAB060", Areas.SubCentre(person.InsuredDivision)).Add("AKC300", person.Scheme).AddYuan("AKC087", person.AccountBalanceFen)
            .Add("YKC002", "").Add("YKC606", "").Add("AKC025", person.IsCivilServant ? "1" : "0").Add("YKC609", "")
            .Add("SAC004", "").Add("SAC006", "").Add("SAC008", "").Add("SAC010", "")
            .Add("AKC190", visitNumber).AddYuan("YKA116", person.DeductiblePaidYearFen).AddYuan("AKC270", deductibleFen);
        AddLimit(output, "YKA119", person.PoolLimitRemainingFen);
        AddLimit(output, "YKA121", person.LayerLimitRemainingFen);
        return output.Add("YKA123", "").AddYuan("AKC251", person.PoolPaidYearFen).Add("YKA437", "").Add("YKA438", "")
            .AddNumber("AKC090", person.AdmissionsYear);
    }

    /// <summary>HANDLEID is the serial of the 11; clients keep the sender's, documents speak of the receiver's.</summary>
    public static HisOperation DecodeCancellation(CallReader call) => new CancelAdmission { Visit = Visit(call), OriginalTransactionId = call.Required(Elements.Handle) };

    public static OutputXml? EncodeCancellation(CallReader call, HisResult result) => result is AdmissionCancelled ? OutputXml.Nothing : null;

    /// <summary>
    /// 15 comes in two variants, and empty means unchanged in both: with anything of a discharge it is the discharge, else it corrects the
    /// admission. One that says nothing is refused.
    /// </summary>
    public static HisOperation DecodeUpdate(CallReader call)
    {
        if (DischargeElements.Any(element => call.Optional(element) is not null))
            return Discharge(call);
        if (AdmissionElements.All(element => call.Optional(element) is null))
            call.Refuse(Refusals.MissingField(Elements.DischargeReason.Field, Elements.DischargeReason.Shown));
        return Correction(call);
    }

    public static OutputXml? EncodeUpdate(CallReader call, HisResult result) => result is Discharged or VisitUpdated ? OutputXml.Nothing : null;

    /// <summary>The visit by the number that the reply of 11 gave out.</summary>
    public static HisVisitReference Visit(CallReader call) => new() { VisitNumber = call.Required(Elements.Visit) };

    private static Discharge Discharge(CallReader call) => new()
    {
        Visit = Visit(call),
        DischargeDate = call.OptionalDate(Elements.DischargeDate),
        Diagnoses = Diagnoses(call, Elements.DischargeDiagnosis, Elements.DischargeDiagnosisName, Elements.DischargeDiagnosis2, Elements.DischargeDiagnosis3),
        DischargeReason = call.Optional(Elements.DischargeReason),
        Department = call.Optional(Elements.DischargeDepartment),
        Bed = call.Optional(Elements.DischargeBed),
        Doctor = call.Optional(Elements.DischargeDoctor),
    };

    private static UpdateVisit Correction(CallReader call)
    {
        var diagnoses = Diagnoses(call, Elements.AdmissionDiagnosis, Elements.AdmissionDiagnosisName, Elements.AdmissionDiagnosis2, Elements.AdmissionDiagnosis3);
        return new UpdateVisit
        {
            Visit = Visit(call),
            VisitKind = call.Optional(Elements.VisitKind),
            AdmissionDate = call.OptionalDate(Elements.AdmissionDate),
            Diagnoses = diagnoses.Count > 0 ? diagnoses : null,
            Department = call.Optional(Elements.AdmissionDepartment),
            Bed = call.Optional(Elements.AdmissionBed),
            Doctor = call.Optional(Elements.AdmissionDoctor),
        };
    }

    private static HisPersonReference Person(CallReader call)
    {
        var division = Areas.Division(call.Required(Elements.InsuredArea));
        if (division is null)
            call.Refuse(Elements.InsuredArea, "应为4位统筹区编码，如5301。", "a pool code of four digits is expected, such as 5301.");
        var person = call.Optional(Elements.PersonNumber);
        var card = call.Optional(Elements.CardNumber);
        if (person is null && card is null)
            call.Refuse(Refusals.MissingField(Elements.PersonNumber.Field, Elements.PersonNumber.Shown));
        return new HisPersonReference { InsuredDivision = division ?? "", PersonNumber = person, CardNumber = card };
    }

    // Only the main diagnosis has a name; a name without a code says nothing that can be translated.
    private static List<HisDiagnosis> Diagnoses(CallReader call, Element code, Element name, params ReadOnlySpan<Element> further)
    {
        var diagnoses = new List<HisDiagnosis>();
        if (call.Optional(code) is { } main)
            diagnoses.Add(new HisDiagnosis { Code = main, Name = call.Optional(name) });
        foreach (var element in further)
        {
            if (call.Optional(element) is { } other)
                diagnoses.Add(new HisDiagnosis { Code = other });
        }

        return diagnoses;
    }

    private static void AddLimit(OutputXml output, string name, long? fen)
    {
        if (fen is { } limit)
            output.AddYuan(name, limit);
        else
            output.Add(name, "");
    }
}
