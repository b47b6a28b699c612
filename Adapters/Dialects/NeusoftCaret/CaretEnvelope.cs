using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>
/// <c>业务编号^医疗机构编号^操作员编号^业务周期号^医院交易流水号^中心编码^入参^联机标志^</c>. Older callers leave the eighth part out, some the closing
/// <c>^</c>. Only 入参 holds texts, and it stands between parts that are counted, so a <c>^</c> in a text does no harm.
/// </summary>
internal sealed record CaretEnvelope
{
    private const byte Delimiter = (byte)'^';
    private const int PartsBeforeInput = 6;
    private const int CodeMax = 16;

    private static ReadOnlySpan<byte> Blanks => " \t\r\n\0"u8;

    public required string Code { get; init; }

    /// <summary>Null when empty, as all header parts.</summary>
    public required string? Institution { get; init; }

    public required string? Operator { get; init; }

    public required string? Period { get; init; }

    public required string? Serial { get; init; }

    /// <summary>入参, not yet decoded: where its fields end depends on the transaction.</summary>
    public required ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>Where <see cref="Input"/> begins in the message.</summary>
    public required int InputAt { get; init; }

    /// <summary>Null and the refusal when the parts cannot be told; <paramref name="code"/> is what there is of a code.</summary>
    public static CaretEnvelope? Read(ReadOnlyMemory<byte> message, out string code, out HisRefusal? refusal)
    {
        var parts = LegacyFields.Split(message.Span, Delimiter, (_, _) => false, count => count is 8 or 9).ToList();
        code = CodeOf(message.Span[parts[0].Start..parts[0].End]);
        // The closing delimiter leaves an empty part; without it the online mark is the last one.
        if (parts.Count > PartsBeforeInput + 1 && IsBlank(message.Span[parts[^1].Start..]))
            parts.RemoveAt(parts.Count - 1);
        if (parts.Count <= PartsBeforeInput)
        {
            refusal = Refusals.Malformed("part count", $"应有 8 段（以“^”分隔），实有 {parts.Count} 段。", $"8 parts separated by '^' are expected, {parts.Count} were sent.");
            return null;
        }

        var header = new string?[PartsBeforeInput];
        for (var index = 0; index < PartsBeforeInput; index++)
        {
            if (!LegacyText.TryDecode(message.Span[parts[index].Start..parts[index].End], LegacyText.Gb18030, out var text, out var badByteAt))
            {
                refusal = Refusals.Malformed($"byte {parts[index].Start + badByteAt}", "字节不属于 GB18030。", "the byte is not GB18030.");
                return null;
            }

            header[index] = string.IsNullOrWhiteSpace(text) ? null : text.Trim();
        }

        refusal = RefuseControls(header);
        // The online mark is one digit; without one it is the older envelope, and everything that is left belongs to 入参.
        var hasMark = parts.Count > PartsBeforeInput + 1 && message.Span[parts[^1].Start..parts[^1].Next].Trim(Blanks).Length <= 1;
        var last = hasMark ? parts[^2] : parts[^1];
        var start = parts[PartsBeforeInput].Start;
        return refusal is not null ? null : new CaretEnvelope
        {
            Code = code,
            Institution = header[1],
            Operator = header[2],
            Period = header[3],
            Serial = header[4],
            Input = message[start..last.Next],
            InputAt = start,
        };
    }

    private static HisRefusal? RefuseControls(string?[] header)
    {
        var at = Array.FindIndex(header, part => part is not null && part.Any(char.IsControl));
        return at < 0 ? null : Refusals.Malformed($"part {at + 1}", "含有控制字符。", "it has a control character.");
    }

    // What cannot be a code is '?', because it is repeated in a refusal.
    private static string CodeOf(ReadOnlySpan<byte> bytes)
    {
        var code = Encoding.Latin1.GetString(bytes).Trim();
        return string.Concat(code.Take(CodeMax).Select(character => char.IsAsciiLetterOrDigit(character) ? character : '?'));
    }

    private static bool IsBlank(ReadOnlySpan<byte> bytes) => bytes.IndexOfAnyExcept(Blanks) < 0;
}
