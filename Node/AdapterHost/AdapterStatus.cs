using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Values;

namespace ProvincialGateway.AdapterHost;

/// <summary>What became of one configured adapter, in the order in which things are checked.</summary>
public enum AdapterState
{
    Loaded = 1,

    /// <summary>No such folder, no <c>adapter.json</c>, or one with faults.</summary>
    ManifestInvalid = 2,

    /// <summary>A file is missing, changed or not listed in <c>adapter.sha256</c>.</summary>
    FilesChanged = 3,

    /// <summary>Made for a contract this node does not speak.</summary>
    ContractVersion = 4,

    /// <summary>The DLL does not load or has no such dialect.</summary>
    DialectNotFound = 5,

    CatalogueInvalid = 6,

    /// <summary>A conformance sample of the folder is not read or answered as it says.</summary>
    SelfCheckFailed = 7,
}

/// <summary>An adapter that passed every check. Immutable and thread safe.</summary>
public sealed class LoadedAdapter
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>The province or city whose hospitals speak through this adapter.</summary>
    public required Division Division { get; init; }

    /// <summary>Guarded: its exceptions stay inside it.</summary>
    public required IHisDialect Dialect { get; init; }

    public required LocalCatalogue Catalogue { get; init; }

    public required UnmappedPolicy Unmapped { get; init; }

    /// <summary>Absolute path of <c>samples</c>; the folder need not exist.</summary>
    public required string SamplesFolder { get; init; }

    /// <summary>Conformance samples that the adapter passed; 0 when it has none.</summary>
    public required int SamplesPassed { get; init; }
}

/// <summary>One configured adapter: loaded, or why not.</summary>
public sealed record AdapterStatus
{
    public required string Id { get; init; }

    public required AdapterState State { get; init; }

    /// <summary>Empty when loaded. Every fault that was found, separated by blanks.</summary>
    public required string ReasonChinese { get; init; }

    /// <inheritdoc cref="ReasonChinese"/>
    public required string ReasonEnglish { get; init; }

    /// <summary>Set exactly when <see cref="State"/> is <see cref="AdapterState.Loaded"/>.</summary>
    public LoadedAdapter? Adapter { get; init; }
}

/// <summary>One reason in both languages.</summary>
internal sealed record Reason(string Chinese, string English);
