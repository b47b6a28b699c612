using ProvincialGateway.Configuration;
using ProvincialGateway.Network;

namespace ProvincialGateway.Simulation;

/// <summary>The provinces of one run: machines, wires and clocks, on one pump.</summary>
internal sealed class SimulatedCountry : IDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly NodesConfiguration _configuration;

    public SimulatedCountry(PreparedCountry prepared, int nodes, FaultPlan faults, Journal journal)
    {
        (Faults, Journal) = (faults, journal);
        Pump = new Pump(PreparedCountry.Begin);
        Life = new Life(Pump, "country");
        Errors = new ErrorLog(Pump);
        Loggers = LoggerFactory.Create(logging => logging.AddProvider(Errors).SetMinimumLevel(LogLevel.Error));
        _folder = prepared.FolderOfRun();
        var provinces = prepared.All.Take(nodes).ToList();
        _configuration = Configuration(provinces);
        Nodes = [.. provinces.Select(province => new SimulatedNode(province, Copy(province), this))];
        var byDivision = Nodes.ToDictionary(node => node.Division);
        Network = new SimulatedNetwork(Pump, faults, journal, division => byDivision[division]);
    }

    public Pump Pump { get; }

    /// <summary>What belongs to no node and never ends.</summary>
    public Life Life { get; }

    public FaultPlan Faults { get; }

    public Journal Journal { get; }

    public SimulatedNetwork Network { get; }

    public IReadOnlyList<SimulatedNode> Nodes { get; }

    public ILoggerFactory Loggers { get; }

    /// <summary>What nodes called an error: in a simulation none is expected.</summary>
    public ErrorLog Errors { get; }

    /// <summary>What agencies have begun and not ended.</summary>
    public int Shifts { get; private set; }

    /// <summary>Somebody who belongs to no node works until it is done.</summary>
    public void Work(Func<Task> work)
    {
        Shifts++;
        Pump.After(TimeSpan.Zero, Life, () => _ = GuardedAsync());

        async Task GuardedAsync()
        {
            try
            {
                await work();
                Shifts--;
            }
            catch (Exception fault)
            {
                Pump.Fail(fault);
            }
        }
    }

    /// <summary>Some simulated time, whatever becomes of the nodes meanwhile.</summary>
    public Task WaitAsync(TimeSpan time)
    {
        var over = new TaskCompletionSource();
        Pump.After(time, Life, over.SetResult);
        return over.Task;
    }

    public NodeOptions OptionsOf(SimulatedNode node, TimeProvider time) => new()
    {
        Configuration = _configuration,
        Self = node.Division,
        DataFolder = node.Folder,
        Time = time,
        Lot = () => Faults.Draw($"{node.Division} lot {node.TakeLot()}"),
        Logging = _ => { },
    };

    public IReadOnlyList<IPeerLink> LinksOf(SimulatedNode node, TimeProvider time)
    {
        var logger = Loggers.CreateLogger<PeerState>();
        return [.. _configuration.Nodes.Where(entry => entry.Division != node.Division)
            .Select(entry => new SimulatedLink(node, entry, _configuration, Network, time, logger))];
    }

    /// <summary>Ends all nodes and closes their files, which stay until <see cref="Dispose"/>.</summary>
    public void Stop()
    {
        foreach (var run in Nodes.Select(node => node.Current).OfType<NodeRun>())
        {
            run.End();
            run.Close();
        }
    }

    public void Dispose()
    {
        Loggers.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Fewer idle rounds than a real node makes: thirty-two nodes that look after each other every few seconds would be all a run does.</summary>
    private static NodesConfiguration Configuration(List<PreparedProvince> provinces) => new()
    {
        ProtocolRelease = "1.0",
        CatalogueRelease = "2016.1",
        Timeouts = new TimeoutOptions
        {
            PeerPingInterval = TimeSpan.FromSeconds(120),
            ResolverInterval = TimeSpan.FromSeconds(10),
            ResolverDelayMax = TimeSpan.FromSeconds(60),
            AdapterPollInterval = TimeSpan.FromHours(1),
        },
        Reconciliation = new ReconciliationOptions { DailyAt = null },
        Nodes = [.. provinces.Select(province => new NodeEntry
        {
            Division = province.Division,
            Name = province.Division.Code,
            Address = new Uri($"https://{province.Division}.simulated"),
            HisAddress = new Uri($"http://{province.Division}.simulated"),
            Adapters = [province.Template.Adapter],
            Certificates = [province.Certificate.Pin],
        })],
    };

    private string Copy(PreparedProvince province)
    {
        var copy = _folder.CreateSubdirectory(province.Division.Code).FullName;
        foreach (var file in new DirectoryInfo(province.Folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.Name != "gateway.lock"))
        {
            var to = Path.Combine(copy, Path.GetRelativePath(province.Folder, file.FullName));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            file.CopyTo(to);
        }
        return copy;
    }
}

/// <summary>Keeps what is logged as an error, without its arguments' payloads: what the product logs holds nothing personal.</summary>
internal sealed class ErrorLog(Pump pump) : ILoggerProvider
{
    private readonly List<string> _errors = [];

    public IReadOnlyList<string> Errors => _errors;

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Category(ErrorLog owner, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                owner._errors.Add($"{owner.Now} {name} {eventId.Id}: {formatter(state, exception)} {exception}");
        }
    }

    private string Now => pump.Now.ToString("HH:mm:ss.fff", System.Globalization.CultureInfo.InvariantCulture);
}
