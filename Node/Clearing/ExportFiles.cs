using System.Globalization;
using System.Net;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>Writes tables as CSV, workbook or printable page. Rows are written as they are read: memory does not grow with the month.</summary>
internal static class ExportFiles
{
    private const string AmountFormat = "0.00";

    /// <summary>RFC 4180; several tables are parted by an empty line. A text that a spreadsheet would take for a formula is written with a leading apostrophe.</summary>
    public static void WriteCsv(TextWriter writer, IEnumerable<ExportTable> tables)
    {
        var isFirst = true;
        foreach (var table in tables)
        {
            if (!isFirst)
                writer.Write("\r\n");
            isFirst = false;
            WriteLine(writer, table.Headings);
            foreach (var row in table.Rows)
                WriteLine(writer, row);
        }
    }

    /// <summary>One sheet for each table; amounts and counts are numbers.</summary>
    public static void WriteXlsx(Stream stream, IEnumerable<ExportTable> tables)
    {
        using var document = SpreadsheetDocument.Create(stream, SpreadsheetDocumentType.Workbook);
        var workbook = document.AddWorkbookPart();
        workbook.AddNewPart<WorkbookStylesPart>().Stylesheet = Styles();
        var sheets = new Sheets();
        foreach (var table in tables)
        {
            var part = workbook.AddNewPart<WorksheetPart>();
            WriteSheet(part, table);
            sheets.Append(new Sheet { Id = workbook.GetIdOfPart(part), SheetId = (uint)sheets.ChildElements.Count + 1, Name = table.Title });
        }
        workbook.Workbook = new Workbook(sheets);
    }

    /// <summary>A page of its own for A4, without anything to be fetched.</summary>
    public static void WriteHtml(TextWriter writer, string title, IEnumerable<ExportTable> tables)
    {
        writer.Write($$"""
            <!DOCTYPE html>
            <html lang="zh-CN"><head><meta charset="utf-8"><title>{{WebUtility.HtmlEncode(title)}}</title>
            <style>
            @page { size: A4 landscape; margin: 12mm }
            body { font-family: "Noto Serif CJK SC", SimSun, serif; font-size: 9pt }
            h1 { font-size: 15pt; text-align: center } h2 { font-size: 11pt }
            table { border-collapse: collapse; width: 100% } th, td { border: 0.5pt solid #000; padding: 1mm } td.n { text-align: right; white-space: nowrap }
            thead { display: table-header-group } tr { break-inside: avoid }
            </style></head><body><h1>{{WebUtility.HtmlEncode(title)}}</h1>

            """);
        foreach (var table in tables)
        {
            writer.Write($"<h2>{WebUtility.HtmlEncode(table.Title)}</h2>\n<table><thead><tr>");
            foreach (var heading in table.Headings)
                writer.Write($"<th>{WebUtility.HtmlEncode(heading)}</th>");
            writer.Write("</tr></thead><tbody>\n");
            foreach (var row in table.Rows)
                writer.Write($"<tr>{string.Concat(row.Select(HtmlCell))}</tr>\n");
            writer.Write("</tbody></table>\n");
        }
        writer.Write("<p>经办人：＿＿＿＿＿＿　复核人：＿＿＿＿＿＿　经办机构（章）　　　　　　年　　月　　日</p></body></html>\n");
    }

    private static void WriteLine(TextWriter writer, IReadOnlyList<object> cells)
    {
        for (var place = 0; place < cells.Count; place++)
        {
            if (place > 0)
                writer.Write(',');
            writer.Write(CsvCell(cells[place]));
        }
        writer.Write("\r\n");
    }

    private static string CsvCell(object cell)
    {
        if (cell is not string text)
            return Plain(cell);
        if (text.Length > 0 && "=+-@\t\r".Contains(text[0], StringComparison.Ordinal))
            text = $"'{text}";
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static string HtmlCell(object cell) => cell is string text ? $"<td>{WebUtility.HtmlEncode(text)}</td>" : $"<td class=\"n\">{Plain(cell)}</td>";

    private static string Plain(object cell) => cell switch
    {
        Fen amount => amount.ToString(),
        long number => number.ToString(CultureInfo.InvariantCulture),
        string text => text,
        _ => throw new ArgumentException($"A cell of type {cell.GetType().Name} has no form.", nameof(cell)),
    };

    private static void WriteSheet(WorksheetPart part, ExportTable table)
    {
        using var writer = OpenXmlWriter.Create(part);
        writer.WriteStartElement(new Worksheet());
        writer.WriteStartElement(new SheetData());
        WriteRow(writer, table.Headings);
        foreach (var row in table.Rows)
            WriteRow(writer, row);
        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    private static void WriteRow(OpenXmlWriter writer, IReadOnlyList<object> cells)
    {
        writer.WriteStartElement(new Row());
        foreach (var cell in cells)
            writer.WriteElement(cell is string text ? TextCell(text) : NumberCell(cell));
        writer.WriteEndElement();
    }

    private static Cell TextCell(string text) => new() { DataType = CellValues.InlineString, InlineString = new InlineString(new Text(text) { Space = SpaceProcessingModeValues.Preserve }) };

    private static Cell NumberCell(object cell) => new() { StyleIndex = cell is Fen ? 1u : 0u, CellValue = new CellValue(Plain(cell)) };

    private static Stylesheet Styles() => new(
        new NumberingFormats(new NumberingFormat { NumberFormatId = 164, FormatCode = AmountFormat }),
        new Fonts(new Font()),
        new Fills(new Fill(), new Fill()),
        new Borders(new Border()),
        new CellFormats(new CellFormat(), new CellFormat { NumberFormatId = 164, ApplyNumberFormat = true }));
}
