using System.Globalization;
using System.Text.RegularExpressions;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>
/// Where each canonical field stood in this message: refusals made behind the dialect know canonical names only, the hospital's programmer
/// knows JSON paths, and both node and spelling differ from client to client.
/// </summary>
internal sealed partial class Places
{
    private readonly Dictionary<string, string> _values = [];
    private readonly Dictionary<string, string> _lists = [];
    private readonly Dictionary<(string List, string Canonical), string> _namesInRows = [];

    public void List(string canonical, string path) => _lists[canonical] = path;

    public void Value(string canonical, string path) => _values[canonical] = path;

    /// <summary>Rows are alike, so one entry stands for the field in all of them.</summary>
    public void ValueInRow(string list, string canonical, string name) => _namesInRows.TryAdd((list, canonical), name);

    /// <summary><c>input.feedetail[2].medins_list_codg</c> for <c>lines[2].local_code</c>; null when the field was not in the message.</summary>
    public string? Of(string canonical)
    {
        if (InRow().Match(canonical) is not { Success: true } row)
            return _values.GetValueOrDefault(canonical) ?? _values.FirstOrDefault(value => value.Key.EndsWith('.' + canonical, StringComparison.Ordinal)).Value;
        var (list, index) = (row.Groups["list"].Value, row.Groups["index"].Value);
        if (!_lists.TryGetValue(list, out var path))
            return null;
        var at = string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
        return row.Groups["field"] is { Success: true } field ? _namesInRows.TryGetValue((list, field.Value), out var name) ? $"{at}.{name}" : null : at;
    }

    [GeneratedRegex(@"^(?<list>lines|line_serials)\[(?<index>[0-9]{1,9})\](\.(?<field>.+))?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex InRow();
}
