using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>The reasons for which the insured side gives no decision, each with what to do next.</summary>
internal static class BenefitAdmission
{
    /// <summary>What is wrong with the bill and its codes before any plan is looked at; null when nothing is.</summary>
    public static BenefitRefusal? RefusalOf(BenefitCase bill)
    {
        var outside = OutOfRange(bill, "total", bill.Total) ?? OutOfRange(bill, "full_self_pay", bill.FullSelfPay) ?? OutOfRange(bill, "over_limit", bill.OverLimit)
            ?? OutOfRange(bill, "pre_self_pay", bill.PreSelfPay) ?? OutOfRange(bill, "in_scope", bill.InScope)
            ?? OutOfRange(bill, "account_requested", bill.AccountRequested ?? Fen.Zero);
        if (outside is not null)
            return outside;
        var sum = bill.FullSelfPay + bill.OverLimit + bill.PreSelfPay + bill.InScope;
        if (sum != bill.Total)
            return Refuse(bill, BenefitRefusalCode.TotalNotSum, $"费用总额 {bill.Total} 不等于四部分之和 {sum}。请就医地核对费用分割后重新上传", $"total {bill.Total} is not the sum of its four parts, {sum}. The treatment side corrects the split and sends it again");
        if (!PersonClass.All.Contains(bill.PersonClass))
            return Refuse(bill, BenefitRefusalCode.PersonClassUnknown, $"人员类别 {bill.PersonClass} 不在交换码中。请参保地核对参保人信息", $"person class {bill.PersonClass} is not an exchange code. The insured side corrects the person's record");
        if (bill.FilingKind is { } filing && !BenefitCodes.FilingKinds.Contains(filing))
            return Refuse(bill, BenefitRefusalCode.FilingKindUnknown, $"备案类型 {filing} 不在交换码中。请参保地核对备案信息", $"filing kind {filing} is not an exchange code. The insured side corrects the filing");
        if (bill.ChronicDisease is { } disease && !BenefitCodes.ChronicDiseases.Contains(disease))
            return Refuse(bill, BenefitRefusalCode.ChronicDiseaseUnknown, $"门诊慢特病病种 {disease} 不在交换码中。请就医地核对病种", $"chronic disease {disease} is not an exchange code. The treatment side corrects it");
        return null;
    }

    public static BenefitRefusal UnknownLevel(BenefitCase bill) => Refuse(
        bill,
        BenefitRefusalCode.InstitutionLevelUnknown,
        $"医疗机构等级 {bill.InstitutionLevel} 不在交换码 01–11 中。请就医地核对机构信息",
        $"institution level {bill.InstitutionLevel} is not an exchange code 01-11. The treatment side corrects the institution's record");

    public static BenefitRefusal NoArea(BenefitCase bill) => Refuse(
        bill,
        BenefitRefusalCode.AreaNotCovered,
        "该统筹区没有待遇政策。请参保地在待遇政策文件中补充后再结算",
        "there is no benefit plan for this pooling area. The insured side adds it to its policy file, then the bill can be settled");

    public static BenefitRefusal NoScheme(BenefitCase bill) => Refuse(
        bill,
        BenefitRefusalCode.SchemeNotCovered,
        $"险种 {bill.Scheme} 没有待遇政策。请核对险种，或由参保地补充政策后再结算",
        $"there is no benefit plan for scheme {bill.Scheme}. Check the scheme, or the insured side adds a plan, then the bill can be settled");

    public static BenefitRefusal NoVisitKind(BenefitCase bill) => Refuse(
        bill,
        BenefitRefusalCode.VisitKindNotCovered,
        $"险种 {bill.Scheme} 的政策不含就诊类型 {bill.VisitKind}。请核对就诊类型；确无待遇的，由个人先行结算后回参保地办理",
        $"the plans of scheme {bill.Scheme} do not cover visit kind {bill.VisitKind}. Check the visit kind; if it is right, the person pays and applies at the insured side");

    public static BenefitRefusal NoDisease(BenefitCase bill) => Refuse(
        bill,
        BenefitRefusalCode.ChronicDiseaseNotCovered,
        bill.ChronicDisease is { } disease
            ? $"险种 {bill.Scheme} 的政策不含门诊慢特病 {disease}（{BenefitCodes.DiseaseText(disease).Chinese}）。请核对病种；确无待遇的，由个人先行结算后回参保地办理"
            : $"险种 {bill.Scheme}、就诊类型 {bill.VisitKind} 须注明门诊慢特病病种。请就医地补充病种后重新登记",
        bill.ChronicDisease is { } named
            ? $"the plans of scheme {bill.Scheme} do not cover chronic disease {named} ({BenefitCodes.DiseaseText(named).English}). Check the disease; if it is right, the person pays and applies at the insured side"
            : $"scheme {bill.Scheme}, visit kind {bill.VisitKind} needs the chronic disease. The treatment side registers the visit with it");

    public static BenefitRefusal NoPersonClass(BenefitCase bill) => Refuse(
        bill,
        BenefitRefusalCode.PersonClassNotCovered,
        $"险种 {bill.Scheme}、就诊类型 {bill.VisitKind} 的政策不含人员类别 {bill.PersonClass}。请参保地核对人员类别，或补充政策后再结算",
        $"the plans of scheme {bill.Scheme}, visit kind {bill.VisitKind} do not cover person class {bill.PersonClass}. The insured side checks the class or adds a plan, then the bill can be settled");

    public static BenefitRefusal NotInForce(BenefitCase bill) => Refuse(
        bill,
        BenefitRefusalCode.NotInForce,
        $"险种 {bill.Scheme}、就诊类型 {bill.VisitKind} 在 {bill.ServiceDate.Iso()} 没有生效的政策版本。请参保地补充政策版本后再结算",
        $"no version of the plan for scheme {bill.Scheme}, visit kind {bill.VisitKind} is in force on {bill.ServiceDate.Iso()}. The insured side adds one, then the bill can be settled");

    public static BenefitRefusal FilingRefused(BenefitCase bill, BenefitPlan plan)
    {
        if (bill.FilingKind is null)
        {
            return Refuse(
                bill,
                BenefitRefusalCode.FilingRequired,
                $"参保人未办理异地就医备案，政策版本 {plan.Header.Version} 不予直接结算。请在出院结算前补办备案后重新结算",
                $"the person has no filing for treatment elsewhere, and plan {plan.Header.Version} does not settle without one. File before the discharge settlement and settle again");
        }
        var (filing, filingEnglish) = BenefitCodes.FilingText(bill.FilingKind);
        return Refuse(
            bill,
            BenefitRefusalCode.FilingKindNotCovered,
            $"政策版本 {plan.Header.Version} 对备案类型 {bill.FilingKind}（{filing}）不予直接结算。请更改备案类型，或由个人先行结算后回参保地办理",
            $"plan {plan.Header.Version} does not settle filing kind {bill.FilingKind} ({filingEnglish}). Change the filing, or the person pays and applies at the insured side");
    }

    private static BenefitRefusal Refuse(BenefitCase bill, BenefitRefusalCode code, string chinese, string english) =>
        new(code, $"参保地 {bill.PoolingArea} 不予结算：{chinese}。", $"Insured side {bill.PoolingArea} does not settle: {english}.");

    private static BenefitRefusal? OutOfRange(BenefitCase bill, string name, Fen amount) =>
        amount.IsNegative
            ? Refuse(bill, BenefitRefusalCode.AmountNegative, $"{name} 为负数 {amount}。请就医地核对费用后重新上传", $"{name} is negative ({amount}). The treatment side corrects the bill and sends it again")
        : amount > BenefitCase.AmountMax
            ? Refuse(bill, BenefitRefusalCode.AmountTooLarge, $"{name} {amount} 超过上限 {BenefitCase.AmountMax} 元。请就医地核对费用后重新上传", $"{name} {amount} exceeds the limit of {BenefitCase.AmountMax}. The treatment side corrects the bill and sends it again")
        : null;
}
