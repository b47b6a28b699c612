using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>One call of an exported function, as the thin DLL on the workstation recorded it.</summary>
internal sealed record YdjyCall
{
    /// <summary>Export name, e.g. <c>YDJYBusiness_Handle</c>.</summary>
    public required string Function { get; init; }

    /// <summary>Institution code from the DLL's configuration; null when missing.</summary>
    public required string? Hospital { get; init; }

    /// <summary>The DLL's call counter, echoed; null when missing.</summary>
    public required string? Sequence { get; init; }

    /// <summary>Code page of the workstation: buffer sizes and base64 parameters count in it.</summary>
    public required Encoding Ansi { get; init; }

    /// <summary>Input strings by declared name, case-insensitive. A NULL pointer is null.</summary>
    public required IReadOnlyDictionary<string, string?> Parameters { get; init; }

    /// <summary>The caller's buffers in declared order; the last one takes the output XML or the error text. Never empty.</summary>
    public required IReadOnlyList<OutBuffer> Buffers { get; init; }

    /// <summary>What is wrong with this call's frame; the other calls of a batch are not affected.</summary>
    public HisRefusal? Fault { get; init; }
}

/// <param name="Name">As the client spells it, e.g. <c>OutputDate</c>.</param>
/// <param name="Size">Bytes including the closing NUL, 1..1048576.</param>
internal sealed record OutBuffer(string Name, int Size)
{
    /// <summary>What the client's buffers hold when a message does not say.</summary>
    public const int DefaultSize = 2048;

    public const int SizeMax = 1_048_576;

    public const string ReceiverSerial = "ReceiverSerialNo";

    public bool IsReceiverSerial => Name.Equals(ReceiverSerial, StringComparison.OrdinalIgnoreCase);
}

/// <summary>How the reply must be framed: as the request was.</summary>
internal sealed record YdjyFrame(XmlCharset Charset, bool IsBatch);
