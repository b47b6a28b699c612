using System.Text.Json;
using System.Text.Json.Nodes;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>How a pilot country differs from the sample configuration.</summary>
internal sealed record PilotOptions
{
    /// <summary>The provinces of the country, in the order in which they start; each has an entry in <c>nodes.sample.json</c>.</summary>
    public IReadOnlyList<Division> Provinces { get; init; } = PilotCountry.Pilots;

    /// <summary>Changes the settings that all nodes share, e.g. the timeouts. Ports and certificates are set already.</summary>
    public Func<NodesConfiguration, NodesConfiguration> Configure { get; init; } = configuration => configuration;

    /// <summary>The packed adapters.</summary>
    public string AdaptersFolder { get; init; } = AdapterDirectory.PackedFolder;

    /// <summary>When several countries of one process use the same adapters; null for one country.</summary>
    public AdapterAssemblies? SharedAssemblies { get; init; }

    /// <summary>When several countries of one process begin alike; null prepares every province by itself.</summary>
    public PilotTemplates? Templates { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where a node's log events go.</summary>
    public required Action<Division, ILoggingBuilder> Logging { get; init; }

    /// <summary>An existing folder in which the country's own is made; null is the temporary one.</summary>
    public string? Folder { get; init; }

    /// <summary>Leaves the folder with everything in it when the country is disposed.</summary>
    public bool KeepFolder { get; init; }
}

/// <summary>
/// Pilot provinces in one process: real nodes with their own folders, keys, certificates and free loopback ports, filled with the sample
/// policies, persons, filings and hospitals. Everything stands in one temporary folder.
/// </summary>
internal sealed class PilotCountry : IAsyncDisposable
{
    public static readonly Division Yunnan = Division.Parse("530000");
    public static readonly Division Guangdong = Division.Parse("440000");
    public static readonly Division Shanghai = Division.Parse("310000");
    public static readonly Division Chongqing = Division.Parse("500000");

    /// <summary>The first pair of the point-to-point stage.</summary>
    public static readonly IReadOnlyList<Division> Pilots = [Guangdong, Yunnan];

    /// <summary>All four.</summary>
    public static readonly IReadOnlyList<Division> All = [Guangdong, Yunnan, Shanghai, Chongqing];

    private readonly PilotOptions _options;
    private readonly DirectoryInfo _folder;
    private readonly List<PilotProvince> _provinces = [];

    private PilotCountry(PilotOptions options)
    {
        _options = options;
        // Readable by its owner alone: it holds keys. In a folder of the caller's the files guard themselves.
        _folder = options.Folder is { } folder
            ? Directory.CreateDirectory(Path.Combine(folder, $"provincial-gateway-{Path.GetRandomFileName()}"))
            : Directory.CreateTempSubdirectory("provincial-gateway-");
    }

    /// <summary>Holds <c>nodes.json</c> and one data folder for each province, named by its division.</summary>
    public string Folder => _folder.FullName;

    public IReadOnlyList<PilotProvince> Provinces => _provinces;

    public PilotProvince this[Division province] => _provinces.Single(candidate => candidate.Division == province);

    /// <summary>Prepares the country and starts all its nodes.</summary>
    /// <inheritdoc cref="NodeHost.StartAsync" path="/exception"/>
    public static async Task<PilotCountry> StartAsync(PilotOptions options, CancellationToken cancellation)
    {
        var country = Prepare(options);
        try
        {
            foreach (var province in country.Provinces)
                await province.StartAsync(cancellation);
            return country;
        }
        catch
        {
            await country.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes folders, keys, certificates and the configuration; no node runs yet.</summary>
    public static PilotCountry Prepare(PilotOptions options)
    {
        var country = new PilotCountry(options);
        try
        {
            country.Prepare();
            return country;
        }
        catch
        {
            country.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    /// <summary>Stops the nodes that run, gives the ports free and removes the folder unless it is to be kept.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var province in _provinces)
            await province.DisposeAsync();
        if (!_options.KeepFolder && _folder.Exists)
            _folder.Delete(recursive: true);
    }

    private void Prepare()
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(PilotSamples.Folder, "nodes.sample.json")))!;
        var entries = json["nodes"]!.AsArray();
        foreach (var entry in entries.Where(entry => !_options.Provinces.Contains(DivisionOf(entry!))).ToList())
            entries.Remove(entry);
        foreach (var division in _options.Provinces)
            _provinces.Add(Prepare(division, entries.Single(entry => DivisionOf(entry!) == division)!));
        var text = json.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
        var path = Path.Combine(Folder, "nodes.json");
        File.WriteAllText(path, text);
        var read = NodesFile.Parse(text, path);
        var sample = read.Configuration ?? throw new NodeRefusedException(string.Join(Environment.NewLine, read.Errors));
        // A country that is new has no yesterday to reconcile; what happens in it happens on demand.
        var configuration = _options.Configure(sample with { Reconciliation = sample.Reconciliation with { DailyAt = null } });
        foreach (var province in _provinces)
            province.Configuration = configuration;
    }

    private PilotProvince Prepare(Division division, JsonNode entry)
    {
        var dataFolder = Directory.CreateDirectory(Path.Combine(Folder, division.Code)).FullName;
        File.Copy(Path.Combine(PilotSamples.Folder, $"{division}-policy.json"), Path.Combine(dataFolder, "policy.json"));
        using var certificate = NodeCertificate.Create(dataFolder, division, entry["name"]!.GetValue<string>(), _options.Time);
        var province = new PilotProvince(division, dataFolder, _options);
        entry["address"] = $"https://127.0.0.1:{province.PeerPort}";
        entry["hisAddress"] = province.HisAddress.GetLeftPart(UriPartial.Authority);
        entry["certificates"] = new JsonArray(certificate.Pin.Text);
        return province;
    }

    private static Division DivisionOf(JsonNode entry) => Division.Parse(entry["division"]!.GetValue<string>());
}
