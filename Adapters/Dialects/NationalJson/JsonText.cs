using System.Text.Json;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>Bytes to a JSON object, with the place of what is wrong.</summary>
internal static class JsonText
{
    /// <summary>Far above what any client nests.</summary>
    public const int DepthMax = 32;

    private static readonly JsonSerializerOptions Parsing = new() { MaxDepth = DepthMax };

    /// <summary>Null and the reason when this is no JSON object.</summary>
    /// <param name="inside">The member whose text this is; empty for the message itself.</param>
    public static JsonElement? Read(ReadOnlySpan<byte> utf8, string inside, out HisRefusal? refusal)
    {
        refusal = null;
        try
        {
            var element = JsonSerializer.Deserialize<JsonElement>(utf8, Parsing);
            if (element.ValueKind == JsonValueKind.Object)
                return element;
            refusal = Refusals.Malformed(inside.Length == 0 ? "line 1, byte 1" : inside, "应为 JSON 对象。", "a JSON object is expected.");
        }
        catch (JsonException fault)
        {
            refusal = Refusals.Malformed(
                $"{(inside.Length == 0 ? "" : inside + ", ")}line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}",
                $"不是合法的 JSON，或嵌套超过 {DepthMax} 层。", $"not valid JSON, or nested deeper than {DepthMax} levels.");
        }

        return null;
    }
}
