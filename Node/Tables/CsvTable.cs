using CsvHelper;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tables;

/// <summary>Whether a message may repeat what stands in a field.</summary>
internal enum FieldValues
{
    Quoted = 1,

    /// <summary>The table holds personal data: messages name line, column and rule only.</summary>
    Withheld = 2,
}

/// <summary>A CSV text with a header of exactly the named columns, in any order. Every fault goes to the error list.</summary>
internal static class CsvTable
{
    public static List<CsvRow> Read(string file, string text, string[] columns, FieldValues values, List<TableError> errors)
    {
        using var reader = CsvReader.FromText(text, Strict(file, columns.Length, errors));
        if (HeaderOf(file, [.. reader.Headers], columns, values, errors) is not { } header)
            return [];
        var rows = new List<CsvRow>();
        while (reader.Read())
        {
            var record = Enumerable.Range(0, columns.Length).Select(reader.GetString).ToArray();
            rows.Add(new CsvRow(file, checked((int)reader.LineNumber), header, record, values, errors));
        }
        return rows;
    }

    private static CsvReaderOptions Strict(string file, int columnCount, List<TableError> errors) => new()
    {
        Separator = ',',
        TrimWhitespace = true,
        TrackLineNumbers = true,
        PoolStrings = true,
        // No field has a reason for a line break, and with them one stray quote would swallow every row after it.
        AllowLineBreaksInQuotes = false,
        MalformedData = CsvMalformedDataHandling.Skip,
        FieldCountMismatch = CsvFieldCountHandling.Skip,
        OnMalformedRecord = record => errors.Add(record.Reason == CsvMalformedReason.FieldCountMismatch
            ? new(file, (int)record.LineNumber, "", $"列数应为 {columnCount}。", $"the row does not have {columnCount} fields.")
            : new(file, (int)record.LineNumber, "", "引号不成对或位置不对。", "a quotation mark is unbalanced or misplaced.")),
    };

    private static Dictionary<string, int>? HeaderOf(string file, string[] header, string[] columns, FieldValues values, List<TableError> errors)
    {
        var before = errors.Count;
        foreach (var missing in columns.Except(header))
            errors.Add(new(file, 1, missing, $"表头缺少列 {missing}。", $"the header lacks column {missing}."));
        foreach (var unknown in header.Except(columns))
            errors.Add(Unknown(file, unknown, Array.IndexOf(header, unknown) + 1, values));
        foreach (var twice in columns.Where(name => header.Count(name.Equals) > 1))
            errors.Add(new(file, 1, twice, $"表头列 {twice} 重复。", $"column {twice} appears more than once."));
        return errors.Count > before ? null : header.Index().ToDictionary(column => column.Item, column => column.Index);
    }

    // Without its header line a file begins with a person, who would be taken for column names.
    private static TableError Unknown(string file, string name, int place, FieldValues values) => values is FieldValues.Withheld
        ? new(file, 1, "", $"表头第 {place} 列不是已知的列。", $"column {place} of the header is not a known one.")
        : new(file, 1, name, $"表头有未知列“{name}”。", $"the header has the unknown column '{name}'.");
}

/// <summary>
/// One row with typed access. A field that does not read adds an error and yields a placeholder, so that one pass finds every fault of a row;
/// <see cref="IsGood"/> then says that the row must not be used.
/// </summary>
internal sealed class CsvRow(string file, int line, Dictionary<string, int> header, string[] record, FieldValues values, List<TableError> errors)
{
    private const int TextLengthMax = 200;

    public int Line => line;

    public bool IsGood { get; private set; } = true;

    /// <summary>The field as it stands, unchecked.</summary>
    public string this[string column] => record[header[column]];

    public string Text(string column)
    {
        var text = Optional(column);
        if (text.Length == 0)
            Fault(column, "不能为空。", "must not be empty.");
        return text;
    }

    public string Optional(string column)
    {
        var text = this[column];
        if (text.Length > TextLengthMax)
            Fault(column, $"超过 {TextLengthMax} 个字符。", $"is longer than {TextLengthMax} characters.");
        return text;
    }

    /// <summary>The names of an enum, in any case.</summary>
    public T OneOf<T>(string column)
        where T : struct, Enum
    {
        var text = Optional(column);
        if (Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.GetName(value) is { } name && name.Equals(text, StringComparison.OrdinalIgnoreCase))
            return value;
        var names = string.Join(" | ", Enum.GetNames<T>());
        Fault(column, $"{Chinese(text)}不在取值范围内（{names}）。", $"{English(text)} is none of {names}.");
        return default;
    }

    /// <summary>Letters, digits and the given marks, not empty.</summary>
    public string Code(string column, int lengthMax, string marks)
    {
        var code = Text(column);
        if (code.Length > lengthMax || code.Any(c => !char.IsAsciiLetterOrDigit(c) && !marks.Contains(c, StringComparison.Ordinal)))
            Fault(column, $"{Chinese(code)}不是 {lengthMax} 位以内的字母数字代码。", $"{English(code)} is not a code of at most {lengthMax} letters and digits.");
        return code;
    }

    /// <summary>0 or 1.</summary>
    public bool Flag(string column)
    {
        var text = Optional(column);
        if (text is not ("0" or "1"))
            Fault(column, $"{Chinese(text)}不是 0（否）或 1（是）。", $"{English(text)} is neither 0 (no) nor 1 (yes).");
        return text == "1";
    }

    /// <summary>Yuan with at most two decimals, not negative.</summary>
    public Fen Money(string column)
    {
        var text = Optional(column);
        if (Fen.TryParseYuan(text, out var amount) && !amount.IsNegative)
            return amount;
        Fault(column, $"{Chinese(text)}不是不小于 0、最多两位小数的金额（元）。", $"{English(text)} is not an amount in yuan of at least 0 with at most two decimals.");
        return default;
    }

    /// <summary>Null after a fault.</summary>
    public Division? Division(string column)
    {
        var text = Optional(column);
        if (Values.Division.TryParse(text, out var division))
            return division;
        Fault(column, $"{Chinese(text)}不是六位行政区划代码。", $"{English(text)} is not a six-digit division code.");
        return null;
    }

    /// <summary>A division of the province, or the province itself where it is one pooling area. Null after a fault.</summary>
    public Division? DivisionOf(Division province, string column)
    {
        var division = Division(column);
        if (division is null || division.Value.Province == province)
            return division;
        Fault(column, $"{Chinese(division.Value.Code)}不属于本省 {province}。", $"{English(division.Value.Code)} is not a division of this province {province}.");
        return null;
    }

    public BasisPoints Percent(string column)
    {
        var text = Optional(column);
        if (Amounts.TryParseDecimal(text, out var percent) && percent is >= 0 and <= 100 && decimal.Round(percent, 2) == percent)
            return new BasisPoints((int)(percent * 100));
        Fault(column, $"{Chinese(text)}不是 0 至 100 之间最多两位小数的百分数。", $"{English(text)} is not a percentage between 0 and 100 with at most two decimals.");
        return default;
    }

    /// <summary>Yuan with up to four decimals, above zero; empty is none.</summary>
    public UnitPrice? Limit(string column)
    {
        var text = Optional(column);
        if (text.Length == 0)
            return null;
        if (Amounts.TryParseDecimal(text, out var yuan) && yuan > 0 && UnitPrice.TryFromDecimal(yuan, out var price))
            return price;
        Fault(column, $"{Chinese(text)}不是大于 0、最多四位小数的限价（元）。", $"{English(text)} is not a limit in yuan above 0 with at most four decimals.");
        return null;
    }

    public void Fault(string column, string chinese, string english)
    {
        IsGood = false;
        errors.Add(new(file, line, column, chinese, english));
    }

    /// <summary>Null after a fault.</summary>
    public DateOnly? Date(string column)
    {
        var text = Optional(column);
        if (ChinaTime.TryParseIso(text, out var date))
            return date;
        Fault(column, $"{Chinese(text)}不是 yyyy-MM-dd 格式的日期。", $"{English(text)} is not a date of the form yyyy-MM-dd.");
        return null;
    }

    /// <summary>Null when empty, and after a fault.</summary>
    public DateOnly? OptionalDate(string column) => Optional(column).Length == 0 ? null : Date(column);

    /// <summary>How a Chinese message speaks of a field's value.</summary>
    public string Chinese(string value) => values is FieldValues.Withheld ? "该值" : $"“{value}”";

    /// <summary>How an English message speaks of a field's value.</summary>
    public string English(string value) => values is FieldValues.Withheld ? "the value" : $"'{value}'";
}

internal static class CsvRows
{
    /// <summary>Every row with the key of an earlier one gets a fault. Rows with an empty key are not compared.</summary>
    public static void RequireUnique(this IEnumerable<CsvRow> rows, string column, Func<CsvRow, string> key)
    {
        var firsts = new Dictionary<string, CsvRow>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in rows.Where(row => key(row).Length > 0))
        {
            if (!firsts.TryAdd(key(row), row))
                row.Fault(column, $"与第 {firsts[key(row)].Line} 行相同。", $"is the same as in line {firsts[key(row)].Line}.");
        }
    }
}
