using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.AdapterKit;

/// <summary>How the suite is run.</summary>
internal sealed record ConformanceOptions
{
    /// <summary>Spoilt messages, 1 to 1,000,000.</summary>
    public int MessagesSpoilt { get; init; } = 2_000;

    /// <summary>Of every random choice.</summary>
    public required int Seed { get; init; }

    /// <summary>Of every call, as in a node.</summary>
    public AdapterBudget Budget { get; init; } = AdapterBudget.Default;

    public required string GatewayVersion { get; init; }

    public required TimeProvider Time { get; init; }
}

/// <summary>
/// Everything a node relies on in an adapter, tried on one that stands in a folder as a node would load it. The first checks are those of every
/// load; the others need an adapter that has passed them.
/// </summary>
internal sealed class ConformanceSuite(string packedFolder, ConformanceOptions options, ILogger log)
{
    private readonly List<ConformanceCheck> _checks = [];

    public ConformanceReport Run()
    {
        var (startedAt, started) = (options.Time.GetUtcNow(), options.Time.GetTimestamp());
        var (status, runtime) = Load();
        try
        {
            var unmapped = status.Adapter is { } adapter ? RunOn(adapter) : NothingMore();
            return new ConformanceReport
            {
                Format = ConformanceReport.CurrentFormat,
                GatewayVersion = options.GatewayVersion,
                ContractVersions = $"{AdapterContract.MinimumVersion}-{AdapterContract.Version}",
                StartedAt = startedAt,
                DurationMs = Math.Round(options.Time.GetElapsedTime(started).TotalMilliseconds, 1),
                Seed = options.Seed,
                Adapter = Describe(status),
                Checks = _checks,
                Unmapped = unmapped,
                Files = [.. SealedFiles.Hashes(packedFolder).Select(file => new VerifiedFile(file.Name, file.Hash))],
            };
        }
        finally
        {
            runtime?.Release();
        }
    }

    private (AdapterStatus, AdapterRuntime?) Load()
    {
        var started = options.Time.GetTimestamp();
        var (status, runtime) = Loader().Load();
        foreach (var check in LoadChecks.Of(status, options.Time.GetElapsedTime(started).TotalMilliseconds))
            _checks.Add(check);
        return (status, runtime);
    }

    private AdapterLoader Loader() => new(packedFolder, Path.GetFileName(packedFolder), archive: null, passed: null, shared: null, options.Budget, options.Time, log);

    private IReadOnlyList<UnmappedItem> RunOn(LoadedAdapter adapter)
    {
        var samples = ConformanceSample.ReadAll(adapter.SamplesFolder);
        var dialect = ((GuardedDialect)adapter.Dialect).Budgeted;
        Run(ConformanceChecks.Totality, tally => new TotalityCheck(dialect, samples, options.Seed, options.MessagesSpoilt).Run(tally));
        Run(ConformanceChecks.Determinism, tally => SampleOutcomes.CompareRepeated(dialect, samples, tally));
        Run(ConformanceChecks.OrderIndependence, tally => CompareReordered(dialect, samples, tally));
        Run(ConformanceChecks.Money, tally => new MoneyCheck(dialect, adapter.Catalogue.Packed.Codes, samples).Run(tally));
        IReadOnlyList<UnmappedItem> unmapped = [];
        Run(ConformanceChecks.Mapping, tally => unmapped = MappingCheck.Unmapped(adapter, packedFolder, tally));
        return unmapped;
    }

    /// <summary>In an instance of its own that has seen nothing before, in orders of its own.</summary>
    private void CompareReordered(IHisDialect dialect, IReadOnlyList<ConformanceSample> samples, CheckTally tally)
    {
        var (fresh, runtime) = Loader().Load();
        try
        {
            if (fresh.Adapter is null)
                tally.Fault("", $"再次装入失败：{fresh.ReasonChinese}", $"it does not load a second time: {fresh.ReasonEnglish}");
            else
                SampleOutcomes.CompareReordered(dialect, ((GuardedDialect)fresh.Adapter.Dialect).Budgeted, samples, options.Seed, tally);
        }
        finally
        {
            runtime?.Release();
        }
    }

    private IReadOnlyList<UnmappedItem> NothingMore()
    {
        foreach (var name in ConformanceChecks.AfterLoading)
            _checks.Add(ConformanceChecks.NotRun(name));
        return [];
    }

    private void Run(CheckName name, Action<CheckTally> check)
    {
        var started = options.Time.GetTimestamp();
        var tally = new CheckTally();
        check(tally);
        _checks.Add(ConformanceChecks.Ran(name, tally, options.Time.GetElapsedTime(started).TotalMilliseconds));
    }

    private static VerifiedAdapter Describe(AdapterStatus status) => status.Adapter is { } adapter
        ? new VerifiedAdapter
        {
            Id = adapter.Id,
            Name = adapter.Name,
            Division = adapter.Division.Code,
            Version = adapter.Version,
            Dialect = adapter.Dialect.Name,
            ContractVersion = adapter.ContractVersion,
            DialectContractVersion = adapter.Dialect.ContractVersion,
            CatalogueVersion = adapter.Catalogue.Packed.Version,
            CatalogueItems = adapter.Catalogue.Packed.Items.Count,
            Samples = adapter.SamplesPassed,
        }
        : new VerifiedAdapter { Id = status.Id };
}
