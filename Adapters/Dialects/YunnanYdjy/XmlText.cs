using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>Text on its way into a reply.</summary>
internal static class XmlText
{
    /// <summary>Escapes <c>&amp; &lt; &gt;</c> and CR, so that a reader gets back exactly this text.</summary>
    public static string Escape(string text) => new StringBuilder(text.Length + 16).AppendEscaped(text).ToString();

    /// <summary>The same as an attribute value with its quotes.</summary>
    public static string Quoted(string text) =>
        $"\"{Escape(LegacyXml.Carriable(text)).Replace("\"", "&quot;").Replace("\t", "&#9;").Replace("\n", "&#10;")}\"";

    /// <summary>As <see cref="LegacyText.Shorten"/>, counting what the text needs after <see cref="Escape"/>. Expects text that XML can carry.</summary>
    public static string ShortenEscaped(string text, int bytesMax, Encoding encoding)
    {
        var length = 0;
        Span<char> units = stackalloc char[2];
        foreach (var rune in text.EnumerateRunes())
        {
            bytesMax -= encoding.GetByteCount(units[..rune.EncodeToUtf16(units)]) + EscapeOverhead(rune);
            if (bytesMax < 0)
                return text[..length];
            length += rune.Utf16SequenceLength;
        }

        return text;
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
