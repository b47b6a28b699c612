using System.Globalization;
using System.Text.Json.Nodes;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>
/// The figures of 2303, 2304, 2305 and of 2206 to 2208. They keep the interface's identities to the fen: <c>medfee = fulamt + overlmt + preself + inscp =
/// fund_pay_sumamt + psn_part + hosp_part</c> and <c>psn_part = acct_pay + psn_cash_pay</c>; the account is no fund here.
/// </summary>
internal static class SettlementReplies
{
    private const string Inpatient = "21", Outpatient = "11";
    private const string ByItem = "1";

    /// <summary>As a settlement, without its number, time and agency; the account as it is before.</summary>
    public static JsonNode? Previewed(CallState state, HisResult result)
    {
        if (result is not SettlementPreviewed preview || state.Operation is not PreviewSettlement operation)
            return null;
        var info = Person(preview.Person, operation.Visit);
        info["setl_time"] = null;
        AddBill(info, state, preview.Figures);
        AddClearing(info, state, agency: null, way: null);
        info["balc"] = Json.Yuan(preview.Person.AccountBalanceFen - (decimal)preview.Figures.AccountFen);
        return Output(state, info, preview.Figures, preview.Person.Scheme);
    }

    public static JsonNode? Settled(CallState state, HisResult result)
    {
        if (result is not Settled settled || state.Operation is not Settle operation)
            return null;
        var info = Person(settled.Person, operation.Visit);
        info["setl_id"] = settled.SettlementNumber;
        info["setl_time"] = Time(settled.SettledAt);
        AddBill(info, state, settled.Figures);
        AddClearing(info, state, state.Echo.TreatmentArea, ByItem);
        info["balc"] = Json.Yuan(settled.Person.AccountBalanceFen);
        return Output(state, info, settled.Figures, settled.Person.Scheme);
    }

    /// <summary>
    /// A bill of its own with all amounts negative. Its number is the node's transaction id; the balance afterwards is not told by the insured
    /// province and stays null, as do the person's data.
    /// </summary>
    public static JsonNode? Cancelled(CallState state, HisResult result)
    {
        if (result is not SettlementCancelled cancelled || state.Operation is not CancelSettlement operation)
            return null;
        var info = new JsonObject
        {
            ["mdtrt_id"] = operation.Visit.VisitNumber,
            ["setl_id"] = cancelled.TransactionId,
            ["clr_optins"] = state.Echo.TreatmentArea,
            ["setl_time"] = Time(cancelled.CancelledAt),
            ["medins_setl_id"] = state.Echo.MessageId,
            ["balc"] = null,
            ["setl_type"] = "2",
        };
        if (cancelled.Figures is not { } figures)
            return new JsonObject { ["setlinfo"] = info, ["setldetail"] = new JsonArray() };
        AddAmounts(info, state, figures);
        return Output(state, info, figures, cancelled.Scheme);
    }

    private static JsonObject Output(CallState state, JsonObject info, HisFigures figures, string? scheme)
    {
        var details = Funds(figures, scheme).ToList();
        // Zhongshan's class of 2305 looks for the members of a fund in setlinfo.
        if (state is { Variant: ClientVariant.NH, Operation: CancelSettlement } && details is [var first, ..])
        {
            foreach (var (name, value) in first.Where(member => !info.ContainsKey(member.Key)))
                info[name] = value?.DeepClone();
        }

        var output = new JsonObject { ["setlinfo"] = info, ["setldetail"] = new JsonArray([.. details]) };
        if (state.Variant == ClientVariant.GZ)
            output["voladetail"] = new JsonArray();
        return output;
    }

    private static JsonObject Person(HisPerson person, HisVisitReference visit) => new()
    {
        ["mdtrt_id"] = visit.VisitNumber,
        ["psn_no"] = person.PersonNumber,
        ["psn_name"] = person.Name,
        ["psn_cert_type"] = person.CertificateKind,
        ["certno"] = person.CertificateNumber,
        ["gend"] = person.Gender,
        ["naty"] = null,
        ["brdy"] = PersonMessages.Day(person.BirthDate),
        ["age"] = person.Age,
        ["insutype"] = person.Scheme,
        ["psn_type"] = person.PersonClass,
        ["cvlserv_flag"] = person.IsCivilServant ? "1" : "0",
    };

    private static void AddBill(JsonObject info, CallState state, HisFigures figures)
    {
        info["mdtrt_cert_type"] = state.Echo.CredentialKind;
        info["med_type"] = state.Echo.VisitKind;
        AddAmounts(info, state, figures);
        if (state.Variant != ClientVariant.GZ)
            return;
        info["psn_setlway"] = state.Echo.SettlementWay;
        info["med_sumfee"] = Json.Yuan((decimal)figures.PreSelfPayFen + figures.InScopeFen);
        info["hifdm_pay"] = Json.Yuan(0);
        info["memo"] = null;
    }

    private static void AddAmounts(JsonObject info, CallState state, HisFigures figures)
    {
        info["medfee_sumamt"] = Json.Yuan(figures.TotalFen);
        info["fulamt_ownpay_amt"] = Json.Yuan(figures.FullSelfPayFen);
        info["overlmt_selfpay"] = Json.Yuan(figures.OverLimitFen);
        info["preselfpay_amt"] = Json.Yuan(figures.PreSelfPayFen);
        info["inscp_scp_amt"] = Json.Yuan(figures.InScopeFen);
        info["act_pay_dedc"] = Json.Yuan(figures.DeductibleFen);
        info["hifp_pay"] = Json.Yuan(figures.PoolFen);
        info["pool_prop_selfpay"] = Json.Number(PoolRatio(figures));
        info["cvlserv_pay"] = Json.Yuan(figures.CivilServantFen);
        info["hifes_pay"] = Json.Yuan(figures.EnterpriseFen);
        info["hifmi_pay"] = Json.Yuan(figures.ResidentCriticalIllnessFen);
        info["hifob_pay"] = Json.Yuan(figures.EmployeeLargeAmountFen);
        info["maf_pay"] = Json.Yuan(figures.MedicalAidFen);
        info["oth_pay"] = Json.Yuan(figures.OtherFundFen);
        info["fund_pay_sumamt"] = Json.Yuan(figures.FundTotalFen);
        info[state.Variant == ClientVariant.GZ ? "psn_part_am" : "psn_part_amt"] = Json.Yuan(figures.PersonalTotalFen);
        info["acct_pay"] = Json.Yuan(figures.AccountFen);
        info["psn_cash_pay"] = Json.Yuan(figures.CashFen);
        info["hosp_part_amt"] = Json.Yuan(figures.HospitalBorneFen);
        info["acct_mulaid_pay"] = Json.Yuan(0);
    }

    private static void AddClearing(JsonObject info, CallState state, string? agency, string? way)
    {
        info["medins_setl_id"] = state.Echo.MessageId;
        info["clr_optins"] = agency;
        info["clr_way"] = way;
        info["clr_type"] = state.Transaction is { IsOutpatient: true } ? Outpatient : Inpatient;
    }

    // The ratio that came out, not one of the policy: a policy may have several segments.
    private static decimal PoolRatio(HisFigures figures)
    {
        var above = (decimal)figures.InScopeFen - figures.DeductibleFen;
        return above == 0 ? 0 : decimal.Round(figures.PoolFen / above, 4, MidpointRounding.AwayFromZero);
    }

    // Codes of the published fund list: scheme and kind.
    private static IEnumerable<JsonObject> Funds(HisFigures figures, string? scheme) =>
        from fund in new (string Code, string Name, long Fen)[]
        {
            ($"{scheme ?? "310"}100", "基本医疗保险统筹基金", figures.PoolFen),
            ("320100", "公务员医疗补助基金", figures.CivilServantFen),
            ("370100", "企业补充医疗保险基金", figures.EnterpriseFen),
            ("330100", "职工大额医疗费用补助基金", figures.EmployeeLargeAmountFen),
            ("390200", "城乡居民大病医疗保险基金", figures.ResidentCriticalIllnessFen),
            ("610100", "医疗救助基金", figures.MedicalAidFen),
            ("999997", "其他基金", figures.OtherFundFen),
            ("310200", "职工基本医疗保险个人账户基金", figures.AccountFen),
        }
        where fund.Fen != 0
        select new JsonObject
        {
            ["fund_pay_type"] = fund.Code,
            ["inscp_scp_amt"] = Json.Yuan(figures.InScopeFen),
            ["crt_payb_lmt_amt"] = null,
            ["fund_payamt"] = Json.Yuan(fund.Fen),
            ["fund_pay_type_name"] = fund.Name,
            ["setl_proc_info"] = null,
        };

    private static string Time(DateTimeOffset moment) => BusinessTime.Local(moment).ToString(NodeTime.Separated, CultureInfo.InvariantCulture);
}
