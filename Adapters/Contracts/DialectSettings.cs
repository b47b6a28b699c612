using System.Diagnostics.CodeAnalysis;

namespace ProvincialGateway.Adapters.Contracts;

/// <summary>
/// What a province tells a shared dialect about its own hospitals: the <c>settings</c> of <c>adapter.json</c>, names and texts. A dialect that
/// knows settings has a public constructor with this one parameter, reads all of them there and refuses what it does not know.
/// </summary>
public sealed class DialectSettings(IReadOnlyDictionary<string, string> values)
{
    private readonly HashSet<string> _read = [];

    public static DialectSettings None => new(new Dictionary<string, string>());

    /// <exception cref="DialectSettingException">The setting is absent or empty.</exception>
    public string Required(string name) =>
        Optional(name) is { Length: > 0 } value ? value : throw new DialectSettingException(name, "缺少该设置。", "the setting is missing.");

    /// <summary>Null when absent.</summary>
    public string? Optional(string name)
    {
        _read.Add(name);
        return values.GetValueOrDefault(name);
    }

    /// <summary>One of a closed set; <paramref name="byDefault"/> when absent.</summary>
    /// <exception cref="DialectSettingException">Another value.</exception>
    public string OneOf(string name, string byDefault, params IReadOnlyList<string> allowed)
    {
        var value = Optional(name) ?? byDefault;
        return allowed.Contains(value)
            ? value
            : throw new DialectSettingException(name, $"取值应为 {string.Join(" | ", allowed)}。", $"the value must be one of {string.Join(" | ", allowed)}.");
    }

    /// <summary>Called when all settings have been read: a misspelt one must not pass unseen.</summary>
    /// <exception cref="DialectSettingException">A setting nobody has asked for.</exception>
    public void RefuseOthers()
    {
        foreach (var name in values.Keys.Order(StringComparer.Ordinal).Where(name => !_read.Contains(name)))
            throw new DialectSettingException(name, $"没有这个设置；可用：{Known()}。", $"there is no such setting; known are: {Known()}.");
    }

    private string Known() => _read.Count == 0 ? "-" : string.Join(", ", _read.Order(StringComparer.Ordinal));
}

/// <summary>A setting of <c>adapter.json</c> the dialect cannot use.</summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "The name of the setting is never optional.")]
public sealed class DialectSettingException(string name, string chinese, string english) : Exception($"settings.{name}: {chinese} / {english}")
{
    public string Name => name;

    public string Chinese => chinese;

    public string English => english;
}
