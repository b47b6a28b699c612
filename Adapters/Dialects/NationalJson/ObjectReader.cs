using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>
/// Reads typed values out of one JSON object. Names are compared without case and without blanks around them, because clients write
/// <c>REFD_SETL_FLAG</c> and <c>"rxno "</c>. Absent, null and empty are all "not given"; numbers may be texts and texts numbers. Values are never
/// quoted in refusals: a shifted field may hold personal data.
/// </summary>
internal sealed class ObjectReader
{
    /// <summary>Longer than any value that is read.</summary>
    private const int ValueMax = 512;

    // Clients whose reader went through code page 936 escape 䶮 as this private-use character.
    private const char PrivateUseYan = '\uE863';
    private const char Yan = '\u4DAE';

    /// <summary>And what else ends a line.</summary>
    private static readonly SearchValues<char> Controls =
        SearchValues.Create([.. Enumerable.Range(0, char.MaxValue).Select(code => (char)code).Where(char.IsControl), '\u2028', '\u2029']);

    private static readonly Dictionary<string, JsonElement> NoMembers = [];
    private static readonly HashSet<string> NoNames = [];

    private static readonly string[] DateForms =
        ["yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm"];

    private readonly ObjectShape? _shape;
    private readonly JsonElement[]? _values;
    private readonly Dictionary<string, JsonElement> _members = NoMembers;
    private readonly HashSet<string> _contradictory = NoNames;
    private readonly Places _places;
    private readonly FirstFault _fault;
    private readonly Row? _row;

    public ObjectReader(JsonElement element, string path, FirstFault fault, Places places)
        : this(element, path, fault, places, null, null)
    {
    }

    private ObjectReader(JsonElement element, string path, FirstFault fault, Places places, Row? row, ObjectShape? shape)
    {
        (Path, _fault, _places, _row) = (path, fault, places, row);
        if (shape is not null && shape.TryRead(element, out _values))
        {
            _shape = shape;
            return;
        }

        (_members, _contradictory) = (new(StringComparer.OrdinalIgnoreCase), new(StringComparer.OrdinalIgnoreCase));
        foreach (var member in element.EnumerateObject())
        {
            if (ObjectShape.NameOf(member)?.Trim() is { } name)
                Add(name, member.Value);
        }
    }

    /// <summary>Where the object stands, e.g. <c>input.data</c>; empty is the message itself.</summary>
    public string Path { get; }

    public bool Has(string name) => TryFind(name, out _);

    /// <summary>The member when it is an object.</summary>
    public ObjectReader? Child(string name) => TryFind(name, out var value) && value.ValueKind == JsonValueKind.Object
        ? new ObjectReader(value, At(name), _fault, _places, _row, null)
        : null;

    /// <summary>The objects of a list, each a row of its own; null when the member is no list.</summary>
    public IReadOnlyList<ObjectReader>? Rows(Field field)
    {
        var name = field.Names[0];
        if (!TryFind(name, out var list) || list.ValueKind != JsonValueKind.Array)
            return null;
        var path = At(name);
        _places.List(field.Canonical, path);
        var rows = new List<ObjectReader>(list.GetArrayLength());
        ObjectShape? shape = null;
        foreach (var (index, item) in list.EnumerateArray().Index())
        {
            if (item.ValueKind == JsonValueKind.Object)
                rows.Add(new ObjectReader(item, $"{path}[{index}]", _fault, _places, new Row(field.Canonical, index), shape ??= ObjectShape.Of(item)));
            else
                _fault.Add(Refusals.InvalidField($"{field.Canonical}[{index}]", $"{path}[{index}]", "应为 JSON 对象。", "it must be a JSON object."));
        }

        return rows;
    }

    /// <summary>The member as it stands, for values that are neither text nor object.</summary>
    public JsonElement? Raw(string name) => TryFind(name, out var value) ? value : null;

    public string? Optional(Field field)
    {
        foreach (var name in field.Names)
        {
            if (TryFind(name, out var value) && Text(field, name, value)?.Trim() is { Length: > 0 } text)
                return Checked(field, name, text);
        }

        return null;
    }

    public string Required(Field field)
    {
        if (Optional(field) is { } value)
            return value;
        Missing(field);
        return "";
    }

    /// <param name="decimalsMax">More significant decimals are refused, never rounded.</param>
    public decimal? OptionalDecimal(Field field, int decimalsMax)
    {
        if (Optional(field) is not { } text)
            return null;
        if (ExactNumber.TryParse(text, out var value) && decimal.Round(value, decimalsMax) == value)
            return value;
        Invalid(field, $"应为最多{decimalsMax}位小数的数字，无千位分隔符。", $"a plain number with at most {decimalsMax} decimals and no thousands separator is expected.");
        return 0;
    }

    public decimal RequiredDecimal(Field field, int decimalsMax)
    {
        if (OptionalDecimal(field, decimalsMax) is { } value)
            return value;
        Missing(field);
        return 0;
    }

    /// <summary>Yuan in the message, fen here.</summary>
    public long? OptionalFen(Field field) => OptionalDecimal(field, 2) is { } yuan ? ToFen(field, yuan) : null;

    public long RequiredFen(Field field) => ToFen(field, RequiredDecimal(field, 2));

    public int? OptionalCount(Field field)
    {
        if (OptionalDecimal(field, 0) is not { } count)
            return null;
        if (count is >= 0 and <= int.MaxValue)
            return (int)count;
        Invalid(field, "应为不小于0的整数。", "a whole number that is not negative is expected.");
        return 0;
    }

    public DateOnly? OptionalDate(Field field)
    {
        if (Optional(field) is not { } text)
            return null;
        if (DateTime.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return DateOnly.FromDateTime(time);
        Invalid(field, "日期应为 yyyy-MM-dd 或 yyyy-MM-dd HH:mm:ss。", "a date is written yyyy-MM-dd or yyyy-MM-dd HH:mm:ss.");
        return default(DateOnly);
    }

    public DateOnly RequiredDate(Field field)
    {
        if (OptionalDate(field) is { } date)
            return date;
        Missing(field);
        return default;
    }

    public void Missing(Field field) => _fault.Add(Refusals.MissingField(Canonical(field), Shown(field, field.Names[0])));

    public void Invalid(Field field, string chinese, string english) => Invalid(field, field.Names.FirstOrDefault(Has) ?? field.Names[0], chinese, english);

    /// <summary>For refusals that say more than "missing" or "invalid".</summary>
    public void Refuse(HisRefusal refusal) => _fault.Add(refusal);

    public string Canonical(Field field) => _row is null ? field.Canonical : $"{_row}.{field.Canonical}";

    public string Shown(Field field) => Shown(field, field.Names.FirstOrDefault(Has) ?? field.Names[0]);

    private string Shown(Field field, string name) => $"{At(name)} {field.Chinese}";

    private string At(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    private void Invalid(Field field, string name, string chinese, string english) =>
        _fault.Add(Refusals.InvalidField(Canonical(field), Shown(field, name), chinese, english));

    private bool TryFind(string name, out JsonElement value)
    {
        if (_shape is null)
            return _members.TryGetValue(name, out value);
        var isThere = _shape.TryFind(name, out var place);
        value = isThere ? _values![place] : default;
        return isThere;
    }

    // Two spellings of one name: the one that holds something counts, and only two different values contradict each other.
    private void Add(string name, JsonElement value)
    {
        if (_members.TryAdd(name, value) || IsBlank(value))
            return;
        if (!IsBlank(_members[name]) && _members[name].GetRawText() != value.GetRawText())
            _contradictory.Add(name);
        _members[name] = value;
    }

    private static bool IsBlank(JsonElement value) => value.ValueKind == JsonValueKind.Null || value.GetRawText() == "\"\"";

    private string? Text(Field field, string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.Number:
                return value.GetRawText();
            case JsonValueKind.String:
                try
                {
                    return value.GetString()?.Replace(PrivateUseYan, Yan);
                }
                catch (InvalidOperationException)
                {
                    Invalid(field, name, "\\u 转义是半个代理对，不是字符。", "a \\u escape is half a surrogate pair, not a character.");
                    return null;
                }

            default:
                Invalid(field, name, "应为文本或数字。", "a text or a number is expected.");
                return null;
        }
    }

    private string Checked(Field field, string name, string text)
    {
        if (_row is null)
            _places.Value(field.Canonical, At(name));
        else
            _places.ValueInRow(_row.List, field.Canonical, name);
        // Free text is typed into boxes of several lines.
        var line = text.AsSpan().ContainsAny(Controls) ? text.ReplaceLineEndings(" ").Replace('\t', ' ') : text;
        if (_contradictory.Contains(name))
            Invalid(field, name, "出现两次且值不同。", "it appears twice with different values.");
        else if (line.Length > ValueMax)
            Invalid(field, name, $"超过{ValueMax}个字符。", $"longer than {ValueMax} characters.");
        else if (line.AsSpan().ContainsAny(Controls))
            Invalid(field, name, "含有控制字符。", "it has a control character.");
        return line;
    }

    private long ToFen(Field field, decimal yuan)
    {
        if (Math.Abs(yuan) <= 1_000_000_000_000_000m)
            return (long)(yuan * 100m);
        Invalid(field, "超出范围。", "out of range.");
        return 0;
    }

    /// <param name="List">The canonical name of the list whose row an object is, e.g. <c>lines</c>.</param>
    private sealed record Row(string List, int Index)
    {
        public override string ToString() => $"{List}[{Index}]";
    }
}
