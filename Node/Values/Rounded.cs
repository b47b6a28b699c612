namespace ProvincialGateway.Values;

/// <summary>Integer division that rounds half away from zero, the one rounding of this system.</summary>
internal static class Rounded
{
    /// <exception cref="OverflowException">The quotient is not a 64-bit number.</exception>
    public static long Divide(Int128 dividend, long divisor)
    {
        var magnitude = (Int128.Abs(dividend) + (divisor / 2)) / divisor;
        return checked((long)(Int128.IsNegative(dividend) ? -magnitude : magnitude));
    }
}
