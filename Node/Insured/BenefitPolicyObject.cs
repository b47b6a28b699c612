using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProvincialGateway.Configuration;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// A cursor over one JSON object of a policy file. A read that fails records the error and gives an empty value, so that one pass finds
/// every error; <see cref="Part"/> and <see cref="Parts"/> then drop whatever was built from empty values. A missing property is reported
/// once, when the object is opened.
/// </summary>
internal sealed partial class BenefitPolicyObject
{
    /// <summary>The same pattern as in benefit-policy.schema.json.</summary>
    public const string AmountPattern = @"^[0-9]{1,9}(\.[0-9]{1,2})?$";

    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    private readonly JsonElement _element;
    private readonly List<PolicyError> _errors;

    private BenefitPolicyObject(JsonElement element, string path, List<PolicyError> errors)
    {
        _element = element;
        _errors = errors;
        Path = path;
    }

    public string Path { get; }

    public static BenefitPolicyObject Open(JsonElement element, string path, BenefitPolicyShape shape, List<PolicyError> errors)
    {
        var opened = OpenMap(element, path, [.. shape.Properties], errors);
        if (element.ValueKind != JsonValueKind.Object)
            return opened;
        foreach (var missing in shape.Required.Where(name => !opened.Has(name)))
            opened.Fail(opened.At(missing), "缺少此项", "this property is missing");
        if (shape.OneOf.Length > 0 && shape.OneOf.Count(opened.Has) != 1)
            opened.Fail(path, $"必须且只能有其中一项：{string.Join("、", shape.OneOf)}", $"exactly one of {string.Join(", ", shape.OneOf)} must be given");
        return opened;
    }

    public bool Has(string name) => _element.TryGetProperty(name, out _);

    public bool IsNull(string name) => Find(name) is { ValueKind: JsonValueKind.Null };

    public string At(string name) => $"{Path}.{name}";

    public void Fail(string path, string chinese, string english) => _errors.Add(new PolicyError(path, chinese, english));

    /// <summary>What was read from this object, or null when the read recorded an error or one of the required properties is missing.</summary>
    public T? Sound<T>(Func<BenefitPolicyObject, T> read, params IEnumerable<string> required)
        where T : class
    {
        var before = _errors.Count;
        var value = read(this);
        return _errors.Count == before && required.All(Has) ? value : null;
    }

    /// <summary>What was read from an object property; null when that is missing, null or has an error in it.</summary>
    public T? Part<T>(string name, BenefitPolicyShape shape, Func<BenefitPolicyObject, T> read)
        where T : class
    {
        if (Find(name) is not { } value)
            return null;
        var before = _errors.Count;
        var part = read(Open(value, At(name), shape, _errors));
        return _errors.Count == before ? part : null;
    }

    /// <summary>What was read from the objects of an array; null in place of one that has an error in it.</summary>
    public IReadOnlyList<T?> Parts<T>(string name, BenefitPolicyShape shape, int min, int max, Func<BenefitPolicyObject, T> read)
        where T : class
    {
        var parts = new List<T?>();
        foreach (var (element, path) in Items(name, min, max))
        {
            var before = _errors.Count;
            var part = read(Open(element, path, shape, _errors));
            parts.Add(_errors.Count == before ? part : null);
        }
        return parts;
    }

    public BenefitPolicyObject Object(string name, BenefitPolicyShape shape) =>
        Find(name) is { } value ? Open(value, At(name), shape, _errors) : new BenefitPolicyObject(Empty, At(name), _errors);

    /// <summary>An object property whose own property names are codes out of a known set, read code by code; empty when it is absent.</summary>
    public IReadOnlyDictionary<string, T> Map<T>(string name, IReadOnlyList<string> known, Func<BenefitPolicyObject, string, T> read)
    {
        if (Find(name) is not { } value)
            return new Dictionary<string, T>();
        var map = OpenMap(value, At(name), known, _errors);
        return map._element.EnumerateObject().Select(property => property.Name).Where(known.Contains).ToDictionary(key => key, key => read(map, key));
    }

    public string Text(string name, int lengthMax)
    {
        if (Find(name) is not { } value)
            return "";
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text && text.Length <= lengthMax)
            return text;
        Fail(At(name), $"应为 1–{lengthMax} 个字符的文本", $"must be a text of 1 to {lengthMax} characters");
        return "";
    }

    public string Code(string name, IReadOnlyList<string> known) => Find(name) is { } value ? CodeIn(value, At(name), known) ?? "" : "";

    public IReadOnlyList<string> Codes(string name, IReadOnlyList<string> known)
    {
        var codes = new List<string>();
        foreach (var (element, path) in Items(name, 1, known.Count))
        {
            if (CodeIn(element, path, known) is not { } code)
                continue;
            if (codes.Contains(code))
                Fail(path, $"代码 {code} 重复", $"code {code} is repeated");
            codes.Add(code);
        }
        return codes;
    }

    public T Word<T>(string name, IReadOnlyDictionary<string, T> words)
        where T : struct => words.GetValueOrDefault(Code(name, [.. words.Keys]));

    public bool Flag(string name)
    {
        if (Find(name) is not { } value)
            return false;
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            Fail(At(name), "应为 true 或 false", "must be true or false");
        return value.ValueKind == JsonValueKind.True;
    }

    /// <summary>A whole number from min to max; min where it cannot be read.</summary>
    public int Whole(string name, int min, int max)
    {
        if (Find(name) is not { } value)
            return min;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= min && number <= max)
            return number;
        Fail(At(name), $"应为 {min}–{max} 之间的整数", $"must be a whole number from {min} to {max}");
        return min;
    }

    public Division Division(string name)
    {
        if (Find(name) is not { } value)
            return default;
        if (value.ValueKind != JsonValueKind.String || !Values.Division.TryParse(value.GetString(), out var division))
        {
            Fail(At(name), "应为 6 位行政区划代码", "must be a division code of six digits");
            return default;
        }
        return division;
    }

    public DateOnly Date(string name)
    {
        if (Find(name) is not { } value)
            return default;
        if (value.ValueKind == JsonValueKind.String && ChinaTime.TryParseIso(value.GetString(), out var date))
            return date;
        Fail(At(name), "应为 yyyy-MM-dd 格式的日期", "must be a date of the form yyyy-MM-dd");
        return default;
    }

    /// <summary>Yuan as a text such as <c>"1200.00"</c>: not negative, at most 100 million, no more than two decimals.</summary>
    public Fen Amount(string name)
    {
        if (Find(name) is not { } value)
            return Fen.Zero;
        if (value.ValueKind == JsonValueKind.String && TryAmount(value.GetString(), out var amount))
            return amount;
        Fail(
            At(name),
            "应为以元计的金额文本，如 \"1200.00\"，不为负，至多两位小数，不超过一亿元",
            "must be an amount in yuan as a text, e.g. \"1200.00\": not negative, two decimals at most, 100 million at most");
        return Fen.Zero;
    }

    /// <summary>An <see cref="Amount"/>, or null where the file says null.</summary>
    public Fen? AmountOrNull(string name) => IsNull(name) ? null : Amount(name);

    /// <summary>A per cent number from 0 to max with no more than two decimals, read from its digits and never through a double.</summary>
    public BasisPoints Percent(string name, int max) => Find(name) is { } value ? PercentIn(value, At(name), max) : default;

    public IReadOnlyList<BasisPoints> Percents(string name, int max, int countMax) =>
        [.. Items(name, 1, countMax).Select(item => PercentIn(item.Element, item.Path, max))];

    private static BenefitPolicyObject OpenMap(JsonElement element, string path, IReadOnlyList<string> known, List<PolicyError> errors)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new PolicyError(path, "应为 JSON 对象", "must be a JSON object"));
            return new BenefitPolicyObject(Empty, path, errors);
        }
        foreach (var name in element.EnumerateObject().Select(property => property.Name).Where(name => !known.Contains(name)))
        {
            var (zh, en) = NearestName.Of(name, known) is { } nearest ? ($"；最接近的是 {nearest}", $"; the nearest known one is {nearest}") : ("", "");
            errors.Add(new PolicyError($"{path}.{name}", $"没有名为 {name} 的项{zh}", $"there is no property {name}{en}"));
        }
        return new BenefitPolicyObject(element, path, errors);
    }

    private static bool TryAmount(string? text, out Fen amount)
    {
        amount = Fen.Zero;
        return text is not null && AmountForm().IsMatch(text) && Fen.TryParseYuan(text, out amount) && amount <= BenefitCase.AmountMax;
    }

    [GeneratedRegex(AmountPattern)]
    private static partial Regex AmountForm();

    private JsonElement? Find(string name) => _element.TryGetProperty(name, out var value) ? value : null;

    private IReadOnlyList<(JsonElement Element, string Path)> Items(string name, int min, int max)
    {
        if (Find(name) is not { } value)
            return [];
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() >= min && value.GetArrayLength() <= max)
            return [.. value.EnumerateArray().Select((element, index) => (element, $"{At(name)}[{index}]"))];
        Fail(At(name), $"应为含 {min}–{max} 项的数组", $"must be an array of {min} to {max} items");
        return [];
    }

    private string? CodeIn(JsonElement value, string path, IReadOnlyList<string> known)
    {
        var code = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (code is not null && known.Contains(code))
            return code;
        Fail(path, $"应为下列之一：{string.Join("、", known)}", $"must be one of {string.Join(", ", known)}");
        return null;
    }

    private BasisPoints PercentIn(JsonElement value, string path, int max)
    {
        // Six characters hold every valid value ("100.00") and none that a decimal would have to round.
        if (value.ValueKind == JsonValueKind.Number && value.GetRawText() is { Length: <= 6 } digits
            && decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
            && percent <= max && decimal.Round(percent, 2) == percent)
            return new BasisPoints((int)(percent * 100));
        Fail(path, $"应为 0–{max} 之间的百分数，至多两位小数，如 89.5", $"must be a per cent number from 0 to {max} with two decimals at most, e.g. 89.5");
        return default;
    }
}
