using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Values;

namespace ProvincialGateway.AdapterKit;

/// <summary>A working folder that is to be written for an adapter that does not exist yet.</summary>
internal sealed record NewAdapter
{
    /// <summary>As in the manifest.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required Division Division { get; init; }

    /// <summary>A known dialect, or the name of the one that is to be written.</summary>
    public required string Dialect { get; init; }

    /// <summary>Absolute; absent or empty.</summary>
    public required string Folder { get; init; }

    /// <summary>Writes the manifest over another one's: what is not said here stays as it is there.</summary>
    public void WriteManifest(JsonObject pattern)
    {
        pattern["id"] = Id;
        pattern["name"] = Name;
        pattern["division"] = Division.Code;
        pattern["version"] = "1.0.0";
        pattern["dialect"] = Dialect;
        Write(AdapterManifest.FileName, pattern.ToJsonString(HisJson.Indented) + "\n");
    }

    public void Write(string name, string text)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    public void Copy(string from, string name)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(from, path);
    }

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <exception cref="JsonException">It is no manifest.</exception>
    public static JsonObject ReadManifest(string folder) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder, AdapterManifest.FileName))) as JsonObject ?? throw new JsonException($"{AdapterManifest.FileName} in {folder} is no object.");
}
