using ProvincialGateway.Values;

namespace ProvincialGateway.Catalogue;

public enum ItemKind
{
    Drug = 1,
    Service = 2,
    Consumable = 3,
}

/// <summary>
/// One row of a province's catalogue: what an item is worth to the fund between two dates. A value, like every row of a catalogue: hundreds of
/// thousands of them stand in one array and are no work for the garbage collector.
/// </summary>
public readonly record struct CatalogueItem : IDated
{
    public required string LocalCode { get; init; }

    public required string LocalName { get; init; }

    public required ItemKind Kind { get; init; }

    public required string Unit { get; init; }

    public required string Specification { get; init; }

    public required string DoseForm { get; init; }

    /// <summary>Local code; the loader has checked that it translates on every day of <see cref="Validity"/>.</summary>
    public required string FeeCategory { get; init; }

    /// <inheritdoc cref="FeeCategory"/>
    public required string ItemClass { get; init; }

    /// <summary>Pre-self-pay ratio, 0..100 %.</summary>
    public required BasisPoints SelfPay { get; init; }

    /// <summary>Price limit in tertiary institutions; null is none.</summary>
    public required UnitPrice? LimitTertiary { get; init; }

    /// <inheritdoc cref="LimitTertiary"/>
    public required UnitPrice? LimitSecondary { get; init; }

    /// <inheritdoc cref="LimitTertiary"/>
    public required UnitPrice? LimitPrimary { get; init; }

    public required Validity Validity { get; init; }

    public UnitPrice? LimitFor(InstitutionTier tier) => tier switch
    {
        InstitutionTier.Tertiary => LimitTertiary,
        InstitutionTier.Secondary => LimitSecondary,
        InstitutionTier.Primary => LimitPrimary,
        _ => throw new ArgumentOutOfRangeException(nameof(tier), tier, null),
    };
}

/// <summary>How well an exchange code says what the local code means.</summary>
public enum MappingQuality
{
    Equivalent = 1,

    /// <summary>The exchange code covers more than the local one.</summary>
    Broader = 2,

    /// <summary>The exchange code covers less than the local one.</summary>
    Narrower = 3,
}

/// <summary>A mapping in force; drafts and retired rows never reach this type.</summary>
public readonly record struct ItemMapping : IDated
{
    public required string LocalCode { get; init; }

    public required string ExchangeCode { get; init; }

    public required string ExchangeName { get; init; }

    public required MappingQuality Quality { get; init; }

    public required Validity Validity { get; init; }
}
