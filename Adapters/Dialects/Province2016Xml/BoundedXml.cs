using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>Why a text is no acceptable XML; line and column count from 1.</summary>
internal sealed record XmlFault(int Line, int Column, string Chinese, string English);

/// <summary>
/// XML from a hospital, read without trust: no DTD, no entities of its own, nothing fetched, at most <see cref="DepthMax"/> levels deep.
/// </summary>
internal static partial class BoundedXml
{
    /// <summary>The deepest real message has four levels in the SOAP envelope and four inside.</summary>
    private const int DepthMax = 16;

    private static readonly XmlWriterSettings Plain = new()
    {
        OmitXmlDeclaration = true,
        NewLineHandling = NewLineHandling.Entitize,
        Encoding = Encoding.Unicode,
    };

    public static bool TryLoad(string text, [NotNullWhen(true)] out XElement? root, [NotNullWhen(false)] out XmlFault? fault)
    {
        root = null;
        var blanked = WithoutDeclaration(text);
        try
        {
            fault = TooDeep(blanked);
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

    /// <summary>Compact text, the same on every platform.</summary>
    public static string Text(XElement element)
    {
        var text = new StringBuilder();
        using (var writer = XmlWriter.Create(text, Plain))
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

    /// <summary>
    /// The text is already decoded, so its encoding label means nothing any more; and some producers put white space before the declaration,
    /// which XML forbids. Both are blanked, so positions stay those of the message.
    /// </summary>
    private static string WithoutDeclaration(string text) =>
        Prologue().Replace(text, static prologue => string.Concat(prologue.Value.Select(static c => c is '\n' or '\r' ? c : ' ')), 1);

    private static XmlFault? TooDeep(string text)
    {
        using var reader = Reader(text);
        while (reader.Read())
            if (reader.Depth > DepthMax)
                return new XmlFault(
                    ((IXmlLineInfo)reader).LineNumber, ((IXmlLineInfo)reader).LinePosition,
                    $"元素嵌套超过 {DepthMax} 层。", $"elements are nested deeper than {DepthMax} levels.");
        return null;
    }

    private static XElement Load(string text)
    {
        using var reader = Reader(text);
        return XElement.Load(reader);
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

    // The framework's own message quotes the text, which may hold personal data, so only the position is used.
    private static XmlFault Explained(string text, XmlException problem)
    {
        if (problem.LineNumber > 0)
            return new XmlFault(
                problem.LineNumber, problem.LinePosition,
                "XML 不完整或标签不配对，或含有未转义的 & <，或含有非法字符。",
                "the XML is cut off or its tags do not match, or it has an unescaped & or <, or a character XML forbids.");
        return text.Contains("<!DOCTYPE", StringComparison.Ordinal)
            ? new XmlFault(1, 1, "不接受 DTD 与实体定义。", "a DTD or entity definition is not accepted.")
            : new XmlFault(1, 1, "没有 XML 内容。", "there is no XML.");
    }

    [GeneratedRegex(@"\A[\s\uFEFF]*(<\?xml\s[^>]*\?>)?", RegexOptions.ExplicitCapture)]
    private static partial Regex Prologue();
}
