using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProvincialGateway.Treatment;

/// <summary>
/// Why the suggestions of an adapter's codes were made: <c>suggestions.json</c> beside its catalogue versions. The database alone says what is
/// suggested; this explains it, and what it says of another suggestion than the stored one is not shown.
/// </summary>
/// <param name="folder">The folder <c>catalogue</c> of the data folder.</param>
internal sealed class SuggestionReasons(string folder)
{
    private const string FileName = "suggestions.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        RespectNullableAnnotations = true,
    };

    /// <summary>Replaces what was said of these codes and keeps the rest: the whole file is written, or none of it.</summary>
    /// <exception cref="IOException"/>
    public void Put(string adapter, IReadOnlyList<ExplainedCode> codes)
    {
        var all = Read(adapter);
        foreach (var code in codes)
            all[code.LocalCode] = code;
        var path = PathOf(adapter);
        var fresh = Path.Combine(Directory.CreateDirectory(Path.GetDirectoryName(path)!).FullName, $".{Path.GetRandomFileName()}");
        File.WriteAllBytes(fresh, JsonSerializer.SerializeToUtf8Bytes(all.Values.OrderBy(code => code.LocalCode, StringComparer.Ordinal), Json));
        File.Move(fresh, path, overwrite: true);
    }

    /// <summary>By local code. Nothing when the file is missing or damaged: the next run of the assistant writes it anew.</summary>
    public Dictionary<string, ExplainedCode> Read(string adapter)
    {
        try
        {
            var codes = JsonSerializer.Deserialize<ExplainedCode[]>(File.ReadAllBytes(PathOf(adapter)), Json) ?? [];
            return codes.ToDictionary(code => code.LocalCode, StringComparer.Ordinal);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException or JsonException or ArgumentException)
        {
            return [];
        }
    }

    private string PathOf(string adapter) => Path.Combine(folder, adapter, FileName);
}
