using System.Text.RegularExpressions;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>One field: its canonical name, as refusals use it, and the element that carries it here.</summary>
internal sealed record Field(string Canonical, string Element);

/// <summary>
/// The one table between canonical field names and the elements of this interface. A canonical name may stand for several elements (the
/// department of an admission and of a discharge), so the way back depends on the transaction.
/// </summary>
internal static partial class Fields
{
    public static readonly Field TransactionCode = new("transaction_code", "TransNo");
    public static readonly Field InstitutionCode = new("institution_code", "akb026");
    public static readonly Field Operator = new("operator", "aae011");
    public static readonly Field VisitNumber = new("visit.visit_number", "ykc700");

    public static readonly Field InsuredDivision = new("person.insured_division", "aab301");
    public static readonly Field CertificateKind = new("person.certificate_kind", "aac043");
    public static readonly Field CertificateNumber = new("person.certificate_number", "aac044");
    public static readonly Field SocialSecurityNumber = new("person.social_security_number", "aac002");
    public static readonly Field CardNumber = new("person.card_number", "aaz500");
    public static readonly Field PersonName = new("person.name", "aac003");
    public static readonly Field ServiceDate = new("service_date", "ake007");

    public static readonly Field HospitalVisitNumber = new("hospital_visit_number", "akc190");
    public static readonly Field MedicalRecordNumber = new("medical_record_number", "ykc009");
    public static readonly Field VisitKind = new("visit_kind", "aka130");
    public static readonly Field AdmissionDate = new("admission_date", "ykc701");
    public static readonly Field AdmissionDiagnosis = new("diagnoses[0].code", "akc193");
    public static readonly Field AdmissionDiagnosisName = new("diagnoses[0].name", "akc050");
    public static readonly Field SecondAdmissionDiagnosis = new("diagnoses[1].code", "ykc601");
    public static readonly Field ThirdAdmissionDiagnosis = new("diagnoses[2].code", "ykc602");
    public static readonly Field AdmissionDepartment = new("department", "akf001");
    public static readonly Field AdmissionBed = new("bed", "ykc012");
    public static readonly Field AdmissionDoctor = new("doctor", "ake022");
    public static readonly Field ContactName = new("contact_name", "aae004");
    public static readonly Field ContactPhone = new("contact_phone", "aae005");
    public static readonly Field Remark = new("remark", "aae013");

    public static readonly Field Lines = new("lines", "detail/row");
    public static readonly Field LineSerial = new("line_serial", "ykc610");
    public static readonly Field PrescriptionNumber = new("prescription_number", "akc220");
    public static readonly Field LocalCode = new("local_code", "ake005");
    public static readonly Field LocalName = new("local_name", "ake006");
    public static readonly Field DeclaredCode = new("declared_code", "ake001");
    public static readonly Field DeclaredName = new("declared_name", "ake002");
    public static readonly Field FeeCategory = new("fee_category", "yka111");
    public static readonly Field UnitPrice = new("unit_price", "akc225");
    public static readonly Field Quantity = new("quantity", "akc226");
    public static readonly Field Amount = new("amount_fen", "akc264");
    public static readonly Field FeeDate = new("fee_date", "akc221");
    public static readonly Field Unit = new("unit", "aka067");
    public static readonly Field Specification = new("specification", "aka074");
    public static readonly Field DoseForm = new("dose_form", "aka070");
    public static readonly Field LineDepartment = new("department", "aae386");
    public static readonly Field LineDoctor = new("doctor", "akc273");

    public static readonly Field WithdrawnSerial = new("line_serials", "ykc610");
    public static readonly Field OriginalTransaction = new("original_transaction_id", "otransid");

    public static readonly Field DischargeDate = new("discharge_date", "ykc702");
    public static readonly Field DischargeDiagnosis = new("diagnoses[0].code", "akc196");
    public static readonly Field DischargeDiagnosisName = new("diagnoses[0].name", "akc185");
    public static readonly Field SecondDischargeDiagnosis = new("diagnoses[1].code", "akc188");
    public static readonly Field ThirdDischargeDiagnosis = new("diagnoses[2].code", "akc189");
    public static readonly Field DischargeReason = new("discharge_reason", "ykc195");
    public static readonly Field DischargeDepartment = new("department", "akf002");
    public static readonly Field DischargeBed = new("bed", "ykc016");
    public static readonly Field DischargeDoctor = new("doctor", "akc056");

    public static readonly Field ClaimedTotal = new("claimed_total_fen", "akc264");
    public static readonly Field InvoiceNumber = new("invoice_number", "aae072");
    public static readonly Field InterimSettlement = new("interim_settlement", "ake170");
    public static readonly Field SettlementKind = new("settlement_kind", "ykc675");
    public static readonly Field SettlementNumber = new("settlement_number", "aaz216");
    public static readonly Field OriginalCode = new("original_operation", "otransno");

    public static readonly Field FirstRow = new("skip", "startrow");

    public static readonly Field ReconciledDay = new("scope.from", "ykc706");
    public static readonly Field RowVisitNumber = new("visit_number", "ykc700");
    public static readonly Field RowKind = new("is_cancellation", "aaa113");
    public static readonly Field RowTotal = new("total_fen", "akc264");
    public static readonly Field RowAgencyPaid = new("agency_paid_fen", "ake149");
    public static readonly Field SettlementNumberWithinProvince = new("settlement_number", "ykc618");

    private static readonly Field[] EveryMessage = [TransactionCode, InstitutionCode, Operator, VisitNumber];

    private static readonly Field[] Person =
        [InsuredDivision, CertificateKind, CertificateNumber, SocialSecurityNumber, CardNumber, PersonName, ServiceDate];

    private static readonly Field[] Admission =
    [
        HospitalVisitNumber, MedicalRecordNumber, VisitKind, AdmissionDate, AdmissionDiagnosis, AdmissionDiagnosisName,
        SecondAdmissionDiagnosis, ThirdAdmissionDiagnosis, AdmissionDepartment, AdmissionBed, AdmissionDoctor, ContactName, ContactPhone, Remark,
    ];

    private static readonly Field[] Line =
    [
        LineSerial, PrescriptionNumber, LocalCode, LocalName, DeclaredCode, DeclaredName, FeeCategory, UnitPrice, Quantity, Amount, FeeDate,
        Unit, Specification, DoseForm, LineDepartment, LineDoctor,
    ];

    private static readonly Field[] ReconciledRow = [SettlementNumber, OriginalTransaction, RowVisitNumber, RowKind, RowTotal, RowAgencyPaid];

    private static readonly Field[] Discharge =
    [
        DischargeDate, DischargeDiagnosis, DischargeDiagnosisName, SecondDischargeDiagnosis, ThirdDischargeDiagnosis, DischargeReason,
        DischargeDepartment, DischargeBed, DischargeDoctor,
    ];

    /// <summary>
    /// The element a refusal's field means in this transaction, e.g. <c>detail/row[3]/ake005</c> for <c>lines[2].local_code</c>; null when
    /// the interface has none. The leading object may be left out: <c>visit_number</c> is <c>visit.visit_number</c>.
    /// </summary>
    public static string? ElementOf(Transaction? transaction, string canonical)
    {
        if (LinePath().Match(canonical) is not { Success: true } line || !int.TryParse(line.Groups["index"].Value, out var index))
            return Find([.. EveryMessage, .. Of(transaction)], canonical);
        var row = $"detail/row[{(long)index + 1}]";
        if (line.Groups["field"] is not { Success: true } field)
            return row;
        return Find(transaction == Transaction.Reconcile ? ReconciledRow : Line, field.Value) is { } element ? $"{row}/{element}" : null;
    }

    private static Field[] Of(Transaction? transaction) => transaction switch
    {
        Transaction.VerifyCard or Transaction.VerifyPerson => Person,
        Transaction.RegisterAdmission => [.. Person, .. Admission],
        Transaction.TranslateFees or Transaction.UploadFees => [Lines],
        Transaction.WithdrawFees => [WithdrawnSerial, OriginalTransaction],
        Transaction.Discharge => Discharge,
        Transaction.Settle => [ClaimedTotal, InvoiceNumber, InterimSettlement],
        Transaction.SettleWithinProvince => [ClaimedTotal, SettlementKind],
        Transaction.CancelSettlement => [SettlementNumber, OriginalTransaction],
        Transaction.CancelAdmission => [OriginalTransaction],
        Transaction.Reverse => [OriginalTransaction, OriginalCode],
        Transaction.QueryFeeLines => [FirstRow],
        Transaction.Reconcile => [ReconciledDay],
        _ => [],
    };

    private static string? Find(IEnumerable<Field> fields, string canonical) =>
        fields.FirstOrDefault(field => field.Canonical == canonical || field.Canonical.EndsWith('.' + canonical, StringComparison.Ordinal))?.Element;

    [GeneratedRegex(@"^(lines|rows)\[(?<index>[0-9]{1,9})\](\.(?<field>.+))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex LinePath();
}
