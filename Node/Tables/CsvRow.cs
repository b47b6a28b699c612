using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tables;

/// <summary>
/// One row with typed access. A field that does not read adds an error and yields a placeholder, so that one pass finds every fault of a row;
/// <see cref="IsGood"/> then says that the row must not be used.
/// </summary>
internal sealed class CsvRow(CsvTableContext table, int line, CsvFields fields)
{
    public const int TextLengthMax = 200;
    private const int IsoDateLength = 10;

    /// <summary>100 million yuan, as <see cref="UnitPrice.TryFromDecimal"/> has it.</summary>
    private const long PriceMax = 1_000_000_000_000;

    /// <summary>A plain decimal beyond these is no figure of any table.</summary>
    private const decimal NumberMax = 1_000_000_000_000_000m;

    private const int DecimalsMax = 10;

    /// <summary>Digits that surely fit into a long, with the decimals of a price behind them.</summary>
    private const int FastDigitsMax = 12;

    private static readonly SearchValues<char> ThousandsMarks = SearchValues.Create(",，'’ \u00A0");

    public int Line => line;

    public bool IsGood { get; private set; } = true;

    /// <summary>The field as it stands, unchecked.</summary>
    public string this[string column] => Encoding.UTF8.GetString(Utf8(column));

    /// <summary>The row with its fields copied: it stays good when the next one is read.</summary>
    public CsvRow Kept() => new(table, line, fields.Kept(line, table.Columns.Length));

    public bool IsEmpty(string column) => Utf8(column).IsEmpty;

    public string Text(string column)
    {
        var text = Optional(column);
        if (text.Length == 0)
            Fault(column, "不能为空。", "must not be empty.");
        return text;
    }

    public string Optional(string column) => Encoding.UTF8.GetString(Checked(column, fields.Of(line, PlaceOf(column))));

    /// <summary>Like <see cref="Text(string)"/>, with one string for all rows that say the same: for columns that repeat themselves.</summary>
    public string SharedText(string column)
    {
        var text = SharedOptional(column);
        if (text.Length == 0)
            Fault(column, "不能为空。", "must not be empty.");
        return text;
    }

    /// <inheritdoc cref="SharedText"/>
    public string SharedOptional(string column)
    {
        var place = PlaceOf(column);
        return table.Pools[place].Get(Checked(column, fields.Of(line, place)));
    }

    /// <summary>Like <see cref="Text(string)"/>, but <paramref name="likely"/> itself where the field says the same: one string instead of two.</summary>
    public string Text(string column, string? likely)
    {
        Span<char> buffer = stackalloc char[TextLengthMax];
        return likely is { Length: > 0 } && Chars(column, buffer).SequenceEqual(likely) ? likely : Text(column);
    }

    /// <summary>The field in the buffer, without making a string of it; empty when it does not fit.</summary>
    public ReadOnlySpan<char> Chars(string column, Span<char> buffer)
    {
        var utf8 = Utf8(column);
        return utf8.Length <= buffer.Length ? buffer[..Encoding.UTF8.GetChars(utf8, buffer)] : default;
    }

    private ReadOnlySpan<byte> Checked(string column, ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > TextLengthMax && Encoding.UTF8.GetCharCount(utf8) > TextLengthMax)
            Fault(column, $"超过 {TextLengthMax} 个字符。", $"is longer than {TextLengthMax} characters.");
        else if (utf8.IndexOfAnyInRange((byte)0x00, (byte)0x1F) >= 0 || utf8.Contains((byte)0x7F))
            Fault(column, "含有控制字符（如制表符），请删除。", "holds a control character such as a tab; remove it.");
        return utf8;
    }

    /// <summary>The names of an enum, in any case.</summary>
    public T OneOf<T>(string column)
        where T : struct, Enum
    {
        var utf8 = Utf8(column);
        foreach (var (name, value) in EnumNames<T>.All)
        {
            if (Ascii.EqualsIgnoreCase(utf8, name))
                return value;
        }
        var text = Optional(column);
        var names = string.Join(" | ", Enum.GetNames<T>());
        Fault(column, $"{Chinese(text)}不在取值范围内（{names}）。", $"{English(text)} is none of {names}.");
        return default;
    }

    /// <summary>Letters, digits and the given marks, not empty.</summary>
    public string Code(string column, int lengthMax, string marks)
    {
        var code = Text(column);
        if (code.Length > lengthMax || !IsCode(code, marks))
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
    public Fen Money(string column) =>
        TryNumber(column, out var yuan) && yuan >= 0 && Fen.TryFromYuan(yuan, out var amount)
            ? amount
            : NotANumber<Fen>(column, "不小于 0、最多两位小数的金额（元）", "an amount in yuan of at least 0 with at most two decimals");

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

    /// <summary>0..100 with at most two decimals.</summary>
    public BasisPoints Percent(string column) =>
        TryFixed(Utf8(column), 2, out var hundredths) && hundredths <= BasisPoints.One ? new BasisPoints((int)hundredths)
        : TryNumber(column, out var percent) && percent is >= 0 and <= 100 && decimal.Round(percent, 2) == percent
            ? new BasisPoints((int)(percent * 100))
        : NotANumber<BasisPoints>(column, "0 至 100 之间最多两位小数的百分数", "a percentage between 0 and 100 with at most two decimals");

    /// <summary>Yuan with up to four decimals, above zero; empty is none.</summary>
    public UnitPrice? Limit(string column) =>
        Utf8(column).IsEmpty ? null
        : TryFixed(Utf8(column), 4, out var tenThousandths) && tenThousandths is > 0 and <= PriceMax ? new UnitPrice(tenThousandths)
        : TryNumber(column, out var yuan) && yuan > 0 && UnitPrice.TryFromDecimal(yuan, out var price) ? price
        : NotANumber<UnitPrice?>(column, "大于 0、最多四位小数的限价（元）", "a limit in yuan above 0 with at most four decimals");

    /// <summary>Yuan with up to four decimals, not negative; empty is none.</summary>
    public UnitPrice? Price(string column) =>
        Utf8(column).IsEmpty ? null
        : TryNumber(column, out var yuan) && UnitPrice.TryFromDecimal(yuan, out var price) ? price
        : NotANumber<UnitPrice?>(column, "不小于 0、最多四位小数的单价（元）", "a price in yuan of at least 0 with at most four decimals");

    /// <summary>The row must not be used, for a reason that has been said elsewhere.</summary>
    public void Reject() => IsGood = false;

    public void Fault(string column, string chinese, string english)
    {
        IsGood = false;
        table.Errors.Add(new(table.File, line, column, chinese, english));
    }

    /// <summary>Null after a fault.</summary>
    public DateOnly? Date(string column)
    {
        if (TryDate(Utf8(column), out var date))
            return date;
        var text = Optional(column);
        Fault(column, $"{Chinese(text)}不是 yyyy-MM-dd 格式的日期。", $"{English(text)} is not a date of the form yyyy-MM-dd.");
        return null;
    }

    /// <summary>Null when empty, and after a fault.</summary>
    public DateOnly? OptionalDate(string column) => Utf8(column).IsEmpty ? null : Date(column);

    /// <summary>How a Chinese message speaks of a field's value.</summary>
    public string Chinese(string value) => table.Values is FieldValues.Withheld ? "该值" : $"“{value}”";

    /// <summary>How an English message speaks of a field's value.</summary>
    public string English(string value) => table.Values is FieldValues.Withheld ? "the value" : $"'{value}'";

    private ReadOnlySpan<byte> Utf8(string column) => fields.Of(line, PlaceOf(column));

    private int PlaceOf(string column)
    {
        // Column names are the literals of the table: comparing references finds nearly all of them.
        for (var place = 0; place < table.Columns.Length; place++)
        {
            if (ReferenceEquals(table.Columns[place], column))
                return place;
        }
        var found = Array.IndexOf(table.Columns, column);
        return found >= 0 ? found : throw new ArgumentException($"The table has no column {column}.", nameof(column));
    }

    /// <summary>
    /// The common form of a number, digits with at most so many decimals, as a whole number of its last decimal. Says nothing about any other form:
    /// <see cref="TryNumber"/> does.
    /// </summary>
    private static bool TryFixed(ReadOnlySpan<byte> utf8, int decimals, out long value)
    {
        value = 0;
        var point = utf8.IndexOf((byte)'.');
        var whole = point < 0 ? utf8 : utf8[..point];
        var fraction = point < 0 ? default : utf8[(point + 1)..];
        if (whole.IsEmpty || whole.Length > FastDigitsMax || fraction.Length > decimals || (point >= 0 && fraction.IsEmpty))
            return false;
        foreach (var digit in whole)
        {
            if (!char.IsAsciiDigit((char)digit))
                return false;
            value = (value * 10) + digit - '0';
        }
        for (var place = 0; place < decimals; place++)
        {
            var digit = place < fraction.Length ? fraction[place] : (byte)'0';
            if (!char.IsAsciiDigit((char)digit))
                return false;
            value = (value * 10) + digit - '0';
        }
        return true;
    }

    private T? NotANumber<T>(string column, string chinese, string english)
    {
        var text = Optional(column);
        if (text.AsSpan().ContainsAny(ThousandsMarks) && decimal.TryParse(string.Concat(text.Where(character => !ThousandsMarks.Contains(character))), CultureInfo.InvariantCulture, out _))
            Fault(column, $"{Chinese(text)}：数字不得使用千位分隔符，请写成 1234.56 的形式。", $"{English(text)}: numbers are written without thousands separators, like 1234.56.");
        else
            Fault(column, $"{Chinese(text)}不是{chinese}。", $"{English(text)} is not {english}.");
        return default;
    }

    /// <summary>A plain decimal: optional sign, digits, optional point. No thousands mark, no exponent.</summary>
    private bool TryNumber(string column, out decimal value) =>
        decimal.TryParse(Utf8(column), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)
        && Math.Abs(value) <= NumberMax && decimal.Round(value, DecimalsMax) == value;

    private static bool TryDate(ReadOnlySpan<byte> utf8, out DateOnly date)
    {
        date = default;
        if (utf8.Length != IsoDateLength || utf8[4] != '-' || utf8[7] != '-'
            || !TryDigits(utf8[..4], out var year) || !TryDigits(utf8[5..7], out var month) || !TryDigits(utf8[8..], out var day)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;
        date = new DateOnly(year, month, day);
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> utf8, out int value)
    {
        value = 0;
        return utf8.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 && Utf8Parser.TryParse(utf8, out value, out _);
    }

    private static bool IsCode(string text, string marks)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && !marks.Contains(character, StringComparison.Ordinal))
                return false;
        }
        return true;
    }

    private static class EnumNames<T>
        where T : struct, Enum
    {
        public static readonly (string Name, T Value)[] All = [.. Enum.GetValues<T>().Select(value => (value.ToString(), value))];
    }
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
