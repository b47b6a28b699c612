using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>The text in <c>Inxml</c>: one element <c>input</c> with flat children and at most one list <c>detail/row</c>.</summary>
internal static class InnerXml
{
    /// <summary>The deepest real message has four levels; what 28 answers has six.</summary>
    private const int DepthMax = 16;

    public static bool TryRead(string text, [NotNullWhen(true)] out XElement? input, [NotNullWhen(false)] out HisRefusal? refusal)
    {
        refusal = null;
        // Some transactions are written with string.Format and without escaping, so a name or an item with '&' arrives bare.
        if (!LegacyXml.TryReadUnescaped(text, DepthMax, out input, out var fault))
            refusal = fault.Refusal("Inxml");
        else if (input.Name.LocalName != "input")
            refusal = Refusals.Malformed("Inxml line 1 column 1", "根元素应为 input。", "the root element must be input.");
        return refusal is null;
    }

    /// <summary>Children by name in any namespace: real clients write none.</summary>
    public static IEnumerable<XElement> Children(XElement parent, string name) =>
        parent.Elements().Where(child => child.Name.LocalName == name);
}
