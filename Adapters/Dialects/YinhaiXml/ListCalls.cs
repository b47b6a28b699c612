using System.Text;
using System.Text.RegularExpressions;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>46A settlements and cancellations of some days, 44 the statement of one settlement.</summary>
internal static partial class ListCalls
{
    private const string LineEnd = "\r\n";

    private static readonly HisRefusal NoSuchSettlement = new()
    {
        TransactionId = "",
        Code = "SETTLEMENT_NOT_FOUND",
        Side = RefusingSide.Treatment,
        Field = Elements.SettlementNumber.Field,
        Chinese = $"没有该结算，或已撤销（{Elements.SettlementNumber.Shown}）。",
        English = $"there is no such settlement, or it is cancelled ({Elements.SettlementNumber.Name}).",
        NextStepChinese = "请核对结算编号。",
        NextStepEnglish = "Check the settlement number.",
    };

    public static HisOperation DecodeList(CallReader call)
    {
        call.Optional(Elements.OutputFile);
        return new ListSettlements { Scope = new HisSettlementScope { From = call.RequiredDate(Elements.From), To = call.RequiredDate(Elements.To), WithoutCancelled = false } };
    }

    /// <summary>
    /// A file where the client names one (tab-separated, no header), rows where it does not. A cancellation is a row with negative amounts.
    /// </summary>
    public static Output? EncodeList(CallReader call, HisResult result)
    {
        if (result is not SettlementsListed listed)
            return null;
        var rows = listed.Rows.Select(row => Columns(call.Settings, row));
        if (call.Optional(Elements.OutputFile) is not { } path)
            return new Output().AddRows(rows.Select(row => Output.Row(row)));
        var text = new StringBuilder();
        foreach (var row in rows)
            text.AppendJoin('\t', row.Select(static column => LegacyText.InOneField(column.Value ?? ""))).Append(LineEnd);
        return new Output { File = new FilePart(path, text.ToString()) };
    }

    /// <summary>The node is asked for the settlements of the day that the number carries.</summary>
    public static HisOperation DecodeStatement(CallReader call)
    {
        var number = call.Required(Elements.SettlementNumber);
        var day = default(DateOnly);
        if (NumberWithDay().Match(number) is not { Success: true } found || !DateOnly.TryParseExact("20" + found.Groups["day"].Value, "yyyyMMdd", out day))
            call.Refuse(Elements.SettlementNumber, "应为 41 返回的结算编号。", "the settlement number of a reply to 41 is expected.");
        return new ListSettlements { Scope = new HisSettlementScope { From = day, To = day, WithoutCancelled = true } };
    }

    /// <summary>The interface returns nothing here because its component prints; ours is given what to print.</summary>
    public static Outcome? EncodeStatement(CallReader call, HisResult result)
    {
        if (result is not SettlementsListed listed)
            return null;
        var number = call.Required(Elements.SettlementNumber);
        return listed.Rows.FirstOrDefault(row => row.SettlementNumber == number && !row.IsCancellation) is { } row
            ? new Output { File = new FilePart($"{number}.txt", Statement(row)) }
            : new Declined(NoSuchSettlement.Text);
    }

    // A row does not say what kind of visit it is of: it can be told only where there is one kind.
    private static IEnumerable<(string Name, string? Value)> Columns(YinhaiSettings settings, HisSettlementRow row)
    {
        var figures = SettlementCalls.Figures(row.Figures).ToDictionary(figure => figure.Name, figure => figure.Value);
        string subCentre = settings.SubCentreOf(row.InsuredDivision);
        return
        [
            ("akc190", row.VisitNumber), ("yka103", row.SettlementNumber), ("aka130", settings.TakesOutpatients ? "" : settings.VisitKind), ("aac001", row.PersonNumber),
            ("yka065", Output.Yuan(row.Figures.AccountFen)), ("yka055", figures["yka055"]), ("yka056", figures["yka056"]), ("yka057", figures["yka057"]),
            ("yka111", figures["yka111"]), ("yka058", figures["yka058"]), ("yka248", figures["yka248"]), ("yka062", figures["yka062"]), ("yke030", figures["yke030"]),
            ("ykc177", ""), ("yka410", ""), ("yka373", ""), ("yka372", ""), ("yke398", ""), ("ykc365", ""), ("ykb037", subCentre),
            ("yka316", SettlementCalls.ClearingKind), ("yka054", ""), ("yae366", Output.Month(row.SettledAt)), ("akc021", ""), ("ykc121", ""),
            ("ykc280", ""), ("ykc281", ""), ("aae036", Output.Time(row.SettledAt)), ("AAE100", ""), ("yka064", Output.Yuan(0)), ("Ykb065", row.Scheme),
            ("aac003", row.Name), ("yka430", ""),
        ];
    }

    private static string Statement(HisSettlementRow row)
    {
        var (figures, text) = (row.Figures, new StringBuilder());
        foreach (var (label, value) in new (string, string?)[]
        {
            ("结算编号", row.SettlementNumber), ("就诊编号", row.VisitNumber), ("住院号", row.HospitalVisitNumber), ("姓名", row.Name), ("个人编号", row.PersonNumber),
            ("发票号", row.InvoiceNumber), ("结算时间", Output.Time(row.SettledAt)), ("医疗费总额", Output.Yuan(figures.TotalFen)),
            ("全自费", Output.Yuan(figures.FullSelfPayFen)), ("超限价自付", Output.Yuan(figures.OverLimitFen)), ("先行自付", Output.Yuan(figures.PreSelfPayFen)),
            ("符合范围", Output.Yuan(figures.InScopeFen)), ("起付线", Output.Yuan(figures.DeductibleFen)), ("基本统筹支付", Output.Yuan(figures.PoolFen)),
            ("公务员补助", Output.Yuan(figures.CivilServantFen)), ("企业补充", Output.Yuan(figures.EnterpriseFen)), ("职工大额", Output.Yuan(figures.EmployeeLargeAmountFen)),
            ("居民大病", Output.Yuan(figures.ResidentCriticalIllnessFen)), ("医疗救助", Output.Yuan(figures.MedicalAidFen)), ("其他基金", Output.Yuan(figures.OtherFundFen)),
            ("基金支付合计", Output.Yuan(figures.FundTotalFen)), ("个人账户支付", Output.Yuan(figures.AccountFen)), ("现金支付", Output.Yuan(figures.CashFen)),
            ("医院承担", Output.Yuan(figures.HospitalBorneFen)),
        })
            text.Append(label).Append('\t').Append(LegacyText.InOneField(value ?? "")).Append(LineEnd);
        return text.ToString();
    }

    [GeneratedRegex(@"\AA[0-9]{6}(?<day>[0-9]{6})[0-9]{7}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex NumberWithDay();
}
