using System.Globalization;

namespace ProvincialGateway.Values;

/// <summary>
/// A ratio in 1/10000 (8500 is 85 %). Range 0..1000000 (a factor may exceed one, a share may not; the policy validator says which).
/// </summary>
public readonly record struct BasisPoints
{
    public const int One = 10_000;
    public const int ValueMax = 1_000_000;

    public BasisPoints(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ValueMax);
        Value = value;
    }

    public int Value { get; }

    public static BasisPoints Whole => new(One);

    /// <summary>The share of an amount, rounded to the fen half away from zero: the rounding of every fee line and benefit segment.</summary>
    public Fen ShareOf(Fen amount) => new(Rounded.OfProduct(amount.Value, Value, One));

    /// <summary>The share and what is left; the two always add up to the amount.</summary>
    public (Fen Share, Fen Remainder) Split(Fen amount)
    {
        var share = ShareOf(amount);
        return (share, amount - share);
    }

    /// <summary>This ratio multiplied by a factor (0.85 × 0.90 = 0.765), rounded to the basis point half away from zero.</summary>
    public BasisPoints Times(BasisPoints factor) => new((int)Rounded.OfProduct(Value, factor.Value, One));

    /// <summary>This ratio less percentage points, never below zero.</summary>
    public BasisPoints Less(BasisPoints points) => new(Math.Max(0, Value - points.Value));

    /// <summary>Per cent with up to two decimals, e.g. <c>76.5%</c>.</summary>
    public override string ToString() => (Value / 100m).ToString("0.##", CultureInfo.InvariantCulture) + "%";
}
