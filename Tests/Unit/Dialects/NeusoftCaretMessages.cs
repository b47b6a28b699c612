using System.Net;
using System.Text;
using System.Xml.Linq;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.NeusoftCaret;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Calls of the three cities' clients, and their replies taken apart. Persons and figures are those of the pipe form's tests.</summary>
internal static class NeusoftCaretMessages
{
    public const string TransactionId = NeusoftPipeMessages.TransactionId;

    public const string NcAdmission = "ZY0000012345|21|20210115094500|J18.900|肺炎||0301|12|D0001|演示医生丙|0|0|演示员甲|A00000018|3600000001|";
    public const string GxAdmission = "ZY0000012345|21|20210115094500|J18.900|肺炎||内科|12|D0001|演示医生丙|0|0|演示员甲|4500000001|450923|";
    public const string SdzAdmission = "ZY12345_1|21|20210115094500|J18.900|肺炎||||||||演示员甲|||||||||||||||";

    public const string NcLines =
        "ZY0000012345|1|11|202101151500000|20210115090807|Y000123|XJ01CAA040E001|阿莫西林胶囊|0.8333|10|01|0.25g*24||||D0001||粒|0301||0|演示员甲||$"
        + "ZY0000012345|2|21|202101151500001|20210115091000|Z000045|250301001|胸部正位片|62|1|||||D0001|演示医生丙||次|0301||0|演示员甲||";

    public static string SdzLine(string price, string quantity, string amount) =>
        $"ZY12345_1|1|11|9001|20210115090807|Y000123|XJ01CAA040E001|阿莫西林胶囊|{price}|{quantity}|01|0.25g*24|||D0001|D0001|||0301||1|演示员甲|||{amount}|0.00||";

    public const string NcSettlement = "ZY0000012345|FP00012345|21|20210120160000|20210120150000|1|J18.900|肺炎|1|0|演示员甲|||";

    public const string RemoteAdmission =
        "5000000001|测试㼆|A00000018|500100|21|内科|20210115094500|01|J18.900|肺炎|ZY0000012345||0301|D0001|演示医生丙|0000012345|0|0|演示员甲|I10.x00|||||1|";

    public const string RemoteVisit = "S5001002101150000001";

    public const string RemoteLines =
        $"5000000001|测试㼆|A00000018|500100|{RemoteVisit}|演示医生丙|$XJ01CAA040E001|0.8333|10|8.33|20210115090807|Y000123|阿莫西林胶囊|胶囊剂|粒||0.25g*24|||内科|演示员甲|20210115150000|";

    public const string RemoteSettlement =
        $"5000000001|测试㼆|A00000018|500100|{RemoteVisit}|0|20210120150000|1|J18.900|肺炎|D0001|演示医生丙||9|0|1||演示员甲|I10.x00|||||||||||||ZY0000012345|FP00012345|";

    public static NeusoftCaretDialect Nc { get; } = With(("profile", "NC"), ("insuredDivision", "360100"));

    public static NeusoftCaretDialect Sdz { get; } = With(("profile", "SDZ"));

    public static NeusoftCaretDialect Gx { get; } = With(("profile", "GX"));

    public static NeusoftCaretDialect With(params ReadOnlySpan<(string Name, string Value)> settings)
    {
        var values = new Dictionary<string, string>();
        foreach (var (name, value) in settings)
            values.Add(name, value);
        return new NeusoftCaretDialect(new DialectSettings(values));
    }

    public static string Call(string code, string input, string period = "20210115-0001", string serial = "20210115094500-00990001-0023") =>
        $"{code}^00990001^0001^{period}^{serial}^0000^{input}^1^";

    /// <summary>BUSINESS_HANDLE_EX: the second string is area, person, certificate, the third the card.</summary>
    public static string Extended(string call, string other = "530100|5301000001|530102197601010019|", string card = "|A00000018|") => $"{call}\0{other}\0{card}";

    public static HisMessage Message(byte[] body, string contentType = "") => new() { Path = "/neusoft", ContentType = contentType, SoapAction = "", Body = body };

    public static HisMessage Message(string call) => Message(LegacyText.Gb18030.GetBytes(call));

    public static HisMessage Soap(string inputData, string cardInfo = "A00000018||||530100|||530102197601010019|测试患者甲|NEW|", string contentType = "text/xml; charset=utf-8")
    {
        var simsg = $"""
            <?xml version="1.0" encoding="GBK" ?>
            <SIMSG>
            <HEADER>
            <Version>V1.0</Version>
            <MsgType>310999</MsgType>
            <MsgID>20180211091143958624000001</MsgID>
            <AppID>00000001</AppID>
            <MsgTime>20180211091143</MsgTime>
            </HEADER>
            <BODY>
            <HospitalNO>00990001</HospitalNO>
            <CardInfo>{cardInfo}</CardInfo>
            <InputData>{inputData}</InputData>
            </BODY>
            <DSIGN></DSIGN>
            </SIMSG>
            """;
        XNamespace soap = "http://schemas.xmlsoap.org/soap/envelope/", own = "http://si.example/";
        var envelope = new XElement(soap + "Envelope", new XElement(soap + "Body", new XElement(own + "RecvMsg", new XElement("arg0", simsg))));
        return Message(Encoding.UTF8.GetBytes(envelope.ToString(SaveOptions.DisableFormatting)), contentType) with { Path = "/RecvMsg" };
    }

    /// <summary>What GX's client reads: the string is unescaped twice, then the attributes are searched.</summary>
    public static (string AppCode, string Message, string Output) SoapAnswer(HisReply reply)
    {
        var returned = XDocument.Parse(Encoding.UTF8.GetString(reply.Body)).Descendants("return").Single().Value;
        var simsg = XDocument.Parse(returned[returned.IndexOf("<SIMSG>", StringComparison.Ordinal)..]);
        var envelope = XDocument.Parse(simsg.Descendants("OutputData").Single().Value);
        return (envelope.Descendants("appCode").Single().Value, envelope.Descendants("errorMessage").Single().Attribute("briefMessage")!.Value,
            WebUtility.HtmlDecode(envelope.Descendants("parameter").Single().Attribute("paraValue")!.Value));
    }

    public static T Operation<T>(NeusoftCaretDialect dialect, string call) where T : HisOperation => Operation<T>(dialect, Message(call));

    public static T Operation<T>(NeusoftCaretDialect dialect, HisMessage message) where T : HisOperation
    {
        var request = dialect.Decode(message).Requests.Single();
        Assert.That(request.Operation, Is.TypeOf<T>(), request.Refusal?.Text);
        return (T)request.Operation!;
    }

    public static HisRefusal Refusal(NeusoftCaretDialect dialect, string call) => Refusal(dialect, Message(call));

    public static HisRefusal Refusal(NeusoftCaretDialect dialect, HisMessage message) =>
        dialect.Decode(message).Requests.Single().Refusal ?? throw new InvalidOperationException("The call was not refused.");

    public static string Answer(NeusoftCaretDialect dialect, string call, params HisResult[] results) => Text(dialect.Encode(dialect.Decode(Message(call)), results));

    public static string Text(HisReply reply) => LegacyText.Gb18030.GetString(reply.Body);

    /// <summary>The parts a client splits the reply into.</summary>
    public static string[] Parts(string reply) => reply.Split('^');
}
