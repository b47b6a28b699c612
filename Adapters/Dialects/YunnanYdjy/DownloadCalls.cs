using System.Globalization;
using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>
/// 83 and 85: the settlements of a business cycle as a file, one line each, tab-separated, without a header. The columns of 83 are the only
/// ones seen; 85 adds what a clerk needs to find a difference.
/// </summary>
internal static class DownloadCalls
{
    private const string SettlementCode = "14";
    private const string CancellationCode = "21";
    private const string LineEnd = "\r\n";

    /// <summary>A part of a file name that is not ours: longer ones gain nothing.</summary>
    private const int NamePartMax = 32;

    public static HisOperation Decode(CallReader call)
    {
        call.Required(Elements.OperatorNumber);
        return new ListSettlements { Scope = new HisSettlementScope { PeriodNumber = call.Required(Elements.Period), WithoutCancelled = false } };
    }

    public static Outcome? EncodeSummary(CallReader call, HisResult result) => File(call, result, "DZ", Summary);

    public static Outcome? EncodeDetail(CallReader call, HisResult result) => File(call, result, "MX", row => [.. Summary(row), .. Detail(row)]);

    private static FilePart? File(CallReader call, HisResult result, string kind, Func<HisSettlementRow, IEnumerable<string>> columns)
    {
        if (result is not SettlementsListed listed)
            return null;
        var text = new StringBuilder();
        foreach (var row in listed.Rows)
            text.AppendJoin('\t', columns(row).Select(static value => LegacyText.InOneField(value))).Append(LineEnd);
        var name = $"{kind}_{NamePart(call.Required(Elements.OperatorNumber))}_{NamePart(call.Required(Elements.Period))}.txt";
        return new FilePart(name, LegacyText.Encode(text.ToString(), call.Call.Ansi), call.Call.Ansi);
    }

    // 接收方流水号, 个人编号, 住院号, 单据号, 交易类型, 统筹区号, 总额, 现金, 账户, 统筹, 医院住院号.
    private static IEnumerable<string> Summary(HisSettlementRow row) =>
    [
        row.OriginalTransactionId, row.PersonNumber, row.VisitNumber, row.InvoiceNumber ?? "", row.IsCancellation ? CancellationCode : SettlementCode,
        Areas.Pool(row.InsuredDivision), Yuan(row.Figures.TotalFen), Yuan(row.Figures.CashFen), Yuan(row.Figures.AccountFen),
        Yuan((decimal)row.Figures.TotalFen - row.Figures.CashFen - row.Figures.AccountFen), row.HospitalVisitNumber,
    ];

    // 发送方流水号, 姓名, 结算业务号, 结算时间, 人群类别, then 全自费, 先自付, 进入报销, 起付线, 统筹基金, 大额大病, 公务员, 医疗救助, 其他, 医院承担.
    private static IEnumerable<string> Detail(HisSettlementRow row)
    {
        var figures = row.Figures;
        return
        [
            row.HisTransactionId ?? "", row.Name, row.SettlementNumber, Time(row.SettledAt), row.Scheme,
            Yuan((decimal)figures.FullSelfPayFen + figures.OverLimitFen), Yuan(figures.PreSelfPayFen), Yuan(figures.InScopeFen), Yuan(figures.DeductibleFen),
            Yuan(figures.PoolFen), Yuan((decimal)figures.EmployeeLargeAmountFen + figures.ResidentCriticalIllnessFen), Yuan(figures.CivilServantFen),
            Yuan(figures.MedicalAidFen), Yuan((decimal)figures.EnterpriseFen + figures.OtherFundFen), Yuan(figures.HospitalBorneFen),
        ];
    }

    private static string NamePart(string value) =>
        string.Concat(value.Take(NamePartMax).Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    private static string Yuan(decimal fen) => (fen / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset moment) => BusinessTime.Local(moment).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
