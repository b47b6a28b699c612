namespace ProvincialGateway.Values;

/// <summary>A product divided, rounded half away from zero: the one rounding of this system.</summary>
internal static class Rounded
{
    /// <param name="divisor">Above zero.</param>
    /// <exception cref="OverflowException">The quotient is not a 64-bit number.</exception>
    public static long OfProduct(long left, long right, long divisor)
    {
        var high = Math.BigMul(left, right, out long low);
        // Nearly every product has 62 bits or fewer, and to divide 128 of them takes several times as long.
        return high == low >> 63 && low is > long.MinValue / 2 and < long.MaxValue / 2 && divisor < long.MaxValue / 2
            ? (low < 0 ? low - divisor / 2 : low + divisor / 2) / divisor
            : OfLargeProduct((Int128)left * right, divisor);
    }

    private static long OfLargeProduct(Int128 product, long divisor)
    {
        var magnitude = (Int128.Abs(product) + (divisor / 2)) / divisor;
        return checked((long)(Int128.IsNegative(product) ? -magnitude : magnitude));
    }
}
