using System.Text.Json;
using ProvincialGateway.AdapterHost;

namespace ProvincialGateway.AdapterKit;

/// <summary>
/// An adapter as its author has it: <c>adapter.json</c>, <c>catalogue/</c>, <c>samples/</c>, and the dialect's DLL in the folder, in the output of
/// a project below it, or among the dialects that come with the program. A packed adapter is one too.
/// </summary>
internal sealed record AdapterSource
{
    private const string Contracts = "ProvincialGateway.Adapters.Contracts.dll";

    /// <summary>Where the build puts the dialects beside the program: <c>dialects</c>.</summary>
    public static string DialectsFolder => Path.Combine(AppContext.BaseDirectory, "dialects");

    /// <summary>Absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>As the manifest says; empty when it does not say.</summary>
    public required string Id { get; init; }

    /// <summary>Absolute path of the dialect's DLL; null when there is none.</summary>
    public required string? Dll { get; init; }

    /// <summary>It has a hash list, so the hashes are checked instead of written.</summary>
    public bool IsPacked => File.Exists(Path.Combine(Folder, SealedFiles.ListName));

    /// <summary>What is packed: paths on disk, and in the packed folder with '/'.</summary>
    public IEnumerable<(string Path, string Name)> Files
    {
        get
        {
            yield return (Path.Combine(Folder, AdapterManifest.FileName), AdapterManifest.FileName);
            foreach (var file in Below("catalogue").Concat(Below("samples")))
                yield return (file, Path.GetRelativePath(Folder, file).Replace(Path.DirectorySeparatorChar, '/'));
            foreach (var dll in Dlls())
                yield return (dll, Path.GetFileName(dll));
        }
    }

    /// <exception cref="IOException">There is no <c>adapter.json</c>, or it cannot be read.</exception>
    public static AdapterSource Read(string folder, string dialectsFolder)
    {
        var manifest = Path.Combine(folder, AdapterManifest.FileName);
        var (id, assembly) = Names(File.ReadAllBytes(manifest));
        return new AdapterSource { Folder = Path.GetFullPath(folder), Id = id, Dll = assembly.Length == 0 ? null : FindDll(folder, dialectsFolder, assembly) };
    }

    /// <summary>What can be said of a manifest before it is checked.</summary>
    private static (string Id, string Assembly) Names(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return (Text(document.RootElement, "id"), Path.GetFileName(Text(document.RootElement, "assembly")));
        }
        catch (JsonException)
        {
            return ("", "");
        }
    }

    private static string Text(JsonElement root, string member) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string? FindDll(string folder, string dialectsFolder, string assembly)
    {
        var candidates = new List<string> { Path.Combine(folder, assembly) };
        // A project may have been built in more than one configuration; the one that was built last is meant.
        candidates.AddRange(Directory.EnumerateFiles(folder, assembly, SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Contains("bin"))
            .OrderByDescending(File.GetLastWriteTimeUtc));
        candidates.Add(Path.Combine(dialectsFolder, assembly));
        return candidates.Find(File.Exists) is { } found ? Path.GetFullPath(found) : null;
    }

    /// <summary>The dialect's, and what a project of its own needs besides: never the contract, which is the node's.</summary>
    private IEnumerable<string> Dlls() => Dll is null ? []
        : Path.GetDirectoryName(Dll)!.Split(Path.DirectorySeparatorChar).Contains("bin") && Dll.StartsWith(Folder, StringComparison.Ordinal)
            ? Directory.EnumerateFiles(Path.GetDirectoryName(Dll)!, "*.dll").Where(dll => Path.GetFileName(dll) != Contracts).Order(StringComparer.Ordinal)
            : [Dll];

    private IEnumerable<string> Below(string name) => Directory.Exists(Path.Combine(Folder, name))
        ? Directory.EnumerateFiles(Path.Combine(Folder, name), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        : [];
}
