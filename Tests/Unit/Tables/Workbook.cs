using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace ProvincialGateway.Tests.Tables;

/// <summary>A workbook as a spreadsheet program writes it, made with the format's own library.</summary>
internal sealed class Workbook : IDisposable
{
    public const uint Percent = 1, Date = 2, CodeOfSixDigits = 3, ChineseDate = 4, TextFormat = 5;

    private readonly SpreadsheetDocument _document;
    private readonly WorkbookPart _book;
    private readonly SharedStringTable _texts;
    private uint _sheets;

    public Workbook(string path, bool counts1904 = false)
    {
        _document = SpreadsheetDocument.Create(path, SpreadsheetDocumentType.Workbook);
        _book = _document.AddWorkbookPart();
        _book.Workbook = new DocumentFormat.OpenXml.Spreadsheet.Workbook(new WorkbookProperties { Date1904 = counts1904 }, new Sheets());
        _book.AddNewPart<SharedStringTablePart>().SharedStringTable = _texts = new SharedStringTable();
        _book.AddNewPart<WorkbookStylesPart>().Stylesheet = Styles();
    }

    /// <summary>Cells are texts (shared), numbers, or cells made by the other methods; null leaves the cell out.</summary>
    public Workbook Sheet(string name, params object?[][] rows)
    {
        var part = _book.AddNewPart<WorksheetPart>();
        part.Worksheet = new Worksheet(new SheetData(rows.Select((row, index) => Row(index + 1, row))));
        _book.Workbook.Sheets!.Append(new Sheet { Name = name, SheetId = ++_sheets, Id = _book.GetIdOfPart(part) });
        return this;
    }

    public static Cell Styled(double number, uint style) => new() { CellValue = new CellValue(number), DataType = CellValues.Number, StyleIndex = style };

    public static Cell Raw(string type, string value) => new() { CellValue = new CellValue(value), DataType = new EnumValue<CellValues> { InnerText = type } };

    public static Cell Formula(string formula, string result) => new() { CellFormula = new CellFormula(formula), CellValue = new CellValue(result) };

    public static Cell Inline(string text) => new() { InlineString = new InlineString(new Text(text)), DataType = CellValues.InlineString };

    public void Dispose() => _document.Dispose();

    private Row Row(int number, object?[] values)
    {
        var row = new Row { RowIndex = (uint)number };
        foreach (var (index, value) in values.Index())
        {
            if (value is null)
                continue;
            var cell = value as Cell ?? (value is string text ? Shared(text) : new Cell { CellValue = new CellValue(Convert.ToDouble(value, CultureInfo.InvariantCulture)), DataType = CellValues.Number });
            cell.CellReference = $"{(char)('A' + index)}{number}";
            row.Append(cell);
        }
        return row;
    }

    /// <summary>Two runs, and a reading beside them as Chinese and Japanese workbooks have it.</summary>
    private Cell Shared(string text)
    {
        var half = text.Length / 2;
        if (half > 0 && char.IsHighSurrogate(text[half - 1]))
            half--;
        _texts.Append(new SharedStringItem(
            new Run(new Text(text[..half]) { Space = SpaceProcessingModeValues.Preserve }), new Run(new Text(text[half..]) { Space = SpaceProcessingModeValues.Preserve }),
            new PhoneticRun(new Text("pinyin")) { BaseTextStartIndex = 0, EndingBaseIndex = 1 }, new PhoneticRun(new Text("reading")) { BaseTextStartIndex = 0, EndingBaseIndex = 1 }));
        return new Cell { CellValue = new CellValue(_texts.ChildElements.Count - 1), DataType = CellValues.SharedString };
    }

    private static Stylesheet Styles() => new(
        new NumberingFormats(
            new NumberingFormat { NumberFormatId = 164, FormatCode = "000000" },
            new NumberingFormat { NumberFormatId = 165, FormatCode = "yyyy\"年\"m\"月\"d\"日\";@" }),
        new Fonts(new Font()), new Fills(new Fill()), new Borders(new Border()), new CellStyleFormats(new CellFormat { NumberFormatId = 14 }),
        new CellFormats(Format(0), Format(9), Format(14), Format(164), Format(165), Format(49)));

    private static CellFormat Format(uint number) => new() { NumberFormatId = number, ApplyNumberFormat = true };
}
