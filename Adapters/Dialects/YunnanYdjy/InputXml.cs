using System.Text.RegularExpressions;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>
/// The inner request: a flat <c>&lt;input&gt;</c> that clients build by joining strings, without escaping. A bare <c>&amp;</c> in a name is
/// survived; a bare <c>&lt;</c> cannot be told from a tag and is refused with its position.
/// </summary>
internal static partial class InputXml
{
    private const int DepthMax = 2;
    private const string Place = "InputData";

    /// <summary>Values by element name, or null and the refusal.</summary>
    public static IReadOnlyDictionary<string, string>? Read(string text, out HisRefusal? refusal)
    {
        var trimmed = text.Trim();
        var root = MessageXml.Read(trimmed, Place, DepthMax, out refusal);
        if (root is null && BareAmpersand().IsMatch(trimmed))
            root = MessageXml.Read(BareAmpersand().Replace(trimmed, "&amp;"), Place, DepthMax, out refusal);
        if (root is null)
            return null;
        if (root.Name != "input" || (root.Children.Count > 0 && !string.IsNullOrWhiteSpace(root.Text)))
        {
            refusal = Refusals.Malformed(root.Position, "根元素应为 <input>，其下只有元素。", "the root must be <input> with nothing but elements in it.");
            return null;
        }

        return Values(root, out refusal);
    }

    private static Dictionary<string, string>? Values(MessageElement root, out HisRefusal? refusal)
    {
        refusal = null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var child in root.Children)
        {
            if (values.TryAdd(child.Name, child.Text))
                continue;
            refusal = Refusals.Malformed(child.Position, "元素重复。", "the element is given twice.");
            return null;
        }

        return values;
    }

    [GeneratedRegex("&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)", RegexOptions.CultureInvariant)]
    private static partial Regex BareAmpersand();
}
