using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>
/// The interface's names of a transaction. jylsh (交易流水号, VARCHAR 20) is the node's id of 30 decimal digits written with 36 digits, so the
/// dialect needs no memory to get back from one to the other. jyyzm (交易验证码, VARCHAR 15) is computed from it: it proves that a confirmation
/// means the trade it names, and is no secret.
/// </summary>
internal static class TradeNumber
{
    public const int Length = 20;

    private const int TransactionIdLength = 30;
    private const int CheckLength = 8;
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    // 36^20 is a little more, so not every jylsh is an id.
    private static readonly UInt128 IdEnd = UInt128.Parse("1" + new string('0', TransactionIdLength), CultureInfo.InvariantCulture);

    /// <summary>Empty when the text is no id of the node.</summary>
    public static string Of(string transactionId)
    {
        if (transactionId.Length != TransactionIdLength || !transactionId.All(char.IsAsciiDigit))
            return "";
        var rest = UInt128.Parse(transactionId, CultureInfo.InvariantCulture);
        Span<char> number = stackalloc char[Length];
        for (var at = Length - 1; at >= 0; at--)
        {
            number[at] = Digits[(int)(rest % 36)];
            rest /= 36;
        }

        return new string(number);
    }

    /// <summary>The other way; any case.</summary>
    public static bool TryRead(string number, [NotNullWhen(true)] out string? transactionId)
    {
        transactionId = null;
        if (number.Length != Length)
            return false;
        var value = UInt128.Zero;
        foreach (var digit in number.ToUpperInvariant().Select(static c => Digits.IndexOf(c, StringComparison.Ordinal)))
        {
            if (digit < 0)
                return false;
            value = value * 36 + (UInt128)digit;
        }

        if (value >= IdEnd)
            return false;
        transactionId = value.ToString("D30", CultureInfo.InvariantCulture);
        return true;
    }

    /// <summary>Empty for an empty number.</summary>
    public static string CheckOf(string number) =>
        number.Length == 0 ? "" : Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(number.ToUpperInvariant())))[..CheckLength];
}
