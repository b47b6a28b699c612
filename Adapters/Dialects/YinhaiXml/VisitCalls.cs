using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>21 admission, 22 its cancellation, 23 its correction, 25 discharge, 26 its cancellation.</summary>
internal static partial class VisitCalls
{
    private const int MadeNumberLength = 18;

    /// <summary>The interface has no element for 支付类别 here; the province's setting says it.</summary>
    public static HisOperation DecodeAdmission(CallReader call)
    {
        var person = PersonCalls.Person(call);
        var date = call.RequiredDate(Elements.AdmissionDate);
        return new RegisterAdmission
        {
            Person = person,
            HospitalVisitNumber = call.Optional(Elements.HospitalVisit) ?? MadeNumber(call, person),
            MedicalRecordNumber = call.Optional(Elements.MedicalRecord),
            VisitKind = call.Settings.VisitKind,
            AdmissionDate = date,
            Diagnoses = [new HisDiagnosis { Code = call.Required(Elements.AdmissionDiagnosis), Name = call.Optional(Elements.AdmissionDiagnosisName) }],
            Department = call.Optional(Elements.AdmissionDepartment),
            Bed = call.Optional(Elements.AdmissionBed),
            Remark = call.Optional(Elements.Remark),
        };
    }

    public static Output? EncodeAdmission(CallReader call, HisResult result) => result is not AdmissionRegistered { Person: var person } admitted ? null : new Output()
        .Add("prm_akc190", admitted.VisitNumber).Add("prm_yab003", call.Settings.SubCentreOf(person.InsuredDivision)).Add("prm_aka130", call.Settings.VisitKind)
        .Add("prm_aac001", person.PersonNumber).Add("prm_aac003", person.Name).Add("prm_aac004", person.Gender).Add("prm_aac002", person.CertificateNumber)
        .Add("prm_ykb065", person.Scheme).Add("prm_aab001", person.EmployerCode).Add("prm_aab004", person.EmployerName)
        .Add("prm_akc023", PersonCalls.Age(person)).Add("prm_akc021", person.PersonClass);

    public static HisOperation DecodeCancellation(CallReader call) => new CancelAdmission { Visit = Visit(call) };

    public static Output? EncodeCancellation(CallReader call, HisResult result) => result is AdmissionCancelled ? new Output() : null;

    /// <summary>Empty means unchanged.</summary>
    public static HisOperation DecodeCorrection(CallReader call) => new UpdateVisit
    {
        Visit = Visit(call),
        AdmissionDate = call.OptionalDate(Elements.AdmissionDate),
        Diagnoses = call.Optional(Elements.AdmissionDiagnosis) is { } code ? [new HisDiagnosis { Code = code, Name = call.Optional(Elements.AdmissionDiagnosisName) }] : null,
        Department = call.Optional(Elements.AdmissionDepartment),
        Bed = call.Optional(Elements.AdmissionBed),
    };

    public static Output? EncodeCorrection(CallReader call, HisResult result) => result is VisitUpdated ? new Output() : null;

    public static HisOperation DecodeDischarge(CallReader call) => new Discharge
    {
        Visit = Visit(call),
        DischargeDate = call.OptionalDate(Elements.DischargeDate),
        Diagnoses = Diagnoses(call),
        DischargeReason = call.Optional(Elements.DischargeReason),
        Department = call.Optional(Elements.DischargeDepartment),
        Bed = call.Optional(Elements.DischargeBed),
    };

    public static Output? EncodeDischarge(CallReader call, HisResult result) => result is Discharged ? new Output() : null;

    public static HisOperation DecodeDischargeCancellation(CallReader call) => new CancelDischarge { Visit = Visit(call) };

    public static Output? EncodeDischargeCancellation(CallReader call, HisResult result) => result is DischargeCancelled ? new Output() : null;

    /// <summary>The visit by the number that the reply of 21 gave out.</summary>
    public static HisVisitReference Visit(CallReader call) => new() { VisitNumber = call.Required(Elements.Visit) };

    /// <summary>
    /// 住院号 may be empty. A number made of who and when lets the node recognise the same admission when it is sent again; hashed, because what
    /// names a person has no place in a visit number.
    /// </summary>
    private static string MadeNumber(CallReader call, HisPersonReference person)
    {
        var about = string.Join('|', person.InsuredDivision, person.PersonNumber ?? person.SocialSecurityNumber ?? person.CardNumber, call.Optional(Elements.AdmissionDate));
        return "YH" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(about)))[..MadeNumberLength];
    }

    /// <summary>其他诊断 may be words instead of codes; words cannot be translated and stay in the hospital.</summary>
    private static List<HisDiagnosis> Diagnoses(CallReader call)
    {
        var further = Elements.FurtherDiagnoses.Select(call.Optional).OfType<string>().Where(static text => Icd10().IsMatch(text)).Select(static code => new HisDiagnosis { Code = code }).ToList();
        if (call.Optional(Elements.DischargeDiagnosis) is { } main)
            return [new HisDiagnosis { Code = main }, .. further];
        if (further.Count > 0)
            call.Missing(Elements.DischargeDiagnosis);
        return [];
    }

    [GeneratedRegex(@"\A[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,8}(\+|\*)?)?\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Icd10();
}
