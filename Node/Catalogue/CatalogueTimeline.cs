using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Values;

namespace ProvincialGateway.Catalogue;

/// <summary>Fee dates from <see cref="From"/> up to, not including, <see cref="To"/>, that one version of the catalogue decides.</summary>
/// <param name="From">Null: since ever.</param>
/// <param name="To">Null: until further notice.</param>
public sealed record CataloguePeriod(DateOnly? From, DateOnly? To, string Version)
{
    public bool Contains(DateOnly day) => (From is not { } from || from <= day) && (To is not { } to || day < to);

    public override string ToString() => $"{From?.Iso()}..{To?.Iso()}";
}

/// <summary>
/// Which version of a province's catalogue decides a fee line: the one in force on the line's fee date. An immutable snapshot; an activation
/// makes a new one. Thread safe.
/// </summary>
public sealed class CatalogueTimeline
{
    private readonly (CataloguePeriod Period, HeldVersion Held)[] _latestFirst;

    private CatalogueTimeline(LocalCatalogue packed, IEnumerable<(CataloguePeriod Period, HeldVersion Held)> latestFirst)
    {
        (Packed, _latestFirst) = (packed, [.. latestFirst]);
        Codes = new TimelineCodes(this);
    }

    /// <summary>The tables of the adapter's own folder: what decides before any version was activated.</summary>
    public LocalCatalogue Packed { get; }

    /// <summary>Earliest first, without gap or overlap.</summary>
    public IReadOnlyList<CataloguePeriod> Periods => [.. _latestFirst.Select(entry => entry.Period).Reverse()];

    /// <summary>Local code ↔ exchange code by the version of the day asked for.</summary>
    public ICodeTranslator Codes { get; }

    /// <summary>The adapter's own tables for every day.</summary>
    public static CatalogueTimeline Of(LocalCatalogue packed) => new(packed, [(new CataloguePeriod(null, null, packed.Version), HeldVersion.Of(packed))]);

    /// <param name="periods">Earliest first, without gap or overlap.</param>
    /// <param name="held">By version.</param>
    internal static CatalogueTimeline Of(LocalCatalogue packed, IReadOnlyList<CataloguePeriod> periods, Func<string, HeldVersion> held) =>
        new(packed, periods.Reverse().Select(period => (period, held(period.Version))));

    /// <summary>The version in force on a fee date.</summary>
    /// <exception cref="Storage.StorageRefusedException">The version is no longer kept in memory and its stored files are missing or changed.</exception>
    public LocalCatalogue At(DateOnly feeDate)
    {
        foreach (var (period, held) in _latestFirst)
        {
            if (period.Contains(feeDate))
                return held.Get();
        }
        throw new InvalidOperationException("A timeline has a gap.");
    }

    public string VersionAt(DateOnly feeDate) => _latestFirst.First(entry => entry.Period.Contains(feeDate)).Period.Version;

    /// <summary>The version if it is part of this timeline and in memory.</summary>
    internal HeldVersion? Held(string version) => Array.Find(_latestFirst, entry => entry.Period.Version == version).Held;

    private sealed class TimelineCodes(CatalogueTimeline timeline) : ICodeTranslator
    {
        public string? ToExchange(CodeSystem system, string localCode, DateOnly day) => timeline.At(day).Codes.ToExchange(system, localCode, day);

        public string? ToLocal(CodeSystem system, string exchangeCode, DateOnly day) => timeline.At(day).Codes.ToLocal(system, exchangeCode, day);
    }
}

/// <summary>
/// A version of a timeline, in memory or to be read when a line asks for it. Versions that only old fee dates need are let go again: a province
/// that changes its catalogue every month would otherwise keep years of it.
/// </summary>
internal sealed class HeldVersion
{
    private readonly Lock _gate = new();
    private readonly Func<LocalCatalogue> _read;
    private readonly LocalCatalogue? _kept;
    private WeakReference<LocalCatalogue>? _seen;

    private HeldVersion(LocalCatalogue? kept, Func<LocalCatalogue> read) => (_kept, _read) = (kept, read);

    /// <summary>Kept for as long as the timeline lives.</summary>
    public static HeldVersion Of(LocalCatalogue catalogue) => new(catalogue, () => catalogue);

    /// <summary>Read on demand.</summary>
    public static HeldVersion OnDemand(Func<LocalCatalogue> read) => new(null, read);

    public LocalCatalogue? InMemory => _kept ?? (_seen is { } seen && seen.TryGetTarget(out var catalogue) ? catalogue : null);

    public LocalCatalogue Get()
    {
        if (InMemory is { } at)
            return at;
        // One reader at a time: two would hold the version twice.
        lock (_gate)
        {
            if (InMemory is { } meanwhile)
                return meanwhile;
            var catalogue = _read();
            _seen = new WeakReference<LocalCatalogue>(catalogue);
            return catalogue;
        }
    }
}
