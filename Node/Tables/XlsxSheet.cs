using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tables;

/// <summary>
/// One sheet as CSV: line n is row n of the sheet, so that a message about a line is a message about the row. A cell that does not say plainly
/// what it holds (a formula, a percentage, a code that lost its zeros) is an error, and its row is left out.
/// </summary>
internal sealed partial class XlsxSheet(string name, XlsxWorkbook book, List<TableError> errors)
{
    private const int RowsMax = 1_048_576;
    private const int ColumnsMax = 256;

    /// <summary>A number in a workbook is a double, which keeps this many digits.</summary>
    private const int DigitsKept = 15;

    private static readonly DateOnly Epoch1900 = new(1899, 12, 30);
    private static readonly DateOnly Epoch1904 = new(1904, 1, 1);
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(",\"");

    private readonly ArrayBufferWriter<byte> _csv = new();
    private readonly List<string> _fields = [];
    private List<string>? _header;
    private int _line;

    /// <exception cref="XlsxRefusedException">More rows or columns than a table has.</exception>
    /// <exception cref="XmlException">The part is no XML, or has a DTD.</exception>
    public ReadOnlyMemory<byte> ToCsv(XlsxPackage package, string part)
    {
        using var reader = package.Read(part);
        while (reader.Read())
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "row" })
                Row(reader);
        }
        return _csv.WrittenMemory;
    }

    private void Row(XmlReader reader)
    {
        var line = Number(reader.GetAttribute("r")) ?? _line + 1;
        if (line <= _line || line > RowsMax)
            throw new XlsxRefusedException($"第 {_line} 行之后的行号不是递增的，文件已损坏。", $"the number of the row after row {_line} is not a larger one; the file is damaged.");
        // Rows that are not in the file are empty lines.
        Encoding.UTF8.GetBytes(new string('\n', line - _line - 1), _csv);
        _line = line;
        _fields.Clear();
        var isGood = reader.IsEmptyElement || Cells(reader);
        if (isGood && _fields.Exists(field => field.Length > 0))
            Write();
        Encoding.UTF8.GetBytes("\n", _csv);
    }

    /// <summary>Whether every cell of the row says what it holds. The reader is left on the row's end.</summary>
    private bool Cells(XmlReader reader)
    {
        var (isGood, depth, column) = (true, reader.Depth, 0);
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader is not { NodeType: XmlNodeType.Element, LocalName: "c" })
                continue;
            column = ColumnOf(reader.GetAttribute("r")) ?? column + 1;
            if (column > ColumnsMax)
                throw new XlsxRefusedException($"第 {_line} 行超过 {ColumnsMax} 列。", $"row {_line} has more than {ColumnsMax} columns.");
            while (_fields.Count < column)
                _fields.Add("");
            if (Cell(reader, column) is { } text)
                _fields[column - 1] = text;
            else
                isGood = false;
        }
        return isGood;
    }

    /// <summary>The text of a cell, null after an error. The reader is left on the cell's end.</summary>
    private string? Cell(XmlReader reader, int column)
    {
        var (type, style) = (reader.GetAttribute("t"), reader.GetAttribute("s"));
        var (value, hasFormula) = ("", false);
        if (!reader.IsEmptyElement)
        {
            var depth = reader.Depth;
            while (reader.Read() && reader.Depth > depth)
            {
                if (reader.NodeType != XmlNodeType.Element)
                    continue;
                hasFormula |= reader.LocalName == "f";
                if (reader.LocalName is "v" or "is")
                    value = XlsxWorkbook.Text(reader);
            }
        }
        if (hasFormula)
            return Fault(column, "单元格是公式；请粘贴为数值后再导入。", "the cell is a formula; paste it as a value and import again.");
        return value.Length == 0 ? "" : type switch
        {
            "s" => Number(value) is { } index && index < book.Texts.Count ? Text(column, book.Texts[index]) : Fault(column, "文本索引越界，文件已损坏。", "its text is not in the workbook; the file is damaged."),
            "inlineStr" or "str" => Text(column, value),
            "b" => value,
            "d" => Date(column, value),
            "e" => Fault(column, $"单元格是错误值 {value}。", $"the cell is the error {value}."),
            _ => Number(column, value, book.Formats.Of(style)),
        };
    }

    private string? Text(int column, string value)
    {
        var text = Escapes().Replace(value, match => ((char)ushort.Parse(match.Groups[1].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString()).Trim();
        return text.AsSpan().IndexOfAny('\r', '\n') < 0 ? text : Fault(column, "单元格含有换行。", "the cell has a line break.");
    }

    private string? Number(int column, string value, XlsxFormat format)
    {
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
            return Fault(column, "单元格不是数值，文件已损坏。", "the cell holds no number; the file is damaged.");
        if (format.Kind == XlsxNumberKind.Date)
            return Date(column, number);
        if (format.Kind == XlsxNumberKind.Percent)
            return Fault(column, "单元格为百分比格式，其值是所示数字的百分之一；请改为常规格式并填写如 10 的数字。", "the cell is formatted as a percentage and holds a hundredth of what it shows; set it to General and enter a number such as 10.");
        if (Math.Abs(number) >= 1e15)
            return Fault(column, $"数值超过 {DigitsKept} 位，表格软件已丢失末位；请把该列设为文本格式重新填写。", $"the number has more than {DigitsKept} digits, the last of which the workbook has lost; set the column to Text and enter it again.");
        var text = Amounts.Plainly(decimal.Parse(number.ToString("G15", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture));
        return text.Split('.')[0].TrimStart('-').Length >= format.Digits
            ? text
            : Fault(column, $"单元格显示的前导零不在其数值 {text} 中；请把该列设为文本格式重新填写。", $"the zeros the cell shows in front are not in its number {text}; set the column to Text and enter it again.");
    }

    private string? Date(int column, double days)
    {
        // The calendar of 1900 has a 29 February that was none.
        var first = book.Counts1904 ? 0 : 1;
        var day = Math.Floor(days);
        if (day < first || day > 2_958_465)
            return Fault(column, "日期超出范围。", "the date is out of range.");
        if (day != days)
            return Fault(column, "日期带有时刻；请只保留日期。", "the date has a time of day; leave the date only.");
        if (book.Counts1904)
            return Epoch1904.AddDays((int)day).Iso();
        return day == 60 ? Fault(column, "1900-02-29 不存在。", "there is no 1900-02-29.") : Epoch1900.AddDays((int)day + (day < 60 ? 1 : 0)).Iso();
    }

    private string? Date(int column, string value)
    {
        var date = value.EndsWith("T00:00:00", StringComparison.Ordinal) ? value[..^"T00:00:00".Length] : value;
        return ChinaTime.TryParseIso(date, out _) ? date : Fault(column, "不是 yyyy-MM-dd 格式的日期。", "is not a date of the form yyyy-MM-dd.");
    }

    private void Write()
    {
        _header ??= [.. _fields];
        // Cells beyond the last column are not in the file when they are empty, and formatted empty ones are.
        var width = Math.Max(_header.Count, _fields.FindLastIndex(field => field.Length > 0) + 1);
        for (var column = 0; column < width; column++)
        {
            var field = column < _fields.Count ? _fields[column] : "";
            Encoding.UTF8.GetBytes(column > 0 ? "," : "", _csv);
            Encoding.UTF8.GetBytes(field.AsSpan().ContainsAny(NeedsQuotes) ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field, _csv);
        }
        if (_csv.WrittenCount > TableFile.BytesMax)
            throw new XlsxRefusedException($"工作表超过 {TableFile.BytesMax} 字节；请拆分后导入。", $"the sheet has more than {TableFile.BytesMax} bytes; split it and import the parts.");
    }

    private string? Fault(int column, string chinese, string english)
    {
        errors.Add(new(name, _line, _header is not null && column <= _header.Count ? _header[column - 1] : Letters(column), chinese, english));
        return null;
    }

    private static string Letters(int column) => column > 26 ? $"{(char)('A' + ((column - 1) / 26) - 1)}{(char)('A' + ((column - 1) % 26))}" : $"{(char)('A' + column - 1)}";

    /// <summary>The number of the column in a cell reference such as <c>AB12</c>, from 1; null where the cell has none.</summary>
    private static int? ColumnOf(string? reference)
    {
        var column = 0;
        foreach (var letter in reference ?? "")
        {
            if (!char.IsAsciiLetterUpper(letter))
                break;
            column = Math.Min((column * 26) + letter - 'A' + 1, ColumnsMax + 1);
        }
        return column > 0 ? column : null;
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    [GeneratedRegex("_x([0-9A-Fa-f]{4})_")]
    private static partial Regex Escapes();
}
