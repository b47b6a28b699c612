using ProvincialGateway.Values;

namespace ProvincialGateway.Catalogue;

/// <summary>
/// A pre-self-pay ratio that differs from the item's own for some persons or prices. A row for the person's class goes before a row for any;
/// of the same class, one with a price band goes before one without.
/// </summary>
public readonly record struct SelfPayRatio : IDated
{
    public required string LocalCode { get; init; }

    /// <summary>Exchange code; null holds for any person, also for one whose class is not known.</summary>
    public required string? PersonClass { get; init; }

    /// <summary>Unit prices from this on; null is no lower bound.</summary>
    public required UnitPrice? PriceFrom { get; init; }

    /// <summary>Unit prices below this; null is no upper bound.</summary>
    public required UnitPrice? PriceTo { get; init; }

    /// <summary>0..100 %.</summary>
    public required BasisPoints SelfPay { get; init; }

    public required Validity Validity { get; init; }

    /// <summary>Of two rows that apply, the more specific one decides; the checks let no two of the same rank apply together.</summary>
    internal int Rank => (PersonClass is null ? 0 : 2) + (PriceFrom is null && PriceTo is null ? 0 : 1);

    internal bool Applies(string? personClass, UnitPrice price) =>
        (PersonClass is null || PersonClass == personClass)
        && (PriceFrom is not { } from || from.TenThousandths <= price.TenThousandths)
        && (PriceTo is not { } to || price.TenThousandths < to.TenThousandths);

    internal bool SharesPrices(SelfPayRatio other) => !EndsBelow(other) && !other.EndsBelow(this);

    private bool EndsBelow(SelfPayRatio other) => PriceTo is { } to && other.PriceFrom is { } from && to.TenThousandths <= from.TenThousandths;
}
