using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ProvincialGateway.Configuration;

internal enum SettingSource
{
    /// <summary>The file does not say; the program's default applies.</summary>
    Default = 1,

    File = 2,
}

/// <param name="Key">Path in the file, e.g. <c>limits.messageBytesMax</c>.</param>
/// <param name="Value">As it would be written in the file.</param>
internal sealed record EffectiveSetting(string Key, string Value, SettingSource Source);

/// <summary>Every setting that is in force, and whether the file or a default set it: what an operator compares between two nodes.</summary>
internal sealed record EffectiveConfiguration(IReadOnlyList<EffectiveSetting> Settings)
{
    // Chinese names stay readable; the output goes to terminals and files, never into HTML.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One setting a line: key, source, value. The value stands last because Chinese text has no fixed width.</summary>
    public string ToText()
    {
        var width = Settings.Max(setting => setting.Key.Length);
        var text = new StringBuilder();
        foreach (var setting in Settings)
            text.Append(setting.Key.PadRight(width)).Append("  ").Append(Name(setting.Source).PadRight(7)).Append("  ").Append(setting.Value).Append('\n');
        return text.ToString();
    }

    /// <summary>An array of objects with key, value and source.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        Settings.Select(setting => new { key = setting.Key, value = setting.Value, source = Name(setting.Source) }), Readable);

    private static string Name(SettingSource source) => source switch
    {
        SettingSource.Default => "default",
        SettingSource.File => "file",
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, "Not a source of a setting."),
    };
}
