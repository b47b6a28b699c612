using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace ProvincialGateway.Adapters.Contracts;

/// <summary>Why a text is no acceptable XML; line and column count from 1. Quotes nothing, because a message holds personal data.</summary>
public sealed record XmlFault(int Line, int Column, string Chinese, string English)
{
    /// <param name="place">What holds the text, e.g. <c>Inxml</c>.</param>
    public HisRefusal Refusal(string place) => Refusals.Malformed($"{place} line {Line} column {Column}", Chinese, English);
}

/// <summary>
/// XML from hospital systems, read without trust: no DTD, no entities of its own, nothing fetched, limited depth. White space alone counts as
/// text only under <c>xml:space="preserve"</c>; comments and processing instructions do not count.
/// </summary>
public static partial class LegacyXml
{
    // As long as the '&' it stands for, so positions stay those of the message, and a character no hospital text contains.
    private const char AmpersandStandIn = '\uFDD0';

    private static readonly XmlWriterSettings Compact = new()
    {
        OmitXmlDeclaration = true,
        NewLineHandling = NewLineHandling.Entitize,
        Encoding = Encoding.Unicode,
    };

    /// <summary>The text is decoded already, so whatever encoding its declaration names means nothing.</summary>
    /// <param name="depthMax">Levels of elements, the root being the first.</param>
    public static bool TryRead(string text, int depthMax, [NotNullWhen(true)] out XElement? root, [NotNullWhen(false)] out XmlFault? fault)
    {
        root = null;
        var blanked = WithoutDeclaration(text);
        try
        {
            fault = TooDeep(blanked, depthMax);
            if (fault is null)
                root = Load(blanked);
            return root is not null;
        }
        catch (XmlException problem)
        {
            fault = Explained(blanked, problem);
            return false;
        }
    }

    /// <summary>
    /// As <see cref="TryRead"/>, for clients that join strings without escaping: an <c>&amp;</c> that begins no reference stands for itself. An
    /// unescaped <c>&lt;</c> cannot be told from a tag.
    /// </summary>
    public static bool TryReadUnescaped(string text, int depthMax, [NotNullWhen(true)] out XElement? root, [NotNullWhen(false)] out XmlFault? fault)
    {
        if (TryRead(text, depthMax, out root, out fault))
            return true;
        if (text.Contains(AmpersandStandIn) || !BareAmpersand().IsMatch(text))
            return false;
        if (!TryRead(BareAmpersand().Replace(text, AmpersandStandIn.ToString()), depthMax, out root, out fault))
            return false;
        foreach (var value in root.DescendantNodes().OfType<XText>())
            value.Value = value.Value.Replace(AmpersandStandIn, '&');
        foreach (var attribute in root.DescendantsAndSelf().Attributes())
            attribute.Value = attribute.Value.Replace(AmpersandStandIn, '&');
        return true;
    }

    /// <summary>A fault at an element that was read here.</summary>
    public static XmlFault FaultAt(XElement element, string chinese, string english) =>
        new(((IXmlLineInfo)element).LineNumber, ((IXmlLineInfo)element).LinePosition, chinese, english);

    /// <summary>Whether there is text, not only white space, beside the child elements.</summary>
    public static bool IsMixed(XElement element) => element.HasElements && element.Nodes().OfType<XText>().Any(static text => !string.IsNullOrWhiteSpace(text.Value));

    /// <summary>Compact text without a declaration, the same on every platform.</summary>
    public static string Text(XElement element)
    {
        var text = new StringBuilder();
        using (var writer = XmlWriter.Create(text, Compact))
            element.WriteTo(writer);
        return text.ToString();
    }

    /// <summary>
    /// The text with every character that XML 1.0 cannot carry (controls, unpaired surrogates, U+FFFE, U+FFFF) as <c>?</c>, which is also what
    /// legacy code pages show for a character they do not have.
    /// </summary>
    public static string Carriable(string text) => string.Create(text.Length, text, static (carried, source) =>
    {
        source.CopyTo(carried);
        for (var at = 0; at < carried.Length; at++)
            if (char.IsHighSurrogate(carried[at]) && at + 1 < carried.Length && char.IsLowSurrogate(carried[at + 1]))
                at++;
            else if (!XmlConvert.IsXmlChar(carried[at]))
                carried[at] = '?';
    });

    /// <summary>Some producers put white space before the declaration, which XML forbids. Both are blanked, so positions stay those of the message.</summary>
    private static string WithoutDeclaration(string text) =>
        Prologue().Replace(text, static prologue => string.Concat(prologue.Value.Select(static c => c is '\n' or '\r' ? c : ' ')), 1);

    private static XmlFault? TooDeep(string text, int depthMax)
    {
        using var reader = Reader(text);
        while (reader.Read())
            if (reader.NodeType == XmlNodeType.Element && reader.Depth >= depthMax)
                return new XmlFault(
                    ((IXmlLineInfo)reader).LineNumber, ((IXmlLineInfo)reader).LinePosition,
                    $"元素嵌套超过 {depthMax} 层。", $"elements are nested deeper than {depthMax} levels.");
        return null;
    }

    private static XElement Load(string text)
    {
        using var reader = Reader(text);
        return XElement.Load(reader, LoadOptions.SetLineInfo);
    }

    private static XmlReader Reader(string text) => XmlReader.Create(new StringReader(text), new XmlReaderSettings
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreWhitespace = true,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = true,
    });

    // The framework's own message quotes the text, so only its position is used; two faults have none.
    private static XmlFault Explained(string text, XmlException problem)
    {
        if (problem.LineNumber > 0)
            return new XmlFault(
                problem.LineNumber, problem.LinePosition,
                "XML 不完整或标签不配对，或含有未转义的 & <，或含有非法字符。",
                "the XML is cut off or its tags do not match, or it has an unescaped & or <, or a character XML forbids.");
        var documentType = text.IndexOf("<!DOCTYPE", StringComparison.Ordinal);
        if (documentType < 0)
            return new XmlFault(1, 1, "没有 XML 内容。", "there is no XML.");
        var before = text.AsSpan(0, documentType);
        return new XmlFault(
            before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'),
            "不接受 DTD 与实体定义。", "a DTD or entity definition is not accepted.");
    }

    [GeneratedRegex(@"\A[\s\uFEFF]*(<\?xml\s[^>]*\?>)?", RegexOptions.ExplicitCapture)]
    private static partial Regex Prologue();

    [GeneratedRegex("&(?!(amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)", RegexOptions.ExplicitCapture)]
    private static partial Regex BareAmpersand();
}
