using System.Globalization;

namespace ProvincialGateway.Adapters.Contracts;

/// <summary>Exact conversion between the decimal texts of hospital messages and fen. Nothing here passes through floating point.</summary>
public static class Amounts
{
    private const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;

    /// <summary>A plain decimal: optional sign, digits, optional point. No thousands mark, no exponent. Range ±10^15, up to 10 decimals.</summary>
    public static bool TryParseDecimal(string? text, out decimal value) =>
        decimal.TryParse(text, Plain, CultureInfo.InvariantCulture, out value) && Math.Abs(value) <= 1_000_000_000_000_000m && decimal.Round(value, 10) == value;

    /// <summary>Yuan to fen; false when more than two decimals are significant (<c>458.6000</c> is 45860, <c>458.605</c> is refused).</summary>
    public static bool TryParseFen(string? text, out long fen)
    {
        fen = 0;
        if (!TryParseDecimal(text, out var yuan) || decimal.Round(yuan, 2) != yuan)
            return false;
        fen = (long)(yuan * 100m);
        return true;
    }

    /// <summary>Yuan with exactly two decimals, e.g. <c>-1.67</c>.</summary>
    public static string Yuan(long fen) => (fen / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>A decimal without trailing zeros, e.g. <c>0.8333</c> or <c>10</c>.</summary>
    public static string Plainly(decimal value) => value.ToString("0.##########", CultureInfo.InvariantCulture);
}
