using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;

namespace ProvincialGateway.Tests.Support;

/// <summary>A copy of a packed adapter that a test may spoil, replace and load.</summary>
public sealed class AdapterFolder : IDisposable
{
    /// <summary>Of the adapter that does whatever a message asks for.</summary>
    public const string UnrulyDll = "ProvincialGateway.Dialects.Unruly.dll";

    private readonly TempFolder _root = new();

    public AdapterFolder(string id = "yunnan")
    {
        Id = id;
        Add(id);
    }

    public string Id { get; }

    /// <summary>Holds the adapter's folder, and those that were added.</summary>
    public string Root => _root.Path;

    public LogCapture Log { get; } = new();

    /// <summary>The tables of a packed adapter with the dialect that does whatever a message asks for.</summary>
    /// <param name="settings">What the dialect is told.</param>
    public static AdapterFolder Unruly(params IEnumerable<(string Name, string Value)> settings)
    {
        var folder = new AdapterFolder();
        folder.MakeUnruly(folder.Id, settings);
        return folder;
    }

    public string File(string name) => Path.Combine(_root.Path, Id, name);

    /// <summary>Copies another packed adapter into the same root.</summary>
    public void Add(string packedId, string? asId = null)
    {
        var packed = Path.Combine(AdapterDirectory.PackedFolder, packedId);
        foreach (var file in Directory.EnumerateFiles(packed, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Root, asId ?? packedId, Path.GetRelativePath(packed, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            System.IO.File.Copy(file, copy);
        }
        if (asId is null)
            return;
        ChangeManifest(asId, "id", asId);
        Seal(asId);
    }

    /// <summary>Replaces the dialect of an adapter in this root by the one that does whatever a message asks for.</summary>
    public void MakeUnruly(string id, params IEnumerable<(string Name, string Value)> settings)
    {
        ReplaceDialect(id, "unruly", Path.Combine(AppContext.BaseDirectory, UnrulyDll), settings);
    }

    /// <summary>Replaces the dialect of an adapter in this root by another that comes with the program; its tables stay, its samples go.</summary>
    public void Speak(string id, string dialect, string assembly, params IEnumerable<(string Name, string Value)> settings) =>
        ReplaceDialect(id, dialect, Path.Combine(AppContext.BaseDirectory, "dialects", assembly), settings);

    private void ReplaceDialect(string id, string dialect, string assemblyFile, IEnumerable<(string Name, string Value)> settings)
    {
        foreach (var dll in Directory.EnumerateFiles(Path.Combine(Root, id), "*.dll"))
            System.IO.File.Delete(dll);
        if (Directory.Exists(Path.Combine(Root, id, "samples")))
            Directory.Delete(Path.Combine(Root, id, "samples"), recursive: true);
        System.IO.File.Copy(assemblyFile, Path.Combine(Root, id, Path.GetFileName(assemblyFile)));
        ChangeManifest(id, "assembly", Path.GetFileName(assemblyFile));
        ChangeManifest(id, "dialect", dialect);
        ChangeManifest(id, "settings", new JsonObject(settings.Select(setting => KeyValuePair.Create(setting.Name, (JsonNode?)setting.Value))));
        Seal(id);
    }

    public void Replace(string name, string text, string by)
    {
        var before = System.IO.File.ReadAllText(File(name));
        Assert.That(before, Does.Contain(text), $"nothing to replace in {name}");
        System.IO.File.WriteAllText(File(name), before.Replace(text, by, StringComparison.Ordinal));
    }

    public void ChangeManifest(string member, JsonNode value) => ChangeManifest(Id, member, value);

    public void ChangeManifest(string id, string member, JsonNode value)
    {
        var path = Path.Combine(Root, id, AdapterManifest.FileName);
        var manifest = JsonNode.Parse(System.IO.File.ReadAllText(path))!.AsObject();
        manifest[member] = value;
        System.IO.File.WriteAllText(path, manifest.ToJsonString());
    }

    /// <summary>Writes <c>adapter.sha256</c> anew, as whoever changed the folder on purpose would.</summary>
    public void Seal() => Seal(Id);

    public void Seal(string id)
    {
        var folder = Path.Combine(Root, id);
        System.IO.File.WriteAllLines(Path.Combine(folder, SealedFiles.ListName), Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != SealedFiles.ListName)
            .Select(file => $"{Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(file)))}  {Path.GetRelativePath(folder, file)}"));
    }

    public AdapterDirectory LoadDirectory(params string[] ids) => Load(Root, ids, Log);

    public static AdapterDirectory Load(string adaptersFolder, string[] ids, LogCapture log)
    {
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log.Provider("node")));
        return AdapterDirectory.Load(adaptersFolder, ids, archive: null, passed: null, loggers.CreateLogger<AdapterDirectory>());
    }

    public AdapterStatus Load()
    {
        using var directory = LoadDirectory(Id);
        return directory.Statuses.Single();
    }

    public void Dispose() => _root.Dispose();
}
