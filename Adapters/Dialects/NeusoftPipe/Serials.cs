using System.Globalization;
using System.Numerics;

namespace ProvincialGateway.Dialects.NeusoftPipe;

/// <summary>
/// The serials clients are given. The columns in which they keep them are narrower than the node's transaction id of 30 digits, so it is
/// written with base 36, which needs exactly 20 characters and can be turned back.
/// </summary>
internal static class Serials
{
    private const int IdLength = 30;
    private const int SerialLength = 20;
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private static readonly BigInteger IdsEnd = BigInteger.Pow(10, IdLength);

    /// <summary>20 characters; anything but a transaction id stays as it is.</summary>
    public static string Of(string transactionId)
    {
        if (!IsId(transactionId))
            return transactionId;
        var serial = new char[SerialLength];
        var rest = BigInteger.Parse(transactionId, NumberStyles.None, CultureInfo.InvariantCulture);
        for (var at = SerialLength - 1; at >= 0; at--)
        {
            rest = BigInteger.DivRem(rest, Digits.Length, out var digit);
            serial[at] = Digits[(int)digit];
        }

        return new string(serial);
    }

    /// <summary>The transaction id; also of one that is written in full, as refusals name it. Null when this dialect never gave out such a serial.</summary>
    public static string? IdOf(string serial)
    {
        if (IsId(serial))
            return serial;
        if (serial.Length != SerialLength)
            return null;
        var id = BigInteger.Zero;
        foreach (var character in serial)
        {
            var digit = Digits.IndexOf(char.ToUpperInvariant(character), StringComparison.Ordinal);
            if (digit < 0)
                return null;
            id = id * Digits.Length + digit;
        }

        return id < IdsEnd ? id.ToString(CultureInfo.InvariantCulture).PadLeft(IdLength, '0') : null;
    }

    private static bool IsId(string text) => text.Length == IdLength && text.All(char.IsAsciiDigit);
}
