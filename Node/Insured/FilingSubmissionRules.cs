using Provincial.Exchange.V1;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>Whether a submitted filing may be recorded, the person and other filings apart. Pure.</summary>
internal static class FilingSubmissionRules
{
    public const int ReasonLengthMax = 500;

    private const int DiagnosesMax = 16;

    /// <summary>What is wrong with the request itself, whoever insures the person.</summary>
    public static Refusal? FirstFault(SubmitFilingRequest request, Division sender, DateOnly today) => request switch
    {
        { Person: null } => InsuredRefusals.MissingField("person"),
        { Kind: "" } => InsuredRefusals.MissingField("kind"),
        _ when !BenefitCodes.FilingKinds.Contains(request.Kind) => InsuredRefusals.InvalidField("kind", "不是交换码 01..06", "not an exchange code 01..06"),
        _ when !Division.TryParse(request.TargetArea, out _) => InsuredRefusals.InvalidField("target_area", "应为六位行政区划代码", "a six-digit division code is expected"),
        _ when Division.Parse(request.TargetArea).Province != sender =>
            InsuredRefusals.InvalidField("target_area", $"不属于就医省 {sender.Code}", $"not in the sending province {sender.Code}"),
        _ when request.Diagnoses.Count > DiagnosesMax => InsuredRefusals.InvalidField("diagnoses", $"最多 {DiagnosesMax} 项", $"at most {DiagnosesMax}"),
        _ when request.Reason.Length > ReasonLengthMax => ReasonTooLong(),
        _ => FaultOfDates(request, today) ?? FaultOf(request.Institution, Division.Parse(request.TargetArea)),
    };

    /// <summary>What the insured division's rules do not take.</summary>
    public static Refusal? FaultAgainst(FilingRule rule, SubmitFilingRequest request)
    {
        if (!rule.PeersMaySubmit.Contains(request.Kind))
            return FilingRefusals.KindNotForPeers(request.Kind);
        if (FilingRow.IsLongTermKind(request.Kind) || request.ValidTo.Length == 0)
            return null;
        var last = rule.LastDayMax(ChinaTime.ParseIso(request.ValidFrom));
        return ChinaTime.ParseIso(request.ValidTo) > last
            ? InsuredRefusals.InvalidField("valid_to", $"临时备案最多 {rule.TemporaryMonthsMax} 个月,至 {last.Iso()}", $"a temporary filing lasts {rule.TemporaryMonthsMax} months at most, until {last.Iso()}")
            : null;
    }

    /// <summary>Whether the filing fits the visit it is made for afterwards; null without a visit number.</summary>
    public static Refusal? FaultAgainst(InsuredVisitRow? visit, PersonRow person, FilingRule rule, SubmitFilingRequest request, Division sender)
    {
        if (request.VisitNumber.Length == 0)
            return null;
        if (visit is null || visit.TreatmentProvince != sender.Code || visit.PersonNumber != person.PersonNumber)
            return InsuredRefusals.VisitNotFound();
        if (visit.State is InsuredVisitState.Settled)
            return InsuredRefusals.VisitState("已结算", "settled", "在院或已出院未结算", "admitted, or discharged and not settled");
        if (visit.State is InsuredVisitState.Undone)
            return InsuredRefusals.VisitState("入院登记已撤销", "admission undone", "在院或已出院未结算", "admitted, or discharged and not settled");
        if (rule.MakeUpUntil is MakeUpLimit.Never || (rule.MakeUpUntil is MakeUpLimit.Discharge && visit.State is InsuredVisitState.Discharged))
            return FilingRefusals.TooLate(rule.MakeUpUntil);
        if (!Division.Parse(request.TargetArea).Covers(Division.Parse(visit.TreatmentDivision)))
            return InsuredRefusals.FilingArea(Division.Parse(visit.TreatmentDivision));
        // The filing of the admission date counts: one that begins later would be made for nothing, one that begins earlier is not this visit's.
        return request.ValidFrom == visit.AdmissionDate
            ? null
            : InsuredRefusals.DateOutsideStay("valid_from", ChinaTime.ParseIso(request.ValidFrom), ChinaTime.ParseIso(visit.AdmissionDate), ChinaTime.ParseIso(visit.AdmissionDate));
    }

    public static Refusal ReasonTooLong() => InsuredRefusals.InvalidField("reason", $"最多 {ReasonLengthMax} 个字符", $"at most {ReasonLengthMax} characters");

    private static Refusal? FaultOfDates(SubmitFilingRequest request, DateOnly today)
    {
        if (!ChinaTime.TryParseIso(request.ValidFrom, out var from))
            return InsuredRefusals.InvalidField("valid_from", "应为 yyyy-MM-dd", "yyyy-MM-dd is expected");
        if (from < today && request.VisitNumber.Length == 0)
            return InsuredRefusals.InvalidField("valid_from", "早于今天;补备案须注明就诊登记号", "is past; a filing for a visit that has begun names its visit number");
        if (request.ValidTo.Length == 0)
            return null;
        if (!ChinaTime.TryParseIso(request.ValidTo, out var to))
            return InsuredRefusals.InvalidField("valid_to", "应为 yyyy-MM-dd", "yyyy-MM-dd is expected");
        return to < from ? InsuredRefusals.InvalidField("valid_to", "早于 valid_from(截止日当天仍有效)", "is before valid_from (the last day is included)") : null;
    }

    private static Refusal? FaultOf(Institution? institution, Division target) => institution switch
    {
        null => null,
        { Code: "" } => InsuredRefusals.MissingField("institution.code"),
        _ when !Division.TryParse(institution.Division, out var division) || !target.Covers(division) =>
            InsuredRefusals.InvalidField("institution.division", $"不在备案的就医地 {target.Code} 之内", $"not inside the target area {target.Code}"),
        _ => null,
    };
}
