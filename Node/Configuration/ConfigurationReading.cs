using System.Text.Json;

namespace ProvincialGateway.Configuration;

/// <summary>What one reading of a file has found so far: all its errors, and each setting with its source.</summary>
internal sealed class ConfigurationReading(string file)
{
    private static readonly string[] SecretWords = ["password", "passwd", "pwd", "token", "privatekey", "secret", "apikey"];

    private readonly List<ConfigurationError> _errors = [];
    private readonly List<EffectiveSetting> _settings = [];

    public IReadOnlyList<ConfigurationError> Errors => _errors;

    public IReadOnlyList<EffectiveSetting> Settings => _settings;

    public void Reject(string path, string chinese, string english) => _errors.Add(new(file, path, chinese, english));

    public void Note(string path, string value, SettingSource source) => _settings.Add(new(path[2..], value, source));

    public static bool LooksSecret(string key)
    {
        var letters = string.Concat(key.Where(char.IsAsciiLetter)).ToLowerInvariant();
        return SecretWords.Any(word => letters.Contains(word, StringComparison.Ordinal));
    }

    /// <summary>Looks at the whole document, also at parts nobody reads: the file is handed to every province.</summary>
    public void RejectSecrets(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in element.EnumerateArray())
                RejectSecrets(item, $"{path}[{index++}]");
        }
        if (element.ValueKind != JsonValueKind.Object)
            return;
        foreach (var property in element.EnumerateObject())
        {
            if (LooksSecret(property.Name))
                Reject($"{path}.{property.Name}", "此文件不得包含密钥、口令或令牌:它会分发给所有省份;请删除并更换已泄露的值。",
                    "no secrets in this file: it is handed to every province; remove the key, and replace the value if it was real");
            RejectSecrets(property.Value, $"{path}.{property.Name}");
        }
    }
}
