using System.Text.Json;
using System.Text.Json.Nodes;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>
/// 9101 and 9102, the files of a row reconciliation. A file is named by the msgid it came or was made with: 9101 hands the rows in under its own,
/// 3202 names that one and its result is fetched under 3202's.
/// </summary>
internal static class FileMessages
{
    public static HisOperation Upload(CallReader call)
    {
        var node = call.Input.Child("fsUploadIn") ?? call.Node();
        call.Echo = call.Echo with { FileName = node.Optional(Fields.FileName) };
        var rows = Content(node) is { } bytes ? StatementFile.Read(bytes, node) : [];
        return new StateSettlements { Rows = rows };
    }

    public static JsonNode? Uploaded(CallState state, HisResult result) => result is not SettlementsStated ? null : new JsonObject
    {
        ["file_qury_no"] = state.Echo.MessageId,
        ["filename"] = state.Echo.FileName,
        ["fixmedins_code"] = state.Echo.Institution,
    };

    public static HisOperation Download(CallReader call)
    {
        if (call.IsFromDll)
            call.Envelope.Invalid(Fields.TransactionCode, "动态库接口不能返回文件，请通过 HTTP 下载。", "the DLL's text buffer cannot take a file; download it over HTTP.");
        return new QueryReconciliation { OriginalTransactionId = (call.Input.Child("fsDownloadIn") ?? call.Node()).Required(Fields.ResultFile) };
    }

    public static byte[]? Downloaded(CallState state, HisResult result) =>
        result is ReconciliationFound found ? StatementFile.Write(found.Rows, hasExtension: state.Variant == ClientVariant.HB) : null;

    /// <summary>A list of bytes, signed where Java wrote it, or base64.</summary>
    private static byte[]? Content(ObjectReader node)
    {
        var content = node.Raw(Fields.FileContent.Names[0]);
        byte[]? bytes = null;
        if (content is { ValueKind: JsonValueKind.Array } list)
            bytes = Bytes(list);
        else if (content is { ValueKind: JsonValueKind.String } text && text.TryGetBytesFromBase64(out var decoded))
            bytes = decoded;
        if (content is null or { ValueKind: JsonValueKind.Null })
            node.Missing(Fields.FileContent);
        else if (bytes is null)
            node.Invalid(Fields.FileContent, "应为字节数组（-128 至 255）或 base64。", "a list of bytes (-128 to 255) or base64 is expected.");
        return bytes;
    }

    private static byte[]? Bytes(JsonElement list)
    {
        var bytes = new byte[list.GetArrayLength()];
        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt16(out var value) || value is < sbyte.MinValue or > byte.MaxValue)
                return null;
            bytes[index++] = unchecked((byte)value);
        }

        return bytes;
    }
}
