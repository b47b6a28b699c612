using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ProvincialGateway.Adapters.Contracts;

namespace KeyValueLines;

/// <summary>
/// The lines of one message. Reading never throws: the first thing that is wrong is kept as <see cref="Refusal"/>, and reading goes on with
/// something harmless in its place.
/// </summary>
internal sealed class Fields
{
    private const int LineLengthMax = 2000;

    private readonly List<KeyValuePair<string, string>> _lines = [];

    private Fields()
    {
    }

    /// <summary>What is wrong with the message; null while nothing is.</summary>
    public HisRefusal? Refusal { get; private set; }

    public static bool TryRead(string text, out Fields fields, [NotNullWhen(false)] out HisRefusal? refusal)
    {
        (fields, refusal) = (new Fields(), null);
        foreach (var (index, line) in text.ReplaceLineEndings("\n").Split('\n').Index())
        {
            if (line.Length == 0)
                continue;
            var mark = line.IndexOf('=', StringComparison.Ordinal);
            if (mark <= 0 || line.Length > LineLengthMax)
            {
                refusal = Refusals.Malformed($"line {index + 1}", $"应为 键=值，且不超过 {LineLengthMax} 个字符。", $"a line is key=value of at most {LineLengthMax} characters.");
                return false;
            }
            fields._lines.Add(new(line[..mark].Trim(), line[(mark + 1)..].Trim()));
        }
        return true;
    }

    /// <summary>Null when the line is absent or has no value.</summary>
    public string? Optional(string key)
    {
        var value = _lines.Find(line => line.Key == key).Value;
        return string.IsNullOrEmpty(value) ? null : value;
    }

    /// <param name="key">The line's own key, as the hospital's programmer knows it.</param>
    /// <param name="field">The canonical field, as every refusal names it.</param>
    public string Required(string key, string field)
    {
        if (Optional(key) is { } value)
            return value;
        Refuse(Refusals.MissingField(field, key));
        return "";
    }

    /// <summary>The values of a line that may be repeated, each cut at <c>|</c>.</summary>
    public List<string[]> Repeated(string key) => [.. _lines.Where(line => line.Key == key).Select(line => line.Value.Split('|', StringSplitOptions.TrimEntries))];

    public DateOnly? OptionalDate(string key, string field) => Optional(key) is { } text ? Date(text, key, field) : null;

    public DateOnly RequiredDate(string key, string field) => Date(Required(key, field), key, field);

    public long? OptionalFen(string key, string field) => Optional(key) is { } text ? Fen(text, key, field) : null;

    public DateOnly Date(string text, string key, string field)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return date;
        Refuse(Refusals.InvalidField(field, key, "日期应为 yyyy-MM-dd。", "a date is yyyy-MM-dd."));
        return default;
    }

    public long Fen(string text, string key, string field)
    {
        if (Amounts.TryParseFen(text, out var fen))
            return fen;
        Refuse(Refusals.InvalidField(field, key, "金额应为最多两位小数的数字（元）。", "an amount is a number in yuan with at most two decimals."));
        return 0;
    }

    public decimal Number(string text, string key, string field)
    {
        if (Amounts.TryParseDecimal(text, out var number))
            return number;
        Refuse(Refusals.InvalidField(field, key, "应为数字。", "a number is expected."));
        return 0;
    }

    public void Refuse(HisRefusal refusal) => Refusal ??= refusal;
}
