using System.Globalization;
using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>Both forms of 0304, and 0305. The lists are what clients look up; what no province states stays empty.</summary>
internal static class SettlementReplies
{
    private const string PaidByHospital = "0";

    private static readonly string[] SettledElements =
    [
        "aaz216", "akc194", "ykc706", "aka151", "ake149", "ake039", "ake035", "ake026", "aae045", "ake032", "ake181", "ake173", "akb067",
        "ake038", "aae240", "aac002", "aac003", "aac004", "aac006", "aab001", "aab004", "aab019", "aab020", "aab021", "ykc021", "aae140",
        "ake105", "akc070", "akc071", "akc072", "ake171", "akc253", "akb068", "ykc751", "ykc641", "ykc642", "ykc752", "ykc753",
    ];

    private static readonly string[] SettledWithinProvinceElements =
    [
        "ykc618", "aka105", "ykc675", "akc264", "akc253", "akc254", "yka319", "ykc624", "aka151", "akb066", "ykc631", "akb068", "ake039",
        "ykc627", "ykc630", "ykc629", "ake035", "ykc635", "ykc636", "ykc637", "ykc639", "akb063", "ykc666", "akc200", "yka430", "yka431",
        "yka432", "yka433", "yka434", "aae140", "yzz139", "ykc640", "ykc751", "ykc641", "ykc642", "ykc752", "ykc753",
    ];

    private static readonly string[] CancelledElements = ["aaz216", "akc194", "ykc706"];

    /// <summary>ake149 counts the personal account among what the agency pays; the figures do not.</summary>
    public static XElement Settled(Settled settled)
    {
        var figures = settled.Figures;
        var output = Reply.Output(SettledElements, new Dictionary<string, string>(PersonReplies.Values(settled.Person))
        {
            ["aaz216"] = settled.SettlementNumber,
            ["akc194"] = Reply.Time(settled.SettledAt),
            ["ykc706"] = Reply.Day(settled.SettledAt),
            ["aka151"] = Yuan(figures.DeductibleFen),
            ["ake149"] = Yuan((decimal)figures.FundTotalFen + figures.AccountFen),
            ["ake039"] = Yuan(figures.PoolFen),
            ["ake035"] = Yuan(figures.CivilServantFen),
            ["ake026"] = Yuan(figures.EnterpriseFen),
            ["aae045"] = Yuan(LargeAmountAndCriticalIllness(figures)),
            ["ake032"] = Yuan(0),
            ["ake181"] = Yuan(figures.MedicalAidFen),
            ["ake173"] = Yuan(figures.OtherFundFen),
            ["akb067"] = Yuan(figures.CashFen),
            ["ake038"] = Yuan(figures.AccountFen),
            ["aae240"] = Yuan(settled.Person.AccountBalanceFen),
            ["ake105"] = PaidByHospital,
            ["ake171"] = Yuan(figures.InScopeFen),
            ["akc253"] = Yuan(figures.FullSelfPayFen),
            ["akb068"] = Yuan(figures.FundTotalFen),
        });
        output.Add(Reply.Parent("detail", FundRows(figures)));
        return output;
    }

    /// <summary>akc254 is what the person pays of the amount in scope; yka319 is the amount in scope; ykc675 is what was asked for.</summary>
    public static XElement SettledWithinProvince(XElement input, Settled settled)
    {
        var figures = settled.Figures;
        var personalInScope = (decimal)figures.PersonalTotalFen - figures.FullSelfPayFen - figures.OverLimitFen - figures.PreSelfPayFen;
        return Reply.Output(SettledWithinProvinceElements, new Dictionary<string, string>
        {
            ["ykc618"] = settled.SettlementNumber,
            ["ykc675"] = new InputReader(input).Optional(Fields.SettlementKind) ?? SettlementRequests.Final,
            ["akc264"] = Yuan(figures.TotalFen),
            ["akc253"] = Yuan(figures.FullSelfPayFen),
            ["akc254"] = Yuan(personalInScope),
            ["yka319"] = Yuan(figures.InScopeFen),
            ["aka151"] = Yuan(figures.DeductibleFen),
            ["akb068"] = Yuan(figures.FundTotalFen),
            ["ake039"] = Yuan(figures.PoolFen),
            ["ykc630"] = Yuan(LargeAmountAndCriticalIllness(figures)),
            ["ake035"] = Yuan(figures.CivilServantFen),
            ["akc200"] = settled.AdmissionOrdinal.ToString(CultureInfo.InvariantCulture),
            ["aae140"] = settled.Person.Scheme,
            ["yzz139"] = Yuan(figures.PersonalTotalFen),
        });
    }

    public static XElement Cancelled(SettlementCancelled cancelled) => Reply.Output(CancelledElements, new Dictionary<string, string>
    {
        ["aaz216"] = cancelled.SettlementNumber,
        ["akc194"] = Reply.Time(cancelled.CancelledAt),
        ["ykc706"] = Reply.Day(cancelled.CancelledAt),
    });

    // Codes of the published fund list: scheme and kind.
    private static IEnumerable<XElement> FundRows(HisFigures figures) =>
        from fund in new (string Code, string Name, long Fen)[]
        {
            ("310100", "基本统筹", figures.PoolFen),
            ("320100", "公务员医疗补助", figures.CivilServantFen),
            ("370100", "企业补充医疗保险", figures.EnterpriseFen),
            ("330100", "职工大额医疗费用补助", figures.EmployeeLargeAmountFen),
            ("390200", "城乡居民大病保险", figures.ResidentCriticalIllnessFen),
            ("610100", "医疗救助", figures.MedicalAidFen),
            ("999997", "其他基金", figures.OtherFundFen),
        }
        where fund.Fen != 0
        select Reply.Parent(
            "row",
            Reply.Element("aaa157", fund.Code),
            Reply.Element("aaa160", fund.Name),
            Reply.Element("aad006", Yuan(fund.Fen)),
            Reply.Element("aae187", ""));

    private static decimal LargeAmountAndCriticalIllness(HisFigures figures) =>
        (decimal)figures.EmployeeLargeAmountFen + figures.ResidentCriticalIllnessFen;

    // Sums of two figures are formed in decimal: a reply must come out whatever the figures are.
    private static string Yuan(decimal fen) => (fen / 100m).ToString("0.00", CultureInfo.InvariantCulture);
}
