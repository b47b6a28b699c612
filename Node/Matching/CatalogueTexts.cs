using ProvincialGateway.Catalogue;

namespace ProvincialGateway.Matching;

/// <summary>What both catalogues say about an item in words, as it stands in the file; empty where a column is.</summary>
internal sealed record CatalogueTexts
{
    public required string Code { get; init; }

    public required string Name { get; init; }

    public required ItemKind Kind { get; init; }

    /// <summary>A crude drug (中药饮片); the exchange catalogue says so, and the fee category of a hospital's line.</summary>
    public bool IsCrudeDrug { get; init; }

    public required string Unit { get; init; }

    public required string Specification { get; init; }

    public required string DoseForm { get; init; }

    public required string Manufacturer { get; init; }

    /// <summary>甲/乙/丙; null where it is not stated, or stated in a code of the province.</summary>
    public required ItemClass? ItemClass { get; init; }

    /// <summary>Yuan per unit: the reference price, or the price limit of the highest tier; null where there is none.</summary>
    public required decimal? Price { get; init; }

    public required Validity Validity { get; init; }

    /// <summary>Line of the file.</summary>
    public required int Line { get; init; }
}
