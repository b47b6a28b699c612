using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>
/// The text in jysr_xml: <c>input</c> with flat children and at most one list <c>dataset/row</c>. Names count in any case and with or without
/// <c>prm_</c>. Clients join strings without escaping; an unescaped <c>&amp;</c> or <c>&lt;</c> makes a message that is refused with its place.
/// </summary>
internal sealed class InputXml
{
    /// <summary>What the interface declares for jysr_xml.</summary>
    public const int CharactersMax = 65_534;

    private const int DepthMax = 8;
    private const string Prefix = "prm_";
    private const string List = "dataset";
    private const string Row = "row";

    private InputXml(IReadOnlyDictionary<string, string> head, IReadOnlyList<IReadOnlyDictionary<string, string>> rows) => (Head, Rows) = (head, rows);

    public static InputXml Empty { get; } = new(new Dictionary<string, string>(), []);

    /// <summary>Values by <see cref="Key"/>.</summary>
    public IReadOnlyDictionary<string, string> Head { get; }

    public IReadOnlyList<IReadOnlyDictionary<string, string>> Rows { get; }

    public static string Key(string name) => (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? name[Prefix.Length..] : name).ToUpperInvariant();

    /// <summary>Null and the refusal when the text is no input; an absent or blank one is empty.</summary>
    public static InputXml? Read(string? text, out HisRefusal? refusal)
    {
        refusal = null;
        if (string.IsNullOrWhiteSpace(text))
            return Empty;
        if (text.Length > CharactersMax)
            refusal = Refusals.InvalidField(
                Elements.InputXml.Field, Elements.InputXml.Shown, $"超过 {CharactersMax} 个字符，请减少一次上传的明细。", $"longer than {CharactersMax} characters; send fewer lines at a time.");
        else if (!LegacyXml.TryRead(text, DepthMax, out var root, out var fault))
            refusal = fault.Refusal(Elements.InputXml.Name);
        else if (!IsNamed(root, "input"))
            refusal = Refuse(root, "根元素应为 input。", "the root element must be input.");
        else
            return Read(root, out refusal);
        return null;
    }

    private static InputXml? Read(XElement root, out HisRefusal? refusal)
    {
        var lists = root.Elements().Where(static child => IsNamed(child, List)).ToList();
        // Rows directly below the root are what one client library writes.
        var rows = lists.SelectMany(static list => list.Elements()).Concat(root.Elements().Where(static child => IsNamed(child, Row))).ToList();
        refusal = rows.Find(static row => !IsNamed(row, Row)) is { } other ? Refuse(other, "此处应为 row。", "row is expected here.") : null;
        var head = Values(root, root.Elements().Except(lists).Where(static child => !IsNamed(child, Row)), ref refusal);
        var values = new List<Dictionary<string, string>>(rows.Count);
        foreach (var row in rows)
            values.Add(Values(row, row.Elements(), ref refusal));
        return refusal is null ? new InputXml(head, values) : null;
    }

    private static Dictionary<string, string> Values(XElement parent, IEnumerable<XElement> children, ref HisRefusal? refusal)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (LegacyXml.IsMixed(parent))
            refusal ??= Refuse(parent, "元素之间含有文字，可能是未转义的 <。", "there is text between the elements, perhaps an unescaped <.");
        foreach (var child in children)
        {
            if (child.HasElements)
                refusal ??= Refuse(child, "应为文本，不应含子元素，可能是未转义的 <。", "it must be text without elements inside; perhaps an unescaped <.");
            else if (!values.TryAdd(Key(child.Name.LocalName), child.Value))
                refusal ??= Refuse(child, "元素重复。", "the element is given twice.");
        }

        return values;
    }

    private static bool IsNamed(XElement element, string name) => element.Name.LocalName.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static HisRefusal Refuse(XElement element, string chinese, string english) => LegacyXml.FaultAt(element, chinese, english).Refusal(Elements.InputXml.Name);
}
