using System.Text;
using System.Xml;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>Text on its way into a reply.</summary>
internal static class XmlText
{
    /// <summary>Escapes <c>&amp; &lt; &gt;</c> and CR, so that a reader gets back exactly this text.</summary>
    public static string Escape(string text) => new StringBuilder(text.Length + 16).AppendEscaped(text).ToString();

    /// <summary>The same as an attribute value with its quotes.</summary>
    public static string Quoted(string text) =>
        $"\"{Escape(Clean(text)).Replace("\"", "&quot;").Replace("\t", "&#9;").Replace("\n", "&#10;")}\"";

    /// <summary>The text with <c>?</c> for every character that XML cannot carry, unpaired surrogates included.</summary>
    public static string Clean(string text)
    {
        StringBuilder? cleaned = null;
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]);
            if (isPair)
                i++;
            else if (!XmlConvert.IsXmlChar(text[i]))
                (cleaned ??= new StringBuilder(text))[i] = '?';
        }

        return cleaned?.ToString() ?? text;
    }

    /// <summary>
    /// The longest beginning of <paramref name="text"/> with at most <paramref name="bytesMax"/> bytes, whole characters only, so that a
    /// two-byte Chinese character is never halved. Expects clean text.
    /// </summary>
    public static string Shorten(string text, int bytesMax, Encoding encoding) => text[..LengthWithin(text, bytesMax, encoding, _ => 0)];

    /// <summary>As <see cref="Shorten"/>, counting what the text needs after <see cref="Escape"/>.</summary>
    public static string ShortenEscaped(string text, int bytesMax, Encoding encoding) => text[..LengthWithin(text, bytesMax, encoding, EscapeOverhead)];

    private static int LengthWithin(string text, int bytesMax, Encoding encoding, Func<Rune, int> overhead)
    {
        var length = 0;
        Span<char> units = stackalloc char[2];
        foreach (var rune in text.EnumerateRunes())
        {
            bytesMax -= encoding.GetByteCount(units[..rune.EncodeToUtf16(units)]) + overhead(rune);
            if (bytesMax < 0)
                return length;
            length += rune.Utf16SequenceLength;
        }

        return length;
    }

    private static int EscapeOverhead(Rune rune) => Entity(rune.IsBmp ? (char)rune.Value : ' ') is { } entity ? entity.Length - 1 : 0;

    private static string? Entity(char unit) => unit switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '\r' => "&#13;",
        _ => null,
    };

    private static StringBuilder AppendEscaped(this StringBuilder target, string text)
    {
        foreach (var unit in text)
            _ = Entity(unit) is { } entity ? target.Append(entity) : target.Append(unit);
        return target;
    }
}
