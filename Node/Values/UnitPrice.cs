using System.Globalization;

namespace ProvincialGateway.Values;

/// <summary>A price of one unit in 1/10000 yuan: hospitals price single tablets. Range: not negative.</summary>
public readonly record struct UnitPrice
{
    public UnitPrice(long tenThousandths)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tenThousandths);
        TenThousandths = tenThousandths;
    }

    public long TenThousandths { get; }

    /// <summary>False when the price is negative, has more than four significant decimals or is out of range.</summary>
    public static bool TryFromDecimal(decimal yuan, out UnitPrice price)
    {
        price = default;
        if (yuan < 0 || yuan > 100_000_000m || !ExactDecimal.TryScale(yuan, 4, out var tenThousandths))
            return false;
        price = new UnitPrice(tenThousandths);
        return true;
    }

    /// <summary>Price × quantity, rounded to the fen half away from zero. Lines are rounded one by one and then summed.</summary>
    public Fen Times(Quantity quantity) => new(Rounded.OfProduct(TenThousandths, quantity.Hundredths, 10_000));

    /// <summary>How much of the price lies above a limit; zero when it does not exceed it.</summary>
    public UnitPrice Above(UnitPrice limit) => new(Math.Max(0, TenThousandths - limit.TenThousandths));

    public decimal ToDecimal() => TenThousandths / 10_000m;

    public override string ToString() => ToDecimal().ToString("0.0000", CultureInfo.InvariantCulture);
}
