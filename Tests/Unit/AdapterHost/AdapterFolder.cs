using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.AdapterHost;

/// <summary>A copy of a packed adapter that a test may spoil.</summary>
internal sealed class AdapterFolder : IDisposable
{
    private readonly TempFolder _root = new();

    public AdapterFolder(string id = "yunnan")
    {
        Id = id;
        var packed = Path.Combine(AdapterDirectory.PackedFolder, id);
        foreach (var file in Directory.EnumerateFiles(packed, "*", SearchOption.AllDirectories))
        {
            var copy = File(Path.GetRelativePath(packed, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            System.IO.File.Copy(file, copy);
        }
    }

    public string Id { get; }

    public string Root => _root.Path;

    public LogCapture Log { get; } = new();

    public string File(string name) => Path.Combine(_root.Path, Id, name);

    public void Replace(string name, string text, string by)
    {
        var before = System.IO.File.ReadAllText(File(name));
        Assert.That(before, Does.Contain(text), $"nothing to replace in {name}");
        System.IO.File.WriteAllText(File(name), before.Replace(text, by, StringComparison.Ordinal));
    }

    public void ChangeManifest(string member, JsonNode value)
    {
        var manifest = JsonNode.Parse(System.IO.File.ReadAllText(File(AdapterManifest.FileName)))!.AsObject();
        manifest[member] = value;
        System.IO.File.WriteAllText(File(AdapterManifest.FileName), manifest.ToJsonString());
    }

    /// <summary>Writes <c>adapter.sha256</c> anew, as whoever changed the folder on purpose would.</summary>
    public void Seal() => System.IO.File.WriteAllLines(File(SealedFiles.ListName), Directory
        .EnumerateFiles(Path.Combine(_root.Path, Id), "*", SearchOption.AllDirectories)
        .Where(file => Path.GetFileName(file) != SealedFiles.ListName)
        .Select(file => $"{Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(file)))}  {Path.GetRelativePath(File(""), file)}"));

    public AdapterDirectory LoadDirectory(params string[] ids) => Load(Root, ids, Log);

    public static AdapterDirectory Load(string adaptersFolder, string[] ids, LogCapture log)
    {
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log.Provider("node")));
        return AdapterDirectory.Load(adaptersFolder, ids, loggers.CreateLogger<AdapterDirectory>());
    }

    public AdapterStatus Load()
    {
        using var directory = LoadDirectory(Id);
        return directory.Statuses.Single();
    }

    public void Dispose() => _root.Dispose();
}
