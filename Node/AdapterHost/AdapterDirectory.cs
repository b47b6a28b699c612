namespace ProvincialGateway.AdapterHost;

/// <summary>
/// The adapters of one node. Every configured adapter has a status; one that did not load is reported in the log and is never replaced by
/// something else.
/// </summary>
public sealed class AdapterDirectory : IDisposable
{
    private readonly Dictionary<string, LoadedAdapter> _adapters;
    private readonly List<AdapterLoadContext> _contexts;

    private AdapterDirectory(List<AdapterStatus> statuses, List<AdapterLoadContext> contexts)
    {
        Statuses = statuses;
        _adapters = statuses.Select(status => status.Adapter).OfType<LoadedAdapter>().ToDictionary(adapter => adapter.Id, StringComparer.Ordinal);
        _contexts = contexts;
    }

    /// <summary>Where the build packs the adapters: <c>adapters</c> beside the program.</summary>
    public static string PackedFolder => Path.Combine(AppContext.BaseDirectory, "adapters");

    /// <summary>One per configured adapter, in that order.</summary>
    public IReadOnlyList<AdapterStatus> Statuses { get; }

    /// <summary>Those that loaded.</summary>
    public IEnumerable<LoadedAdapter> Loaded => Statuses.Select(status => status.Adapter).OfType<LoadedAdapter>();

    /// <param name="adaptersFolder">Holds one folder per adapter, named by its id.</param>
    /// <param name="configuredIds">The adapters this node must have; others in the folder are left alone.</param>
    /// <param name="log">Told of every adapter, loaded or not, and later of every fault inside one.</param>
    public static AdapterDirectory Load(string adaptersFolder, IReadOnlyList<string> configuredIds, ILogger<AdapterDirectory> log)
    {
        var statuses = new List<AdapterStatus>();
        var contexts = new List<AdapterLoadContext>();
        foreach (var id in configuredIds.Distinct(StringComparer.Ordinal))
        {
            var (status, context) = new AdapterLoader(Path.GetFullPath(Path.Combine(adaptersFolder, id)), id, log).Load();
            statuses.Add(status);
            if (context is not null)
                contexts.Add(context);
            Report(status, log);
        }
        return new AdapterDirectory(statuses, contexts);
    }

    /// <summary>Null when the adapter is not configured or did not load.</summary>
    public LoadedAdapter? Find(string id) => _adapters.GetValueOrDefault(id);

    /// <summary>Gives the adapters' assemblies back once nobody uses them any more.</summary>
    public void Dispose() => _contexts.ForEach(context => context.Unload());

    private static void Report(AdapterStatus status, ILogger log)
    {
        if (status.Adapter is { } adapter)
            log.AdapterLoaded(adapter.Id, adapter.Version, adapter.Dialect.Name, adapter.Catalogue.Version, adapter.SamplesPassed);
        else
            log.AdapterNotLoaded(status.Id, status.State, status.ReasonEnglish, status.ReasonChinese);
    }
}
