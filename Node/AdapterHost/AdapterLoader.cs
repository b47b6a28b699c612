using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Tables;

namespace ProvincialGateway.AdapterHost;

/// <summary>Takes one adapter's folder through every check. The first check that fails decides the state and names all of its faults.</summary>
internal sealed class AdapterLoader(string folder, string id, ILogger log)
{
    private const int ReasonsMax = 20;

    /// <summary>The context is the caller's to unload when an adapter came of it; otherwise it has been unloaded.</summary>
    public (AdapterStatus Status, AdapterLoadContext? Context) Load()
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

    private (AdapterStatus Status, AdapterLoadContext? Context) Load(AdapterManifest manifest)
    {
        var context = new AdapterLoadContext(id, folder);
        var status = Load(manifest, context);
        if (status.State == AdapterState.Loaded)
            return (status, context);
        context.Unload();
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

    private AdapterStatus Load(AdapterManifest manifest, AdapterLoadContext context)
    {
        if (manifest.ContractVersion != AdapterContract.Version)
            return OtherContract(manifest.ContractVersion);
        if (Dialect(manifest, context, out var missing) is not { } dialect)
            return Failed(AdapterState.DialectNotFound, missing!);
        if (dialect.ContractVersion != AdapterContract.Version)
            return OtherContract(dialect.ContractVersion);

        var load = LocalCatalogue.Load(Tables(manifest));
        if (load.Catalogue is not { } catalogue)
            return Failed(AdapterState.CatalogueInvalid, [.. load.Errors.Select(Said)]);
        var check = SampleCheck.Run(dialect.Unguarded, catalogue.Codes, Samples);
        return check.Faults.Count > 0
            ? Failed(AdapterState.SelfCheckFailed, [.. check.Faults.Select(Said)])
            : Loaded(manifest, dialect, catalogue, check.Samples);
    }

    private string Samples => Path.Combine(folder, "samples");

    private CatalogueFiles Tables(AdapterManifest manifest) => new()
    {
        Items = Path.Combine(folder, manifest.Items),
        Mappings = Path.Combine(folder, manifest.Mappings),
        Codes = Path.Combine(folder, manifest.Codes),
    };

    private AdapterStatus Loaded(AdapterManifest manifest, GuardedDialect dialect, LocalCatalogue catalogue, int samplesPassed) => new()
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
            Dialect = dialect,
            Catalogue = catalogue,
            Unmapped = manifest.Unmapped,
            SamplesFolder = Samples,
            SamplesPassed = samplesPassed,
        },
    };

    private GuardedDialect? Dialect(AdapterManifest manifest, AdapterLoadContext context, out Reason? missing)
    {
        missing = null;
        try
        {
            var types = context.LoadDialect(manifest.Assembly).GetExportedTypes().Where(IsDialect).ToList();
            if (types.Count != 1)
                missing = new Reason($"{manifest.Assembly} 应恰有一个公开且可无参构造的 IHisDialect 类型，实有 {types.Count} 个。", $"{manifest.Assembly} must have exactly one public IHisDialect type with a parameterless constructor, not {types.Count}.");
            else if (Activator.CreateInstance(types[0]) is not IHisDialect dialect || dialect.Name != manifest.Dialect)
                missing = new Reason($"{manifest.Assembly} 的接口方言不是“{manifest.Dialect}”。", $"the dialect of {manifest.Assembly} is not '{manifest.Dialect}'.");
            else
                return new GuardedDialect(id, dialect, log);
        }
        // Whatever a foreign DLL throws while it is loaded and constructed is a reason not to use it.
        catch (Exception fault)
        {
            var cause = fault.GetBaseException();
            missing = new Reason($"{manifest.Assembly} 无法装入：{cause.GetType().Name} {cause.Message}", $"{manifest.Assembly} does not load: {cause.GetType().Name} {cause.Message}");
        }
        return null;
    }

    private static bool IsDialect(Type type) =>
        typeof(IHisDialect).IsAssignableFrom(type) && !type.IsAbstract && type.GetConstructor(Type.EmptyTypes) is not null;

    private AdapterStatus OtherContract(int version) => Failed(AdapterState.ContractVersion, new Reason(
        $"适配器按契约第 {version} 版编写，本节点支持第 {AdapterContract.Version} 版。",
        $"the adapter was made for contract version {version}, this node speaks {AdapterContract.Version}."));

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
