using System.Diagnostics.CodeAnalysis;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Values;

namespace ProvincialGateway.Catalogue;

/// <summary>
/// The coded fields of hospital operations and results, between local and exchange codes. Item codes and fee categories inside lines are
/// left to <see cref="LineTranslation"/>, and the code of a <see cref="LookUpItem"/> to the catalogue.
/// </summary>
public static class HisCodes
{
    /// <summary>The operation in exchange codes, or one refusal that names every field without a mapping.</summary>
    public static bool TryToExchange(
        HisOperation operation, ICodeTranslator codes, DateOnly today,
        [NotNullWhen(true)] out HisOperation? translated, [NotNullWhen(false)] out HisRefusal? refusal)
    {
        var inward = new Inward(codes, today);
        var candidate = inward.Operation(operation);
        refusal = inward.Refusal();
        translated = refusal is null ? candidate : null;
        return refusal is null;
    }

    /// <summary>
    /// The result in local codes. An exchange code without a local one is kept as it is: the settlement behind the reply has happened, and a
    /// hospital that shows an unknown code is better off than one that sees an error.
    /// </summary>
    public static HisResult ToLocal(HisResult result, ICodeTranslator codes, DateOnly today) => new Outward(codes, today).Result(result);

    private sealed class Inward(ICodeTranslator codes, DateOnly today)
    {
        private readonly List<(string Field, CodeSystem System, string Value)> _unmapped = [];

        public HisOperation Operation(HisOperation operation) => operation switch
        {
            VerifyPerson verify => verify with
            {
                Person = Person(verify.Person),
                VisitKind = Optional("visit_kind", CodeSystem.VisitKind, verify.VisitKind),
            },
            RegisterAdmission admission => admission with
            {
                Person = Person(admission.Person),
                VisitKind = Code("visit_kind", CodeSystem.VisitKind, admission.VisitKind),
                Diagnoses = Diagnoses(admission.Diagnoses),
            },
            RegisterOutpatient outpatient => outpatient with
            {
                Person = Person(outpatient.Person),
                VisitKind = Code("visit_kind", CodeSystem.VisitKind, outpatient.VisitKind),
                Diagnoses = Diagnoses(outpatient.Diagnoses),
                ChronicDisease = Optional("chronic_disease", CodeSystem.ChronicDisease, outpatient.ChronicDisease),
            },
            Discharge discharge => discharge with
            {
                Diagnoses = Diagnoses(discharge.Diagnoses),
                DischargeReason = Optional("discharge_reason", CodeSystem.DischargeReason, discharge.DischargeReason),
            },
            UpdateVisit update => update with
            {
                VisitKind = Optional("visit_kind", CodeSystem.VisitKind, update.VisitKind),
                Diagnoses = update.Diagnoses is { } diagnoses ? Diagnoses(diagnoses) : null,
            },
            ReconcileTotals reconcile => reconcile with { Scope = Scope(reconcile.Scope) },
            ReconcileSettlements reconcile => reconcile with { Scope = Scope(reconcile.Scope) },
            ListSettlements list => list with { Scope = Scope(list.Scope) },
            Acknowledge or IssueSerial or OpenBusinessPeriod or TranslateFeeLines or UploadFeeLines or WithdrawFeeLines or RefundFeeLine or LookUpItem
                or LookUpApproval or PreviewSettlement or Settle or CancelSettlement or QueryTransaction or CancelAdmission or CancelDischarge
                or ReverseTransaction or ConfirmTransaction or ListUnconfirmed or DescribeInstitution or QueryFeeLines or ConvertCode or QueryBusinessPeriod
                or CloseBusinessPeriod or StateSettlements or QueryReconciliation => operation,
            _ => throw new InvalidOperationException($"Operation {operation.GetType().Name} has no code translation."),
        };

        public HisRefusal? Refusal() => _unmapped.Count == 0 ? null : new HisRefusal
        {
            TransactionId = "",
            Code = "UNMAPPED_CODE",
            Side = RefusingSide.Treatment,
            Field = _unmapped[0].Field,
            Chinese = string.Concat(_unmapped.Select(code => $"字段 {code.Field} 的值“{Shown.Of(code.Value)}”在 {today.Iso()} 没有 {code.System} 对照。")),
            English = string.Join(' ', _unmapped.Select(code => $"field {code.Field}: '{Shown.Of(code.Value)}' has no {code.System} mapping on {today.Iso()}.")),
            NextStepChinese = "请核对该代码；代码无误时请省中心补充对照后重发。",
            NextStepEnglish = "Check the code; if it is right, ask the provincial centre for the mapping and send again.",
        };

        private HisSettlementScope Scope(HisSettlementScope scope) => scope with { Scheme = Optional("scope.scheme", CodeSystem.Scheme, scope.Scheme) };

        private HisPersonReference Person(HisPersonReference person) =>
            person with { CertificateKind = Optional("person.certificate_kind", CodeSystem.CertificateKind, person.CertificateKind) };

        private List<HisDiagnosis> Diagnoses(IReadOnlyList<HisDiagnosis> diagnoses) =>
            [.. diagnoses.Select((diagnosis, index) => diagnosis with { Code = Code($"diagnoses[{index}].code", CodeSystem.Diagnosis, diagnosis.Code) })];

        private string? Optional(string field, CodeSystem system, string? value) => value is null ? null : Code(field, system, value);

        private string Code(string field, CodeSystem system, string value)
        {
            if (codes.ToExchange(system, value, today) is { } code)
                return code;
            _unmapped.Add((field, system, value));
            return value;
        }
    }

    private sealed class Outward(ICodeTranslator codes, DateOnly today)
    {
        public HisResult Result(HisResult result) => result switch
        {
            PersonVerified verified => verified with { Person = Person(verified.Person) },
            AdmissionRegistered admission => admission with { Person = Person(admission.Person) },
            OutpatientRegistered registered => registered with { Person = Person(registered.Person) },
            SettlementPreviewed preview => preview with { Person = Person(preview.Person) },
            Settled settled => settled with { Person = Person(settled.Person) },
            SettlementCancelled cancelled => cancelled with { Scheme = cancelled.Scheme is { } scheme ? Code(CodeSystem.Scheme, scheme) : null },
            FeeLinesTranslated lines => lines with { Lines = Lines(lines.Lines) },
            FeeLinesStored lines => lines with { Lines = Lines(lines.Lines) },
            FeeLinesFound lines => lines with { Lines = Lines(lines.Lines) },
            FeeLineRefunded { Line: { } line } refunded => refunded with { Line = Line(line) },
            InstitutionDescribed institution => institution with { Level = Code(CodeSystem.InstitutionLevel, institution.Level) },
            SettlementsListed listed => listed with { Rows = [.. listed.Rows.Select(Row)] },
            SettlementsReconciled reconciled => reconciled with { Rows = Rows(reconciled.Rows) },
            ReconciliationFound found => found with { Rows = Rows(found.Rows) },
            ItemLookedUp item => item with { ItemClass = Code(CodeSystem.ItemClass, item.ItemClass) },
            HisRefusal or HisPending or Acknowledged or SerialIssued or BusinessPeriodOpened or FeeLinesWithdrawn or FeeLineRefunded or ApprovalLookedUp
                or Discharged or TransactionFound or AdmissionCancelled or DischargeCancelled or TransactionReversed or TransactionConfirmed
                or UnconfirmedListed or VisitUpdated or CodeConverted or BusinessPeriodSummed or BusinessPeriodClosed or TotalsReconciled
                or SettlementsStated => result,
            _ => throw new InvalidOperationException($"Result {result.GetType().Name} has no code translation."),
        };

        private HisPerson Person(HisPerson person) => person with
        {
            CertificateKind = Code(CodeSystem.CertificateKind, person.CertificateKind),
            Gender = Code(CodeSystem.Gender, person.Gender),
            PersonClass = Code(CodeSystem.PersonClass, person.PersonClass),
            Scheme = Code(CodeSystem.Scheme, person.Scheme),
            FilingKind = person.FilingKind is { } kind ? Code(CodeSystem.FilingKind, kind) : null,
        };

        private List<HisReconciledSettlement> Rows(IReadOnlyList<HisReconciledSettlement> rows) =>
            [.. rows.Select(row => row with { Row = row.Row is { } own ? Row(own) : null })];

        private HisSettlementRow Row(HisSettlementRow row) => row with { Scheme = Code(CodeSystem.Scheme, row.Scheme) };

        private List<HisSplitLine> Lines(IReadOnlyList<HisSplitLine> lines) => [.. lines.Select(Line)];

        private HisSplitLine Line(HisSplitLine line) => line with
        {
            ItemClass = Code(CodeSystem.ItemClass, line.ItemClass),
            FeeCategory = line.FeeCategory is { } category ? Code(CodeSystem.FeeCategory, category) : null,
        };

        private string Code(CodeSystem system, string exchangeCode) => codes.ToLocal(system, exchangeCode, today) ?? exchangeCode;
    }
}
