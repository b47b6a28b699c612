namespace ProvincialGateway.Adapters.Contracts;

/// <summary>Where one field stands in a message of bytes.</summary>
/// <param name="Start">Offset of its first byte.</param>
/// <param name="End">Offset after its last whole character.</param>
/// <param name="Next">Offset of the delimiter that ends it, or the length of the message. What lies between is half a character.</param>
public readonly record struct FieldBytes(int Start, int End, int Next);

/// <summary>
/// Splits GB18030 bytes at delimiters that are also legal second bytes of a character (<c>|</c> is 7C, <c>^</c> is 5E). Clients cut texts by
/// bytes, so a field can end in half a character; its lead byte and the delimiter behind it then look like a character of their own.
/// </summary>
public static class LegacyFields
{
    /// <summary>
    /// The reading with a right number of fields: cuts where clients are known to cut, then none, then everywhere. When none of the three has
    /// one, the first of them.
    /// </summary>
    /// <param name="bytes">The whole message or row; any bytes.</param>
    /// <param name="delimiter">An ASCII byte.</param>
    /// <param name="isCut">Whether clients cut the field of this index to this number of bytes.</param>
    /// <param name="isWhole">Whether this number of fields is right.</param>
    /// <returns>At least one field.</returns>
    public static IReadOnlyList<FieldBytes> Split(ReadOnlySpan<byte> bytes, byte delimiter, Func<int, int, bool> isCut, Func<int, bool> isWhole)
    {
        var stated = Split(bytes, delimiter, isCut);
        if (isWhole(stated.Count))
            return stated;
        var uncut = Split(bytes, delimiter, (_, _) => false);
        if (isWhole(uncut.Count))
            return uncut;
        var cut = Split(bytes, delimiter, (_, _) => true);
        return isWhole(cut.Count) ? cut : stated;
    }

    // isCut says whether a lead byte right before a delimiter is half a character, by the index of its field and the field's bytes so far, itself
    // included. Where it is not, the two are one character.
    private static List<FieldBytes> Split(ReadOnlySpan<byte> bytes, byte delimiter, Func<int, int, bool> isCut)
    {
        var fields = new List<FieldBytes>();
        var (start, at) = (0, 0);
        while (true)
        {
            var length = LengthAt(bytes, at, delimiter);
            if (length == 2 && bytes[at + 1] == delimiter && isCut(fields.Count, at + 1 - start))
                length = -1;
            if (length > 0)
            {
                at += length;
                continue;
            }

            var next = at - length;
            fields.Add(new FieldBytes(start, at, next));
            if (next == bytes.Length)
                return fields;
            start = at = next + 1;
        }
    }

    /// <summary>
    /// Bytes of the character at a place; 1 also for a byte that is none, which decoding finds later. At the end of a field it is 0, or the
    /// negative number of bytes that are left of a character.
    /// </summary>
    private static int LengthAt(ReadOnlySpan<byte> bytes, int at, byte delimiter)
    {
        if (at == bytes.Length || bytes[at] == delimiter)
            return 0;
        if (!IsLead(bytes[at]))
            return 1;
        if (at + 1 == bytes.Length)
            return -1;
        var second = bytes[at + 1];
        if (IsTrail(second))
            return 2;
        if (second == delimiter)
            return -1;
        return IsDigit(second) ? LengthOfFour(bytes, at, delimiter) : 1;
    }

    private static int LengthOfFour(ReadOnlySpan<byte> bytes, int at, byte delimiter)
    {
        if (at + 2 == bytes.Length || bytes[at + 2] == delimiter)
            return -2;
        if (!IsLead(bytes[at + 2]))
            return 1;
        if (at + 3 == bytes.Length || bytes[at + 3] == delimiter)
            return -3;
        return IsDigit(bytes[at + 3]) ? 4 : 1;
    }

    private static bool IsLead(byte value) => value is >= 0x81 and <= 0xFE;

    private static bool IsTrail(byte value) => value is >= 0x40 and <= 0xFE and not 0x7F;

    private static bool IsDigit(byte value) => value is >= 0x30 and <= 0x39;
}
