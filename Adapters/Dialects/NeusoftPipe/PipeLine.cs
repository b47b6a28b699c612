using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftPipe;

/// <summary>Takes the bytes of one call apart: <c>code|f1|f2|…</c>, no delimiter at the end.</summary>
internal static class PipeLine
{
    private const byte Delimiter = (byte)'|';
    private const int CodeMax = 16;

    /// <summary>What a thin DLL may leave behind the last field: the closing NUL of a C string, a line end.</summary>
    private static ReadOnlySpan<byte> Trailing => "\0\r\n"u8;

    public static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> body) => body[..(body.Span.LastIndexOfAnyExcept(Trailing) + 1)];

    /// <summary>The text before the first delimiter; what cannot be a code is <c>?</c>, because it is repeated in a refusal.</summary>
    public static string Code(ReadOnlySpan<byte> line)
    {
        var end = line.IndexOf(Delimiter);
        var code = Encoding.Latin1.GetString(end < 0 ? line : line[..end]);
        return string.Concat(code.Take(CodeMax).Select(character => char.IsAsciiLetterOrDigit(character) ? character : '?'));
    }

    /// <summary>The fields behind the code, as many as the transaction has; null and the refusal when the bytes do not give them.</summary>
    public static IReadOnlyList<string>? Read(ReadOnlySpan<byte> line, Transaction transaction, out HisRefusal? refusal)
    {
        var expected = transaction.FieldCount + 1;
        var fields = LegacyFields.Split(line, Delimiter, transaction.IsCut, count => count == expected);
        var texts = Texts(line, fields, transaction, out refusal);
        if (texts is null || texts.Count == expected)
            return texts?[1..];
        if (transaction.Rejoin(texts[1..]) is { } rejoined)
            return rejoined;
        refusal = Refusals.Malformed("field count", $"交易 {transaction.Code} 应有 {expected} 段（含交易编号），实有 {texts.Count} 段；名称中不得含“|”。",
            $"transaction {transaction.Code} has {expected} parts with its code, {texts.Count} were sent; a name must not contain '|'.");
        return null;
    }

    private static List<string>? Texts(ReadOnlySpan<byte> line, IReadOnlyList<FieldBytes> fields, Transaction transaction, out HisRefusal? refusal)
    {
        var texts = new List<string>(fields.Count);
        foreach (var (index, field) in fields.Index())
        {
            refusal = !LegacyText.TryDecode(line[field.Start..field.End], LegacyText.Gb18030, out var text, out var badByteAt)
                ? Refusals.Malformed($"byte {field.Start + badByteAt}", "字节不属于 GB18030。", "the byte is not GB18030.")
                : field.End < field.Next && !transaction.IsText(index)
                    ? Refusals.Malformed($"byte {field.End}", "字段以半个汉字结尾。", "the field ends in half a character.")
                    : null;
            if (refusal is not null)
                return null;
            texts.Add(text);
        }

        refusal = null;
        return texts;
    }
}
