using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;

namespace ProvincialGateway.Tables;

/// <summary>How a number in a cell is meant.</summary>
internal enum XlsxNumberKind
{
    /// <summary>What the cell shows is its number.</summary>
    Plain = 1,

    /// <summary>A day, counted from the beginning of the calendar.</summary>
    Date = 2,

    /// <summary>Shown a hundred times as large as it is.</summary>
    Percent = 3,
}

/// <param name="Digits">Digits that are shown at least before the point: a code that is kept as a number shows zeros which the number does not have.</param>
internal readonly record struct XlsxFormat(XlsxNumberKind Kind, int Digits);

/// <summary>The number formats of a workbook by cell style.</summary>
internal sealed partial class XlsxFormats
{
    public static readonly XlsxFormats None = new([]);

    private const int StylesMax = 100_000;

    private static readonly XlsxFormat General = new(XlsxNumberKind.Plain, 1);

    private static readonly SearchValues<char> DateLetters = SearchValues.Create("ymdhsYMDHS年月日");

    private readonly IReadOnlyList<XlsxFormat> _byStyle;

    private XlsxFormats(IReadOnlyList<XlsxFormat> byStyle) => _byStyle = byStyle;

    /// <param name="style">The attribute <c>s</c> of a cell; null has no style.</param>
    public XlsxFormat Of(string? style) =>
        int.TryParse(style, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < _byStyle.Count ? _byStyle[index] : General;

    public static XlsxFormats Read(XlsxPackage package, string part)
    {
        var custom = new Dictionary<int, XlsxFormat>();
        var styles = new List<XlsxFormat>();
        using var reader = package.Read(part);
        var inCellFormats = false;
        while (reader.Read() && styles.Count < StylesMax)
        {
            if (reader.LocalName == "cellXfs")
                inCellFormats = reader.NodeType == XmlNodeType.Element;
            if (reader.NodeType != XmlNodeType.Element || !int.TryParse(reader.GetAttribute("numFmtId"), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                continue;
            if (reader.LocalName == "numFmt")
                custom[id] = Of(reader.GetAttribute("formatCode") ?? "", id);
            else if (reader.LocalName == "xf" && inCellFormats)
                styles.Add(custom.TryGetValue(id, out var format) ? format : BuiltIn(id));
        }
        return new XlsxFormats(styles);
    }

    /// <summary>The formats that have a number of their own (ECMA-376, 18.8.30), those of the Chinese edition included.</summary>
    private static XlsxFormat BuiltIn(int id) => id switch
    {
        9 or 10 => new(XlsxNumberKind.Percent, 1),
        (>= 14 and <= 22) or (>= 27 and <= 36) or (>= 45 and <= 47) or (>= 50 and <= 58) => new(XlsxNumberKind.Date, 1),
        _ => General,
    };

    private static XlsxFormat Of(string code, int id)
    {
        // What is quoted, escaped, in brackets or for negative numbers says nothing of the kind.
        var bare = Literals().Replace(code, "").Split(';')[0];
        if (bare.Contains('%', StringComparison.Ordinal))
            return new(XlsxNumberKind.Percent, 1);
        if (bare.AsSpan().ContainsAny(DateLetters) && !bare.Equals("General", StringComparison.OrdinalIgnoreCase))
            return new(XlsxNumberKind.Date, 1);
        var zeros = bare.Split('.')[0].Count(character => character == '0');
        return zeros > 1 ? new(XlsxNumberKind.Plain, zeros) : BuiltIn(id);
    }

    [GeneratedRegex(@"""[^""]*""|\\.|_.|\*.|\[[^\]]*\]")]
    private static partial Regex Literals();
}
