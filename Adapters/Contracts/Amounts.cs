using System.Globalization;

namespace ProvincialGateway.Adapters.Contracts;

/// <summary>Exact conversion between the decimal texts of hospital messages and fen. Nothing here passes through floating point.</summary>
public static class Amounts
{
    /// <summary>Yuan by which sums of a program's floating point may be off: a ten-thousandth of a fen.</summary>
    public const decimal FloatingNoise = 0.000001m;

    private const decimal Most = 1_000_000_000_000_000m;
    private const int DigitsMax = 28;
    private const int PowerMax = 20;

    private const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;

    /// <summary>A plain decimal: optional sign, digits, optional point. No thousands mark, no exponent. Range ±10^15, up to 10 decimals.</summary>
    public static bool TryParseDecimal(string? text, out decimal value) =>
        decimal.TryParse(text, Plain, CultureInfo.InvariantCulture, out value) && Math.Abs(value) <= Most && decimal.Round(value, 10) == value;

    /// <summary>Yuan to fen; false when more than two decimals are significant (<c>458.6000</c> is 45860, <c>458.605</c> is refused).</summary>
    public static bool TryParseFen(string? text, out long fen)
    {
        fen = 0;
        if (!TryParseDecimal(text, out var yuan) || decimal.Round(yuan, 2) != yuan)
            return false;
        fen = (long)(yuan * 100m);
        return true;
    }

    /// <summary>
    /// As programs write their numbers without a format: up to 28 digits, any number of decimals, an exponent (<c>1E-05</c>). Exact, or false.
    /// </summary>
    public static bool TryParseUnformatted(string? text, out decimal value)
    {
        value = 0;
        var (mantissa, exponent) = text?.Trim().Split('E', 'e') switch
        {
            [var whole] => (whole, "0"),
            [var before, var after] => (before, after),
            _ => ("", ""),
        };
        // What decimal cannot hold, it rounds without a word.
        var digits = mantissa.Where(char.IsAsciiDigit).SkipWhile(digit => digit == '0').Count();
        var decimals = mantissa.Contains('.') ? mantissa.Length - 1 - mantissa.IndexOf('.') : 0;
        return digits <= DigitsMax && decimals <= DigitsMax && decimal.TryParse(mantissa, Plain & ~(NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite), CultureInfo.InvariantCulture, out value)
            && int.TryParse(exponent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power)
            && TryShift(ref value, power) && Math.Abs(value) <= Most;
    }

    /// <summary>
    /// Yuan that went through a program's floating point, e.g. <c>62.4899999999999</c>: the nearest fen when it is nearer than
    /// <see cref="FloatingNoise"/>, false otherwise.
    /// </summary>
    public static bool TryParseNearFen(string? text, out long fen)
    {
        fen = 0;
        if (!TryParseUnformatted(text, out var yuan))
            return false;
        var rounded = decimal.Round(yuan, 2, MidpointRounding.AwayFromZero);
        if (Math.Abs(yuan - rounded) >= FloatingNoise)
            return false;
        fen = (long)(rounded * 100m);
        return true;
    }

    /// <summary>Yuan to the nearest fen, half away from zero; overflow is the caller's to exclude.</summary>
    public static long RoundToFen(decimal yuan) => (long)(decimal.Round(yuan, 2, MidpointRounding.AwayFromZero) * 100m);

    /// <summary>Yuan with exactly two decimals, e.g. <c>-1.67</c>.</summary>
    public static string Yuan(long fen) => (fen / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>A decimal without trailing zeros, e.g. <c>0.8333</c> or <c>10</c>.</summary>
    public static string Plainly(decimal value) => value.ToString("0.##########", CultureInfo.InvariantCulture);

    private static bool TryShift(ref decimal value, int power)
    {
        if (power is < -PowerMax or > PowerMax)
            return false;
        for (; power > 0; power--)
        {
            if (Math.Abs(value) > Most)
                return false;
            value *= 10m;
        }

        // A division that has no room for another decimal would round.
        for (; power < 0; power++)
        {
            var shifted = value / 10m;
            if (shifted * 10m != value)
                return false;
            value = shifted;
        }

        return true;
    }
}
