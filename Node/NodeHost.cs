using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Clearing;
using ProvincialGateway.Configuration;
using ProvincialGateway.His;
using ProvincialGateway.Insured;
using ProvincialGateway.Network;
using ProvincialGateway.Reconciliation;
using ProvincialGateway.Recovery;
using ProvincialGateway.Retention;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway;

/// <summary>
/// The one builder of a node: program, demo and tests all start nodes here. Holds no static state, so many nodes live in one process.
/// </summary>
internal sealed class NodeHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Opened _opened;
    private readonly NodeOptions _options;

    private NodeHost(WebApplication application, Opened opened, NodeOptions options) => (_application, _opened, _options) = (application, opened, options);

    public Database Database => _opened.Database;

    public Vault Vault => _opened.Vault;

    public AdapterDirectory Adapters => _opened.Adapters;

    /// <summary>As read at the start.</summary>
    public FilingRules Filings => _opened.Filings;

    public IServiceProvider Services => _application.Services;

    /// <summary>Opens the data, checks that they are this province's, and listens.</summary>
    /// <exception cref="StorageException">The data folder is locked, damaged, of another province or of a newer release.</exception>
    /// <exception cref="NodeRefusedException">The configuration or the policy is wrong, or a port cannot be had.</exception>
    public static async Task<NodeHost> StartAsync(NodeOptions options, CancellationToken cancellation)
    {
        var entry = options.Configuration.Find(options.Self) is { } found && found.Division == options.Self
            ? found
            : throw new NodeRefusedException($"nodes.json 中没有节点 {options.Self}；请核对 --as。 / nodes.json has no node {options.Self}; check --as.");
        // Nodes of one process may be given one configuration; what each agrees on with its peers is its own.
        options = options with { Configuration = options.Configuration with { Agreed = new() } };
        var opened = await Opened.OpenAsync(options, entry, cancellation);
        WebApplication? application = null;
        try
        {
            application = Build(options, entry, opened);
            await opened.FinishAsync(cancellation);
            await ListenAsync(application, options.Self, cancellation);
            var (health, gate) = (application.Services.GetRequiredService<HealthStatuses>(), application.Services.GetRequiredService<RecoveryGate>());
            gate.Changed += (_, _) => health.Set(NotServingCause.Recovery, !gate.IsOpen);
            health.Set(NotServingCause.Recovery, !gate.IsOpen);
            health.Set("", serving: true);
            return new NodeHost(application, opened, options);
        }
        catch
        {
            if (application is not null)
                await application.DisposeAsync();
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>Until the process is told to stop, or a fault stops the node from within.</summary>
    public async Task WaitForShutdownAsync(CancellationToken cancellation)
    {
        using var told = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _application.Lifetime.ApplicationStopping);
        await Task.Delay(Timeout.Infinite, told.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>
    /// Before a stop in good order: takes nothing new, tells the peers so that they queue, and lets what is in flight finish within the configured limit.
    /// </summary>
    public async Task DrainAsync()
    {
        var (services, limit, time) = (_application.Services, _options.Configuration.Timeouts.DrainLimit, _options.Time);
        var (drain, logger) = (services.GetRequiredService<NodeDrain>(), services.GetRequiredService<ILogger<NodeDrain>>());
        services.GetRequiredService<HealthStatuses>().Set("", serving: false);
        NetworkLog.Draining(logger, drain.Begin(), limit);
        using var enough = new CancellationTokenSource(limit, time);
        var telling = services.GetRequiredService<OwnStanding>().TellAsync(enough.Token);
        // Whoever comes right after the signal still finds somebody who says why.
        await Task.Delay(limit < Farewell ? limit : Farewell, time);
        if (await drain.FinishAsync(limit, time) is > 0 and var left)
            NetworkLog.DrainedLate(logger, left, limit);
        await telling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        _application.Services.GetRequiredService<HealthStatuses>().Set("", serving: false);
        _application.Services.GetRequiredService<NodeDrain>().GiveUp();
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
        await _opened.DisposeAsync();
    }

    private static async Task ListenAsync(WebApplication application, Division self, CancellationToken cancellation)
    {
        try
        {
            await application.StartAsync(cancellation);
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            throw new NodeRefusedException(
                $"端口已被占用或不能使用：{fault.Message}；请核对 nodes.json 中 {self} 的 address 与 hisAddress，或停止占用该端口的程序。 / "
                + $"a port is taken or cannot be used: {fault.Message} Check address and hisAddress of {self} in nodes.json, or stop the program that uses the port.");
        }
    }

    private static WebApplication Build(NodeOptions options, NodeEntry entry, Opened opened)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            // Not where the node was started: its settings do not depend on that, and to watch that folder for a change of them would mean every write of the
            // database that lies in it.
            ContentRootPath = AppContext.BaseDirectory,
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        builder.Logging.ClearProviders();
        options.Logging(builder.Logging);
        var (peers, his) = (ListenAddress(entry.Address), ListenAddress(entry.HisAddress));
        var trust = new PeerTrust(options.Configuration, options.Self, options.Time);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The hospital port limits and drains bodies itself, so that a refusal can be read; gRPC has its own limit.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.ListenForPeers(peers, opened.Certificate, trust);
            kestrel.Listen(his, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        // Signals are for whoever runs the node: it drains before it stops.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        if (options.ReservedPorts.Count > 0)
            builder.Services.TakeOver(options.ReservedPorts);
        AddSlices(builder.Services, options, opened, trust);
        var application = builder.Build();
        MapSlices(application, his.Port);
        return application;
    }

    /// <summary>What a node is made of, whatever carries its messages: a simulated node has the very same registrations.</summary>
    internal static void AddSlices(IServiceCollection services, NodeOptions options, Opened opened, PeerTrust trust)
    {
        var (configuration, time) = (options.Configuration, options.Time);
        var unanswered = OutboxOptions.From(configuration.Timeouts, options.Lot);
        services.AddNetwork(configuration, options.Self, opened.Certificate, trust, opened.Database, opened.Ids, time);
        services.AddHostedService(provider =>
        {
            var watch = new StorageWatch(
                opened.Database, provider.GetRequiredService<HealthStatuses>(), configuration.Timeouts.StorageProbeInterval, time, provider.GetRequiredService<ILogger<StorageWatch>>());
            watch.Recovered += (_, _) => provider.GetRequiredService<PeerDirectory>().All.ToList().ForEach(peer => peer.State.StorageRecovered());
            return watch;
        });
        AddRecovery(services, options, opened);
        services.AddPeerMonitor(configuration, opened.Ids, time);
        services.AddHostedService(provider => new AdapterWatch(opened.Adapters, configuration.Timeouts.AdapterPollInterval, time, provider.GetRequiredService<ILogger<AdapterWatch>>()));
        services.AddSingleton(provider => new Outbox(
            opened.Database, opened.Vault, provider.GetRequiredService<PeerDirectory>(), new ReplyApplier(time), unanswered, time,
            provider.GetRequiredService<ILogger<Outbox>>()));
        services.AddSingleton(provider => new OutboxResolver(
            provider.GetRequiredService<Outbox>(), provider.GetRequiredService<PeerDirectory>(), configuration.Timeouts.ResolverInterval, time,
            provider.GetRequiredService<ILogger<OutboxResolver>>()));
        services.AddHostedService(provider => provider.GetRequiredService<OutboxResolver>());
        services.AddSingleton(provider => new HeldUploadResolver(
            opened.Database, opened.Vault, opened.Adapters, time, provider.GetRequiredService<ILogger<HeldUploadResolver>>()));
        services.AddHostedService(provider => provider.GetRequiredService<HeldUploadResolver>());
        services.AddSingleton(provider => new FeeDetailSender(
            configuration, opened.Database, opened.Ids, provider.GetRequiredService<PeerDirectory>(), provider.GetRequiredService<Outbox>(), unanswered.BackOff, time,
            provider.GetRequiredService<ILogger<FeeDetailSender>>()));
        services.AddHostedService(provider => provider.GetRequiredService<FeeDetailSender>());
        services.AddSingleton(provider => new FilingRequests(
            configuration, opened.Database, opened.Vault, opened.Ids, provider.GetRequiredService<PeerDirectory>(), unanswered, time,
            provider.GetRequiredService<ILogger<FilingRequests>>()));
        services.AddHostedService(provider => provider.GetRequiredService<FilingRequests>());
        services.AddSingleton(provider => new TransactionDesk(
            configuration, opened.Database, opened.Ids, provider.GetRequiredService<PeerDirectory>(), provider.GetRequiredService<Outbox>(),
            provider.GetRequiredService<FilingRequests>(), provider.GetRequiredService<RecoveryGate>(), unanswered, time));
        services.AddHostedService(provider => new TransactionWatch(opened.Database, time, provider.GetRequiredService<ILogger<TransactionWatch>>()));
        services.AddSingleton(provider => new TreatmentAgency(
            configuration, opened.Database, opened.Ids, provider.GetRequiredService<PeerDirectory>(), provider.GetRequiredService<Outbox>(), opened.Vault,
            provider.GetRequiredService<RecoveryGate>(), time));
        services.AddSingleton(provider => new HisEndpoint(
            opened.Database, opened.Adapters, provider.GetRequiredService<TreatmentAgency>(), configuration.Limits, time,
            provider.GetRequiredService<NodeDrain>(), provider.GetRequiredService<ILogger<HisEndpoint>>()));
        var persons = new PersonStore(opened.Vault);
        var assessment = new BenefitAssessment(options.Self, persons, opened.Policy, opened.Filings);
        var inbox = new Inbox(opened.Database, opened.Vault, time);
        services.AddSingleton(provider => new InsuredAgency(opened.Database, inbox, assessment, time, provider.GetRequiredService<PrepaymentGate>()));
        services.AddSingleton(provider => new FilingAgency(
            opened.Database, inbox, assessment, opened.Filings, time, provider.GetRequiredService<ILogger<FilingAgency>>()));
        services.AddSingleton<FilingGrpcService>();
        services.AddSingleton(provider => new LineAudits(
            opened.Database, opened.LineAudit, new CatalogueArchive(opened.Database, DataFolder.CataloguePath(options.DataFolder), time).ExchangePath, time,
            provider.GetRequiredService<ILogger<LineAudits>>()));
        services.AddHostedService(provider => provider.GetRequiredService<LineAudits>());
        services.AddSingleton(provider => new FeeDetailAgency(opened.Database, inbox, time) { Completed = provider.GetRequiredService<LineAudits>().Wake });
        services.AddSingleton(provider => new FeeDetailStreams(provider.GetRequiredService<FeeDetailAgency>(), FeeDetailStreamOptions.From(configuration.Timeouts), time));
        services.AddSingleton<FeeDetailGrpcService>();
        services.AddSingleton<PersonGrpcService>();
        services.AddSingleton<VisitGrpcService>();
        services.AddSingleton<SettlementGrpcService>();
        AddReconciliation(services, options, opened);
        services.AddSingleton(new Archivist(opened.Database, DataFolder.ArchivePath(options.DataFolder), configuration.Retention, time));
        services.AddHostedService(provider => new NightlyArchive(
            provider.GetRequiredService<Archivist>(), configuration.Reconciliation, time, provider.GetRequiredService<ILogger<NightlyArchive>>()));
        AddClearing(services, options, opened, inbox);
    }

    /// <summary>First of all that runs: a node that has forgotten something must know it before it does anything.</summary>
    private static void AddRecovery(IServiceCollection services, NodeOptions options, Opened opened)
    {
        var (configuration, self, time) = (options.Configuration, options.Self, options.Time);
        services.AddSingleton(new RecoveryGrpcService(new ExchangeBook(opened.Database, opened.Vault), time));
        services.AddSingleton(provider => new AskedAgain(
            configuration, self, opened.Database, opened.Vault, provider.GetRequiredService<PeerDirectory>(), provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(provider => new Recoverer(
            configuration, self, opened.Database, opened.Vault, opened.Ids, provider.GetRequiredService<PeerDirectory>(), provider.GetRequiredService<RecoveryGate>(),
            new AnsweredAgain(
                configuration, self, opened.Database, opened.Vault, new BenefitAssessment(self, new PersonStore(opened.Vault), opened.Policy, opened.Filings), opened.Filings,
                provider.GetRequiredService<ILogger<FilingAgency>>()),
            provider.GetRequiredService<AskedAgain>(),
            new ForgottenDetails(
                configuration, opened.Database, opened.Vault, opened.Ids, provider.GetRequiredService<PeerDirectory>(), provider.GetRequiredService<FeeDetailAgency>(), time,
                provider.GetRequiredService<ILogger<ForgottenDetails>>()),
            time, provider.GetRequiredService<ILogger<Recoverer>>()));
        services.AddHostedService(provider => provider.GetRequiredService<Recoverer>());
        services.AddHostedService(provider => new RecoveryWatch(
            configuration, opened.Database, opened.Ids, provider.GetRequiredService<PeerDirectory>(), provider.GetRequiredService<RecoveryGate>(),
            provider.GetRequiredService<Recoverer>(), time, provider.GetRequiredService<ILogger<RecoveryWatch>>()));
    }

    private static void AddReconciliation(IServiceCollection services, NodeOptions options, Opened opened)
    {
        var (configuration, time) = (options.Configuration, options.Time);
        services.AddSingleton(new ReconciliationGrpcService(new LedgerAnswers(options.Self, opened.Database, opened.Vault, time)));
        services.AddSingleton(provider => new Reconciler(
            configuration, options.Self, opened.Database, opened.Vault, opened.Ids, provider.GetRequiredService<PeerDirectory>(), time,
            provider.GetRequiredService<ILogger<Reconciler>>()));
        services.AddSingleton(provider => new DifferenceDesk(
            opened.Database, opened.Ids, provider.GetRequiredService<TransactionDesk>(), provider.GetRequiredService<Reconciler>(), time));
        services.AddSingleton(provider => new DailyReconciliation(
            provider.GetRequiredService<Reconciler>(), provider.GetRequiredService<PeerDirectory>(), opened.Database, configuration.Reconciliation, time,
            provider.GetRequiredService<ILogger<DailyReconciliation>>()));
        services.AddHostedService(provider => provider.GetRequiredService<DailyReconciliation>());
    }

    private static void AddClearing(IServiceCollection services, NodeOptions options, Opened opened, Inbox inbox)
    {
        var (configuration, self, time) = (options.Configuration, options.Self, options.Time);
        services.AddSingleton(provider => new PrepaymentGate(configuration, self, time, provider.GetRequiredService<ILogger<PrepaymentGate>>()));
        services.AddSingleton(provider => new ClearingSender(
            configuration, self, opened.Database, provider.GetRequiredService<PeerDirectory>(),
            OutboxOptions.From(configuration.Timeouts, options.Lot).BackOff, time, provider.GetRequiredService<ILogger<ClearingSender>>()));
        services.AddHostedService(provider => provider.GetRequiredService<ClearingSender>());
        services.AddSingleton(provider => new AgencyDesk(configuration, self, opened.Database, opened.Ids, time, provider.GetRequiredService<ClearingSender>())
        {
            Gate = provider.GetRequiredService<RecoveryGate>(),
        });
        services.AddSingleton<StatementDesk>();
        services.AddSingleton<PrepaymentDesk>();
        services.AddSingleton(new ClearingAgency(configuration, self, opened.Database, inbox, time));
        services.AddSingleton(provider => new StatementChecker(configuration, self, opened.Database, opened.Ids, provider.GetRequiredService<PeerDirectory>(), time));
        services.AddSingleton(provider => new ClearingClerk(
            configuration, self, opened.Database, provider.GetRequiredService<StatementChecker>(), provider.GetRequiredService<StatementDesk>(),
            provider.GetRequiredService<ClearingAgency>(), time, provider.GetRequiredService<ILogger<ClearingClerk>>()));
        services.AddHostedService(provider => provider.GetRequiredService<ClearingClerk>());
        services.AddSingleton<PrepaymentGrpcService>();
        services.AddSingleton<ClearingGrpcService>();
    }

    private static void MapSlices(WebApplication application, int hisPort)
    {
        // By the port a connection came in on, not by a header the client writes: nobody reaches one port's services through the other.
        application.MapWhen(context => context.Connection.LocalPort == hisPort, branch =>
            branch.Run(context => context.RequestServices.GetRequiredService<HisEndpoint>().HandleAsync(context)));
        application.UseUnservedCalls();
        application.UseRouting();
        application.MapPeerServices();
        application.MapGrpcService<PersonGrpcService>();
        application.MapGrpcService<VisitGrpcService>();
        application.MapGrpcService<SettlementGrpcService>();
        application.MapGrpcService<FilingGrpcService>();
        application.MapGrpcService<FeeDetailGrpcService>();
        application.MapGrpcService<ReconciliationGrpcService>();
        application.MapGrpcService<RecoveryGrpcService>();
        application.MapGrpcService<PrepaymentGrpcService>();
        application.MapGrpcService<ClearingGrpcService>();
    }

    // After the drain: connections that will not end are cut.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    // A literal address is bound as it is; a name is what others call the node, so all interfaces are bound.
    private static IPEndPoint ListenAddress(Uri address) => new(
        IPAddress.TryParse(address.Host.Trim('[', ']'), out var literal) ? literal
        : address.IsLoopback ? IPAddress.Loopback
        : IPAddress.Any, address.Port);

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>What a node holds open besides its sockets.</summary>
    internal sealed class Opened : IAsyncDisposable
    {
        public required Vault Vault { get; init; }

        public required NodeCertificate Certificate { get; init; }

        public required Database Database { get; init; }

        public required TransactionIdSource Ids { get; init; }

        public required BenefitPolicySource Policy { get; init; }

        public required FilingRules Filings { get; init; }

        public required LineAuditRules LineAudit { get; init; }

        /// <summary>What takes longest of a start goes on beside the rest of it.</summary>
        public required Task<AdapterDirectory> LoadingAdapters { get; init; }

        /// <summary>Only after <see cref="FinishAsync"/>.</summary>
        public AdapterDirectory Adapters => LoadingAdapters.Result;

        /// <summary>For what happens before the application has loggers of its own.</summary>
        public required ILoggerFactory Loggers { get; init; }

        public static async Task<Opened> OpenAsync(NodeOptions options, NodeEntry entry, CancellationToken cancellation)
        {
            // What people have written comes first: where it refuses the start, the data were not touched.
            var policy = BenefitPolicySource.Load(options.DataFolder, out var errors)
                ?? throw new NodeRefusedException(string.Join(Environment.NewLine, errors.Select(error => $"policy.json {error.Path}: {error.Chinese} | {error.English}")));
            var filings = FilingRules.Load(options.DataFolder, options.Self, out var filingFaults)
                ?? throw new NodeRefusedException(string.Join(Environment.NewLine, filingFaults));
            var lineAudit = LineAuditRules.Load(options.DataFolder, out var faults)
                ?? throw new NodeRefusedException(string.Join(Environment.NewLine, faults));
            var certificate = NodeCertificate.Load(options.DataFolder);
            var vault = DataFolder.OpenVault(options.DataFolder);
            var database = DataFolder.OpenDatabase(options.DataFolder, options.Time);
            var loggers = LoggerFactory.Create(options.Logging);
            var adapters = Task.Run(() => AdapterDirectory.Load(
                options.AdaptersFolder, entry.Adapters, new CatalogueArchive(database, DataFolder.CataloguePath(options.DataFolder), options.Time), new PassedSelfChecks(database),
                options.SharedAssemblies, AdapterBudget.From(options.Configuration.Limits), options.Time, loggers.CreateLogger<AdapterDirectory>()), CancellationToken.None);
            try
            {
                await BeginAsync(options, database, vault, policy, cancellation);
                return new Opened
                {
                    Vault = vault,
                    Certificate = certificate,
                    Database = database,
                    Ids = await TransactionIdSource.OpenAsync(database, options.Self, options.Time, cancellation),
                    Policy = policy,
                    Filings = filings,
                    LineAudit = lineAudit,
                    LoadingAdapters = adapters,
                    Loggers = loggers,
                };
            }
            catch
            {
                await DisposeAsync(adapters);
                await database.DisposeAsync();
                certificate.Dispose();
                loggers.Dispose();
                throw;
            }
        }

        /// <summary>Waits for what the start was begun with; nothing may be served before.</summary>
        public async Task FinishAsync(CancellationToken cancellation) => await new PassedSelfChecks(Database).KeepAsync(await LoadingAdapters, cancellation);

        /// <summary>What every start does to the data before anything is served.</summary>
        public static Task BeginAsync(NodeOptions options, Database database, Vault vault, BenefitPolicySource policy, CancellationToken cancellation) => database.WriteAsync(session =>
        {
            NodeIdentity.Claim(session, options.Self, vault);
            policy.Record(session, options.Time.NowMs());
            RunStore.EndAbandoned(session, options.Time.NowMs());
            OutboundLeases.Free(session, options.Time.NowMs());
            InsuredLedgerArrears.Pay(session, new Inbox(database, vault, options.Time));
            TreatmentLedgerArrears.Pay(session, vault);
        }, cancellation);

        public async ValueTask DisposeAsync()
        {
            await DisposeAsync(LoadingAdapters);
            await Database.DisposeAsync();
            Certificate.Dispose();
            Loggers.Dispose();
        }

        private static async Task DisposeAsync(Task<AdapterDirectory> loading)
        {
            await ((Task)loading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (loading.IsCompletedSuccessfully)
                loading.Result.Dispose();
        }
    }
}
