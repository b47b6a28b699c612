using System.Globalization;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>
/// Reads the values of one call. The first thing wrong is kept in <see cref="Refusal"/> and later reads go on with harmless values, so a
/// decoder states its operation once and the caller looks at the refusal afterwards. Blank, empty and NULL are all "not given".
/// </summary>
internal sealed class CallReader(YdjyCall call)
{
    /// <summary>Longer than any value the interface knows.</summary>
    private const int ValueMax = 512;

    private static readonly string[] DateForms = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss"];

    private readonly List<Element> _asked = [];

    private IReadOnlyDictionary<string, string>? _input;

    public YdjyCall Call { get; } = call;

    public HisRefusal? Refusal { get; private set; } = call.Fault;

    /// <summary>Exactly as written, or null.</summary>
    public string? Raw(Element element)
    {
        _asked.Add(element);
        return (element.Origin == Origin.Parameter ? Call.Parameters : Input()).TryGetValue(element.Name, out var value) ? value : null;
    }

    /// <summary>
    /// The element that gave the operation this canonical field; null when none did. The last one asked for: the item of a line comes from
    /// AKC515 only where AKC222 had none.
    /// </summary>
    public Element? ElementOf(string field) =>
        _asked.LastOrDefault(element => element.Field == field || field.EndsWith('.' + element.Field, StringComparison.Ordinal)) ?? field switch
        {
            "visit" => ElementOf(Elements.Visit.Field) ?? ElementOf(Elements.VisitOfLine.Field),
            "person" => ElementOf(Elements.PersonNumber.Field) ?? ElementOf(Elements.CardData.Field),
            "insured_division" => ElementOf(Elements.CardData.Field),
            _ => null,
        };

    public string? Optional(Element element)
    {
        var value = Raw(element)?.Trim();
        if (string.IsNullOrEmpty(value))
            return null;
        if (value.Length > ValueMax)
            Refuse(element, $"超过{ValueMax}个字符。", $"longer than {ValueMax} characters.");
        else if (value.Any(char.IsControl))
            Refuse(element, "含有控制字符。", "it has a control character.");
        return value;
    }

    public string Required(Element element)
    {
        if (Optional(element) is { } value)
            return value;
        Refusal ??= Refusals.MissingField(element.Field, element.Shown);
        return "";
    }

    /// <param name="decimalsMax">More significant decimals are refused, never rounded.</param>
    public decimal RequiredDecimal(Element element, int decimalsMax)
    {
        var isPlain = Amounts.TryParseDecimal(Required(element), out var value) && decimal.Round(value, decimalsMax) == value;
        if (!isPlain)
            Refuse(element, $"应为最多{decimalsMax}位小数的数字。", $"a plain number with at most {decimalsMax} decimals is expected.");
        return value;
    }

    public int RequiredCount(Element element)
    {
        if (!int.TryParse(Required(element), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            Refuse(element, "应为非负整数。", "a whole number, not negative, is expected.");
        return count;
    }

    public long RequiredFen(Element element) => Fen(element, Required(element));

    public long? OptionalFen(Element element) => Optional(element) is { } text ? Fen(element, text) : null;

    public DateOnly RequiredDate(Element element) => Date(element, Required(element));

    public DateOnly? OptionalDate(Element element) => Optional(element) is { } text ? Date(element, text) : null;

    public void Refuse(Element element, string chinese, string english) => Refusal ??= Refusals.InvalidField(element.Field, element.Shown, chinese, english);

    public void Refuse(HisRefusal refusal) => Refusal ??= refusal;

    private long Fen(Element element, string text)
    {
        if (!Amounts.TryParseFen(text, out var fen))
            Refuse(element, "应为精确到分的金额（元）。", "an amount in yuan, exact to the fen, is expected.");
        return fen;
    }

    private DateOnly Date(Element element, string text)
    {
        if (!DateTime.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            Refuse(element, "日期应为 yyyy-MM-dd 或 yyyy-MM-dd HH:mm:ss。", "a date is written yyyy-MM-dd or yyyy-MM-dd HH:mm:ss.");
        return DateOnly.FromDateTime(time);
    }

    private IReadOnlyDictionary<string, string?> Input()
    {
        _input ??= ReadInput();
        return _input!;
    }

    private IReadOnlyDictionary<string, string> ReadInput()
    {
        var carrier = Call.Function == Exports.SignOut ? Elements.CheckAccount : Elements.InputData;
        var text = Call.Parameters.GetValueOrDefault(carrier.Name);
        if (string.IsNullOrWhiteSpace(text))
        {
            Refusal ??= Refusals.MissingField(carrier.Field, carrier.Shown);
            return new Dictionary<string, string>();
        }

        var values = InputXml.Read(text, carrier.Name, out var refusal);
        Refusal ??= refusal;
        return values ?? new Dictionary<string, string>();
    }
}
