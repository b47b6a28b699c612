using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>The text in <c>Inxml</c>: one element <c>input</c> with flat children and at most one list <c>detail/row</c>.</summary>
internal static partial class InnerXml
{
    // As long as the '&' it stands for, so positions stay those of the message, and a character no hospital text contains.
    private const char AmpersandStandIn = '\uFDD0';

    public static bool TryRead(string text, [NotNullWhen(true)] out XElement? input, [NotNullWhen(false)] out HisRefusal? refusal)
    {
        refusal = null;
        if (!BoundedXml.TryLoad(text, out input, out var fault) && !TryReadRepaired(text, out input, ref fault))
            refusal = Refusals.Malformed($"Inxml line {fault.Line} column {fault.Column}", fault.Chinese, fault.English);
        else if (input.Name.LocalName != "input")
            refusal = Refusals.Malformed("Inxml line 1 column 1", "根元素应为 input。", "the root element must be input.");
        return refusal is null;
    }

    /// <summary>Children by name in any namespace: real clients write none.</summary>
    public static IEnumerable<XElement> Children(XElement parent, string name) =>
        parent.Elements().Where(child => child.Name.LocalName == name);

    /// <summary>Some transactions are written with string.Format and without escaping, so a name or an item with '&amp;' arrives bare.</summary>
    private static bool TryReadRepaired(string text, [NotNullWhen(true)] out XElement? input, ref XmlFault fault)
    {
        input = null;
        if (text.Contains(AmpersandStandIn) || !BareAmpersand().IsMatch(text))
            return false;
        if (!BoundedXml.TryLoad(BareAmpersand().Replace(text, AmpersandStandIn.ToString()), out input, out var remaining))
        {
            fault = remaining;
            return false;
        }
        foreach (var value in input.DescendantNodes().OfType<XText>())
            value.Value = value.Value.Replace(AmpersandStandIn, '&');
        foreach (var attribute in input.DescendantsAndSelf().Attributes())
            attribute.Value = attribute.Value.Replace(AmpersandStandIn, '&');
        return true;
    }

    [GeneratedRegex("&(?!(amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)", RegexOptions.ExplicitCapture)]
    private static partial Regex BareAmpersand();
}
