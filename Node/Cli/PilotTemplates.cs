using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace ProvincialGateway.Cli;

/// <summary>
/// What the first start of a province makes of the samples, kept for the next country of the process that begins alike: its files are copied then
/// instead of made again. Alike is the same province, adapters, hour and files.
/// </summary>
internal sealed class PilotTemplates : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("provincial-gateway-templates-");
    private readonly ConcurrentDictionary<string, Lazy<Task<Template>>> _made = new(StringComparer.Ordinal);

    /// <summary>Fills the data folder of a province that was never started.</summary>
    /// <returns>Code and token of each institution.</returns>
    /// <inheritdoc cref="NodeHost.StartAsync" path="/exception"/>
    public async Task<IReadOnlyList<(string Code, string Token)>> FillAsync(PilotProvince province, PilotOptions options, CancellationToken cancellation)
    {
        var begin = new Beginning(options.Time.GetUtcNow());
        var key = KeyOf(province, options, begin);
        var template = _made.GetOrAdd(key, _ => new(() => MakeAsync(province, key, begin, cancellation)));
        try
        {
            var (path, tokens) = await template.Value;
            foreach (var (source, target) in Files(path, province.DataFolder).Where(file => !File.Exists(file.Target)))
                Copy(source, target);
            return tokens;
        }
        catch
        {
            // A country that cannot start is no template for others.
            _made.TryRemove(new(key, template));
            throw;
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<Template> MakeAsync(PilotProvince province, string key, Beginning begin, CancellationToken cancellation)
    {
        var before = Directory.GetFiles(province.DataFolder, "*", SearchOption.AllDirectories).ToHashSet(StringComparer.Ordinal);
        var tokens = await province.TakeSamplesAsync(begin, cancellation);
        var path = Path.Combine(_folder.FullName, key);
        foreach (var (made, kept) in Files(province.DataFolder, path).Where(file => !before.Contains(file.Source)))
            Copy(made, kept);
        return new(path, tokens);
    }

    /// <summary>Certificates are each province's own and change nothing of what its samples become.</summary>
    private static string KeyOf(PilotProvince province, PilotOptions options, Beginning begin)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var adapters = string.Join(',', province.Configuration.Find(province.Division)!.Adapters);
        hash.AppendData(Encoding.UTF8.GetBytes($"{province.Division}|{options.AdaptersFolder}|{adapters}|{begin.GetUtcNow():O}"));
        var keys = Path.Combine(province.DataFolder, "keys");
        foreach (var file in Directory.GetFiles(province.DataFolder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (file.StartsWith(keys, StringComparison.Ordinal))
                continue;
            hash.AppendData(Encoding.UTF8.GetBytes($"|{Path.GetRelativePath(province.DataFolder, file)}|"));
            hash.AppendData(File.ReadAllBytes(file));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static IEnumerable<(string Source, string Target)> Files(string from, string to) =>
        Directory.GetFiles(from, "*", SearchOption.AllDirectories).Select(file => (file, Path.Combine(to, Path.GetRelativePath(from, file))));

    private static void Copy(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(source, target);
    }

    /// <summary>The full hour before a country begins: whatever happens in it happens later.</summary>
    private sealed class Beginning(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
    }

    private sealed record Template(string Path, IReadOnlyList<(string Code, string Token)> Tokens);
}
