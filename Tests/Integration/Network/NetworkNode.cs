using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Network;

/// <summary>
/// The network part of one real node: its certificate, its reserved port, its clock, and after <see cref="StartAsync"/> its server and its
/// clients. Every node may be given a listing of its own, which is how they disagree.
/// </summary>
internal sealed class NetworkNode : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly LogCapture _logs;
    private WebApplication? _host;
    private Database? _database;

    public NetworkNode(string province, LogCapture logs, DateTimeOffset? certifiedAt = null)
    {
        Province = Division.Parse(province);
        _logs = logs;
        Certificate = NodeCertificate.Create(_folder.Path, Province, $"测试节点 {province}", certifiedAt is { } at ? new ManualTimeProvider(at) : Time);
        Entry = new()
        {
            Division = Province,
            Name = $"测试节点 {province}",
            Address = new($"https://127.0.0.1:{Port.Port}"),
            HisAddress = new("http://127.0.0.1:1"),
            Certificates = [Certificate.Pin],
        };
    }

    public Division Province { get; }

    public ManualTimeProvider Time { get; } = new();

    public ReservedPort Port { get; } = new();

    public NodeCertificate Certificate { get; }

    /// <summary>How the others list this node, unless the test makes them see it otherwise.</summary>
    public NodeEntry Entry { get; }

    /// <summary>What this node's own service answers; a test sets it before it calls.</summary>
    public ScriptedPersonService Persons { get; } = new();

    public HealthStatuses Health => Service<HealthStatuses>();

    public PeerDirectory Peers => Service<PeerDirectory>();

    public IPeerLink PeerTo(NetworkNode other) => Peers.Find(other.Province) ?? throw new InvalidOperationException($"{other.Province} is not listed.");

    public static NodesConfiguration Listing(params IReadOnlyList<NodeEntry> nodes) => new()
    {
        ProtocolRelease = "1.0",
        CatalogueRelease = "2016.1",
        Timeouts = new() { RetriesMax = 0, RetryDelay = TimeSpan.Zero, BreakerMinimumThroughput = 100 },
        Nodes = nodes,
    };

    public async Task StartAsync(NodesConfiguration shared, bool monitored = false)
    {
        var configuration = shared with { Agreed = new() };
        var trust = new PeerTrust(configuration, Province, Time);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Information).AddProvider(_logs.Provider(Province.Code));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenForPeers(Port.EndPoint, Certificate, trust));
        var ids = await OpenIdsAsync();
        builder.Services.AddNetwork(configuration, Province, Certificate, trust, _database!, ids, Time).TakeOver(Port).AddSingleton(Persons);
        if (monitored)
            builder.Services.AddPeerMonitor(configuration, ids, Time);
        _host = builder.Build();
        _host.UseUnservedCalls();
        _host.MapPeerServices();
        _host.MapGrpcService<ScriptedPersonService>();
        _host.MapGrpcService<CountingFeeDetailService>();
        await _host.StartAsync();
    }

    public async Task StopAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            await _host.DisposeAsync();
        }
        if (_database is not null)
            await _database.DisposeAsync();
        (_host, _database) = (null, null);
    }

    public async ValueTask DisposeAsync()
    {
        Persons.Release();
        await StopAsync();
        Certificate.Dispose();
        Port.Dispose();
        _folder.Dispose();
    }

    private async Task<TransactionIdSource> OpenIdsAsync()
    {
        _database = Database.Open(new() { Path = _folder.File("node.db") }, Time);
        return await TransactionIdSource.OpenAsync(_database, Province, Time, CancellationToken.None);
    }

    private T Service<T>()
        where T : notnull => (_host ?? throw new InvalidOperationException("The node is not running.")).Services.GetRequiredService<T>();
}
