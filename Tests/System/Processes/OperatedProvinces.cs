using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.Network;
using ProvincialGateway.Oversight;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Processes;

/// <summary>
/// Yunnan and Guangdong as an operator sets them up, by the commands of Node/README.md alone: each node a process, started and killed at will.
/// </summary>
internal sealed partial class OperatedProvinces : IAsyncDisposable
{
    public static readonly IReadOnlyList<string> Provinces = ["530000", "440000"];

    private static readonly string Samples = Path.Combine(AppContext.BaseDirectory, "Samples");

    // The same commands lead to the same folders: they are given once, and each test gets a copy, on ports of its own.
    private static readonly Lazy<Task<Prepared>> Once = new(InitialiseAndImportAsync);

    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private readonly List<GatewayProcess> _started = [];
    private readonly JsonNode _nodes;

    private OperatedProvinces()
    {
        _nodes = JsonNode.Parse(File.ReadAllText(Path.Combine(Samples, "nodes.sample.json")))!;
        var entries = _nodes["nodes"]!.AsArray();
        foreach (var other in entries.Where(entry => !Provinces.Contains(DivisionOf(entry!))).ToList())
            entries.Remove(other);
        // Free now; nothing reserves them for the processes that will listen, and nothing else on a test machine listens on ports of this range by choice.
        var ports = Enumerable.Range(0, 2 * entries.Count).Select(_ => new ReservedPort()).ToList();
        var numbers = new Queue<int>(ports.Select(port => port.Port));
        foreach (var entry in entries)
        {
            entry!["address"] = $"https://127.0.0.1:{numbers.Dequeue()}";
            entry["hisAddress"] = $"http://127.0.0.1:{numbers.Dequeue()}";
        }
        // Only now: each would be drawn again else.
        foreach (var port in ports)
            port.Dispose();
        // A killed peer is given up soon and asked again soon.
        foreach (var (name, seconds) in (IEnumerable<(string, double)>)[("interactiveBudgetSeconds", 3), ("attemptSeconds", 2), ("breakerBreakDurationSeconds", 0.5), ("resolverIntervalSeconds", 0.2), ("resolverDelayMaxSeconds", 0.5)])
            _nodes["timeouts"]![name] = seconds;
        WriteNodes();
    }

    public string Folder => _folder.Path;

    /// <summary>By institution code, as the imports printed them.</summary>
    public IReadOnlyDictionary<string, string> Tokens => _tokens;

    public static string DataOf(string province) => $"data-{province}";

    public IReadOnlyList<string> DataFolders => [.. Provinces.Select(province => _folder.File(DataOf(province)))];

    /// <param name="timeouts">Settings of nodes.json in the place of the sample's.</param>
    public static async Task<OperatedProvinces> PrepareAsync(params IEnumerable<(string Name, double Seconds)> timeouts)
    {
        var prepared = await Once.Value;
        var operated = new OperatedProvinces();
        foreach (var (name, seconds) in timeouts)
            operated._nodes["timeouts"]![name] = seconds;
        foreach (var (province, pin) in prepared.Pins)
            operated.EntryOf(province)["certificates"] = new JsonArray(pin);
        foreach (var (institution, token) in prepared.Tokens)
            operated._tokens.Add(institution, token);
        await ZipFile.ExtractToDirectoryAsync(new MemoryStream(prepared.Folder), operated.Folder);
        operated.WriteNodes();
        return operated;
    }

    /// <summary>The options by which every command knows its node.</summary>
    public static string[] About(string province) => ["--nodes", "nodes.json", "--as", province, "--data", DataOf(province)];

    public Uri HisAddress(string province) => new(EntryOf(province)["hisAddress"]!.GetValue<string>());

    public Uri PeerAddress(string province) => new(EntryOf(province)["address"]!.GetValue<string>());

    /// <summary>The command with its node's options, run to its end.</summary>
    public async Task<GatewayProcess> RunForAsync(string province, params IEnumerable<string> command) => Remember(await GatewayProcess.RunAsync(Folder, [.. command, .. About(province)]));

    public async Task<GatewayProcess> RunAsync(params IEnumerable<string> arguments) => Remember(await GatewayProcess.RunAsync(Folder, arguments));

    public GatewayProcess Start(params IEnumerable<string> arguments) => Remember(GatewayProcess.Start(Folder, arguments));

    /// <summary>A node that has said that it serves.</summary>
    public async Task<GatewayProcess> ServeAsync(string province)
    {
        var node = Start(["serve", .. About(province)]);
        await node.WaitForLineAsync($"node {province} serves: ");
        return node;
    }

    /// <summary>A node with something more in its environment, that has said that it serves.</summary>
    public async Task<GatewayProcess> ServeWithAsync(IReadOnlyDictionary<string, string> environment, string province)
    {
        var node = Remember(GatewayProcess.StartWith(environment, Folder, ["serve", .. About(province)]));
        await node.WaitForLineAsync($"node {province} serves: ");
        return node;
    }

    public async Task EndAllAsync()
    {
        foreach (var process in _started)
            await process.DisposeAsync();
        _started.Clear();
    }

    /// <summary>As operators audit: over the running nodes, and over the books they leave. They are whole and agree.</summary>
    public async Task<AuditReport> AssertCleanBooksAsync()
    {
        var running = await RunAsync(["audit", .. DataFolders]);
        Assert.That(await running.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, running.Describe);
        await EndAllAsync();
        var report = Audit.Run(DataFolders, TimeProvider.System);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.IsClean, Is.True, () => string.Join('\n', report.Checks.SelectMany(check => check.Findings)));
            Assert.That(report.InFlight, Is.Empty);
        }
        return report;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAllAsync();
        _folder.Dispose();
    }

    private static async Task<Prepared> InitialiseAndImportAsync()
    {
        await using var operated = new OperatedProvinces();
        await Task.WhenAll(Provinces.Select(operated.InitialiseAsync));
        operated.WriteNodes();
        await Task.WhenAll(Provinces.Select(operated.ImportAsync));
        File.Delete(operated._folder.File("nodes.json"));
        using var folder = new MemoryStream();
        await ZipFile.CreateFromDirectoryAsync(operated.Folder, folder);
        return new Prepared(folder.ToArray(), Provinces.ToDictionary(province => province, operated.PinOf), operated._tokens);
    }

    private async Task InitialiseAsync(string province)
    {
        var init = await RunToSuccessAsync(province, "init");
        lock (_nodes)
            EntryOf(province)["certificates"] = new JsonArray(Pin().Match(init.Output).Value);
        File.Copy(Path.Combine(Samples, $"{province}-policy.json"), Path.Combine(Folder, DataOf(province), "policy.json"));
    }

    private async Task ImportAsync(string province)
    {
        foreach (var table in (string[])["persons", "filings"])
            await RunToSuccessAsync(province, table, "import", Path.Combine(Samples, $"{province}-{table}.csv"));
        var institutions = await RunToSuccessAsync(province, "institutions", "import", Path.Combine(Samples, $"{province}-institutions.csv"));
        lock (_tokens)
        {
            foreach (Match token in Token().Matches(institutions.Output))
                _tokens.Add(token.Groups["code"].Value, token.Groups["token"].Value);
        }
    }

    private async Task<GatewayProcess> RunToSuccessAsync(string province, params IEnumerable<string> command)
    {
        var process = await RunForAsync(province, command);
        Assert.That(await process.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, $"{process.Command}: {process.Describe()}");
        return process;
    }

    private GatewayProcess Remember(GatewayProcess process)
    {
        lock (_started)
            _started.Add(process);
        return process;
    }

    private void WriteNodes() => File.WriteAllText(_folder.File("nodes.json"), _nodes.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));

    private string PinOf(string province) => EntryOf(province)["certificates"]![0]!.GetValue<string>();

    private JsonNode EntryOf(string province) => _nodes["nodes"]!.AsArray().Single(entry => DivisionOf(entry!) == province)!;

    private sealed record Prepared(byte[] Folder, IReadOnlyDictionary<string, string> Pins, IReadOnlyDictionary<string, string> Tokens);

    private static string DivisionOf(JsonNode entry) => entry["division"]!.GetValue<string>();

    [GeneratedRegex("sha256:[0-9a-f]{64}")]
    private static partial Regex Pin();

    [GeneratedRegex(@"^(?<code>H\d{11}) (?<token>\S+)$", RegexOptions.Multiline)]
    private static partial Regex Token();
}
