using System.Text;
using System.Xml;
using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>
/// GX's SOAP form: operation RecvMsg with one string, an XML of its own whose InputData is the line. The reply is framed the same way, with the
/// result in OutputData escaped once more, because the client unescapes twice.
/// </summary>
internal sealed record RecvMsg
{
    private const int DepthMax = 16;

    private static readonly XNamespace Soap = "http://schemas.xmlsoap.org/soap/envelope/";
    private static readonly string[] HeaderNames = ["Version", "MsgType", "MsgID", "AppID", "MsgTime"];

    private static readonly XmlReaderSettings Strict = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <summary>Namespace of the operation as the client's WSDL has it; the reply repeats it.</summary>
    public required string Namespace { get; init; }

    public required XmlCharset Charset { get; init; }

    /// <summary>Header values and InputData, CardInfo by element name; what is absent is "".</summary>
    public required IReadOnlyDictionary<string, string> Values { get; init; }

    public string InputData => Values.GetValueOrDefault("InputData", "");

    public string CardInfo => Values.GetValueOrDefault("CardInfo", "");

    /// <summary>Whether a body is XML at all: a line begins with a digit.</summary>
    public static bool IsXml(ReadOnlySpan<byte> body)
    {
        var mark = body.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        var at = body[mark..].IndexOfAnyExcept(" \t\r\n"u8);
        return at >= 0 && body[mark + at] == (byte)'<';
    }

    /// <summary>Null and the refusal when the message is not this form.</summary>
    public static RecvMsg? Read(HisMessage message, out HisRefusal? refusal)
    {
        if (!XmlCharset.TryDecode(message, "SOAP", out var charset, out var text, out refusal))
            return null;
        var inNamespace = "";
        var argument = new StringBuilder();
        refusal = Walk(text, "SOAP", (element, ns, content) =>
        {
            if (element != "RecvMsg")
                return;
            inNamespace = ns;
            argument.Append(content);
        });
        if (refusal is not null)
            return null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var inner = argument.ToString().Trim();
        refusal = inner.Length == 0
            ? Refusals.Malformed("SOAP", "没有 RecvMsg 报文。", "there is no RecvMsg message.")
            : Walk(inner, "SIMSG", (element, _, content) => values.TryAdd(element, content));
        return refusal is not null ? null : new RecvMsg { Namespace = inNamespace, Charset = charset, Values = values };
    }

    public HisReply Write(CaretReply reply)
    {
        var result = new XElement("reponseEnvelope",
            new XElement("header",
                new XElement("appCode", reply.Value > 0 ? 0 : reply.Value),
                new XElement("errorMessage", new XAttribute("briefMessage", Carriable(reply.Text ?? "")), new XAttribute("detailMessage", ""))),
            new XElement("body", new XElement("parameters", new XElement("parameter",
                new XAttribute("paraName", "outputData"), new XAttribute("paraValue", Carriable(reply.Line))))));
        var simsg = new XElement("SIMSG",
            new XElement("HEADER", HeaderNames.Select(name => new XElement(name, Values.GetValueOrDefault(name, "")))),
            new XElement("BODY",
                new XElement("HospitalNO", Values.GetValueOrDefault("HospitalNO", "")),
                new XElement("OutputData", Compact(result))),
            new XElement("DSIGN", ""));
        XNamespace own = Namespace;
        // JAX-WS writes parts without a namespace.
        return Reply(new XElement(own + "RecvMsgResponse", new XElement("return", $"<?xml version=\"1.0\" encoding=\"GBK\" ?>\n{Compact(simsg)}")), 200, Charset);
    }

    /// <summary>The answer to a message whose form could not be read.</summary>
    public static HisReply Fault(string text) =>
        Reply(new XElement(Soap + "Fault", new XElement("faultcode", "soap:Client"), new XElement("faultstring", Carriable(text))), 500, XmlCharset.Utf8);

    private static HisReply Reply(XElement content, int status, XmlCharset charset)
    {
        var envelope = new XElement(Soap + "Envelope", new XAttribute(XNamespace.Xmlns + "soap", Soap), new XElement(Soap + "Body", content));
        return new HisReply
        {
            Body = charset.Document(envelope),
            ContentType = $"text/xml; charset={charset.Label}",
            HttpStatus = status,
        };
    }

    /// <summary>
    /// Every element's name, namespace and the text in and below it, children first. Streamed, so that depth costs nothing; the refusal quotes
    /// nothing, because a message holds personal data.
    /// </summary>
    private static HisRefusal? Walk(string text, string place, Action<string, string, string> found)
    {
        using var xml = XmlReader.Create(new StringReader(text), Strict);
        var open = new Stack<(string Name, string Namespace, StringBuilder Text)>();
        try
        {
            while (xml.Read())
            {
                switch (xml.NodeType)
                {
                    case XmlNodeType.Element when open.Count == DepthMax:
                        return Refusals.Malformed(place, $"元素嵌套超过{DepthMax}层。", $"elements are nested deeper than {DepthMax}.");
                    case XmlNodeType.Element when !xml.IsEmptyElement:
                        open.Push((xml.LocalName, xml.NamespaceURI, new StringBuilder()));
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace when open.Count > 0:
                        open.Peek().Text.Append(xml.Value);
                        break;
                    case XmlNodeType.EndElement:
                        var (name, ns, content) = open.Pop();
                        found(name, ns, content.ToString());
                        if (open.TryPeek(out var parent))
                            parent.Text.Append(content);
                        break;
                }
            }

            return null;
        }
        catch (XmlException fault)
        {
            return Refusals.Malformed(fault.LineNumber > 0 ? $"{place} line {fault.LineNumber} column {fault.LinePosition}" : place,
                "不是格式良好的XML，或含有DTD或非法字符。", "not well-formed XML, or it has a DTD or a character XML forbids.");
        }
    }

    private static string Compact(XElement element) => element.ToString(SaveOptions.DisableFormatting);

    // Two noncharacters of the plane that GB18030 has and XML has not.
    private static string Carriable(string text) => text.Replace('\uFFFE', '?').Replace('\uFFFF', '?');
}
