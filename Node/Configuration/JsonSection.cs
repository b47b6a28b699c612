using System.Globalization;
using System.Text.Json;

namespace ProvincialGateway.Configuration;

/// <summary>
/// One JSON object being read. It remembers which keys were asked for, so that <see cref="End"/> can name the ones nobody knows.
/// A wrong value is reported and replaced by its default, so that reading goes on and finds every error at once.
/// </summary>
internal sealed class JsonSection
{
    private readonly Dictionary<string, JsonElement> _properties = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];
    private readonly ConfigurationReading _reading;
    private readonly string _path;

    public JsonSection(JsonElement? element, string path, ConfigurationReading reading)
    {
        _path = path;
        _reading = reading;
        if (element is not { } given)
            return;
        if (given.ValueKind != JsonValueKind.Object)
        {
            Expected(path, "对象 {…}", "an object {…}");
            return;
        }
        foreach (var property in given.EnumerateObject())
        {
            if (!_properties.TryAdd(property.Name, property.Value))
                _reading.Reject(PathOf(property.Name), "同一个键出现多次;请只保留一个。", "the key is given more than once; keep one");
        }
    }

    public string PathOf(string key) => $"{_path}.{key}";

    public void Reject(string key, string chinese, string english) => _reading.Reject(PathOf(key), chinese, english);

    public bool Has(string key) => _properties.ContainsKey(key);

    /// <summary>A text that must be there. Empty when it is not, which has then been reported.</summary>
    public string Text(string key)
    {
        if (Value(key) is not { } value)
        {
            Reject(key, "缺少必填项。", "required and missing");
            return "";
        }
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { } text && !string.IsNullOrWhiteSpace(text))
            return Noted(key, text.Trim(), text.Trim());
        Expected(PathOf(key), "非空文本", "a text that is not empty");
        return "";
    }

    /// <summary>A text that may be absent.</summary>
    public string TextOr(string key, string byDefault) => Value(key) is null ? Noted(key, byDefault, byDefault) : Text(key);

    /// <summary>A time of day HH:mm at +08:00, or "off", which is null.</summary>
    public TimeOnly? TimeOfDay(string key, TimeOnly byDefault)
    {
        var value = Value(key);
        if (value is null)
            return Noted(key, byDefault.ToString("HH:mm", CultureInfo.InvariantCulture), byDefault);
        var text = value.Value.ValueKind == JsonValueKind.String ? value.Value.GetString() : null;
        if (text == "off")
            return Noted(key, text, default(TimeOnly?));
        if (TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return Noted(key, text!, time);
        Expected(PathOf(key), "HH:mm 形式的时刻或 \"off\"", "a time of day, HH:mm, or \"off\"");
        return byDefault;
    }

    public bool Flag(string key, bool byDefault)
    {
        var value = Value(key);
        if (value is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) })
        {
            Expected(PathOf(key), "true 或 false", "true or false");
            return byDefault;
        }
        var flag = value?.GetBoolean() ?? byDefault;
        return Noted(key, flag ? "true" : "false", flag);
    }

    public int Whole(string key, int byDefault, int min, int max)
    {
        var number = Number(key, byDefault, min, max);
        if (decimal.Truncate(number) == number)
            return (int)number;
        Expected(PathOf(key), "整数", "a whole number");
        return byDefault;
    }

    public TimeSpan Seconds(string key, TimeSpan byDefault, decimal min, decimal max)
    {
        var milliseconds = (long)decimal.Round(Number(key, (decimal)byDefault.TotalMilliseconds / 1000m, min, max) * 1000m);
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    public double Ratio(string key, double byDefault, decimal min, decimal max) => (double)Number(key, (decimal)byDefault, min, max);

    public decimal Number(string key, decimal byDefault, decimal min, decimal max)
    {
        var value = Value(key);
        var number = byDefault;
        if (value is { } given && (given.ValueKind != JsonValueKind.Number || !given.TryGetDecimal(out number) || number < min || number > max))
        {
            Expected(PathOf(key), string.Create(CultureInfo.InvariantCulture, $"{min} 至 {max} 之间的数字"),
                string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"));
            return byDefault;
        }
        return Noted(key, number.ToString(CultureInfo.InvariantCulture), number);
    }

    /// <summary>A list of texts; empty when absent, and when one of them is no text, which has then been reported.</summary>
    public IReadOnlyList<string> Texts(string key)
    {
        var items = Items(key);
        var wrong = items.FindAll(item => item.ValueKind != JsonValueKind.String || string.IsNullOrWhiteSpace(item.GetString()));
        foreach (var item in wrong)
            Expected($"{PathOf(key)}[{items.IndexOf(item)}]", "非空文本", "a text that is not empty");
        IReadOnlyList<string> texts = wrong.Count > 0 ? [] : items.ConvertAll(item => item.GetString()!.Trim());
        return Noted(key, string.Join(", ", texts), texts);
    }

    /// <summary>A part that may be absent; all its settings then have their defaults.</summary>
    public JsonSection Section(string key) => new(Value(key), PathOf(key), _reading);

    /// <summary>A list of objects.</summary>
    /// <param name="mayBeEmpty">It may be absent, too.</param>
    public IReadOnlyList<JsonSection> Sections(string key, bool mayBeEmpty = false)
    {
        if (!mayBeEmpty && (Value(key) is not { } list || (list.ValueKind == JsonValueKind.Array && list.GetArrayLength() == 0)))
            Reject(key, "至少需要一项。", "at least one entry is required");
        return [.. Items(key).Select((item, index) => new JsonSection(item, $"{PathOf(key)}[{index}]", _reading))];
    }

    /// <summary>A list of objects that may be empty or absent.</summary>
    public IReadOnlyList<JsonSection> OptionalSections(string key) =>
        [.. Items(key).Select((item, index) => new JsonSection(item, $"{PathOf(key)}[{index}]", _reading))];

    /// <summary>A key that may be there and means nothing to the program.</summary>
    public void Ignore(string key)
    {
        if (!_known.Contains(key))
            _known.Add(key);
    }

    /// <summary>Reports every key that was never asked for, with the one that was probably meant.</summary>
    public void End()
    {
        foreach (var key in _properties.Keys.Where(key => !_known.Contains(key) && !ConfigurationReading.LooksSecret(key)))
        {
            var nearest = NearestName.Of(key, _known);
            Reject(key,
                nearest is null ? $"未知的键;可用的键:{string.Join("、", _known)}。" : $"未知的键;是否应为“{nearest}”?",
                nearest is null ? $"unknown key; known keys: {string.Join(", ", _known)}" : $"unknown key; did you mean '{nearest}'?");
        }
    }

    private List<JsonElement> Items(string key)
    {
        var value = Value(key);
        if (value is { ValueKind: JsonValueKind.Array } list)
            return [.. list.EnumerateArray()];
        if (value is not null)
            Expected(PathOf(key), "列表 […]", "a list […]");
        return [];
    }

    private JsonElement? Value(string key)
    {
        Ignore(key);
        return _properties.TryGetValue(key, out var value) ? value : null;
    }

    private T Noted<T>(string key, string text, T value)
    {
        _reading.Note(PathOf(key), text, _properties.ContainsKey(key) ? SettingSource.File : SettingSource.Default);
        return value;
    }

    private void Expected(string path, string chinese, string english) =>
        _reading.Reject(path, $"应为{chinese}。", $"must be {english}");
}
