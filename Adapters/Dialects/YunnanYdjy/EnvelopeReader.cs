using System.Globalization;
using System.Text;
using System.Xml.Linq;
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

    public const string Place = "ydjy";

    private const int DepthMax = 3;

    /// <summary>The calls, or null and the reason why there are none.</summary>
    public static IReadOnlyList<YdjyCall>? Read(string text, Encoding bodyEncoding, out bool isBatch, out HisRefusal? refusal)
    {
        isBatch = false;
        if (!LegacyXml.TryRead(text, DepthMax, out var root, out var fault))
        {
            refusal = fault.Refusal(Place);
            return null;
        }

        isBatch = root.Name.LocalName == "ydjyBatch";
        IReadOnlyList<XElement> calls = isBatch ? [.. root.Elements()] : [root];
        refusal = RefuseFrame(root, calls);
        return refusal is null ? [.. calls.Select(call => Call(call, bodyEncoding))] : null;
    }

    private static HisRefusal? RefuseFrame(XElement root, IReadOnlyList<XElement> calls)
    {
        if (calls.Count is 0 or > CallsMax)
            return Refuse(root, $"批量须含1至{CallsMax}个调用。", $"a batch carries 1 to {CallsMax} calls.");
        if (calls.FirstOrDefault(call => call.Name.LocalName != "ydjy") is { } other)
            return Refuse(other, "此处应为 <ydjy>。", "<ydjy> is expected here.");
        return calls.FirstOrDefault(call => Attribute(call, "version") is not (null or "1")) is { } newer
            ? Refuse(newer, "仅支持信封版本 1。", "only envelope version 1 is spoken.")
            : null;
    }

    private static YdjyCall Call(XElement element, Encoding bodyEncoding)
    {
        var ansi = Attribute(element, "acp") is { } codePage ? CodePage(codePage) : bodyEncoding;
        var fault = ansi is null ? Refuse(element, "不支持的代码页 acp。", "the code page named by acp is not supported.") : null;
        var parameters = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var buffers = new List<OutBuffer>();
        foreach (var child in element.Elements())
            fault ??= ReadChild(child, ansi ?? bodyEncoding, parameters, buffers);
        if (buffers.Count == 0)
            buffers.AddRange(DefaultBuffers(Attribute(element, "function")));
        return new YdjyCall
        {
            Function = Attribute(element, "function")?.Trim() ?? "",
            Hospital = string.IsNullOrWhiteSpace(Attribute(element, "hospital")) ? null : Attribute(element, "hospital")!.Trim(),
            Sequence = Attribute(element, "seq"),
            Ansi = ansi ?? bodyEncoding,
            Parameters = parameters,
            Buffers = buffers,
            Fault = fault,
        };
    }

    private static Encoding? CodePage(string acp) => acp.Trim() == "65001" ? LegacyText.Utf8 : acp.Trim() == "54936" ? LegacyText.Gb18030 : LegacyText.ByLabel(acp);

    private static HisRefusal? ReadChild(XElement child, Encoding ansi, Dictionary<string, string?> parameters, List<OutBuffer> buffers)
    {
        var name = Attribute(child, "name");
        if (string.IsNullOrWhiteSpace(name) || child.HasElements || child.Name.LocalName is not ("param" or "out"))
            return Refuse(child, "此处应为带 name 的 <param> 或 <out>，且不含子元素。", "a named <param> or <out> without child elements is expected here.");
        return child.Name.LocalName == "param" ? ReadParameter(name, child, ansi, parameters) : ReadBuffer(name, child, buffers);
    }

    private static HisRefusal? ReadParameter(string name, XElement child, Encoding ansi, Dictionary<string, string?> parameters)
    {
        string? value = child.Value;
        if (Attribute(child, "null") == "1")
            value = null;
        else if (Attribute(child, "encoding") == "base64" && !TryReadBase64(child.Value, ansi, out value))
            return Refuse(child, "base64 无法解码，或其字节不属于工作站代码页。", "the base64 cannot be read, or its bytes are not in the workstation's code page.");
        return parameters.TryAdd(name, value) ? null : Refuse(child, "参数重复。", "the parameter is given twice.");
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

    private static HisRefusal? ReadBuffer(string name, XElement child, List<OutBuffer> buffers)
    {
        var size = OutBuffer.DefaultSize;
        if (Attribute(child, "size") is { } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size) || size is < 1 or > OutBuffer.SizeMax))
            return Refuse(child, $"缓冲区大小应为1至{OutBuffer.SizeMax}。", $"a buffer size is 1 to {OutBuffer.SizeMax}.");
        buffers.Add(new OutBuffer(name, size));
        return null;
    }

    private static string? Attribute(XElement element, string name) => element.Attribute(name)?.Value;

    private static HisRefusal Refuse(XElement element, string chinese, string english) => LegacyXml.FaultAt(element, chinese, english).Refusal(Place);

    private static IEnumerable<OutBuffer> DefaultBuffers(string? function)
    {
        if (function is not null && Transactions.Books(function))
            yield return new OutBuffer(OutBuffer.ReceiverSerial, OutBuffer.DefaultSize);
        yield return new OutBuffer(function == Exports.Business ? "OutputData" : "OutputDate", OutBuffer.DefaultSize);
    }
}
