using System.Text;
using System.Xml.Linq;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.YinhaiXml;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Builds method calls as the component does and takes replies apart.</summary>
internal static class YinhaiXmlMessages
{
    public const string Visit = "S5301001706120000123";
    public const string SettlementNumber = "A5301001706200000456";
    public const string TransactionId = "520000201706120910110000000009";
    public const string TradeNumber = "1EEXNCDX18RZZ4UHT5VT";
    public const string TradeCheck = "48CC2C32";
    public const string Card = "530100|530102197601010019|A00000018|ID|测试患者甲|";

    /// <summary>Guizhou's header and Xi'an's, which are both legal and both unusual.</summary>
    public const string RgHeader = """<?xml version="1.0" encoding="GBK" standalone="yes" ?>""";
    public const string YhHeader = """<?xml version = "1.0" encoding="GBK" standalone="yes"?>""";

    public static readonly IReadOnlyList<(string Name, string Value)> Admission =
    [
        ("prm_ykc010", "ZY1"), ("prm_aac001", "5301000001"), ("prm_akc192", "2017-06-12 09:08:07"), ("prm_akc193", "肺炎"), ("prm_yke120", "J18.900"), ("prm_ykc141", "演示员甲"),
    ];

    public static readonly IReadOnlyList<(string Name, string Value)> Line =
    [
        ("yka105", "9000001"), ("ykd125", "123"), ("ykd126", "阿莫西林胶囊"), ("yka002", "XJ01CAA040E001"), ("akc226", "10.00"), ("akc225", "0.8333"), ("yka315", "8.33"),
        ("yke123", "2017-06-15 09:08:07"), ("yka098", "呼吸内科"),
    ];

    public static readonly IReadOnlyList<(string Name, string Value)> Settlement =
        [("prm_akc190", Visit), ("prm_hisfyze", "68.66"), ("prm_yka110", "FP1"), ("prm_aae011", "12"), ("prm_ykc141", "演示员甲")];

    public static readonly IReadOnlyList<(string Name, string Value)> Clinic =
    [
        ("prm_akc190", "MZ1"), ("prm_aac001", "5301000001"), ("prm_ykc173", "上呼吸道感染"), ("prm_hisfyze", "8.33"), ("prm_aka130", "11"), ("prm_yka110", "FP2"),
        ("prm_aae011", "12"), ("prm_ykc141", "演示员甲"),
    ];

    public static YinhaiXmlDialect Dialect { get; } = new(Settings(("visitKind", "31"), ("unlistedFeeCategory", "99"), ("subCentres", "9900=520000"), ("outpatientKinds", "11"), ("chronicKinds", "18")));

    public static HisPerson Person => YunnanYdjyMessages.Person with { InsuredDivision = "530100", PersonNumber = "5301000001", Name = "测试患者甲" };

    public static HisFigures Figures => YunnanYdjyMessages.Figures;

    public static Settled Booked => new()
    {
        TransactionId = TransactionId,
        VisitNumber = Visit,
        SettlementNumber = SettlementNumber,
        SettledAt = new DateTimeOffset(2017, 6, 20, 15, 40, 0, TimeSpan.FromHours(8)),
        Person = Person,
        Figures = Figures,
        AdmissionOrdinal = 1,
        Steps = [],
    };

    public static HisSettlementRow Row => new()
    {
        OriginalTransactionId = TransactionId,
        IsCancellation = false,
        SettlementNumber = SettlementNumber,
        VisitNumber = Visit,
        HospitalVisitNumber = "ZY1",
        PersonNumber = "5301000001",
        Name = "测试患者甲",
        InsuredDivision = "530100",
        Scheme = "1",
        SettledAt = Booked.SettledAt,
        Figures = Figures,
    };

    public static HisPending Pending => new() { TransactionId = TransactionId, Chinese = "尚无应答。", English = "No answer yet." };

    public static HisRefusal Refused(string field = "") => new()
    {
        TransactionId = TransactionId,
        Code = "SOME_CODE",
        Side = RefusingSide.Insured,
        Field = field,
        Chinese = "不符。",
        English = "it does not fit.",
        NextStepChinese = "请核对。",
        NextStepEnglish = "Check it.",
    };

    public static DialectSettings Settings(params (string Name, string Value)[] settings) => new(settings.ToDictionary(setting => setting.Name, setting => setting.Value));

    public static string Elements(IEnumerable<(string Name, string Value)> values) => string.Concat(values.Select(value => $"<{value.Name}>{value.Value}</{value.Name}>"));

    public static string Input(IEnumerable<(string Name, string Value)> values) => $"{RgHeader}<input>{Elements(values)}<proxy>1</proxy></input>";

    public static string Upload(params IEnumerable<(string Name, string Value)>[] rows) =>
        $"{RgHeader}<input><akc190>{Visit}</akc190><aka130>31</aka130><aac001>1</aac001> <dataset>{string.Concat(rows.Select(row => $"<row> {Elements(row)}</row>"))}</dataset><proxy>1</proxy></input>";

    /// <summary>48 with its lines.</summary>
    public static string Outpatient(IEnumerable<(string Name, string Value)> head, params IEnumerable<(string Name, string Value)>[] rows) =>
        $"{RgHeader}<input>{Elements(head)}<dataset>{string.Concat(rows.Select(row => $"<row>{Elements(row)}</row>"))}</dataset><proxy>1</proxy></input>";

    public static string Param(string name, string value) => $"<param name=\"{name}\">{Escape(value)}</param>";

    public static string Method(string method, string content, string attributes = "hospital=\"H52010000001\" seq=\"7\"") =>
        $"<yinhai xml:space=\"preserve\" version=\"1\" method=\"{method}\" {attributes}>{content}</yinhai>";

    public static string Call(string code, string input, string? card = null) =>
        Method("yh_interface_call", Param("jybh", code) + Param("jysr_xml", input) + (card is null ? "" : Param("card", card)));

    public static HisMessage Utf8(string xml) => Message(Encoding.UTF8.GetBytes(xml), "text/xml; charset=utf-8");

    public static HisMessage Message(byte[] body, string contentType) => new() { Path = "/yinhai", ContentType = contentType, SoapAction = "", Body = body };

    /// <summary>The only request of a message.</summary>
    public static HisRequest Request(string xml) => Dialect.Decode(Utf8(xml)).Requests.Single();

    public static T Operation<T>(string xml) where T : HisOperation
    {
        var request = Request(xml);
        Assert.That(request.Operation, Is.TypeOf<T>(), request.Refusal?.Text);
        return (T)request.Operation!;
    }

    public static HisRefusal Refusal(string xml) => Request(xml).Refusal ?? throw new InvalidOperationException("The call was not refused.");

    /// <summary>Decodes a call, answers it and gives the reply's <c>yinhai</c>.</summary>
    public static XElement Answer(string xml, HisResult result) => Root(Dialect.Encode(Dialect.Decode(Utf8(xml)), [result]));

    public static XElement Root(HisReply reply)
    {
        var encoding = LegacyText.ByLabel(reply.ContentType.Split('=')[1])!;
        return XDocument.Parse(encoding.GetString(reply.Body), LoadOptions.PreserveWhitespace).Root!;
    }

    /// <summary>A parameter by reference.</summary>
    public static string Out(this XElement yinhai, string name) => yinhai.Elements("out").Single(element => element.Attribute("name")!.Value == name).Value;

    /// <summary>jysc_xml as a client loads it.</summary>
    public static XElement Inner(this XElement yinhai) => XDocument.Parse(yinhai.Out("jysc_xml")).Root!;

    public static string FileText(this XElement yinhai)
    {
        var file = yinhai.Element("file")!;
        Assert.That((file.Attribute("charset")!.Value, file.Attribute("encoding")!.Value), Is.EqualTo(("GB18030", "base64")));
        return LegacyText.Gb18030.GetString(Convert.FromBase64String(file.Value));
    }

    private static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("\r", "&#13;");
}
