using System.Globalization;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>
/// Reads the values of one call. The first thing wrong is kept in <see cref="Refusal"/> and later reads go on with harmless values, so a decoder
/// states its operation once and the caller looks at the refusal afterwards. Absent and empty are both "not given".
/// </summary>
internal sealed class CallReader
{
    /// <summary>Longer than any value the interface knows.</summary>
    private const int ValueMax = 512;

    // What a database or .NET's culture formats make of a time; parts of one digit are read by the same letters.
    private static readonly string[] DateForms =
        ["yyyy-M-d H:m:s", "yyyy-M-d H:m", "yyyy-M-d", "yyyy/M/d H:m:s", "yyyy/M/d H:m", "yyyy/M/d", "yyyy-M-d'T'H:m:s"];

    private readonly IReadOnlyDictionary<string, string> _values;
    private readonly Dictionary<string, string> _shown;
    private readonly string _canonicalPrefix = "";
    private readonly string _elementPrefix = "";

    public CallReader(ComCall call, YinhaiSettings settings)
    {
        (Call, Settings, Refusal, _shown) = (call, settings, call.Fault, []);
        Input = InputXml.Read(call.Parameters.GetValueOrDefault(Elements.InputXml.Name), out var refusal) ?? InputXml.Empty;
        Refusal ??= refusal;
        _values = Input.Head;
    }

    private CallReader(CallReader call, IReadOnlyDictionary<string, string> row, int index)
    {
        (Call, Settings, Input, _shown, _values) = (call.Call, call.Settings, InputXml.Empty, call._shown, row);
        (_canonicalPrefix, _elementPrefix) = ($"lines[{index}].", $"dataset/row[{index + 1}]/");
    }

    public ComCall Call { get; }

    public YinhaiSettings Settings { get; }

    public InputXml Input { get; }

    public HisRefusal? Refusal { get; private set; }

    public string? Optional(Element element)
    {
        _shown[_canonicalPrefix + element.Field] = _elementPrefix + element.Shown;
        var found = element.Origin == Origin.Parameter ? Call.Parameters.TryGetValue(element.Name, out var value) : _values.TryGetValue(InputXml.Key(element.Name), out value);
        if (!found || value!.Trim() is not { Length: > 0 } given)
            return null;
        if (given.Length > ValueMax)
            Refuse(element, $"超过 {ValueMax} 个字符。", $"longer than {ValueMax} characters.");
        else if (given.Any(char.IsControl))
            Refuse(element, "含有控制字符。", "it has a control character.");
        return given;
    }

    public string Required(Element element)
    {
        if (Optional(element) is { } value)
            return value;
        Missing(element);
        return "";
    }

    public DateOnly? OptionalDate(Element element)
    {
        if (Optional(element) is not { } text)
            return null;
        if (DateTime.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment))
            return DateOnly.FromDateTime(moment);
        Refuse(element, "应为日期 yyyy-MM-dd，可带时间 HH:mm:ss，分隔符 - 或 /。", "a date yyyy-MM-dd is expected, with '-' or '/', and with or without a time HH:mm:ss.");
        return null;
    }

    public DateOnly RequiredDate(Element element)
    {
        if (Optional(element) is null)
            Missing(element);
        return OptionalDate(element) ?? default;
    }

    /// <param name="decimalsMax">More significant decimals are refused, never rounded.</param>
    public decimal RequiredDecimal(Element element, int decimalsMax)
    {
        if (Amounts.TryParseDecimal(Required(element), out var value) && decimal.Round(value, decimalsMax) == value)
            return value;
        Refuse(element, $"应为数字，最多 {decimalsMax} 位小数，无千位分隔符。", $"a plain number with at most {decimalsMax} decimals is expected.");
        return 0;
    }

    /// <summary>Yuan in the message, fen here.</summary>
    public long RequiredFen(Element element) => (long)(RequiredDecimal(element, 2) * 100m);

    /// <summary>The rows of the list, at least one. One client library writes a single line flat beside the head.</summary>
    public List<T> Lines<T>(Func<CallReader, T> read)
    {
        IReadOnlyList<IReadOnlyDictionary<string, string>> rows = Input.Rows.Count == 0 && _values.ContainsKey(InputXml.Key(Elements.LineSerial.Name)) ? [_values] : Input.Rows;
        if (rows.Count == 0)
            Refuse(Refusals.MissingField("lines", "dataset/row 费用明细"));
        return [.. rows.Select((row, index) =>
        {
            var reader = new CallReader(this, row, index);
            var line = read(reader);
            Refusal ??= reader.Refusal;
            return line;
        })];
    }

    /// <summary>The element that gave the operation this canonical field; null when none did.</summary>
    public string? ElementOf(string field)
    {
        if (_shown.TryGetValue(field, out var shown) || _shown.TryGetValue(field[(field.LastIndexOf('.') + 1)..], out shown))
            return shown;
        return field == "visit" ? ElementOf(Elements.Visit.Field) ?? ElementOf(Elements.OutpatientVisit.Field)
            : (field.StartsWith("person", StringComparison.Ordinal) || field == Elements.SubCentre.Field) && _shown.ContainsKey(Elements.Card.Field) ? Elements.Card.Shown
            : null;
    }

    public void Missing(Element element) => Refuse(Refusals.MissingField(_canonicalPrefix + element.Field, _elementPrefix + element.Shown));

    public void Refuse(Element element, string chinese, string english) =>
        Refuse(Refusals.InvalidField(_canonicalPrefix + element.Field, _elementPrefix + element.Shown, chinese, english));

    public void Refuse(HisRefusal refusal) => Refusal ??= refusal;
}
