using Provincial.Exchange.V1;

namespace ProvincialGateway.Insured;

/// <summary>Every "no" about a filing itself: to another province and to an operator alike.</summary>
internal static class FilingRefusals
{
    public static Refusal NotFound() => InsuredRefusals.Of(RefusalCode.FilingNotFound, "filing_number",
        "参保地没有该备案,或该备案属于他人。", "the insured province has no such filing, or it is another person's.",
        "请用 GetFilings 核对备案号。", "Check the number with GetFilings.");

    public static Refusal State(FilingStatus state, string neededZh, string neededEn) => InsuredRefusals.Of(RefusalCode.FilingState, "filing_number",
        $"备案状态为“{Text(state).Zh}”,本交易要求“{neededZh}”。", $"the filing is {Text(state).En}; this step needs one that is {neededEn}.",
        "请用 GetFilings 核对;仍需备案的请重新提交。", "Look with GetFilings; submit a new filing if one is still wanted.");

    public static Refusal SubmittedElsewhere() => InsuredRefusals.Of(RefusalCode.FilingState, "filing_number",
        "该备案不是由本次请求的就医地提交。", "the filing was not submitted by the treatment province that asks.",
        "请由提交方撤销,或由参保人向参保地撤销。", "Whoever submitted it cancels it, or the insured person at home.");

    public static Refusal VisitRests(string visitNumber) => InsuredRefusals.Of(RefusalCode.FilingState, "filing_number",
        $"未结算的就诊 {visitNumber} 以该备案为依据。", $"visit {visitNumber}, which is not settled, rests on the filing.",
        "请先结算或撤销该就诊。", "Settle or cancel the visit first.");

    public static Refusal Overlap(FilingRow other) => InsuredRefusals.Of(RefusalCode.FilingOverlap, "valid_from",
        $"与备案 {other.FilingNumber}({other.TargetArea},{other.ValidFrom} 至 {other.ValidTo ?? "长期"})同类且地区、有效期重叠。",
        $"filing {other.FilingNumber} ({other.TargetArea}, {other.ValidFrom} to {other.ValidTo ?? "open"}) is of the same family and overlaps in area and time.",
        "请使用该备案,或先撤销它。", "Use that filing, or cancel it first.");

    public static Refusal KindNotForPeers(string kind) => InsuredRefusals.InvalidField("kind",
        $"参保地不接受就医地提交的“{BenefitCodes.FilingText(kind).Chinese}”备案", $"a filing '{BenefitCodes.FilingText(kind).English}' is made at home, not by a treatment province");

    public static Refusal TooLate(MakeUpLimit limit) => limit is MakeUpLimit.Never
        ? InsuredRefusals.Of(RefusalCode.FilingState, "visit_number",
            "参保地不接受入院后的补备案。", "the insured division takes no filing after the admission.",
            "请参保人向参保地经办机构咨询。", "The insured person asks the insured agency.")
        : InsuredRefusals.Of(RefusalCode.VisitState, "visit_number",
            "参保地只在出院登记之前接受补备案。", "the insured division takes a filing for a visit only before its discharge.",
            "请撤销出院登记后再补备案。", "Cancel the discharge, then file.");

    public static (string Zh, string En) Text(FilingStatus state) => state switch
    {
        FilingStatus.Effective => ("有效", "effective"),
        FilingStatus.UnderReview => ("待审核", "under review"),
        FilingStatus.Rejected => ("已驳回", "rejected"),
        FilingStatus.Cancelled => ("已撤销", "cancelled"),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state of a filing."),
    };
}
