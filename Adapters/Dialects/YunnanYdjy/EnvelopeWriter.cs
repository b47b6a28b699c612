using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>What one call returns: the C return value, the receiver serial and the text of the last buffer, already of the right size.</summary>
internal sealed record CallReply(YdjyCall? Call, int ReturnValue, string ReceiverSerial, string Output);

/// <summary>Writes the reply envelope in the request's frame and encoding.</summary>
internal static class EnvelopeWriter
{
    private static readonly IReadOnlyList<OutBuffer> UnknownCallBuffers = [new OutBuffer("OutputData", OutBuffer.DefaultSize)];

    public static HisReply Write(YdjyFrame frame, IReadOnlyList<CallReply> replies)
    {
        var xml = new StringBuilder($"""<?xml version="1.0" encoding="{frame.Charset}"?>""");
        if (frame.IsBatch)
            xml.Append("""<ydjyBatch xml:space="preserve" version="1">""");
        foreach (var reply in replies)
            Append(xml, reply);
        if (frame.IsBatch)
            xml.Append("</ydjyBatch>");
        return new HisReply { Body = LegacyText.Encode(xml.ToString(), frame.Encoding), ContentType = $"text/xml; charset={frame.Charset}" };
    }

    private static void Append(StringBuilder xml, CallReply reply)
    {
        xml.Append("""<ydjy xml:space="preserve" version="1" function=""").Append(XmlText.Quoted(reply.Call?.Function ?? ""));
        if (reply.Call?.Sequence is { } sequence)
            xml.Append(" seq=").Append(XmlText.Quoted(sequence));
        xml.Append($" return=\"{reply.ReturnValue}\">");
        var buffers = reply.Call?.Buffers ?? UnknownCallBuffers;
        foreach (var buffer in buffers)
        {
            var content = ReferenceEquals(buffer, buffers[^1]) ? reply.Output : buffer.IsReceiverSerial ? reply.ReceiverSerial : "";
            xml.Append("<out name=").Append(XmlText.Quoted(buffer.Name)).Append('>').Append(XmlText.Escape(content)).Append("</out>");
        }

        xml.Append("</ydjy>");
    }
}
