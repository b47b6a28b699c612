using System.Globalization;

namespace ProvincialGateway.Adapters.Contracts;

/// <summary>One field of a message that knows its fields by their place.</summary>
/// <param name="Number">From 1; 0 when this form of the message does not have it.</param>
/// <param name="Name">Canonical name in a refusal.</param>
/// <param name="Chinese">As the clerk knows it.</param>
public sealed record NumberedField(int Number, string Name, string Chinese);

/// <summary>
/// Reads the fields of one message or row. The first thing wrong is kept in <see cref="Refusal"/> and later reads go on with harmless values,
/// so a decoder states its operation once and the caller looks at the refusal afterwards. Refusals name the field and never quote it.
/// </summary>
/// <param name="place">Where the fields stand, for a refusal, e.g. the transaction code.</param>
/// <param name="values">Field 1 first; fields that are missing at the end are empty.</param>
public sealed class FieldReader(string place, IReadOnlyList<string> values)
{
    /// <summary>Longer than any value of these interfaces.</summary>
    private const int ValueMax = 512;

    /// <summary>No price or quantity of a hospital comes near; a product of two such numbers is still exact.</summary>
    private const decimal NumberMost = 1_000_000_000m;

    public HisRefusal? Refusal { get; private set; }

    public IReadOnlyList<string> Values => values;

    /// <summary>Trimmed; null when empty.</summary>
    public string? Optional(NumberedField field)
    {
        var value = field.Number > 0 && field.Number <= values.Count ? values[field.Number - 1].Trim() : "";
        if (value.Length > ValueMax)
            Refuse(field, $"超过{ValueMax}个字符。", $"longer than {ValueMax} characters.");
        else if (value.Any(char.IsControl))
            Refuse(field, "含有控制字符。", "it has a control character.");
        return value.Length == 0 ? null : value;
    }

    public string Required(NumberedField field)
    {
        if (Optional(field) is { } value)
            return value;
        Refuse(Refusals.MissingField(field.Name, Shown(field)));
        return "";
    }

    /// <summary>A plain number up to a billion; more decimals than <paramref name="decimalsMax"/> are refused, never rounded.</summary>
    public decimal RequiredDecimal(NumberedField field, int decimalsMax) =>
        Amounts.TryParseDecimal(Required(field), out var value) ? Bounded(field, value, decimalsMax) : Bounded(field, null, decimalsMax);

    /// <summary>A number as programs write it without a format (<see cref="Amounts.TryParseUnformatted"/>), up to a billion and exact.</summary>
    /// <inheritdoc cref="RequiredDecimal"/>
    public decimal RequiredUnformatted(NumberedField field, int decimalsMax) =>
        Amounts.TryParseUnformatted(Required(field), out var value) ? Bounded(field, value, decimalsMax) : Bounded(field, null, decimalsMax);

    /// <summary>Yuan that may have gone through floating point (<see cref="Amounts.TryParseNearFen"/>), in fen.</summary>
    public long? OptionalFen(NumberedField field) => Optional(field) is { } text ? Fen(field, text) : null;

    /// <inheritdoc cref="OptionalFen"/>
    public long RequiredFen(NumberedField field) => Fen(field, Required(field));

    public DateOnly RequiredDate(NumberedField field, params string[] forms) => Date(field, Required(field), forms);

    public DateOnly? OptionalDate(NumberedField field, params string[] forms) => Optional(field) is { } text ? Date(field, text, forms) : null;

    public void Refuse(NumberedField field, string chinese, string english) => Refuse(Refusals.InvalidField(field.Name, Shown(field), chinese, english));

    public void Refuse(HisRefusal refusal) => Refusal ??= refusal;

    /// <summary>How a refusal names a field to a person.</summary>
    public string Shown(NumberedField field) => $"{place}({field.Number}) {field.Chinese}";

    private decimal Bounded(NumberedField field, decimal? value, int decimalsMax)
    {
        if (value is { } number && Math.Abs(number) <= NumberMost && decimal.Round(number, decimalsMax) == number)
            return number;
        Refuse(field, $"应为最多{decimalsMax}位小数的数字，不带千分位。", $"a plain number with at most {decimalsMax} decimals and without thousands marks is expected.");
        return 0;
    }

    private long Fen(NumberedField field, string text)
    {
        if (!Amounts.TryParseNearFen(text, out var fen))
            Refuse(field, "应为精确到分的金额（元）。", "an amount in yuan, exact to the fen, is expected.");
        return fen;
    }

    private DateOnly Date(NumberedField field, string text, string[] forms)
    {
        if (!DateTime.TryParseExact(text, forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            Refuse(field, $"日期时间应为 {string.Join(" 或 ", forms)}。", $"a date is written {string.Join(" or ", forms)}.");
        return DateOnly.FromDateTime(time);
    }
}
