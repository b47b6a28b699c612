using System.Text;
using System.Xml.Linq;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.YunnanYdjy;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Builds calls as the thin DLL does and takes replies apart.</summary>
internal static class YunnanYdjyMessages
{
    public const string Visit = "S4401001606150000001";

    public static YunnanYdjyDialect Dialect { get; } = new();

    public static readonly IReadOnlyList<(string Name, string Value)> Admission =
    [
        ("YKC006", "0"), ("YKC010", "ZY1"), ("AKA130", "21"), ("AKC192", "2016-06-15"), ("AKC193", "S72.000"), ("AKC194", ""), ("YKC600", "股骨颈骨折"),
    ];

    public static readonly IReadOnlyList<(string Name, string Value)> Line =
    [
        ("AKC190", "ZY1"), ("AKC220", "77"), ("AKC231", "9000001"), ("AKC515", "Y000123"), ("AKC516", "阿莫西林胶囊"), ("AKC222", "XJ01CAA040E001"),
        ("AKA111", "01"), ("AKC225", "0.8333"), ("AKC226", "24.00"), ("AKC227", "20.00"), ("AKC221", "2016-06-15 09:08:07"), ("AAE073", ""),
    ];

    public static readonly IReadOnlyList<(string Name, string Value)> Refund =
        [("AKC190", Visit), ("HANDLEID", "FS1"), ("CANCELCNT", "4"), ("CANCELFEE", "3.33"), ("AAE011", "12")];

    public static readonly IReadOnlyList<(string Name, string Value)> Preview =
        [("AKC190", Visit), ("AKC221", "2016-06-20 15:30:00"), ("AKC064", "458.60"), ("AKC255", "")];

    public static readonly IReadOnlyList<(string Name, string Value)> Settlement =
        [("AKC190", Visit), ("AKC221", "2016-06-20 15:35:00"), ("AAE072", "FP1"), ("AKA050", "1"), ("AAE011", "经办员乙"), ("AKC255", "100.00")];

    public static readonly IReadOnlyList<(string Name, string Value)> Cancellation = [("AKC190", Visit), ("HANDLEID", "FS2"), ("AAE072", "FP1")];

    public static readonly IReadOnlyList<(string Name, string Value)> Totals =
        [("POSNUM", "2"), ("NEGNUM", "1"), ("AKC264", "458.6"), ("AKC261", "195.16"), ("AKC255", "100"), ("AKC260", "163.44")];

    public static HisPerson Person => new()
    {
        InsuredDivision = "440100",
        PersonNumber = "4401000002",
        Name = "测试患者乙",
        CertificateKind = "01",
        CertificateNumber = "440103195503030028",
        SocialSecurityNumber = "440103195503030028",
        CardNumber = "44010000020",
        Gender = "2",
        BirthDate = new DateOnly(1955, 3, 3),
        Age = 61,
        PersonClass = "21",
        Scheme = "1",
        IsCivilServant = false,
        EmployerCode = "",
        EmployerName = "",
        AccountBalanceFen = 80000,
        DeductiblePaidYearFen = 0,
        PoolPaidYearFen = 0,
        AdmissionsYear = 0,
    };

    public static HisFigures Figures => new()
    {
        TotalFen = 45860,
        FullSelfPayFen = 2000,
        OverLimitFen = 500,
        PreSelfPayFen = 5200,
        InScopeFen = 38160,
        DeductibleFen = 20000,
        PoolFen = 16344,
        CivilServantFen = 0,
        EnterpriseFen = 0,
        EmployeeLargeAmountFen = 0,
        ResidentCriticalIllnessFen = 0,
        MedicalAidFen = 0,
        OtherFundFen = 0,
        FundTotalFen = 16344,
        AccountFen = 10000,
        CashFen = 19516,
        PersonalTotalFen = 29516,
        HospitalBorneFen = 0,
    };

    public static SettlementPreviewed Previewed(HisFigures figures) =>
        new() { TransactionId = "", Person = Person, Figures = figures, AdmissionOrdinal = 1, Steps = [] };

    public static HisRefusal Refused(RefusingSide side = RefusingSide.Insured) => new()
    {
        TransactionId = "530000201606150910000000000001",
        Code = "FILING_MISSING",
        Side = side,
        Field = "person",
        Chinese = "参保地没有有效备案𠮷。",
        English = "no valid filing in the insured province.",
        NextStepChinese = "请先备案。",
        NextStepEnglish = "File first.",
    };

    public static HisPending Pending => new() { TransactionId = "530000201606150910000000000001", Chinese = "尚无应答。", English = "No answer yet." };

    public static string Input(IEnumerable<(string Name, string Value)> values) =>
        $"<input>{string.Concat(values.Select(value => $"<{value.Name}>{value.Value}</{value.Name}>"))}</input>";

    public static IEnumerable<(string Name, string Value)> With(this IEnumerable<(string Name, string Value)> values, string name, string value) =>
        values.Select(item => item.Name == name ? (name, value) : item);

    public static string Param(string name, string value) => $"<param name=\"{name}\">{Escape(value)}</param>";

    public static string Out(string name, int size = 2048) => $"<out name=\"{name}\" size=\"{size}\"/>";

    public static string Call(string function, string content, string attributes = "xml:space=\"preserve\" hospital=\"H53010000001\" seq=\"7\"") =>
        $"<ydjy version=\"1\" function=\"{function}\" {attributes}>{content}</ydjy>";

    /// <summary>99 or 98: an empty input and the transaction that is meant.</summary>
    public static string About(string code, string oldCode, string oldSerial) => Business(code, " ")
        .Replace(Param("OldTransCode", " "), Param("OldTransCode", oldCode)).Replace(Param("OldSenderSerialNo", " "), Param("OldSenderSerialNo", oldSerial));

    public static string Business(string code, string input, string serial = "FS9", int size = 2048) => Call(
        "YDJYBusiness_Handle",
        Param("TransCode", code) + Param("SenderSerialNo", serial) + Param("PersonNo", "4401000002") + Param("SICardNo", "44010000020")
        + Param("InsuredAreaNo", "4401") + Param("OldTransCode", " ") + Param("OldSenderSerialNo", " ") + Param("OperatorNo", "12")
        + Param("BusiCycleNo", "P1") + Param("InputData", input) + Out("ReceiverSerialNo") + Out("OutputData", size));

    public static string SignOut(IEnumerable<(string Name, string Value)> totals, string cycle = "P1") => Call(
        "SIGNOUT",
        Param("OperatorNo", "12") + Param("BusiCycleNo", cycle) + Param("CheckAccInfo", Input(totals)) + Param("SenderSerialNo", "FS9")
        + Out("ReceiverSerialNo") + Out("OutputDate"));

    public static string Download(string code, string cycle = "P1") => Call(
        "BatchDownload", Param("TransCode", code) + Param("OperatorNo", "12") + Param("BusiCycleNo", cycle) + Param("InputData", " ") + Out("OutputDate"));

    public static string Route(string code, string input, string area = "44010000020") => Call(
        "RouteRepeater",
        Param("TransCode", code) + Param("InsuredAreaNo", area) + Param("PersonNo", "4401000002") + Param("InputData", input) + Out("OutputDate"));

    public static string ReadCard(string card, int size = 2048) => Call("SIReadCard", Param("CardData", card) + Out("OutputDate", size));

    public static HisMessage Utf8(string xml) => Message(Encoding.UTF8.GetBytes(xml), "text/xml; charset=utf-8");

    public static HisMessage Message(byte[] body, string contentType) =>
        new() { Path = "/ydjy", ContentType = contentType, SoapAction = "", Body = body };

    /// <summary>The only request of a message.</summary>
    public static HisRequest Request(string xml) => Dialect.Decode(Utf8(xml)).Requests.Single();

    public static T Operation<T>(string xml) where T : HisOperation
    {
        var request = Request(xml);
        Assert.That(request.Operation, Is.TypeOf<T>(), request.Refusal?.Text);
        return (T)request.Operation!;
    }

    public static HisRefusal Refusal(string xml) => Request(xml).Refusal ?? throw new InvalidOperationException("The call was not refused.");

    /// <summary>Decodes a call, answers it and gives the reply's <c>ydjy</c>.</summary>
    public static XElement Answer(string xml, HisResult result) => Root(Dialect.Encode(Dialect.Decode(Utf8(xml)), [result]));

    public static XElement Root(HisReply reply)
    {
        var encoding = LegacyText.ByLabel(reply.ContentType.Split('=')[1])!;
        return XDocument.Parse(encoding.GetString(reply.Body), LoadOptions.PreserveWhitespace).Root!;
    }

    public static string ReturnValue(this XElement ydjy) => ydjy.Attribute("return")!.Value;

    public static string Output(this XElement ydjy) => ydjy.Elements("out").Last().Value;

    public static Dictionary<string, string> OutputElements(this XElement ydjy) =>
        XDocument.Parse(ydjy.Output(), LoadOptions.PreserveWhitespace).Root!.Elements().ToDictionary(element => element.Name.LocalName, element => element.Value);

    private static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
