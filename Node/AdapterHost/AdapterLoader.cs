using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Tables;

namespace ProvincialGateway.AdapterHost;

/// <summary>Takes one adapter's folder through every check. The first check that fails decides the state and names all of its faults.</summary>
/// <param name="archive">The versions this node keeps; null knows the adapter's own tables only.</param>
/// <param name="passed">Self-checks that need not be made again; null makes every one.</param>
/// <param name="shared">The assemblies, when other nodes use them too; null loads them for this adapter alone.</param>
internal sealed class AdapterLoader(
    string folder, string id, CatalogueArchive? archive, PassedSelfChecks? passed, AdapterLoadContext? shared, AdapterBudget budget, TimeProvider time, ILogger log)
{
    private const int ReasonsMax = 20;

    /// <summary>The runtime is the caller's to release when an adapter came of it; otherwise it has been released.</summary>
    public (AdapterStatus Status, AdapterRuntime? Runtime) Load()
    {
        try
        {
            return Manifest(out var failed) is { } manifest ? Load(manifest) : (failed!, null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (Failed(AdapterState.FilesChanged, new Reason($"文件无法读取：{fault.Message}", $"a file cannot be read: {fault.Message}")), null);
        }
    }

    public static AdapterStatus ChangedMeanwhile(string id) => new()
    {
        Id = id,
        State = AdapterState.FilesChanged,
        ReasonChinese = "读取期间文件夹发生变化；复制完成后会自动重新装入。",
        ReasonEnglish = "the folder changed while it was read; it is loaded again when the copy is complete.",
    };

    private (AdapterStatus Status, AdapterRuntime? Runtime) Load(AdapterManifest manifest)
    {
        var (context, threads) = (shared ?? new AdapterLoadContext(id, folder), new AdapterThreads(id, budget, log));
        var runtime = new AdapterRuntime(shared is null ? context : null, threads);
        var status = Load(manifest, context, threads);
        if (status.State == AdapterState.Loaded)
            return (status, runtime);
        runtime.Release();
        return (status, null);
    }

    private AdapterManifest? Manifest(out AdapterStatus? failed)
    {
        failed = null;
        var path = Path.Combine(folder, AdapterManifest.FileName);
        if (!AdapterManifest.IsId(id) || !File.Exists(path))
        {
            failed = Failed(AdapterState.ManifestInvalid, new Reason($"{folder} 中没有 {AdapterManifest.FileName}。", $"there is no {AdapterManifest.FileName} in {folder}."));
            return null;
        }
        if (SealedFiles.Check(folder) is { Count: > 0 } changes)
        {
            failed = Failed(AdapterState.FilesChanged, [.. changes]);
            return null;
        }
        var load = AdapterManifest.Read(File.ReadAllBytes(path), id);
        if (load.Manifest is null)
            failed = Failed(AdapterState.ManifestInvalid, [.. load.Errors.Select(Said)]);
        return load.Manifest;
    }

    private AdapterStatus Load(AdapterManifest manifest, AdapterLoadContext context, AdapterThreads threads)
    {
        if (!AdapterContract.Speaks(manifest.ContractVersion))
            return OtherContract(manifest.ContractVersion);
        if (Dialect(manifest, context, threads, out var failed) is not { } dialect)
            return failed!;
        if (!AdapterContract.Speaks(dialect.ContractVersion))
            return OtherContract(dialect.ContractVersion);

        var load = LocalCatalogue.Load(Tables(manifest));
        if (load.Catalogue is not { } packed)
            return Failed(AdapterState.CatalogueInvalid, [.. load.Errors.Select(Said)]);
        var subject = PassedSelfChecks.SubjectIn(folder, budget);
        // The samples belong to the tables they were packed with.
        var check = passed?.SamplesPassed(id, subject) is { } samples ? new SampleReport(samples, []) : SampleCheck.Run(dialect.Budgeted, packed.Codes, Samples);
        if (check.Faults.Count > 0)
            return Failed(AdapterState.SelfCheckFailed, [.. check.Faults.Select(Said)]);
        IReadOnlyList<TableError> errors = [];
        var timeline = archive is null ? CatalogueTimeline.Of(packed) : archive.TimelineOf(id, packed, null, out errors);
        return timeline is null
            ? Failed(AdapterState.CatalogueInvalid, [.. errors.Select(Said)])
            : Loaded(manifest, dialect, timeline, check.Samples, subject);
    }

    private string Samples => Path.Combine(folder, "samples");

    private CatalogueFiles Tables(AdapterManifest manifest) => new()
    {
        Items = new TableSource(Path.Combine(folder, manifest.Items)),
        Mappings = new TableSource(Path.Combine(folder, manifest.Mappings)),
        Codes = new TableSource(Path.Combine(folder, manifest.Codes)),
        Ratios = manifest.Ratios is { } ratios ? new TableSource(Path.Combine(folder, ratios)) : null,
    };

    private AdapterStatus Loaded(AdapterManifest manifest, GuardedDialect dialect, CatalogueTimeline catalogue, int samplesPassed, string subject) => new()
    {
        Id = id,
        State = AdapterState.Loaded,
        ReasonChinese = "",
        ReasonEnglish = "",
        Adapter = new LoadedAdapter
        {
            Id = id,
            Name = manifest.Name,
            Version = manifest.Version,
            Division = manifest.Division,
            ContractVersion = manifest.ContractVersion,
            Dialect = dialect,
            Catalogue = catalogue,
            Unmapped = manifest.Unmapped,
            SamplesFolder = Samples,
            SamplesPassed = samplesPassed,
            CheckedSubject = subject,
        },
    };

    private GuardedDialect? Dialect(AdapterManifest manifest, AdapterLoadContext context, AdapterThreads threads, out AdapterStatus? failed)
    {
        failed = null;
        try
        {
            var load = threads.Run(() => DialectLoad.Load(context, manifest, dialect => new GuardedDialect(id, dialect, threads, new AdapterQuarantine(time), log)));
            if (load.Dialect is { } dialect)
                return dialect;
            failed = Failed(AdapterState.DialectNotFound, load.Missing!);
        }
        catch (AdapterOverrunException fault)
        {
            failed = Failed(AdapterState.DialectNotFound, new Reason($"{manifest.Assembly} 在装入时失控，已中止：{fault.Message}。", $"{manifest.Assembly} was aborted while it loaded: {fault.Message}."));
        }
        // Whatever a foreign DLL throws while it is loaded and constructed is a reason not to use it.
        catch (Exception fault)
        {
            failed = fault.GetBaseException() is DialectSettingException setting
                ? Failed(AdapterState.ManifestInvalid, new Reason($"settings.{setting.Name} {setting.Chinese}", $"settings.{setting.Name} {setting.English}"))
                : Failed(AdapterState.DialectNotFound, Thrown(manifest, fault.GetBaseException()));
        }
        return null;
    }

    private static Reason Thrown(AdapterManifest manifest, Exception cause) => new(
        $"{manifest.Assembly} 无法装入：{cause.GetType().Name} {cause.Message}", $"{manifest.Assembly} does not load: {cause.GetType().Name} {cause.Message}");

    private AdapterStatus OtherContract(int version) => Failed(AdapterState.ContractVersion, new Reason(
        $"适配器按契约第 {version} 版编写，本节点支持第 {AdapterContract.MinimumVersion} 至 {AdapterContract.Version} 版；{OtherContractNext(version).Chinese}",
        $"the adapter was made for contract version {version}, this node speaks {AdapterContract.MinimumVersion} to {AdapterContract.Version}; {OtherContractNext(version).English}"));

    private static Reason OtherContractNext(int version) => version > AdapterContract.Version
        ? new("请升级节点，或向供应商索取按旧契约编写的版本。", "upgrade the node, or ask the vendor for a version made for an older contract.")
        : new("请用本节点的 Contracts 重新编译该接口方言。", "build the dialect anew against this node's Contracts.");

    private static Reason Said(ManifestError error) => new($"{error.Field} {error.Chinese}", $"{error.Field} {error.English}");

    private static Reason Said(TableError error)
    {
        var place = $"{error.File}:{error.Line} {error.Column}";
        return new Reason($"{place} {error.Chinese}", $"{place} {error.English}");
    }

    private static Reason Said(SampleFault fault) => new($"样例 {fault.Sample}：{fault.Chinese}", $"sample {fault.Sample}: {fault.English}");

    private AdapterStatus Failed(AdapterState state, params Reason[] reasons)
    {
        var shown = reasons.Take(ReasonsMax).ToList();
        if (reasons.Length > ReasonsMax)
            shown.Add(new Reason($"另有 {reasons.Length - ReasonsMax} 项。", $"and {reasons.Length - ReasonsMax} more."));
        return new AdapterStatus
        {
            Id = id,
            State = state,
            ReasonChinese = string.Join(' ', shown.Select(reason => reason.Chinese)),
            ReasonEnglish = string.Join(' ', shown.Select(reason => reason.English)),
        };
    }
}
