using System.Text;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>What a transaction makes of the node's result: an <see cref="OutputXml"/> is success, the others are here.</summary>
internal abstract class Outcome
{
    /// <summary>Null is the node's id of this call, by which clients name the transaction later.</summary>
    public string? ReceiverSerial { get; init; }
}

/// <summary>The result is known, and it is not what the client wanted: a return value other than 0 and a text for the operator.</summary>
/// <param name="returnValue">As <see cref="Replies"/> lists them.</param>
internal sealed class Declined(int returnValue, string text) : Outcome
{
    public int ReturnValue => returnValue;

    public string Text => text;
}

/// <summary>A file that the DLL writes on the workstation; it puts the path into the buffer that holds the name here.</summary>
internal sealed class FilePart(string name, byte[] content, Encoding encoding) : Outcome
{
    /// <summary>ASCII letters, digits, <c>_</c> and one dot.</summary>
    public string Name => name;

    public byte[] Content => content;

    public Encoding Encoding => encoding;
}

/// <summary>What an export that returns text returns.</summary>
internal sealed class Converted(string text) : Outcome
{
    public string Text => text;
}
