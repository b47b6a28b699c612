using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>The encoding of a request, which its reply uses too.</summary>
internal sealed class WireCharset
{
    // A client that says GBK may really decode by code page 936; what that cannot carry becomes nothing here, which tells it apart.
    private static readonly Encoding CodePage936 =
        CodePagesEncodingProvider.Instance.GetEncoding(936, new EncoderReplacementFallback(""), DecoderFallback.ReplacementFallback)
        ?? throw new InvalidOperationException("The runtime has no code page 936.");

    private WireCharset(Encoding encoding, string label) => (Encoding, Label) = (encoding, label);

    public static WireCharset Utf8 { get; } = new(LegacyText.Utf8, "utf-8");

    /// <summary>What a C string on a Chinese workstation is in; read as its superset GB18030.</summary>
    public static WireCharset Gbk { get; } = new(LegacyText.Gb18030, "gbk");

    public Encoding Encoding { get; }

    /// <summary>As the reply is labelled.</summary>
    public string Label { get; }

    /// <summary>In GBK, characters outside code page 936 are written as escapes, which every JSON reader understands.</summary>
    public byte[] Bytes(JsonNode json, JsonSerializerOptions writing) =>
        this == Gbk ? LegacyText.Encode(WithEscapes(json.ToJsonString(writing)), Encoding) : JsonSerializer.SerializeToUtf8Bytes(json, writing);

    private static string WithEscapes(string json)
    {
        var escaped = new StringBuilder(json.Length);
        foreach (var character in json)
        {
            if (char.IsAscii(character) || CodePage936.GetByteCount([character]) > 0)
                escaped.Append(character);
            else
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }

        return escaped.ToString();
    }
}
