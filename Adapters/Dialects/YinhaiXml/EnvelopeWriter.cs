using System.Globalization;
using System.Xml.Linq;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>What one call gives back. Texts are what XML can carry.</summary>
internal sealed record CallReply
{
    /// <summary>Null when the message was not understood.</summary>
    public required ComCall? Call { get; init; }

    public required int AppCode { get; init; }

    public required string AppMessage { get; init; }

    /// <summary>jylsh; empty when nothing was begun.</summary>
    public string TradeNumber { get; init; } = "";

    /// <summary>jysc_xml or jgxml.</summary>
    public string Output { get; init; } = "";

    public FilePart? File { get; init; }
}

/// <summary>A file the component writes on the workstation.</summary>
/// <param name="Name">The path the client named in prm_outputfile, else a bare file name.</param>
/// <param name="Text">Written as GB18030, which a reader of "ANSI" in China knows and which loses no character.</param>
internal sealed record FilePart(string Name, string Text);

/// <summary>Writes the reply envelope in the request's frame and encoding.</summary>
internal static class EnvelopeWriter
{
    private static readonly XName Space = XNamespace.Xml + "space";

    private static readonly IReadOnlyList<string> UnknownReferences = [ComMethod.AppCode, ComMethod.AppMessage];

    public static HisReply Write(ComFrame frame, IReadOnlyList<CallReply> replies)
    {
        var root = frame.IsBatch
            ? new XElement(EnvelopeReader.BatchName, new XAttribute(Space, "preserve"), new XAttribute("version", "1"), replies.Select(Element))
            : Element(replies.Single());
        return new HisReply { Body = frame.Charset.Document(root), ContentType = $"text/xml; charset={frame.Charset.Label}" };
    }

    private static XElement Element(CallReply reply)
    {
        var element = new XElement(
            EnvelopeReader.CallName, new XAttribute(Space, "preserve"), new XAttribute("version", "1"),
            new XAttribute("method", LegacyXml.Carriable(reply.Call?.Name ?? "")));
        if (reply.Call?.Sequence is { } sequence)
            element.Add(new XAttribute("seq", sequence));
        foreach (var name in reply.Call is null ? UnknownReferences : reply.Call.Method?.References ?? UnknownReferences)
            element.Add(new XElement("out", new XAttribute("name", name), Value(reply, name)));
        if (reply.File is { } file)
            element.Add(new XElement(
                "file", new XAttribute("name", file.Name), new XAttribute("charset", "GB18030"), new XAttribute("encoding", "base64"),
                Convert.ToBase64String(LegacyText.Encode(file.Text, LegacyText.Gb18030))));
        return element;
    }

    private static string Value(CallReply reply, string name) => name switch
    {
        ComMethod.TradeNumber => reply.TradeNumber,
        ComMethod.TradeCheck => TradeNumber.CheckOf(reply.TradeNumber),
        ComMethod.AppCode => reply.AppCode.ToString(CultureInfo.InvariantCulture),
        ComMethod.AppMessage => reply.AppMessage,
        _ => reply.Output,
    };
}
