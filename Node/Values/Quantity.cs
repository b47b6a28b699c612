using System.Globalization;

namespace ProvincialGateway.Values;

/// <summary>A quantity in 1/100 units; negative on a refund line.</summary>
public readonly record struct Quantity(long Hundredths)
{
    public bool IsNegative => Hundredths < 0;

    /// <summary>False when the quantity has more than two significant decimals or is out of range (±100 million).</summary>
    public static bool TryFromDecimal(decimal units, out Quantity quantity)
    {
        quantity = default;
        if (Math.Abs(units) > 100_000_000m || !ExactDecimal.TryScale(units, 2, out var hundredths))
            return false;
        quantity = new Quantity(hundredths);
        return true;
    }

    public static Quantity operator -(Quantity quantity) => new(checked(-quantity.Hundredths));

    public decimal ToDecimal() => Hundredths / 100m;

    public override string ToString() => ToDecimal().ToString("0.##", CultureInfo.InvariantCulture);
}
