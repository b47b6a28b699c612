using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

internal enum SoapVersion
{
    Soap11 = 1,
    Soap12 = 2,
}

/// <summary>Which of the two services of this generation the caller believes it talks to.</summary>
internal enum Hop
{
    /// <summary>Hospital to its proxy: ASP.NET <c>Service1.asmx</c>.</summary>
    Proxy = 1,

    /// <summary>Proxy to the agency: Axis2 <c>SYDService</c>.</summary>
    Agency = 2,
}

/// <summary>How the caller spoke, and so how it is answered.</summary>
internal sealed record SoapForm(SoapVersion Version, Hop Hop, XmlCharset Charset);

/// <summary>One call, or the reason why there is none.</summary>
internal sealed record SoapCall(SoapForm Form, string TransNo, string Inxml, HisRefusal? Refusal);

internal static class SoapEnvelope
{
    public const string ProxyNamespace = "http://tempuri.org/";
    public const string AgencyNamespace = "http://styd.app.egs.hnisi.com.cn";

    private const int TransNoMax = 16;

    private const int DepthMax = 16;
    private const string Place = "SOAP";

    private static readonly XNamespace Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    private static readonly XNamespace Soap12 = "http://www.w3.org/2003/05/soap-envelope";
    private static readonly XNamespace Instance = "http://www.w3.org/2001/XMLSchema-instance";
    private static readonly XNamespace Schema = "http://www.w3.org/2001/XMLSchema";

    public static SoapCall Read(HisMessage message)
    {
        var guess = new SoapForm(GuessVersion(message), GuessHop(message), XmlCharset.Utf8);
        if (!XmlCharset.TryDecode(message, Place, out var charset, out var text, out var refusal))
            return new SoapCall(guess with { Charset = charset }, "", "", refusal);
        guess = guess with { Charset = charset };
        return LegacyXml.TryRead(text, DepthMax, out var root, out var fault) ? Call(root, guess) : new SoapCall(guess, "", "", fault.Refusal(Place));
    }

    public static HisReply Write(SoapForm form, string inner)
    {
        var soap = form.Version == SoapVersion.Soap11 ? Soap11 : Soap12;
        XNamespace service = form.Hop == Hop.Proxy ? ProxyNamespace : AgencyNamespace;
        var envelope = new XElement(
            soap + "Envelope",
            new XAttribute(XNamespace.Xmlns + "soap", soap),
            new XAttribute(XNamespace.Xmlns + "xsi", Instance),
            new XAttribute(XNamespace.Xmlns + "xsd", Schema),
            new XElement(
                soap + "Body",
                new XElement(service + "CallServiceResponse", new XElement(service + (form.Hop == Hop.Proxy ? "CallServiceResult" : "return"), inner))));
        var mediaType = form.Version == SoapVersion.Soap11 ? "text/xml" : "application/soap+xml";
        return new HisReply { Body = form.Charset.Document(envelope), ContentType = $"{mediaType}; charset={form.Charset.Label}" };
    }

    private static SoapCall Call(XElement root, SoapForm guess)
    {
        if (root.Name != Soap11 + "Envelope" && root.Name != Soap12 + "Envelope")
            return Misshapen(guess, "根元素不是 SOAP 1.1 或 1.2 的 Envelope。", "the root element is no Envelope of SOAP 1.1 or 1.2.");
        var soap = root.Name.Namespace;
        var form = guess with { Version = soap == Soap11 ? SoapVersion.Soap11 : SoapVersion.Soap12 };
        var call = root.Element(soap + "Body")?.Elements().FirstOrDefault();
        if (call is null || call.Name.LocalName != "CallService")
            return Misshapen(form, "Body 中没有 CallService。", "there is no CallService in Body.");
        if (HopOf(call.Name.NamespaceName) is not { } hop)
            return Misshapen(form, "CallService 的命名空间未知。", "the namespace of CallService is unknown.");
        return Arguments(call, form with { Hop = hop });
    }

    private static SoapCall Arguments(XElement call, SoapForm form)
    {
        if (!TryArgument(call, "TransNo", out var transNo) || !TryArgument(call, "Inxml", out var inxml))
            return Misshapen(form, "TransNo 与 Inxml 各应出现一次且为文本。", "TransNo and Inxml must each appear once and be text.");
        var code = Shown(transNo.Trim());
        if (code.Length == 0)
            return new SoapCall(form, code, inxml, Refusals.MissingField(Fields.TransactionCode.Canonical, Fields.TransactionCode.Element));
        return new SoapCall(form, code, inxml, null);
    }

    /// <summary>The text of an argument; "" when it is absent or nil, as the WSDL allows.</summary>
    private static bool TryArgument(XElement call, string name, out string text)
    {
        var found = InnerXml.Children(call, name).Take(2).ToList();
        text = found is [var only] ? only.Value : "";
        return found is [] or [{ HasElements: false }];
    }

    // A real code has four digits; anything else is only repeated in a refusal, where it must be short and harmless.
    private static string Shown(string transNo) =>
        string.Concat(transNo.Take(TransNoMax).Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '?'));

    private static Hop? HopOf(string name) => name switch
    {
        ProxyNamespace => Hop.Proxy,
        AgencyNamespace => Hop.Agency,
        _ => null,
    };

    private static SoapCall Misshapen(SoapForm form, string chinese, string english) =>
        new(form, "", "", Refusals.Malformed("SOAP Envelope", chinese, english));

    // Only for the answer to a message that could not be read.
    private static SoapVersion GuessVersion(HisMessage message) =>
        message.ContentType.Contains("application/soap+xml", StringComparison.OrdinalIgnoreCase) ? SoapVersion.Soap12 : SoapVersion.Soap11;

    private static Hop GuessHop(HisMessage message) =>
        message.Path.StartsWith(Wsdl.AgencyWsdlPath, StringComparison.OrdinalIgnoreCase)
        || message.SoapAction.Contains("urn:CallService", StringComparison.Ordinal)
            ? Hop.Agency
            : Hop.Proxy;
}
