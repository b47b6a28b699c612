using System.Security.Cryptography;
using System.Text;

namespace ProvincialGateway.Adapters.Contracts;

/// <summary>
/// The serial of a fee line in interfaces that number no lines. A client whose reply was lost sends the line again, so a line is known by what
/// makes it this line.
/// </summary>
public static class LineIdentity
{
    private const int BytesKept = 12;

    /// <summary>24 hexadecimal digits of the fields' values; equal values give equal serials.</summary>
    public static string Of(IReadOnlyList<NumberedField> identity, FieldReader fields) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('|', identity.Select(fields.Optional)))).AsSpan(0, BytesKept));
}
