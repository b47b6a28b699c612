using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace ProvincialGateway.Adapters.Contracts;

/// <summary>
/// The encoding of an HTTP body that is XML. It is stated by the charset of Content-Type, else by the XML declaration, else it is UTF-8; a UTF-8
/// byte order mark is accepted. A reply goes back under the same label, because the client's reader is set to it.
/// </summary>
public sealed partial class XmlCharset
{
    private const int DeclarationBytesMax = 256;

    private readonly Encoding _carrier;

    private XmlCharset(string label, Encoding bytes, Encoding carrier) => (Label, Bytes, _carrier) = (label, bytes, carrier);

    public static XmlCharset Utf8 { get; } = new("utf-8", LegacyText.Utf8, LegacyText.Utf8);

    private static XmlCharset Gb18030 { get; } = new("GB18030", LegacyText.Gb18030, LegacyText.Gb18030);

    /// <summary>
    /// For a client that says GBK or GB2312. Such a client may really decode by code page 936, so <see cref="Document"/> writes characters
    /// outside it as numeric references, which every XML reader understands.
    /// </summary>
    private static XmlCharset Gbk { get; } = new("GBK", LegacyText.Gb18030, CodePagesEncodingProvider.Instance.GetEncoding(936)
        ?? throw new InvalidOperationException("The runtime has no code page 936."));

    /// <summary>As replies state it: <c>utf-8</c>, <c>GBK</c> or <c>GB18030</c>.</summary>
    public string Label { get; }

    /// <summary>What the body's bytes are read in: UTF-8, or GB18030 for every Chinese label.</summary>
    public Encoding Bytes { get; }

    /// <summary>The body as text, or the refusal that names the place.</summary>
    /// <param name="place">What the body is, e.g. <c>SOAP</c>.</param>
    /// <param name="charset">What to answer in, also on failure: UTF-8 when the stated label means nothing.</param>
    public static bool TryDecode(
        HisMessage message, string place, out XmlCharset charset, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out HisRefusal? refusal)
    {
        text = null;
        refusal = null;
        var (label, statedBy) = Stated(message);
        var stated = ByLabel(label);
        charset = stated ?? Utf8;
        if (stated is null)
            refusal = Refusals.Malformed(statedBy, "字符集应为 UTF-8、GBK、GB2312 或 GB18030。", "the charset must be UTF-8, GBK, GB2312 or GB18030.");
        else if (LegacyText.TryDecode(message.Body.Span, charset.Bytes, out var decoded, out var badByteAt))
            text = decoded;
        else
            refusal = Refusals.Malformed($"{place} byte {badByteAt}", $"该字节不是 {charset.Label} 文本。", $"this byte is not {charset.Label} text.");
        return refusal is null;
    }

    /// <summary>A document with its declaration. Expects text that XML can carry (<see cref="LegacyXml.Carriable"/>).</summary>
    public byte[] Document(XElement root)
    {
        using var bytes = new MemoryStream();
        bytes.Write(Encoding.ASCII.GetBytes($"""<?xml version="1.0" encoding="{Label}"?>"""));
        using (var writer = XmlWriter.Create(bytes, new XmlWriterSettings
        {
            Encoding = _carrier,
            OmitXmlDeclaration = true,
            NewLineHandling = NewLineHandling.Entitize,
        }))
            root.WriteTo(writer);
        return bytes.ToArray();
    }

    private static (string Label, string StatedBy) Stated(HisMessage message)
    {
        if (HttpCharset().Match(message.ContentType) is { Success: true } header)
            return (header.Groups["label"].Value, "Content-Type charset");
        // Latin-1 keeps every byte, and a declaration is ASCII in all the encodings that can follow.
        var start = Encoding.Latin1.GetString(message.Body.Span[..Math.Min(message.Body.Length, DeclarationBytesMax)]);
        return Declaration().Match(start) is { Success: true } declaration
            ? (declaration.Groups["label"].Value, "XML declaration encoding")
            : (Utf8.Label, "default encoding");
    }

    private static XmlCharset? ByLabel(string label) => LegacyText.ByLabel(label) is not { } encoding ? null
        : encoding == LegacyText.Utf8 ? Utf8
        : label.Contains("18030", StringComparison.Ordinal) ? Gb18030
        : Gbk;

    [GeneratedRegex("""charset\s*=\s*["']?(?<label>[^\s;"',]+)""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex HttpCharset();

    // The three Latin-1 characters are a UTF-8 byte order mark.
    [GeneratedRegex("""\A(\u00EF\u00BB\u00BF)?\s*<\?xml\s[^>]*?encoding\s*=\s*["'](?<label>[^"']+)["']""", RegexOptions.ExplicitCapture)]
    private static partial Regex Declaration();
}
