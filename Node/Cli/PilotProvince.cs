using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>
/// One province of a <see cref="PilotCountry"/>. Its node can be stopped and started again on the same data and ports; while it is stopped,
/// callers are refused as by a machine that is up and runs no node.
/// </summary>
internal sealed class PilotProvince : IAsyncDisposable
{
    private readonly PilotOptions _options;
    private readonly ReservedPort _peers = new();
    private readonly ReservedPort _his = new();
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private NodeHost? _host;

    internal PilotProvince(Division division, string dataFolder, PilotOptions options) => (Division, DataFolder, _options) = (division, dataFolder, options);

    public Division Division { get; }

    public string DataFolder { get; }

    public int PeerPort => _peers.Port;

    /// <summary>Where the province's hospitals post their messages.</summary>
    public Uri HisAddress => new($"http://127.0.0.1:{_his.Port}");

    /// <summary>What the province's next start reads; a change does not reach a running node.</summary>
    public NodesConfiguration Configuration { get; set; } = null!;

    public bool IsRunning => _host is not null;

    /// <exception cref="InvalidOperationException">The node is stopped.</exception>
    public NodeHost Host => _host ?? throw new InvalidOperationException($"The node of {Division} is stopped.");

    /// <summary>The node as commands see it that it carries out itself.</summary>
    public RunningNode Running(TimeProvider time) => new()
    {
        Node = new SelectedNode(Configuration, new EffectiveConfiguration([]), Configuration.Find(Division)!, DataFolder),
        Host = Host,
        Time = time,
    };

    /// <summary>By institution code; empty until the first start.</summary>
    public IReadOnlyDictionary<string, string> Tokens => _tokens;

    /// <summary>Starts the node; the first start takes in the sample persons, filings and hospitals.</summary>
    /// <inheritdoc cref="NodeHost.StartAsync" path="/exception"/>
    public async Task StartAsync(CancellationToken cancellation)
    {
        if (IsRunning)
            throw new InvalidOperationException($"The node of {Division} runs already.");
        if (_tokens.Count == 0 && _options.Templates is { } templates)
            Remember(await templates.FillAsync(this, _options, cancellation));
        _host = await StartNodeAsync(_options.Time, cancellation);
        if (_tokens.Count == 0)
            Remember(await PilotSamples.ImportAsync(Division, _host, _options.Time, cancellation));
    }

    /// <summary>The first start and its samples without anything after them; the node is stopped again.</summary>
    /// <returns>Code and token of each institution.</returns>
    internal async Task<IReadOnlyList<(string Code, string Token)>> TakeSamplesAsync(TimeProvider time, CancellationToken cancellation)
    {
        await using var host = await StartNodeAsync(time, cancellation);
        return await PilotSamples.ImportAsync(Division, host, time, cancellation);
    }

    /// <summary>Stops the node in good order; nothing happens when it is stopped already.</summary>
    public async Task StopAsync()
    {
        if (_host is not { } host)
            return;
        _host = null;
        await host.DisposeAsync();
    }

    public async Task RestartAsync(CancellationToken cancellation)
    {
        await StopAsync();
        await StartAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _peers.Dispose();
        _his.Dispose();
    }

    private Task<NodeHost> StartNodeAsync(TimeProvider time, CancellationToken cancellation) => NodeHost.StartAsync(new NodeOptions
    {
        Configuration = Configuration,
        Self = Division,
        DataFolder = DataFolder,
        AdaptersFolder = _options.AdaptersFolder,
        SharedAssemblies = _options.SharedAssemblies,
        Time = time,
        ReservedPorts = [_peers, _his],
        Logging = logging => _options.Logging(Division, logging),
    }, cancellation);

    private void Remember(IReadOnlyList<(string Code, string Token)> tokens)
    {
        foreach (var (institution, token) in tokens)
            _tokens.Add(institution, token);
    }
}
