using System.Text;
using System.Text.RegularExpressions;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>
/// Which encoding a body is in: the HTTP charset, then the XML declaration, else UTF-8. A reply uses the same one, labelled the same way,
/// because the client's reader is set to it.
/// </summary>
internal static partial class BodyEncoding
{
    private const int DeclarationMax = 200;

    /// <summary>The encoding and its label, or null and the label that means nothing here.</summary>
    public static (Encoding? Encoding, string Label) Of(string contentType, ReadOnlySpan<byte> body)
    {
        var label = Charset().Match(contentType) is { Success: true } http ? http.Groups[1].Value : Declared(body) ?? "UTF-8";
        return LegacyText.ByLabel(label) is { } encoding ? (encoding, Canonical(encoding, label)) : (null, label);
    }

    // Latin-1 keeps every byte, and a declaration has ASCII only in all the encodings that can follow.
    private static string? Declared(ReadOnlySpan<byte> body) =>
        Declaration().Match(Encoding.Latin1.GetString(body[..Math.Min(body.Length, DeclarationMax)])) is { Success: true } found ? found.Groups[1].Value : null;

    private static string Canonical(Encoding encoding, string label) =>
        encoding.CodePage == LegacyText.Utf8.CodePage ? "UTF-8" : label.Contains("18030", StringComparison.Ordinal) ? "GB18030" : "GBK";

    [GeneratedRegex("""charset\s*=\s*["']?([^\s;"']+)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Charset();

    [GeneratedRegex("""^(?:\u00EF\u00BB\u00BF)?\s*<\?xml\s[^>]*?encoding\s*=\s*["']([^"']+)["']""", RegexOptions.CultureInvariant)]
    private static partial Regex Declaration();
}
