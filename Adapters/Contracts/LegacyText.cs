using System.Text;

namespace ProvincialGateway.Adapters.Contracts;

/// <summary>Text in the encodings of legacy hospital systems. GBK and GB2312 are read and written as their superset GB18030.</summary>
public static class LegacyText
{
    // Clients whose reader went through code page 936 send 䶮 (bytes FE 9F) as this private-use character.
    private const char PrivateUseYan = '\uE863';
    private const char Yan = '\u4DAE';

    /// <summary>GB18030, throwing on bytes that are not in it.</summary>
    public static Encoding Gb18030 { get; } =
        CodePagesEncodingProvider.Instance.GetEncoding(54936, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
        ?? throw new InvalidOperationException("The runtime has no GB18030 encoding.");

    public static Encoding Utf8 { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The encoding a charset label means, or null when it is none of UTF-8, GBK, GB2312, GB18030 (any case, quotes allowed).</summary>
    public static Encoding? ByLabel(string label) => label.Trim().Trim('"', '\'').ToUpperInvariant() switch
    {
        "UTF-8" or "UTF8" => Utf8,
        "GBK" or "GB2312" or "GB18030" or "CP936" or "936" or "GB_2312-80" => Gb18030,
        _ => null,
    };

    /// <summary>
    /// Decodes strictly. On failure <paramref name="badByteAt"/> is the offset of the first byte that is not in the encoding. A leading UTF-8
    /// byte order mark is dropped.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, Encoding encoding, out string text, out int badByteAt)
    {
        badByteAt = -1;
        text = "";
        var mark = encoding.CodePage == Encoding.UTF8.CodePage && bytes.StartsWith(Encoding.UTF8.Preamble) ? 3 : 0;
        try
        {
            text = encoding.GetString(bytes[mark..]).Replace(PrivateUseYan, Yan);
            return true;
        }
        catch (DecoderFallbackException fault)
        {
            badByteAt = mark + Math.Max(0, fault.Index);
            return false;
        }
    }

    /// <summary>
    /// Encodes; a character the encoding cannot carry becomes <paramref name="substitute"/>. GB18030 and UTF-8 carry all of Unicode, so
    /// only an unpaired surrogate is ever replaced.
    /// </summary>
    public static byte[] Encode(string text, Encoding encoding, string substitute = "?")
    {
        var lenient = (Encoding)encoding.Clone();
        lenient.EncoderFallback = new EncoderReplacementFallback(substitute);
        return lenient.GetBytes(text);
    }

    /// <summary>
    /// The longest beginning of <paramref name="text"/> with at most <paramref name="bytesMax"/> bytes; whole characters only, so that a Chinese
    /// character is never halved.
    /// </summary>
    public static string Shorten(string text, int bytesMax, Encoding encoding)
    {
        var length = 0;
        Span<char> units = stackalloc char[2];
        foreach (var rune in text.EnumerateRunes())
        {
            bytesMax -= encoding.GetByteCount(units[..rune.EncodeToUtf16(units)]);
            if (bytesMax < 0)
                return text[..length];
            length += rune.Utf16SequenceLength;
        }

        return text;
    }

    /// <summary>
    /// Text that can stand in one field of a delimited line: control characters and line breaks are blanks, unpaired surrogates are <c>?</c>, and a
    /// delimiter is its full-width form (<c>|</c> becomes <c>｜</c>).
    /// </summary>
    public static string InOneField(string text, params ReadOnlySpan<char> delimiters)
    {
        var cleaned = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var isDelimiter = rune.IsAscii && delimiters.Contains((char)rune.Value);
            // 0xFEE0 is the distance of the full-width forms from ASCII.
            cleaned.Append(rune == Rune.ReplacementChar ? "?" : isDelimiter ? ((char)(rune.Value + 0xFEE0)).ToString() : Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return cleaned.ToString();
    }
}
