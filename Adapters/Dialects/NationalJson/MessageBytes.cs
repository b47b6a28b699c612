using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>
/// A body as UTF-8 JSON. Over HTTP clients send UTF-8, some with a byte order mark and as <c>text/plain</c>; what a DLL shim passes on is the
/// workstation's code page unless it says otherwise, and may still carry the NUL bytes that close a C string.
/// </summary>
internal static partial class MessageBytes
{
    private const byte Nul = 0;

    /// <summary>The bytes, or the reason why there are none.</summary>
    public static (ReadOnlyMemory<byte> Json, HisRefusal? Refusal) Read(HisMessage message, out WireCharset charset)
    {
        charset = IsFromDll(message.Path) ? WireCharset.Gbk : WireCharset.Utf8;
        if (Charset().Match(message.ContentType) is { Success: true } label)
        {
            if (LegacyText.ByLabel(label.Groups[1].Value) is not { } labelled)
                return (default, Refusals.Malformed("Content-Type charset", "不支持的字符集，请用 UTF-8 或 GBK。", "the charset is not supported; use UTF-8 or GBK."));
            charset = labelled.CodePage == LegacyText.Utf8.CodePage ? WireCharset.Utf8 : WireCharset.Gbk;
        }

        var body = message.Body.TrimEnd(Nul);
        // What is UTF-8 already is read where it stands.
        if (charset == WireCharset.Utf8 && Utf8.IsValid(body.Span))
            return (body.Span.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body, null);
        if (!LegacyText.TryDecode(body.Span, charset.Encoding, out var text, out var badByteAt))
            return (default, Refusals.Malformed($"byte {badByteAt}", $"字节不属于字符集 {charset.Label}。", $"the byte is not in charset {charset.Label}."));
        return (LegacyText.Encode(text, LegacyText.Utf8), null);
    }

    public static bool IsFromDll(string path) => path.EndsWith(Routes.Dll, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("""charset\s*=\s*["']?([^\s;"']+)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Charset();
}
