using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf.Reflection;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Values;

namespace ProvincialGateway.His;

/// <summary>A single value. Dates, times and decimals travel as text, so that no JSON library in between can round them.</summary>
internal sealed class CanonicalJsonScalar : CanonicalJsonShape
{
    /// <summary>Characters of one text.</summary>
    public const int TextMax = 500;

    /// <summary>Fen either way, ten trillion yuan: no sum of a visit overflows, and below 2^53 a JSON number is exact as well.</summary>
    public const long FenMax = 1_000_000_000_000_000;

    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss.fffzzz";

    private static readonly CanonicalJsonFault NotText = new("应为 JSON 字符串。", "a JSON string is expected.");
    private static readonly CanonicalJsonFault NotUnicode = new("含有不成对的 Unicode 代理项。", "it holds half of a surrogate pair.");
    private static readonly CanonicalJsonFault Control = new("含有控制字符（含换行、制表符）。", "it holds a control character (line breaks and tabs included).");
    private static readonly CanonicalJsonFault TooLong = new($"超过 {TextMax} 个字符。", $"it is longer than {TextMax} characters.");
    private static readonly CanonicalJsonFault NotFen = new($"应为整数分，绝对值不超过 {FenMax}。", $"whole fen are expected, at most {FenMax} either way.");
    private static readonly CanonicalJsonFault NotAnInteger = new("应为整数。", "an integer is expected.");
    private static readonly CanonicalJsonFault NotABoolean = new("应为 true 或 false。", "true or false is expected.");
    private static readonly CanonicalJsonFault NotADecimal = new("应为普通十进制数文本，例如 \"0.8333\"。", "a plain decimal as text is expected, e.g. \"0.8333\".");
    private static readonly CanonicalJsonFault NotADate = new("日期应为 yyyy-MM-dd 且存在。", "an existing date, yyyy-MM-dd, is expected.");
    private static readonly CanonicalJsonFault NotATime = new("时间应为带毫秒和时区的 RFC 3339 文本。", "a time is written in RFC 3339 with milliseconds and offset.");
    private static readonly CanonicalJsonFault NotAName = new("不是规定的枚举名称。", "it is none of the defined names.");

    private static readonly FrozenDictionary<Type, CanonicalJsonScalar> ByType = new Dictionary<Type, CanonicalJsonScalar>
    {
        [typeof(string)] = new(Unchanged, Unchanged, json => Text(json, _ => null), isText: true),
        [typeof(bool)] = new(Unchanged, Unchanged, json => json.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : NotABoolean),
        [typeof(int)] = new(Unchanged, Unchanged, json => TryInteger(json, out var value) && value is >= int.MinValue and <= int.MaxValue ? null : NotAnInteger),
        [typeof(long)] = new(Unchanged, Unchanged, json => TryInteger(json, out var value) && value is >= -FenMax and <= FenMax ? null : NotFen),
        [typeof(decimal)] = new(
            value => Amounts.Plainly((decimal)value),
            text => Parsed((string)text, Amounts.TryParseDecimal(text as string, out var value), value),
            json => Text(json, text => Amounts.TryParseDecimal(text, out _) ? null : NotADecimal), isText: true),
        [typeof(DateOnly)] = new(
            value => ((DateOnly)value).Iso(),
            text => Parsed((string)text, ChinaTime.TryParseIso(text as string, out var value), value),
            json => Text(json, text => ChinaTime.TryParseIso(text, out _) ? null : NotADate), isText: true),
        [typeof(DateTimeOffset)] = new(
            value => ChinaTime.Local((DateTimeOffset)value).ToString(TimeForm, CultureInfo.InvariantCulture),
            text => Parsed((string)text, TryTime(text as string, out var value), value),
            json => Text(json, text => TryTime(text, out _) ? null : NotATime), isText: true),
    }.ToFrozenDictionary();

    private readonly Func<object, object> _write;
    private readonly Func<object, object> _read;
    private readonly Func<JsonElement, CanonicalJsonFault?> _fault;
    private readonly bool _isText;

    private CanonicalJsonScalar(Func<object, object> write, Func<object, object> read, Func<JsonElement, CanonicalJsonFault?> fault, bool isText = false) =>
        (_write, _read, _fault, _isText) = (write, read, fault, isText);

    public static CanonicalJsonScalar? Find(Type type) => ByType.GetValueOrDefault(type);

    /// <summary>The values of both have the same numbers; JSON has the proto's names, and its zero means "not given".</summary>
    public static CanonicalJsonScalar OfEnum(Type record, EnumDescriptor proto) => new(
        value => Enum.ToObject(proto.ClrType, (int)value),
        value => Enum.ToObject(record, (int)value),
        json => Text(json, name => proto.FindValueByName(name) is { Number: not 0 } ? null : NotAName));

    public override object Write(object value) => _write(value);

    public override object Read(object value) => _read(value);

    public override bool IsAbsent(JsonElement json) =>
        base.IsAbsent(json) || (_isText && json.ValueKind is JsonValueKind.String && TryText(json, out var text) && string.IsNullOrWhiteSpace(text));

    public override HisRefusal? Check(JsonElement json, CanonicalJsonPlace place) => _fault(json) is { } fault ? place.Invalid(fault) : null;

    private static object Unchanged(object value) => value;

    private static CanonicalJsonFault? Text(JsonElement json, Func<string, CanonicalJsonFault?> further) =>
        json.ValueKind is not JsonValueKind.String ? NotText
        : !TryText(json, out var text) ? NotUnicode
        : text.Length > TextMax ? TooLong
        : text.Any(char.IsControl) ? Control
        : further(text);

    // JSON can spell half of a surrogate pair ("\ud83d"), which is no text.
    private static bool TryText(JsonElement json, out string text)
    {
        try
        {
            text = json.GetString() ?? "";
            return true;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false;
        }
    }

    // Canonical digits only, as a number or as text: no plus sign, leading zero, point or exponent.
    private static bool TryInteger(JsonElement json, out long value)
    {
        value = 0;
        return json.ValueKind switch
        {
            JsonValueKind.Number => json.TryGetInt64(out value),
            JsonValueKind.String => TryText(json, out var text)
                && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
                && value.ToString(CultureInfo.InvariantCulture) == text,
            _ => false,
        };
    }

    private static bool TryTime(string? text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out time);

    private static object Parsed(string text, bool isParsed, object value) =>
        isParsed ? value : throw new FormatException($"A text of {text.Length} characters was read before it was checked.");
}
