using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>
/// The encoding of the HTTP body. It is stated by the charset of Content-Type, else by the XML declaration of the envelope, else it is UTF-8;
/// a UTF-8 byte order mark is accepted. The label inside <c>Inxml</c> says nothing about bytes.
/// </summary>
internal sealed partial class WireCharset
{
    private const int DeclarationBytesMax = 256;

    private readonly Encoding _encoding;

    private WireCharset(string label, Encoding encoding) => (Label, _encoding) = (label, encoding);

    public static WireCharset Utf8 { get; } = new("utf-8", LegacyText.Utf8);

    private static WireCharset Gb18030 { get; } = new("GB18030", LegacyText.Gb18030);

    /// <summary>
    /// For a client that says GBK or GB2312. Such a client may really decode by code page 936, so characters outside it are written as
    /// numeric references, which every XML reader understands.
    /// </summary>
    private static WireCharset Gbk { get; } = new("GBK", CodePagesEncodingProvider.Instance.GetEncoding(936)
        ?? throw new InvalidOperationException("The runtime has no code page 936."));

    /// <summary>As replies state it.</summary>
    public string Label { get; }

    public static bool TryRead(
        HisMessage message, [NotNullWhen(true)] out WireCharset? charset, out string text, [NotNullWhen(false)] out HisRefusal? refusal)
    {
        text = "";
        refusal = null;
        var (label, statedBy) = Stated(message);
        charset = ByLabel(label);
        if (charset is null)
            refusal = Refusals.Malformed(statedBy, "字符集应为 UTF-8、GBK、GB2312 或 GB18030。", "the charset must be UTF-8, GBK, GB2312 or GB18030.");
        else if (!LegacyText.TryDecode(message.Body.Span, charset == Utf8 ? LegacyText.Utf8 : LegacyText.Gb18030, out text, out var badByteAt))
            refusal = Refusals.Malformed($"SOAP byte {badByteAt}", $"该字节不是 {charset.Label} 文本。", $"this byte is not {charset.Label} text.");
        return refusal is null;
    }

    public byte[] Bytes(XElement document)
    {
        using var bytes = new MemoryStream();
        bytes.Write(Encoding.ASCII.GetBytes($"""<?xml version="1.0" encoding="{Label}"?>"""));
        using (var writer = XmlWriter.Create(bytes, new XmlWriterSettings
        {
            Encoding = _encoding,
            OmitXmlDeclaration = true,
            NewLineHandling = NewLineHandling.Entitize,
        }))
            document.WriteTo(writer);
        return bytes.ToArray();
    }

    private static (string Label, string StatedBy) Stated(HisMessage message)
    {
        if (HttpCharset().Match(message.ContentType) is { Success: true } header)
            return (header.Groups["label"].Value, "Content-Type charset");
        var start = Encoding.Latin1.GetString(message.Body.Span[..Math.Min(message.Body.Length, DeclarationBytesMax)]);
        return Declaration().Match(start) is { Success: true } declaration
            ? (declaration.Groups["label"].Value, "XML declaration encoding")
            : (Utf8.Label, "default encoding");
    }

    private static WireCharset? ByLabel(string label) => LegacyText.ByLabel(label) is not { } encoding ? null
        : encoding == LegacyText.Utf8 ? Utf8
        : label.Contains("18030", StringComparison.Ordinal) ? Gb18030
        : Gbk;

    [GeneratedRegex("""charset\s*=\s*["']?(?<label>[^\s;"',]+)""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex HttpCharset();

    // The three Latin-1 characters are a UTF-8 byte order mark.
    [GeneratedRegex("""\A(\u00EF\u00BB\u00BF)?\s*<\?xml\s[^>]*?encoding\s*=\s*["'](?<label>[^"']+)["']""", RegexOptions.ExplicitCapture)]
    private static partial Regex Declaration();
}
