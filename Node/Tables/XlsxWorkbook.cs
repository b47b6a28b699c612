using System.Text;
using System.Xml;

namespace ProvincialGateway.Tables;

/// <summary>What the cells of every sheet of a workbook need: texts, number formats, the date system, and where each sheet is.</summary>
internal sealed class XlsxWorkbook
{
    /// <summary>Texts of all cells together, in characters.</summary>
    private const int TextsMax = 128 * 1024 * 1024;

    private readonly List<(string Name, string Part)> _sheets = [];
    private readonly List<string> _texts = [];

    private XlsxWorkbook()
    {
    }

    /// <summary>In the order of the workbook.</summary>
    public IReadOnlyList<(string Name, string Part)> Sheets => _sheets;

    /// <summary>The shared strings.</summary>
    public IReadOnlyList<string> Texts => _texts;

    public XlsxFormats Formats { get; private set; } = XlsxFormats.None;

    /// <summary>Days count from 1904 instead of 1900, as in workbooks that began on an old Macintosh.</summary>
    public bool Counts1904 { get; private set; }

    /// <exception cref="XlsxRefusedException">A part is missing, or there is too much text.</exception>
    /// <exception cref="XmlException">A part is no XML, or has a DTD.</exception>
    public static XlsxWorkbook Read(XlsxPackage package)
    {
        var book = new XlsxWorkbook();
        var part = Relationships(package, "").Values.FirstOrDefault(relationship => relationship.Type == "officeDocument").Target ?? "xl/workbook.xml";
        var relationships = Relationships(package, part);
        book.ReadSheets(package, part, relationships);
        foreach (var (type, target) in relationships.Values)
        {
            if (type == "sharedStrings" && package.Has(target))
                book.ReadTexts(package, target);
            else if (type == "styles" && package.Has(target))
                book.Formats = XlsxFormats.Read(package, target);
        }
        return book;
    }

    /// <summary>The text of an element of type CT_Rst: its own, or that of its runs. The reader is left on its end.</summary>
    public static string Text(XmlReader reader)
    {
        if (reader.IsEmptyElement)
            return "";
        var (text, depth) = (new StringBuilder(), reader.Depth);
        reader.Read();
        while (!reader.EOF && reader.Depth > depth)
        {
            // Readings of characters stand beside the text and are none of it.
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "rPh" })
            {
                reader.Skip();
                continue;
            }
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace or XmlNodeType.CDATA)
                text.Append(reader.Value);
            reader.Read();
        }
        return text.ToString();
    }

    private void ReadSheets(XlsxPackage package, string part, Dictionary<string, (string Type, string Target)> relationships)
    {
        using var reader = package.Read(part);
        while (reader.Read())
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "workbookPr" })
                Counts1904 = reader.GetAttribute("date1904") is "1" or "true";
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "sheet" } && relationships.TryGetValue(RelationshipId(reader), out var sheet))
                _sheets.Add((reader.GetAttribute("name") ?? "", sheet.Target));
        }
    }

    private void ReadTexts(XlsxPackage package, string part)
    {
        using var reader = package.Read(part);
        var characters = 0L;
        while (reader.Read())
        {
            if (reader is not { NodeType: XmlNodeType.Element, LocalName: "si" })
                continue;
            _texts.Add(Text(reader));
            // An empty text takes memory too.
            characters += _texts[^1].Length + 16;
            if (characters > TextsMax)
                throw new XlsxRefusedException($"工作簿文本超过 {TextsMax} 个字符；请拆分后导入。", $"the workbook has more than {TextsMax} characters of text; split it and import the parts.");
        }
    }

    /// <summary>What a part points at, by relationship id; targets are names in the ZIP.</summary>
    private static Dictionary<string, (string Type, string Target)> Relationships(XlsxPackage package, string part)
    {
        var folder = part.Contains('/', StringComparison.Ordinal) ? part[..(part.LastIndexOf('/') + 1)] : "";
        var list = $"{folder}_rels/{part[folder.Length..]}.rels";
        var found = new Dictionary<string, (string Type, string Target)>(StringComparer.Ordinal);
        if (!package.Has(list))
            return found;
        using var reader = package.Read(list);
        while (reader.Read())
        {
            if (reader is not { NodeType: XmlNodeType.Element, LocalName: "Relationship" } || reader.GetAttribute("TargetMode") == "External")
                continue;
            var (id, type, target) = (reader.GetAttribute("Id"), reader.GetAttribute("Type"), reader.GetAttribute("Target"));
            // The last word of a type is the same in both editions of the standard.
            if (id is not null && type is not null && target is not null)
                found[id] = (type[(type.LastIndexOf('/') + 1)..], target.StartsWith('/') ? target[1..] : folder + target);
        }
        return found;
    }

    private static string RelationshipId(XmlReader sheet)
    {
        for (var more = sheet.MoveToFirstAttribute(); more; more = sheet.MoveToNextAttribute())
        {
            if (sheet is { LocalName: "id", NamespaceURI.Length: > 0 })
            {
                var id = sheet.Value;
                sheet.MoveToElement();
                return id;
            }
        }
        sheet.MoveToElement();
        return "";
    }
}
