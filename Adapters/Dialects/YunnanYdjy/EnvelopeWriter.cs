using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>What one call returns: the C return value, the receiver serial and the text of the last buffer, already of the right size.</summary>
internal sealed record CallReply(YdjyCall? Call, int ReturnValue, string ReceiverSerial, string Output)
{
    public FilePart? File { get; init; }

    /// <summary>What the one export returns that has neither a return value nor buffers.</summary>
    public string? Conversion { get; init; }
}

/// <summary>
/// Writes the reply envelope in the request's frame and encoding. Under the label GBK its bytes are GB18030: the DLL copies them into an ANSI
/// buffer, where a numeric reference would become <c>?</c> and FE 9F is what the workstation shows as 䶮.
/// </summary>
internal static class EnvelopeWriter
{
    private static readonly IReadOnlyList<OutBuffer> UnknownCallBuffers = [new OutBuffer("OutputData", OutBuffer.DefaultSize)];

    public static HisReply Write(YdjyFrame frame, IReadOnlyList<CallReply> replies)
    {
        var xml = new StringBuilder($"""<?xml version="1.0" encoding="{frame.Charset.Label}"?>""");
        if (frame.IsBatch)
            xml.Append("""<ydjyBatch xml:space="preserve" version="1">""");
        foreach (var reply in replies)
            Append(xml, reply);
        if (frame.IsBatch)
            xml.Append("</ydjyBatch>");
        return new HisReply { Body = LegacyText.Encode(xml.ToString(), frame.Charset.Bytes), ContentType = $"text/xml; charset={frame.Charset.Label}" };
    }

    private static void Append(StringBuilder xml, CallReply reply)
    {
        xml.Append("""<ydjy xml:space="preserve" version="1" function=""").Append(XmlText.Quoted(reply.Call?.Function ?? ""));
        if (reply.Call?.Sequence is { } sequence)
            xml.Append(" seq=").Append(XmlText.Quoted(sequence));
        if (reply.Conversion is { } converted)
        {
            xml.Append("><result>").Append(XmlText.Escape(converted)).Append("</result></ydjy>");
            return;
        }

        xml.Append($" return=\"{reply.ReturnValue}\">");
        var buffers = reply.Call?.Buffers ?? UnknownCallBuffers;
        foreach (var buffer in buffers)
        {
            var content = ReferenceEquals(buffer, buffers[^1]) ? reply.Output : buffer.IsReceiverSerial ? reply.ReceiverSerial : "";
            xml.Append("<out name=").Append(XmlText.Quoted(buffer.Name)).Append('>').Append(XmlText.Escape(content)).Append("</out>");
        }

        if (reply.File is { } file)
            Append(xml, file);
        xml.Append("</ydjy>");
    }

    private static void Append(StringBuilder xml, FilePart file)
    {
        var charset = file.Encoding == LegacyText.Utf8 ? "UTF-8" : "GB18030";
        xml.Append("<file name=").Append(XmlText.Quoted(file.Name)).Append($""" charset="{charset}" encoding="base64">""")
            .Append(Convert.ToBase64String(file.Content)).Append("</file>");
    }
}
