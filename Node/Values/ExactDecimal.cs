namespace ProvincialGateway.Values;

/// <summary>Decimals as whole numbers of their last place: 0.8333 yuan as 8333 ten-thousandths. Nothing is rounded.</summary>
internal static class ExactDecimal
{
    private static readonly long[] Powers = [1, 10, 100, 1_000, 10_000];

    /// <summary>False when the value has more significant decimals than that.</summary>
    /// <param name="value">At most 100 million in magnitude.</param>
    /// <param name="decimals">0..4.</param>
    public static bool TryScale(decimal value, int decimals, out long scaled)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        // As messages have it: 32 bits, and no more decimals than there may be. Others are worked out by the book.
        if (bits[1] == 0 && bits[2] == 0 && value.Scale <= decimals)
        {
            scaled = unchecked((uint)bits[0]) * Powers[decimals - value.Scale];
            if (decimal.IsNegative(value))
                scaled = -scaled;
            return true;
        }
        var isExact = decimal.Round(value, decimals) == value;
        scaled = isExact ? (long)(value * Powers[decimals]) : 0;
        return isExact;
    }
}
