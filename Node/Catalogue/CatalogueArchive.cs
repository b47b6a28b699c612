using ProvincialGateway.Storage;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Catalogue;

/// <summary>
/// The versions a node keeps: tables as files under <c>catalogue/&lt;adapter&gt;/&lt;version&gt;/</c> of its data folder, and the rows that say
/// which of them is in force when.
/// </summary>
/// <param name="folder">The folder <c>catalogue</c> of the data folder; it need not exist.</param>
internal sealed class CatalogueArchive(Database database, string folder, TimeProvider time)
{
    /// <summary>Fee dates older than this are rare: versions that only they need are read when a line asks for them.</summary>
    private const int KeptDays = 90;

    /// <summary>The exchange catalogue that mappings are checked against, where this node has one.</summary>
    public string ExchangePath => Path.Combine(folder, CatalogueTable.Exchange.FileName);

    public string FolderOf(string adapter, string version) => Path.Combine(folder, adapter, version);

    /// <summary>Puts the tables of a version into its folder: all of them or none, also when the machine stops in between.</summary>
    public void Put(string adapter, string version, IEnumerable<(CatalogueTable Table, byte[] Utf8)> tables)
    {
        var target = FolderOf(adapter, version);
        // A folder of this name has this content, or its version would not load.
        if (Directory.Exists(target))
            return;
        var fresh = Directory.CreateDirectory(Path.Combine(folder, adapter, $".{Path.GetRandomFileName()}")).FullName;
        try
        {
            foreach (var (table, utf8) in tables)
                WriteThrough(Path.Combine(fresh, table.FileName), utf8);
            Directory.Move(fresh, target);
        }
        catch
        {
            Directory.Delete(fresh, recursive: true);
            throw;
        }
    }

    public void PutExchange(byte[] utf8)
    {
        var fresh = Path.Combine(Directory.CreateDirectory(folder).FullName, $".{Path.GetRandomFileName()}");
        WriteThrough(fresh, utf8);
        File.Move(fresh, ExchangePath, overwrite: true);
    }

    /// <summary>The timeline of an adapter as the stored activations say; null, with every reason, when a version it needs does not load.</summary>
    /// <param name="current">The timeline so far: what it has in memory is not read again.</param>
    public CatalogueTimeline? TimelineOf(string adapter, LocalCatalogue packed, CatalogueTimeline? current, out IReadOnlyList<TableError> errors) =>
        TimelineOf(adapter, packed, current, database.Read(session => CatalogueStore.Activations(session, adapter)), out errors);

    /// <summary>The timeline as it would be after one more activation.</summary>
    /// <exception cref="StorageRefusedException">A version does not load.</exception>
    public CatalogueTimeline TimelineWith(string adapter, CatalogueTimeline current, string version, DateOnly from)
    {
        var activations = database.Read(session => CatalogueStore.Activations(session, adapter));
        var next = new CatalogueActivationRow { Sequence = activations.Count + 1, Version = version, FromDate = from.Iso(), Reason = "", DecidedAtMs = 0 };
        return TimelineOf(adapter, current.Packed, current, [.. activations, next], out var errors) ?? throw Unreadable(adapter, version, errors);
    }

    private CatalogueTimeline? TimelineOf(
        string adapter, LocalCatalogue packed, CatalogueTimeline? current, IReadOnlyList<CatalogueActivationRow> activations, out IReadOnlyList<TableError> errors)
    {
        var periods = PeriodsOf(packed.Version, activations);
        var held = new Dictionary<string, HeldVersion>(StringComparer.Ordinal) { [packed.Version] = HeldVersion.Of(packed) };
        var found = new List<TableError>();
        var neighbour = packed;
        foreach (var period in periods.Where(period => !held.ContainsKey(period.Version)))
        {
            // A version that is in force now and was so long ago is kept for its later period.
            if (!periods.Any(other => other.Version == period.Version && IsRecent(other)))
            {
                held.Add(period.Version, current?.Held(period.Version) ?? HeldVersion.OnDemand(() => Read(adapter, period.Version, packed)));
                continue;
            }
            var load = current?.Held(period.Version)?.InMemory is { } known ? new CatalogueLoad { Catalogue = known, Errors = [] } : Load(adapter, period.Version, neighbour);
            found.AddRange(load.Errors);
            neighbour = load.Catalogue ?? neighbour;
            held.Add(period.Version, HeldVersion.Of(neighbour));
        }
        errors = found;
        return found.Count == 0 ? CatalogueTimeline.Of(packed, periods, version => held[version]) : null;
    }

    /// <summary>A stored version; errors when its files are missing or are not what was stored.</summary>
    /// <param name="neighbour">A version in memory with which rows are shared.</param>
    public CatalogueLoad Load(string adapter, string version, LocalCatalogue neighbour)
    {
        var load = LocalCatalogue.Load(CatalogueFiles.In(FolderOf(adapter, version)), neighbour);
        var errors = load.Errors.Select(error => error with { File = $"{version}/{error.File}" }).ToList();
        if (load.Catalogue is { } catalogue && catalogue.Version != version)
            errors.Add(new(version, 0, "", $"文件内容已变（现为 {catalogue.Version}）。", $"its files have changed (they are {catalogue.Version} now)."));
        return errors.Count == 0 ? load : new CatalogueLoad { Catalogue = null, Errors = errors };
    }

    /// <summary>What decides which fee dates: each activation decides from its day on, over everything activated before it.</summary>
    /// <returns>Earliest first, without gap or overlap.</returns>
    internal static IReadOnlyList<CataloguePeriod> PeriodsOf(string packedVersion, IReadOnlyList<CatalogueActivationRow> activations)
    {
        var starts = new List<(DateOnly? From, string Version)> { (null, packedVersion) };
        foreach (var activation in activations)
        {
            var from = ChinaTime.ParseIso(activation.FromDate);
            starts.RemoveAll(start => start.From >= from);
            starts.Add((from, activation.Version));
        }
        return [.. starts.Select((start, index) => new CataloguePeriod(start.From, index + 1 < starts.Count ? starts[index + 1].From : null, start.Version))];
    }

    private static void WriteThrough(string path, byte[] bytes)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        file.Write(bytes);
        file.Flush(flushToDisk: true);
    }

    private bool IsRecent(CataloguePeriod period) => period.To is not { } to || to > time.Today().AddDays(-KeptDays);

    /// <inheritdoc cref="Load"/>
    /// <exception cref="StorageRefusedException">Its files are missing or are not what was stored.</exception>
    public LocalCatalogue Read(string adapter, string version, LocalCatalogue neighbour)
    {
        var load = Load(adapter, version, neighbour);
        return load.Catalogue ?? throw Unreadable(adapter, version, load.Errors);
    }

    private StorageRefusedException Unreadable(string adapter, string version, IReadOnlyList<TableError> errors) => new(
        $"适配器 {adapter} 的目录版本 {version} 无法读取：{errors[0].Chinese}请从备份恢复 {FolderOf(adapter, version)} 后重试。",
        $"Catalogue version {version} of adapter {adapter} cannot be read: {errors[0].English} Restore {FolderOf(adapter, version)} from a backup and try again.");
}
