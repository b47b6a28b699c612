using System.Buffers.Binary;
using System.Net.Sockets;

namespace ProvincialGateway.Cli;

/// <summary>What a frame of the control channel carries; the number is its first byte, then four bytes of length and the payload.</summary>
internal enum ControlFrame : byte
{
    /// <summary>To the node: a <see cref="ControlRequest"/> as JSON. The first frame of every connection.</summary>
    Request = 1,

    /// <summary>To the node: Ctrl-C was pressed. Hanging up says the same.</summary>
    Cancel = 2,

    /// <summary>From the node: UTF-8 for standard output.</summary>
    Output = 3,

    /// <summary>From the node: UTF-8 for standard error.</summary>
    Error = 4,

    /// <summary>From the node: the exit code, four bytes; the last frame.</summary>
    Exit = 5,
}

/// <summary>A command line as it travels to the running node.</summary>
internal sealed record ControlRequest
{
    /// <summary>Of the caller's program: another version may mean something else by the same words.</summary>
    public required string Version { get; init; }

    /// <summary>Without the program; every path is absolute.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    public required Terminal Terminal { get; init; }
}

/// <summary>Frames over one connection of the control channel. Not for two writers, or two readers, at once.</summary>
internal sealed class ControlStream(Socket socket) : IAsyncDisposable
{
    /// <summary>One command line; a shell takes no more either.</summary>
    public const int PayloadMax = 1024 * 1024;

    private const int HeadLength = 5;

    private readonly NetworkStream _stream = new(socket, ownsSocket: true);

    public async Task WriteAsync(ControlFrame kind, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        var frame = new byte[HeadLength + payload.Length];
        frame[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), payload.Length);
        payload.CopyTo(frame.AsMemory(HeadLength));
        await _stream.WriteAsync(frame, cancellation);
    }

    /// <summary>Null when the other side has hung up.</summary>
    /// <exception cref="IOException">The connection broke inside a frame, or what came is no frame.</exception>
    public async Task<(ControlFrame Kind, byte[] Payload)?> ReadAsync(CancellationToken cancellation)
    {
        var head = new byte[HeadLength];
        if (await _stream.ReadAtLeastAsync(head, HeadLength, throwOnEndOfStream: false, cancellation) is var read && read == 0)
            return null;
        var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1));
        if (read < HeadLength || length is < 0 or > PayloadMax)
            throw new IOException("What came over the control channel is no frame.");
        var payload = new byte[length];
        await _stream.ReadExactlyAsync(payload, cancellation);
        return ((ControlFrame)head[0], payload);
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
