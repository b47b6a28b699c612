using ProvincialGateway.Catalogue;
using ProvincialGateway.Storage;

namespace ProvincialGateway.AdapterHost;

/// <summary>
/// The adapters of one node. Every configured adapter has a status; one that did not load is reported in the log and is never replaced by
/// something else. An adapter can be loaded anew while the node serves: what passes every check takes the place of the old one in one step,
/// what does not is refused and the old one goes on.
/// </summary>
public sealed class AdapterDirectory : IDisposable
{
    private readonly string _folder;
    private readonly CatalogueArchive? _archive;
    private readonly PassedSelfChecks? _passed;
    private readonly AdapterAssemblies? _shared;
    private readonly AdapterBudget _budget;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _changing = new();
    private volatile AdapterSnapshot _current;

    private AdapterDirectory(
        string folder, CatalogueArchive? archive, PassedSelfChecks? passed, AdapterAssemblies? shared, AdapterBudget budget, TimeProvider time, ILogger log,
        IReadOnlyList<string> ids)
    {
        (_folder, _archive, _passed, _shared, _budget, _time, _log) = (folder, archive, passed, shared, budget, time, log);
        _current = new AdapterSnapshot([.. ids.Select(Load)]);
        foreach (var status in _current.Statuses)
            Report(status);
    }

    private AdapterDirectory(AdapterDirectory loaded, AdapterSnapshot snapshot)
    {
        (_folder, _archive, _passed, _budget, _time, _log) = (loaded._folder, loaded._archive, loaded._passed, loaded._budget, loaded._time, loaded._log);
        _current = snapshot;
    }

    /// <summary>
    /// A version of an adapter's catalogue was activated or rolled back, or the adapter was loaded anew: lines are translated by what is in force now.
    /// </summary>
    public event EventHandler<CatalogueActivatedEventArgs>? CatalogueActivated;

    /// <summary>Where the build packs the adapters: <c>adapters</c> beside the program.</summary>
    public static string PackedFolder => Path.Combine(AppContext.BaseDirectory, "adapters");

    /// <summary>One per configured adapter, in that order.</summary>
    public IReadOnlyList<AdapterStatus> Statuses => _current.Statuses;

    /// <summary>Those that are loaded now. To call one's dialect, <see cref="Open"/> the directory.</summary>
    public IEnumerable<LoadedAdapter> Loaded => _current.Loaded;

    /// <param name="adaptersFolder">Holds one folder per adapter, named by its id.</param>
    /// <param name="configuredIds">The adapters this node must have; others in the folder are left alone.</param>
    /// <param name="archive">The versions this node keeps; null knows the adapters' own tables only.</param>
    /// <param name="passed">Self-checks that need not be made again; null makes every one.</param>
    /// <param name="log">Told of every adapter, loaded or not, and later of every fault inside one.</param>
    internal static AdapterDirectory Load(
        string adaptersFolder, IReadOnlyList<string> configuredIds, CatalogueArchive? archive, PassedSelfChecks? passed, ILogger<AdapterDirectory> log) =>
        Load(adaptersFolder, configuredIds, archive, passed, shared: null, AdapterBudget.Default, TimeProvider.System, log);

    /// <inheritdoc cref="Load(string, IReadOnlyList{string}, CatalogueArchive, PassedSelfChecks, ILogger{AdapterDirectory})"/>
    /// <param name="shared">Assemblies that other nodes of the process use too; null where the node has its process to itself.</param>
    /// <param name="budget">Of every call into an adapter.</param>
    /// <param name="time">For the rest of an adapter that overruns.</param>
    internal static AdapterDirectory Load(
        string adaptersFolder, IReadOnlyList<string> configuredIds, CatalogueArchive? archive, PassedSelfChecks? passed, AdapterAssemblies? shared, AdapterBudget budget,
        TimeProvider time, ILogger log) =>
        new(Path.GetFullPath(adaptersFolder), archive, passed, shared, budget, time, log, [.. configuredIds.Distinct(StringComparer.Ordinal)]);

    /// <summary>The same adapters as a directory of another node's, with changes and listeners of its own; assemblies and threads are shared.</summary>
    internal AdapterDirectory Share()
    {
        using var present = Open();
        return new AdapterDirectory(this, present.Copy());
    }

    /// <summary>Null when the adapter is not configured or not loaded. To call its dialect, <see cref="Open"/> the directory.</summary>
    public LoadedAdapter? Find(string id) => _current.Find(id);

    /// <summary>The adapters as they are now, for one request: they stay until the snapshot is disposed.</summary>
    public AdapterSnapshot Open()
    {
        while (true)
        {
            var current = _current;
            if (current.TryEnter())
                return current;
        }
    }

    /// <summary>
    /// Loads the adapter's folder anew. What passes every check replaces what is loaded; requests in flight end on the old one, which is unloaded
    /// with the last of them. Also ends a quarantine.
    /// </summary>
    /// <returns>What stands in the folder: in force when it is loaded, refused with its reasons otherwise. Null when the adapter is not configured.</returns>
    internal AdapterStatus? Reload(string id)
    {
        AdapterSlot now;
        lock (_changing)
        {
            if (_current.Slot(id) is not { } before)
                return null;
            now = Load(id);
            if (now.Status.Adapter is not null || before.Status.Adapter is null)
                Swap(now);
            else
                Swap(Held(before) with { Status = before.Status with { RefusedReplacement = now.Status }, Fingerprint = now.Fingerprint });
            Report(before.Status.Adapter, now.Status);
        }
        if (now.Status.Adapter is not null)
            CatalogueActivated?.Invoke(this, new CatalogueActivatedEventArgs(id));
        return now.Status;
    }

    /// <summary>
    /// Takes over what was activated or rolled back in the store: requests that begin now see the new timeline, those under way keep theirs.
    /// </summary>
    /// <exception cref="StorageRefusedException">A version that is needed does not load; the timeline stays as it was.</exception>
    public void ReloadCatalogue(string adapterId)
    {
        var archive = _archive ?? throw new InvalidOperationException("These adapters were loaded without the versions of a node.");
        var isLoaded = Replace(adapterId, adapter => adapter with
        {
            Catalogue = archive.TimelineOf(adapterId, adapter.Catalogue.Packed, adapter.Catalogue, out var errors)
                ?? throw new StorageRefusedException(
                    $"适配器 {adapterId} 的目录版本无法装入，仍用原有版本：{string.Join(' ', errors.Select(error => error.Chinese))}",
                    $"A catalogue version of adapter {adapterId} does not load, the former ones stay in use: {string.Join(' ', errors.Select(error => error.English))}"),
        });
        if (!isLoaded)
            throw new ArgumentException($"No adapter {adapterId} is loaded.", nameof(adapterId));
        CatalogueActivated?.Invoke(this, new CatalogueActivatedEventArgs(adapterId));
    }

    /// <summary>Puts another value, as a rule with other tables, in the place of a loaded adapter; assemblies and threads stay.</summary>
    /// <returns>False when the adapter is not configured or not loaded.</returns>
    internal bool Replace(string id, Func<LoadedAdapter, LoadedAdapter> change)
    {
        lock (_changing)
        {
            if (_current.Slot(id) is not { Status.Adapter: { } adapter } before)
                return false;
            var changed = change(adapter);
            Swap(Held(before) with { Status = before.Status with { Adapter = changed } });
            return true;
        }
    }

    /// <summary>The configured adapters whose folders have changed since they were last read, with what the folder looks like now.</summary>
    internal IEnumerable<(string Id, string Fingerprint)> Changed() =>
        from status in _current.Statuses
        let fingerprint = AdapterFingerprint.Of(FolderOf(status.Id))
        where fingerprint != _current.Slot(status.Id)!.Fingerprint
        select (status.Id, fingerprint);

    /// <summary>Gives the adapters' assemblies and threads back once nobody uses them any more.</summary>
    public void Dispose()
    {
        lock (_changing)
            _current.Dispose();
    }

    private string FolderOf(string id) => Path.GetFullPath(Path.Combine(_folder, id));

    private AdapterSlot Load(string id)
    {
        var fingerprint = AdapterFingerprint.Of(FolderOf(id));
        var assemblies = _shared?.Open(id, FolderOf(id), fingerprint);
        var (status, runtime) = new AdapterLoader(FolderOf(id), id, _archive, _passed, assemblies, _budget, _time, _log).Load();
        if (AdapterFingerprint.Of(FolderOf(id)) == fingerprint)
            return new AdapterSlot { Status = status, Runtime = runtime, Fingerprint = fingerprint };
        // What was hashed and what was loaded may not be the same files.
        runtime?.Release();
        return new AdapterSlot { Status = AdapterLoader.ChangedMeanwhile(id), Fingerprint = fingerprint };
    }

    private static AdapterSlot Held(AdapterSlot slot)
    {
        slot.Runtime?.Hold();
        return slot;
    }

    private void Swap(AdapterSlot slot)
    {
        var before = _current;
        _current = before.With(slot);
        before.Dispose();
    }

    private void Report(AdapterStatus status)
    {
        if (status.Adapter is { } adapter)
            _log.AdapterLoaded(adapter.Id, adapter.Version, adapter.Dialect.Name, Versions(adapter), adapter.SamplesPassed);
        else
            _log.AdapterNotLoaded(status.Id, status.State, status.ReasonEnglish, status.ReasonChinese);
    }

    private void Report(LoadedAdapter? before, AdapterStatus now)
    {
        if (before is null)
            Report(now);
        else if (now.Adapter is { } adapter)
            _log.AdapterReplaced(adapter.Id, before.Version, adapter.Version, adapter.Dialect.Name, Versions(adapter), adapter.SamplesPassed);
        else
            _log.ReplacementRefused(now.Id, now.State, now.ReasonEnglish, now.ReasonChinese, before.Version);
    }

    private static string Versions(LoadedAdapter adapter) => string.Join(", ", adapter.Catalogue.Periods.Select(period => $"{period.Version} {period}"));
}

/// <summary>Which adapter's catalogue has changed.</summary>
public sealed class CatalogueActivatedEventArgs(string adapterId) : EventArgs
{
    public string AdapterId => adapterId;
}
