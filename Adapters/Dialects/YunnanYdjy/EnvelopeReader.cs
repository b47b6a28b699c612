using System.Globalization;
using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>
/// The envelope of the thin DLL: one <c>ydjy</c> or a <c>ydjyBatch</c> of them. A fault in the frame itself refuses the whole message, because
/// nothing in it can be trusted then; a fault inside one call refuses that call.
/// </summary>
internal static class EnvelopeReader
{
    /// <summary>A hospital replays at most a day's recording; more is sent in parts.</summary>
    public const int CallsMax = 1000;

    private const int DepthMax = 3;
    private const string Place = "ydjy";

    /// <summary>The calls, or null and the reason why there are none.</summary>
    public static IReadOnlyList<YdjyCall>? Read(string text, Encoding bodyEncoding, out bool isBatch, out HisRefusal? refusal)
    {
        isBatch = false;
        var root = MessageXml.Read(text, Place, DepthMax, out refusal);
        if (root is null)
            return null;
        isBatch = root.Name == "ydjyBatch";
        IReadOnlyList<MessageElement> calls = isBatch ? root.Children : [root];
        refusal = RefuseFrame(root, calls);
        return refusal is null ? [.. calls.Select(call => Call(call, bodyEncoding))] : null;
    }

    private static HisRefusal? RefuseFrame(MessageElement root, IReadOnlyList<MessageElement> calls)
    {
        if (calls.Count is 0 or > CallsMax)
            return Refusals.Malformed(root.Position, $"批量须含1至{CallsMax}个调用。", $"a batch carries 1 to {CallsMax} calls.");
        if (calls.FirstOrDefault(call => call.Name != "ydjy") is { } other)
            return Refusals.Malformed(other.Position, "此处应为 <ydjy>。", "<ydjy> is expected here.");
        return calls.FirstOrDefault(call => call.Attribute("version") is not (null or "1")) is { } newer
            ? Refusals.Malformed(newer.Position, "仅支持信封版本 1。", "only envelope version 1 is spoken.")
            : null;
    }

    private static YdjyCall Call(MessageElement element, Encoding bodyEncoding)
    {
        var ansi = element.Attribute("acp") is { } codePage ? CodePage(codePage) : bodyEncoding;
        var fault = ansi is null ? Refusals.Malformed(element.Position, "不支持的代码页 acp。", "the code page named by acp is not supported.") : null;
        var parameters = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var buffers = new List<OutBuffer>();
        foreach (var child in element.Children)
            fault ??= ReadChild(child, ansi ?? bodyEncoding, parameters, buffers);
        if (buffers.Count == 0)
            buffers.AddRange(DefaultBuffers(element.Attribute("function")));
        return new YdjyCall
        {
            Function = element.Attribute("function")?.Trim() ?? "",
            Hospital = string.IsNullOrWhiteSpace(element.Attribute("hospital")) ? null : element.Attribute("hospital")!.Trim(),
            Sequence = element.Attribute("seq"),
            Ansi = ansi ?? bodyEncoding,
            Parameters = parameters,
            Buffers = buffers,
            Fault = fault,
        };
    }

    private static Encoding? CodePage(string acp) => acp.Trim() == "65001" ? LegacyText.Utf8 : acp.Trim() == "54936" ? LegacyText.Gb18030 : LegacyText.ByLabel(acp);

    private static HisRefusal? ReadChild(MessageElement child, Encoding ansi, Dictionary<string, string?> parameters, List<OutBuffer> buffers)
    {
        var name = child.Attribute("name");
        if (string.IsNullOrWhiteSpace(name) || child.Children.Count > 0 || child.Name is not ("param" or "out"))
            return Refusals.Malformed(child.Position, "此处应为带 name 的 <param> 或 <out>，且不含子元素。", "a named <param> or <out> without child elements is expected here.");
        return child.Name == "param" ? ReadParameter(name, child, ansi, parameters) : ReadBuffer(name, child, buffers);
    }

    private static HisRefusal? ReadParameter(string name, MessageElement child, Encoding ansi, Dictionary<string, string?> parameters)
    {
        string? value = child.Text;
        if (child.Attribute("null") == "1")
            value = null;
        else if (child.Attribute("encoding") == "base64" && !TryReadBase64(child.Text, ansi, out value))
            return Refusals.Malformed(child.Position, "base64 无法解码，或其字节不属于工作站代码页。", "the base64 cannot be read, or its bytes are not in the workstation's code page.");
        return parameters.TryAdd(name, value) ? null : Refusals.Malformed(child.Position, "参数重复。", "the parameter is given twice.");
    }

    private static bool TryReadBase64(string text, Encoding ansi, out string? value)
    {
        value = null;
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || !LegacyText.TryDecode(bytes.AsSpan(0, length), ansi, out var decoded, out _))
            return false;
        value = decoded;
        return true;
    }

    private static HisRefusal? ReadBuffer(string name, MessageElement child, List<OutBuffer> buffers)
    {
        var size = OutBuffer.DefaultSize;
        if (child.Attribute("size") is { } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size) || size is < 1 or > OutBuffer.SizeMax))
            return Refusals.Malformed(child.Position, $"缓冲区大小应为1至{OutBuffer.SizeMax}。", $"a buffer size is 1 to {OutBuffer.SizeMax}.");
        buffers.Add(new OutBuffer(name, size));
        return null;
    }

    private static IEnumerable<OutBuffer> DefaultBuffers(string? function)
    {
        if (function is "SIGNIN" or "SIGNOUT" or "YDJYBusiness_Handle")
            yield return new OutBuffer(OutBuffer.ReceiverSerial, OutBuffer.DefaultSize);
        yield return new OutBuffer(function == "YDJYBusiness_Handle" ? "OutputData" : "OutputDate", OutBuffer.DefaultSize);
    }
}
