using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.His;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Simulation;

/// <summary>One province's machine: its folder, its clock, and the node that runs on it now, if any.</summary>
internal sealed class SimulatedNode(PreparedProvince province, string folder, SimulatedCountry country)
{
    private int _commits;
    private int _lots;

    public Division Division => province.Division;

    public string Folder => folder;

    public PreparedProvince Province => province;

    public X509Certificate2 Certificate => province.Certificate.Certificate;

    /// <summary>Whether a node runs there in this run at all.</summary>
    public bool IsUsed { get; set; }

    /// <summary>How far its clock is off.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>Null while no node runs there.</summary>
    public NodeRun? Current { get; private set; }

    /// <summary>How many pauses it has drawn.</summary>
    public int TakeLot() => ++_lots;

    /// <summary>How often it was started.</summary>
    public int Starts { get; private set; }

    public void Start()
    {
        if (Current is not null)
            return;
        Starts++;
        var life = new Life(country.Pump, $"{Division} start {Starts}");
        var time = new SimulatedClock(country.Pump, life, () => ClockOffset);
        Current = NodeRun.Begin(this, country, life, time, Database.Open(new DatabaseOptions
        {
            Path = DataFolder.DatabasePath(folder),
            ReadersMax = 1,
            IsDurable = false,
            Writer = connection => new SimulatedWriter(connection, country.Pump, life, SyncingTime, Committed),
        }, time));
    }

    /// <summary>The process is gone, whatever it was doing; what it had committed is on its disk. It comes back after a while.</summary>
    public void Crash(string why, TimeSpan comesBackAfter) => End($"crashes: {why}", comesBackAfter);

    /// <summary>The process has ended by itself, and is started again after a while.</summary>
    public void Stop(TimeSpan comesBackAfter) => End("stops", comesBackAfter);

    private void End(string how, TimeSpan comesBackAfter)
    {
        if (Current is not { } run)
            return;
        Current = null;
        country.Journal.Write(country.Pump.Now, $"{Division} {how}");
        run.End();
        country.Pump.After(TimeSpan.Zero, country.Life, run.Close);
        country.Pump.After(comesBackAfter, country.Life, Start);
    }

    private TimeSpan SyncingTime() => country.Faults.Between($"{Division} sync {_commits}", 0.0005, 0.004);

    private void Committed()
    {
        var name = $"{Division.Code[..2]}!{++_commits}";
        if (Current is { IsServing: true } && country.Faults.Strikes(name, country.Faults.Profile.CommitCrashes))
            Crash($"{name}, right after a commit", country.Faults.Between($"{name} away", 0.5, 30));
    }
}

/// <summary>A node from one start to its end, made of the same parts as one behind Kestrel.</summary>
internal sealed class NodeRun
{
    private readonly Database _database;
    private readonly SimulatedCountry _country;
    private readonly TimeProvider _time;
    private ServiceProvider? _services;
    private ServedMethods? _methods;

    private NodeRun(SimulatedCountry country, Life life, TimeProvider time, Database database) => (_country, Life, _time, _database) = (country, life, time, database);

    public Life Life { get; }

    public Database Database => _database;

    /// <summary>The node's own clock.</summary>
    public TimeProvider Time => _time;

    /// <summary>What peers and hospitals ask is answered.</summary>
    public bool IsServing => _methods is not null && !Life.IsOver;

    /// <exception cref="InvalidOperationException">It does not serve yet.</exception>
    public IServiceProvider Services => _services ?? throw new InvalidOperationException($"{Life.Name} does not serve yet.");

    /// <summary>Its connections are gone.</summary>
    public event Action? Ended;

    public static NodeRun Begin(SimulatedNode node, SimulatedCountry country, Life life, TimeProvider time, Database database)
    {
        var run = new NodeRun(country, life, time, database);
        run.Do(() => run.StartAsync(node));
        return run;
    }

    public void End()
    {
        Life.End();
        Ended?.Invoke();
        Ended = null;
    }

    /// <summary>Gives its file free. Nothing of it runs any more.</summary>
    public void Close()
    {
        var closing = _database.DisposeAsync();
        if (!closing.IsCompletedSuccessfully)
            throw new InvalidOperationException($"{Life.Name} was reading when it ended.");
    }

    /// <summary>Answers a request of a peer, some time later.</summary>
    public void Serve(PeerMethod method, byte[] request, X509Certificate2 certificate, TimeSpan patience, Action<Arrival> answer) =>
        Do(() => AnswerAsync(gaveUp => _methods!.CallAsync(method, request, new SimulatedCall(method, certificate, gaveUp)), patience, answer));

    /// <inheritdoc cref="Serve(PeerMethod, byte[], X509Certificate2, TimeSpan, Action{Arrival})"/>
    public void Serve(PeerMethod method, SimulatedStream requests, X509Certificate2 certificate, TimeSpan patience, Action<Arrival> answer) =>
        Do(() => AnswerAsync(gaveUp => _methods!.StreamAsync(method, requests, new SimulatedCall(method, certificate, gaveUp)), patience, answer));

    /// <summary>Answers a hospital, through the port's own handler.</summary>
    public void Serve(string token, string operation, byte[] body, Action<byte[]> answer) => Do(async () =>
    {
        using var written = new MemoryStream();
        var context = new DefaultHttpContext
        {
            Request = { Method = HttpMethods.Post, Path = $"/his/v1/{operation}", ContentType = "application/json", ContentLength = body.Length, Body = new MemoryStream(body) },
            Response = { Body = written },
        };
        context.Request.Headers.Authorization = $"Bearer {token}";
        await Services.GetRequiredService<HisEndpoint>().HandleAsync(context);
        answer(written.ToArray());
    });

    /// <summary>Runs work of this node, as its own thread would; what it throws ends the simulation.</summary>
    public void Do(Func<Task> work) => _country.Pump.After(TimeSpan.Zero, Life, () => _ = GuardedAsync(work));

    private async Task GuardedAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception fault)
        {
            _country.Pump.Fail(fault);
        }
    }

    private async Task AnswerAsync(Func<CancellationToken, Task<byte[]>> serve, TimeSpan patience, Action<Arrival> answer)
    {
        using var deadline = new CancellationTokenSource(patience, _time);
        try
        {
            answer(new Arrival.Reply(await serve(deadline.Token)));
        }
        catch (RpcException fault)
        {
            answer(new Arrival.Refused(fault.StatusCode, fault.Status.Detail, SaidAtTheDoor(fault.Trailers)));
        }
    }

    private async Task StartAsync(SimulatedNode node)
    {
        var (prepared, options) = (node.Province, _country.OptionsOf(node, _time));
        await NodeHost.Opened.BeginAsync(options, _database, prepared.Vault, prepared.Policy, CancellationToken.None);
        var opened = new NodeHost.Opened
        {
            Vault = prepared.Vault,
            Certificate = prepared.Certificate,
            Database = _database,
            Ids = await TransactionIdSource.OpenAsync(_database, node.Division, _time, CancellationToken.None),
            Policy = prepared.Policy,
            Filings = prepared.Filings,
            LineAudit = prepared.LineAudit,
            LoadingAdapters = Task.FromResult(prepared.Adapters.Share()),
            Loggers = _country.Loggers,
        };
        var services = new ServiceCollection();
        services.AddSingleton(_country.Loggers);
        services.Add(ServiceDescriptor.Singleton(typeof(ILogger<>), typeof(Logger<>)));
        services.AddSingleton<EndpointDataSource>(new DefaultEndpointDataSource());
        services.AddSingleton<IHostApplicationLifetime>(new NeverStopped());
        NodeHost.AddSlices(services, options, opened, new PeerTrust(options.Configuration, node.Division, _time));
        services.Replace(ServiceDescriptor.Singleton(provider => Peers(node, provider.GetRequiredService<RecoveryGate>())));
        _services = services.BuildServiceProvider();
        _methods = new ServedMethods(_services);
        foreach (var service in _services.GetServices<IHostedService>().OfType<BackgroundService>().Where(service => service is not AdapterWatch))
            Do(() => ExecuteAsync(service, CancellationToken.None));
    }

    private PeerDirectory Peers(SimulatedNode node, RecoveryGate gate)
    {
        var peers = new PeerDirectory(_country.LinksOf(node, _time));
        NetworkServices.HoldBarred(peers, gate);
        _database.Read(session =>
        {
            PeerRecords.Recall(session, peers);
            return true;
        });
        return peers;
    }

    /// <summary>As it stands in the headers of a reply without a message.</summary>
    private static TurnedAway? SaidAtTheDoor(Metadata trailers)
    {
        using var reply = new HttpResponseMessage();
        foreach (var entry in trailers.Where(entry => !entry.IsBinary))
            reply.Headers.TryAddWithoutValidation(entry.Key, entry.Value);
        return TurnedAway.Read(reply.Headers);
    }

    // A host would start it on a thread of the pool, where the order of things is nobody's.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ExecuteAsync")]
    private static extern Task ExecuteAsync(BackgroundService service, CancellationToken stoppingToken);

    private sealed class NeverStopped : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication()
        {
        }
    }
}
