using System.Globalization;
using System.Numerics;

namespace ProvincialGateway.Values;

/// <summary>
/// An amount of money in fen (1/100 yuan), exact and signed. Range: that of <see cref="long"/>; arithmetic that leaves it throws
/// <see cref="OverflowException"/>. There is no multiplication or division: shares are taken with <see cref="BasisPoints"/>, which names
/// its rounding, and prices with <see cref="UnitPrice"/>. <c>default</c> is zero.
/// </summary>
public readonly record struct Fen(long Value) : IComparable<Fen>, IAdditionOperators<Fen, Fen, Fen>, ISubtractionOperators<Fen, Fen, Fen>
{
    public static readonly Fen Zero;

    public bool IsNegative => Value < 0;

    public bool IsZero => Value == 0;

    public static Fen operator +(Fen left, Fen right) => new(checked(left.Value + right.Value));

    public static Fen operator -(Fen left, Fen right) => new(checked(left.Value - right.Value));

    public static Fen operator -(Fen amount) => new(checked(-amount.Value));

    public static bool operator <(Fen left, Fen right) => left.Value < right.Value;

    public static bool operator >(Fen left, Fen right) => left.Value > right.Value;

    public static bool operator <=(Fen left, Fen right) => left.Value <= right.Value;

    public static bool operator >=(Fen left, Fen right) => left.Value >= right.Value;

    public static Fen Min(Fen left, Fen right) => left < right ? left : right;

    public static Fen Max(Fen left, Fen right) => left > right ? left : right;

    public static Fen Sum(IEnumerable<Fen> amounts)
    {
        var total = Zero;
        foreach (var amount in amounts)
            total += amount;
        return total;
    }

    /// <summary>Whole yuan, for figures that a policy states in yuan.</summary>
    public static Fen FromYuan(long yuan) => new(checked(yuan * 100));

    /// <summary>Exact: false when there are more than two significant decimals, a thousands mark, an exponent or an overflow.</summary>
    public static bool TryFromYuan(decimal yuan, out Fen amount)
    {
        amount = Zero;
        if (Math.Abs(yuan) > 90_000_000_000_000_000m || decimal.Round(yuan, 2) != yuan)
            return false;
        amount = new Fen((long)(yuan * 100m));
        return true;
    }

    /// <inheritdoc cref="TryFromYuan"/>
    public static bool TryParseYuan(string? text, out Fen amount)
    {
        amount = Zero;
        return decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var yuan)
            && TryFromYuan(yuan, out amount);
    }

    public int CompareTo(Fen other) => Value.CompareTo(other.Value);

    /// <summary>Yuan with two decimals and a point, e.g. <c>-12.30</c>: the form used in reports and JSON for people.</summary>
    public override string ToString() => (Value / 100m).ToString("0.00", CultureInfo.InvariantCulture);
}
