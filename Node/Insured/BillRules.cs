using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>What a bill is presented for.</summary>
internal enum BillPurpose
{
    Preview = 1,
    Settlement = 2,

    /// <summary>The stay goes on.</summary>
    Interim = 3,
}

/// <summary>Whether a bill adds up to the fen and fits its visit. Pure.</summary>
internal static class BillRules
{
    public static Refusal? FirstFault(Bill? bill)
    {
        if (bill is null)
            return InsuredRefusals.MissingField("bill");
        if (bill.Charges is null)
            return InsuredRefusals.MissingField("bill.charges");
        if (bill.CategorySums.Any(sum => sum.Charges is null))
            return InsuredRefusals.MissingField("bill.category_sums.charges");
        if (!ChinaTime.TryParseIso(bill.ServiceDate, out _))
            return InsuredRefusals.InvalidField("bill.service_date", "应为 yyyy-MM-dd", "yyyy-MM-dd is expected");
        if (bill.HasAccountRequestedFen && bill.AccountRequestedFen < 0)
            return InsuredRefusals.Negative("bill.account_requested_fen", bill.AccountRequestedFen);
        return OutOfRange(bill) ?? NegativePart(bill.Charges) ?? Unbalanced("bill.charges", bill.Charges) ?? WrongCategories(bill) ?? WrongSums(bill);
    }

    /// <summary>A settlement of a stay needs the discharge unless the stay goes on; a preview may be asked for during the stay, as of any day of it.</summary>
    public static Refusal? FaultAgainst(InsuredVisitRow visit, Bill bill, BillPurpose purpose)
    {
        if (purpose is BillPurpose.Interim && ClearingTypes.IsOutpatient(visit.VisitKind))
            return InsuredRefusals.InvalidField("interim", "门诊就诊没有中途结算", "an outpatient visit is not settled in parts");
        var (needed, neededEnglish) = ClearingTypes.IsOutpatient(visit.VisitKind) ? ("已登记未结算", "registered and not settled")
            : purpose is BillPurpose.Interim ? ("在院", "admitted") : ("已出院未结算", "discharged and not settled");
        if (visit.State is InsuredVisitState.Settled)
            return InsuredRefusals.VisitState("已结算", "settled", needed, neededEnglish);
        if (visit.State is InsuredVisitState.Undone)
            return InsuredRefusals.VisitState("登记已撤销", "admission or registration undone", needed, neededEnglish);
        if (purpose is BillPurpose.Interim && visit.State is InsuredVisitState.Discharged)
            return InsuredRefusals.VisitState("已出院", "discharged", needed, neededEnglish);
        if (purpose is BillPurpose.Settlement && visit.State != visit.BeforeSettlement)
            return InsuredRefusals.VisitState("在院", "admitted", "已出院未结算", "discharged and not settled");
        var (day, from) = (ChinaTime.ParseIso(bill.ServiceDate), ChinaTime.ParseIso(visit.AdmissionDate));
        DateOnly? to = visit.DischargeDate is null ? null : ChinaTime.ParseIso(visit.DischargeDate);
        return day < from || (to is not null && day != to) ? InsuredRefusals.DateOutsideStay("bill.service_date", day, from, to) : null;
    }

    // Bounds every figure, so that no sum below can overflow.
    private static Refusal? OutOfRange(Bill bill) =>
        bill.CategorySums.Select(sum => sum.Charges).Append(bill.Charges).SelectMany(Parts).All(part => Int128.Abs(part.Amount) <= BenefitCase.AmountMax.Value)
            ? null
            : InsuredRefusals.InvalidField("bill.charges", $"金额超过 {BenefitCase.AmountMax} 元", $"an amount exceeds {BenefitCase.AmountMax} yuan");

    private static Refusal? NegativePart(Charges charges)
    {
        foreach (var (field, amount) in Parts(charges))
        {
            if (amount < 0)
                return InsuredRefusals.Negative($"bill.charges.{field}", amount);
        }
        return null;
    }

    private static Refusal? Unbalanced(string path, Charges charges)
    {
        var parts = charges.FullSelfPayFen + charges.OverLimitFen + charges.PreSelfPayFen + charges.InScopeFen;
        return charges.TotalFen == parts ? null : InsuredRefusals.TotalMismatch($"{path}.total_fen", charges.TotalFen, parts);
    }

    private static Refusal? WrongCategories(Bill bill)
    {
        for (var index = 0; index < bill.CategorySums.Count; index++)
        {
            var sum = bill.CategorySums[index];
            var path = $"bill.category_sums[{index}]";
            if (!int.TryParse(sum.FeeCategory, out var category) || sum.FeeCategory.Length != 2 || category is < 1 or > 14)
                return InsuredRefusals.InvalidField($"{path}.fee_category", "应为 01..14", "01..14 is expected");
            if (index > 0 && string.CompareOrdinal(bill.CategorySums[index - 1].FeeCategory, sum.FeeCategory) >= 0)
                return InsuredRefusals.InvalidField($"{path}.fee_category", "类别应升序且不重复", "categories are ascending and distinct");
            if (Unbalanced($"{path}.charges", sum.Charges) is { } fault)
                return fault;
        }
        return null;
    }

    private static Refusal? WrongSums(Bill bill)
    {
        var sums = bill.CategorySums.Select(sum => Parts(sum.Charges).Select(part => part.Amount).ToArray()).ToList();
        var (position, total) = (0, bill.Charges);
        foreach (var (field, amount) in Parts(total))
        {
            var added = sums.Sum(parts => parts[position]);
            if (added != amount)
                return InsuredRefusals.TotalMismatch($"bill.charges.{field}", amount, added);
            position++;
        }
        return bill.LineCount == bill.CategorySums.Sum(sum => (long)sum.LineCount)
            ? null
            : InsuredRefusals.InvalidField("bill.line_count", "与各类别笔数之和不符", "differs from the sum over the categories");
    }

    private static IEnumerable<(string Field, long Amount)> Parts(Charges charges)
    {
        yield return ("total_fen", charges.TotalFen);
        yield return ("full_self_pay_fen", charges.FullSelfPayFen);
        yield return ("over_limit_fen", charges.OverLimitFen);
        yield return ("pre_self_pay_fen", charges.PreSelfPayFen);
        yield return ("in_scope_fen", charges.InScopeFen);
    }
}
