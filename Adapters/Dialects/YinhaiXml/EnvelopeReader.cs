using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>
/// The envelope of the component: one <c>yinhai</c> or a <c>yinhaiBatch</c> of them. A fault in the frame itself refuses the whole message,
/// because nothing in it can be trusted then; a fault inside one call refuses that call.
/// </summary>
internal static class EnvelopeReader
{
    public const string CallName = "yinhai";
    public const string BatchName = "yinhaiBatch";

    /// <summary>A hospital replays at most a day's recording; more is sent in parts.</summary>
    public const int CallsMax = 1000;

    private const int DepthMax = 3;

    /// <summary>The calls, or null and the reason why there are none.</summary>
    public static IReadOnlyList<ComCall>? Read(string text, out bool isBatch, out HisRefusal? refusal)
    {
        isBatch = false;
        if (!LegacyXml.TryRead(text, DepthMax, out var root, out var fault))
        {
            refusal = fault.Refusal(CallName);
            return null;
        }

        isBatch = root.Name.LocalName == BatchName;
        IReadOnlyList<XElement> calls = isBatch ? [.. root.Elements()] : [root];
        refusal = RefuseFrame(root, calls);
        return refusal is null ? [.. calls.Select(Call)] : null;
    }

    private static HisRefusal? RefuseFrame(XElement root, IReadOnlyList<XElement> calls)
    {
        if (calls.Count is 0 or > CallsMax)
            return Refuse(root, $"批量须含 1 至 {CallsMax} 个调用。", $"a batch carries 1 to {CallsMax} calls.");
        if (calls.FirstOrDefault(call => call.Name.LocalName != CallName) is { } other)
            return Refuse(other, $"此处应为 <{CallName}>。", $"<{CallName}> is expected here.");
        return calls.FirstOrDefault(call => Attribute(call, "version") is not (null or "1")) is { } newer
            ? Refuse(newer, "仅支持信封版本 1。", "only envelope version 1 is spoken.")
            : null;
    }

    private static ComCall Call(XElement element)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        HisRefusal? fault = null;
        foreach (var child in element.Elements())
            fault ??= ReadChild(child, parameters);
        var method = Attribute(element, "method") ?? "";
        return new ComCall
        {
            Name = method,
            Method = ComMethod.Find(method.Trim()),
            Hospital = string.IsNullOrWhiteSpace(Attribute(element, "hospital")) ? null : Attribute(element, "hospital")!.Trim(),
            Sequence = Attribute(element, "seq"),
            Parameters = parameters,
            Fault = fault,
        };
    }

    // The parameters by reference are known from the method; naming them in a request is allowed and says nothing.
    private static HisRefusal? ReadChild(XElement child, Dictionary<string, string> parameters)
    {
        var name = Attribute(child, "name");
        if (string.IsNullOrWhiteSpace(name) || child.HasElements || child.Name.LocalName is not ("param" or "out"))
            return Refuse(child, "此处应为带 name 的 <param> 或 <out>，且不含子元素。", "a named <param> or <out> without child elements is expected here.");
        if (child.Name.LocalName == "out")
            return null;
        if (!TryReadValue(child, out var value))
            return Refuse(child, "base64 无法解码，或其字节不是 UTF-8。", "the base64 cannot be read, or its bytes are not UTF-8.");
        return parameters.TryAdd(name.Trim(), value) ? null : Refuse(child, "参数重复。", "the parameter is given twice.");
    }

    /// <summary>A BSTR may hold characters that XML cannot carry; such a value travels as base64 of its UTF-8.</summary>
    private static bool TryReadValue(XElement child, out string value)
    {
        value = child.Value;
        if (Attribute(child, "encoding") != "base64")
            return true;
        var bytes = new byte[value.Length];
        return Convert.TryFromBase64String(value, bytes, out var length) && LegacyText.TryDecode(bytes.AsSpan(0, length), LegacyText.Utf8, out value, out _);
    }

    private static string? Attribute(XElement element, string name) => element.Attribute(name)?.Value;

    private static HisRefusal Refuse(XElement element, string chinese, string english) => LegacyXml.FaultAt(element, chinese, english).Refusal(CallName);
}
