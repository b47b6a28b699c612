using System.Globalization;
using System.Text.RegularExpressions;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>
/// The numbers of a message, which clients write as JSON numbers or as texts with any scale: <c>8.33</c>, <c>"10.0000"</c>, <c>".5"</c>, and
/// what Java makes of large amounts, <c>1.23456789E7</c>. Nothing is rounded: what decimal cannot hold exactly is not read.
/// </summary>
internal static partial class ExactNumber
{
    /// <summary>More than the widest field of the interface has (16,6).</summary>
    private const int DigitsMax = 18;

    /// <summary>Amounts stay below 10^16 yuan.</summary>
    private const int WholeDigitsMax = 16;

    private const int ScaleMax = 28;
    private const int TextMax = 80;

    /// <summary>The value has no trailing zeros: 10 and 10.0000 are one content in a repeated message.</summary>
    public static bool TryParse(string text, out decimal value)
    {
        if (TryParsePlain(text, out value))
            return true;
        if (text.Length > TextMax || Form().Match(text) is not { Success: true } number)
            return false;
        var fraction = number.Groups["fraction"].ValueSpan.TrimEnd('0');
        var exponent = number.Groups["exponent"] is { Success: true } written ? int.Parse(written.ValueSpan, CultureInfo.InvariantCulture) : 0;
        return TryCompose(string.Concat(number.Groups["whole"].ValueSpan, fraction), fraction.Length - exponent, text.StartsWith('-'), out value);
    }

    /// <summary>Digits with at most one point: nearly every number there is, and a message has thousands.</summary>
    private static bool TryParsePlain(string text, out decimal value)
    {
        value = 0;
        var (mantissa, scale, point) = (0L, 0, -1);
        // Fewer digits than a long holds, so that nothing overflows and the limits above are kept.
        if (text.Length is 0 or > WholeDigitsMax)
            return false;
        for (var place = 0; place < text.Length; place++)
        {
            if (text[place] == '.' && point < 0)
                point = place;
            else if (char.IsAsciiDigit(text[place]))
                mantissa = mantissa * 10 + (text[place] - '0');
            else
                return false;
        }

        if (point == 0 && text.Length == 1)
            return false;
        for (scale = point < 0 ? 0 : text.Length - 1 - point; scale > 0 && mantissa % 10 == 0; scale--)
            mantissa /= 10;
        value = new decimal(unchecked((int)mantissa), (int)(mantissa >> 32), 0, isNegative: false, (byte)scale);
        return true;
    }

    private static bool TryCompose(string written, int scale, bool isNegative, out decimal value)
    {
        value = 0;
        var digits = written.TrimStart('0');
        for (; scale > 0 && digits.EndsWith('0'); scale--)
            digits = digits[..^1];
        if (digits.Length == 0)
            return written.Length > 0;
        if (digits.Length > DigitsMax || digits.Length - scale > WholeDigitsMax || scale > ScaleMax)
            return false;
        var mantissa = long.Parse(digits.PadRight(digits.Length + Math.Max(0, -scale), '0'), CultureInfo.InvariantCulture);
        value = new decimal(unchecked((int)mantissa), (int)(mantissa >> 32), 0, isNegative, (byte)Math.Max(0, scale));
        return true;
    }

    [GeneratedRegex(@"^[+-]?(?<whole>[0-9]*)(\.(?<fraction>[0-9]*))?([eE](?<exponent>[+-]?[0-9]{1,2}))?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
