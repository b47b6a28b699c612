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
public sealed record LoadedAdapter
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>The province or city whose hospitals speak through this adapter.</summary>
    public required Division Division { get; init; }

    /// <summary>The contract the manifest was written for; the dialect states its own.</summary>
    public required int ContractVersion { get; init; }

    /// <summary>Guarded: its exceptions, hangs and memory stay inside it.</summary>
    public required IHisDialect Dialect { get; init; }

    /// <summary>The versions of the local catalogue and the fee dates each is in force for.</summary>
    public required CatalogueTimeline Catalogue { get; init; }

    public required UnmappedPolicy Unmapped { get; init; }

    /// <summary>Absolute path of <c>samples</c>; the folder need not exist.</summary>
    public required string SamplesFolder { get; init; }

    /// <summary>Conformance samples that the adapter passed; 0 when it has none.</summary>
    public required int SamplesPassed { get; init; }

    /// <summary>What they were passed with: the files of the folder, the program, its runtime and the limits of a call.</summary>
    public required string CheckedSubject { get; init; }

    internal AdapterHealth Health => ((GuardedDialect)Dialect).Health;
}

/// <summary>What an adapter has done since it was loaded.</summary>
internal sealed record AdapterHealth
{
    /// <summary>Exceptions, and results that break the contract.</summary>
    public required long Faults { get; init; }

    /// <summary>Calls that were given up.</summary>
    public required long Overruns { get; init; }

    /// <summary>Threads that could not be aborted and still run.</summary>
    public required int ThreadsLost { get; init; }

    /// <summary>Null while the adapter is called.</summary>
    public required DateTimeOffset? QuarantinedUntil { get; init; }
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

    /// <summary>What stands in the adapter's folder now and was not taken in place of <see cref="Adapter"/>; null when that is what is loaded.</summary>
    public AdapterStatus? RefusedReplacement { get; init; }
}

/// <summary>One reason in both languages.</summary>
internal sealed record Reason(string Chinese, string English);
