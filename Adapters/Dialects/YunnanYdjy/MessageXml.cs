using System.Text;
using System.Xml;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>One element of a message. <see cref="Text"/> is all text directly inside it.</summary>
internal sealed record MessageElement(string Name, string Position)
{
    public Dictionary<string, string> Attributes { get; } = [];

    public List<MessageElement> Children { get; } = [];

    public string Text { get; set; } = "";

    public string? Attribute(string name) => Attributes.GetValueOrDefault(name);
}

/// <summary>
/// Reads small, untrusted XML: no DTD, no entity, limited depth. White space alone counts as text only under <c>xml:space="preserve"</c>,
/// which is how a one-blank parameter survives.
/// </summary>
internal static class MessageXml
{
    private static readonly XmlReaderSettings Strict = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <summary>The root element, or null and a refusal that says line and column. The refusal quotes nothing: a message holds personal data.</summary>
    public static MessageElement? Read(string text, string place, int depthMax, out HisRefusal? refusal)
    {
        refusal = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            refusal = Refusals.Malformed(Position(place, 1, 1), "报文为空。", "it is empty.");
            return null;
        }

        using var xml = XmlReader.Create(new StringReader(text), Strict);
        try
        {
            return ReadRoot(xml, place, depthMax, ref refusal);
        }
        catch (XmlException fault)
        {
            refusal = fault.LineNumber > 0
                ? Refusals.Malformed(Position(place, fault.LineNumber, fault.LinePosition), "不是格式良好的XML，或含有控制字符。", "not well-formed XML, or it has a control character.")
                : RefuseDocumentType(text, place);
            return null;
        }
    }

    // The only fault that the reader reports without a place.
    private static HisRefusal RefuseDocumentType(string text, string place)
    {
        var before = text.AsSpan(0, Math.Max(0, text.IndexOf("<!DOCTYPE", StringComparison.Ordinal)));
        var position = Position(place, before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
        return Refusals.Malformed(position, "不允许DTD。", "a DTD is not allowed.");
    }

    private static MessageElement? ReadRoot(XmlReader xml, string place, int depthMax, ref HisRefusal? refusal)
    {
        MessageElement? root = null;
        var open = new Stack<(MessageElement Element, StringBuilder Text)>();
        while (xml.Read())
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element:
                    var element = Begin(xml, place);
                    if (open.Count == depthMax)
                    {
                        refusal = Refusals.Malformed(element.Position, $"元素嵌套超过{depthMax}层。", $"elements are nested deeper than {depthMax}.");
                        return null;
                    }

                    root ??= element;
                    if (open.TryPeek(out var parent))
                        parent.Element.Children.Add(element);
                    if (!xml.IsEmptyElement)
                        open.Push((element, new StringBuilder()));
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace when open.Count > 0:
                    open.Peek().Text.Append(xml.Value);
                    break;
                case XmlNodeType.EndElement:
                    var (closed, content) = open.Pop();
                    closed.Text = content.ToString();
                    break;
            }
        }

        return root;
    }

    private static MessageElement Begin(XmlReader xml, string place)
    {
        var at = (IXmlLineInfo)xml;
        var element = new MessageElement(xml.Name, Position(place, at.LineNumber, at.LinePosition));
        while (xml.MoveToNextAttribute())
            element.Attributes[xml.Name] = xml.Value;
        xml.MoveToElement();
        return element;
    }

    private static string Position(string place, int line, int column) => $"{place} line {line} column {column}";
}
