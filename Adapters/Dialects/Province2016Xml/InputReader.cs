using System.Globalization;
using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>
/// Reads typed values out of <c>input</c> or one of its rows and remembers the first thing that is wrong; after that the values it returns
/// mean nothing. White space around a value is dropped; an element that is absent, empty or <c>&lt;x/&gt;</c> is "not given". Values are
/// never quoted in refusals: a shifted field may hold personal data.
/// </summary>
internal sealed class InputReader(XElement element)
{
    private static readonly string[] DateForms = ["yyyyMMdd", "yyyyMMddHH", "yyyyMMddHHmmss"];

    private string _canonicalPrefix = "";
    private string _elementPrefix = "";

    public HisRefusal? Refusal { get; private set; }

    public string? Optional(Field field)
    {
        var found = InnerXml.Children(element, field.Element).Take(2).ToList();
        if (found.Count > 1)
            Invalid(field, "出现了两次。", "it appears twice.");
        else if (found is [{ HasElements: true }])
            Invalid(field, "应为文本，不应含子元素。", "it must be text, without elements inside.");
        else if (found is [var only] && only.Value.Trim() is { Length: > 0 } value)
            return value;
        return null;
    }

    public string Required(Field field)
    {
        if (Optional(field) is { } value)
            return value;
        Missing(field);
        return "";
    }

    public DateOnly? OptionalDate(Field field)
    {
        if (Optional(field) is not { } text)
            return null;
        if (DateTime.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment))
            return DateOnly.FromDateTime(moment);
        Invalid(field, "应为日期 yyyyMMdd。", "it must be a date yyyyMMdd.");
        return null;
    }

    public DateOnly RequiredDate(Field field)
    {
        if (OptionalDate(field) is { } date)
            return date;
        Missing(field);
        return default;
    }

    /// <summary>A plain decimal with at most <paramref name="decimals"/> significant decimals.</summary>
    public decimal RequiredDecimal(Field field, int decimals)
    {
        var text = Required(field);
        if (Amounts.TryParseDecimal(text, out var value) && decimal.Round(value, decimals) == value)
            return WithoutTrailingZeros(value);
        Invalid(
            field, $"应为数字，小数点用“.”，最多 {decimals} 位小数，无千位分隔符。",
            $"it must be a plain number with '.' as decimal mark, at most {decimals} decimals and no thousands separator.");
        return 0;
    }

    /// <summary>Yuan in the message, fen here.</summary>
    public long RequiredFen(Field field) => (long)(RequiredDecimal(field, 2) * 100m);

    /// <summary>A whole number from 0; null when not given.</summary>
    public int? OptionalCount(Field field)
    {
        if (Optional(field) is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return count;
        Invalid(field, "应为非负整数。", "it must be a whole number, not negative.");
        return null;
    }

    /// <summary>Yuan in the message, fen here; null when not given.</summary>
    public long? OptionalFen(Field field) => Optional(field) is null ? null : RequiredFen(field);

    /// <summary>The rows of <c>detail</c>, at least one, each read by <paramref name="read"/>.</summary>
    public List<T> Lines<T>(Func<InputReader, T> read)
    {
        var rows = Rows(read, Fields.Lines.Canonical);
        if (rows.Count == 0)
            Missing(Fields.Lines);
        return rows;
    }

    /// <summary>The rows of <c>detail</c>, any number, each read by <paramref name="read"/>.</summary>
    /// <param name="list">Canonical name of the list, for refusals.</param>
    public List<T> Rows<T>(Func<InputReader, T> read, string list)
    {
        var lists = InnerXml.Children(element, "detail").Take(2).ToList();
        if (lists.Count > 1)
            Invalid(Fields.Lines, "detail 出现了两次。", "detail appears twice.");
        var rows = lists is [var detail] ? InnerXml.Children(detail, "row") : [];
        return [.. rows.Select((row, index) => Row(row, list, index, read))];
    }

    public void Missing(Field field) => Refuse(Refusals.MissingField(_canonicalPrefix + field.Canonical, _elementPrefix + field.Element));

    public void Invalid(Field field, string chinese, string english) =>
        Refuse(Refusals.InvalidField(_canonicalPrefix + field.Canonical, _elementPrefix + field.Element, chinese, english));

    // 10, 10.0 and 10.0000 are one content: a repeat with other zeros must not look like another request.
    private static decimal WithoutTrailingZeros(decimal value) => value / 1.0000000000000000000000000000m;

    private T Row<T>(XElement row, string list, int index, Func<InputReader, T> read)
    {
        var reader = new InputReader(row) { _canonicalPrefix = $"{list}[{index}].", _elementPrefix = $"detail/row[{index + 1}]/" };
        var value = read(reader);
        if (reader.Refusal is { } refusal)
            Refuse(refusal);
        return value;
    }

    public void Refuse(HisRefusal refusal) => Refusal ??= refusal;
}
