using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Values;

namespace ProvincialGateway.Catalogue;

/// <summary>For whom and where a line is charged: what limits and ratios may depend on.</summary>
/// <param name="Tier">Of the institution.</param>
/// <param name="PersonClass">Exchange code; null where it is not known, then only ratios for any person apply.</param>
public readonly record struct LineSetting(InstitutionTier Tier, string? PersonClass);

/// <summary>What one version of a catalogue says about one code on one day: everything a line is split by, before its quantity matters.</summary>
public readonly record struct LineTerms
{
    /// <summary>Null when no mapping of an accepted quality is in force.</summary>
    public required ItemMapping? Mapping { get; init; }

    /// <summary>Set exactly when there is no mapping.</summary>
    public required UnmappedHandling? Unmapped { get; init; }

    /// <summary>Exchange code; null when the code is in no row in force: then only the hospital can say.</summary>
    public required string? FeeCategory { get; init; }

    public required ItemClass ItemClass { get; init; }

    /// <summary>Pre-self-pay ratio, 0..100 %.</summary>
    public required BasisPoints SelfPay { get; init; }

    /// <summary>Null is none.</summary>
    public required UnitPrice? Limit { get; init; }

    /// <summary>Null when the code is in no catalogue row at all, in force or not.</summary>
    public required ItemKind? Kind { get; init; }

    /// <summary>No line may be stored before the mapping exists.</summary>
    public bool IsBlocked => Unmapped == UnmappedHandling.Block;

    public static LineTerms Of(LocalCatalogue catalogue, UnmappedPolicy policy, string localCode, UnitPrice price, DateOnly on, LineSetting setting)
    {
        // One look-up for the rows of all tables.
        var (index, at) = (catalogue.Index, catalogue.Index[localCode]);
        var item = index.Items.Find(at.Items, on);
        var mapping = item is null ? null : index.Mappings.Find(at.Mappings, on);
        if (mapping is { } found && !policy.Accepts(found))
            mapping = null;
        var kind = item?.Kind ?? index.Items.Last(at.Items)?.Kind;
        var (itemClass, selfPay, limit) = mapping is null
            ? OfUnmapped(policy.For(kind), item?.LimitFor(setting.Tier))
            : OfMapped(catalogue, item!.Value, at, price, on, setting);
        return new LineTerms
        {
            Mapping = mapping,
            Unmapped = mapping is null ? policy.For(kind) : null,
            FeeCategory = item is { } known ? Checked(catalogue.Codes, CodeSystem.FeeCategory, known.FeeCategory, on) : null,
            ItemClass = itemClass,
            SelfPay = selfPay,
            Limit = limit,
            Kind = kind,
        };
    }

    private static (ItemClass, BasisPoints, UnitPrice?) OfUnmapped(UnmappedHandling handling, UnitPrice? limit) =>
        handling == UnmappedHandling.ClassA ? (ItemClass.Full, default, limit) : (ItemClass.SelfPaid, BasisPoints.Whole, null);

    private static (ItemClass, BasisPoints, UnitPrice?) OfMapped(LocalCatalogue catalogue, CatalogueItem item, CodePlaces at, UnitPrice price, DateOnly on, LineSetting setting)
    {
        var itemClass = ItemClassCode.Parse(Checked(catalogue.Codes, CodeSystem.ItemClass, item.ItemClass, on));
        // Class C is paid in full, whatever a ratio row for it says.
        var selfPay = itemClass == ItemClass.SelfPaid ? BasisPoints.Whole : catalogue.SelfPayOf(at, setting.PersonClass, price, on) ?? item.SelfPay;
        return (itemClass, selfPay, item.LimitFor(setting.Tier));
    }

    private static string Checked(ICodeTranslator codes, CodeSystem system, string code, DateOnly on) =>
        codes.ToExchange(system, code, on)
        ?? throw new InvalidOperationException($"The catalogue was loaded although {system} '{code}' has no exchange code on {on.Iso()}.");
}
