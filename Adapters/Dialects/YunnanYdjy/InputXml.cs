using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>
/// The inner request: a flat <c>&lt;input&gt;</c> that clients build by joining strings, without escaping. A bare <c>&amp;</c> in a name is
/// survived; a bare <c>&lt;</c> cannot be told from a tag and is refused with its position.
/// </summary>
internal static class InputXml
{
    private const int DepthMax = 2;

    /// <summary>Values by element name, or null and the refusal.</summary>
    /// <param name="place">The parameter that holds the text.</param>
    public static IReadOnlyDictionary<string, string>? Read(string text, string place, out HisRefusal? refusal)
    {
        refusal = null;
        if (!LegacyXml.TryReadUnescaped(text, DepthMax, out var root, out var fault))
        {
            refusal = fault.Refusal(place);
            return null;
        }

        if (root.Name.LocalName != "input" || LegacyXml.IsMixed(root))
        {
            refusal = LegacyXml.FaultAt(root, "根元素应为 <input>，其下只有元素。", "the root must be <input> with nothing but elements in it.").Refusal(place);
            return null;
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var child in root.Elements().Where(child => !values.TryAdd(child.Name.LocalName, child.Value)))
            refusal ??= LegacyXml.FaultAt(child, "元素重复。", "the element is given twice.").Refusal(place);
        return refusal is null ? values : null;
    }
}
