using System.Buffers.Binary;
using System.Text;
using System.Threading.Channels;

namespace ProvincialGateway.Cli;

/// <summary>
/// What a command writes, on its way to the caller. Writing never waits: a command may write inside a database transaction, and a caller who
/// has stopped reading must not hold up the node's writer. A caller who lets too much pile up is given up.
/// </summary>
internal sealed class ControlOutput : IAsyncDisposable
{
    /// <summary>Far above what any command prints.</summary>
    private const long UnreadBytesMax = 64L * 1024 * 1024;

    private readonly Channel<(ControlFrame Kind, byte[] Payload)> _frames = Channel.CreateUnbounded<(ControlFrame, byte[])>(new() { SingleReader = true });
    private readonly ControlStream _stream;
    private readonly Action _giveUp;
    private readonly Task _sending;
    private long _unread;
    private bool _isBroken;

    /// <param name="stream">Stays the caller's.</param>
    /// <param name="giveUp">Called when nobody reads any more.</param>
    public ControlOutput(ControlStream stream, Action giveUp)
    {
        (_stream, _giveUp) = (stream, giveUp);
        Out = TextWriter.Synchronized(new FrameWriter(this, ControlFrame.Output));
        Error = TextWriter.Synchronized(new FrameWriter(this, ControlFrame.Error));
        _sending = Task.Run(SendAsync);
    }

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    public void Exit(int code)
    {
        Out.Flush();
        Error.Flush();
        var payload = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(payload, code);
        _frames.Writer.TryWrite((ControlFrame.Exit, payload));
    }

    /// <summary>Returns when everything has been sent, or cannot be.</summary>
    public async ValueTask DisposeAsync()
    {
        _frames.Writer.Complete();
        await _sending;
    }

    private void Add(ControlFrame kind, byte[] payload)
    {
        if (Volatile.Read(ref _isBroken))
            return;
        if (Interlocked.Add(ref _unread, payload.Length) > UnreadBytesMax)
            Break();
        else
            _frames.Writer.TryWrite((kind, payload));
    }

    private async Task SendAsync()
    {
        await foreach (var (kind, payload) in _frames.Reader.ReadAllAsync())
        {
            if (Volatile.Read(ref _isBroken) && kind != ControlFrame.Exit)
                continue;
            try
            {
                await _stream.WriteAsync(kind, payload, CancellationToken.None);
                Interlocked.Add(ref _unread, -payload.Length);
            }
            catch (Exception fault) when (fault is IOException or ObjectDisposedException)
            {
                Break();
            }
        }
    }

    private void Break()
    {
        Volatile.Write(ref _isBroken, true);
        _giveUp();
    }

    /// <summary>Collects what is written up to the end of a line, so that a table is not sent cell by cell.</summary>
    private sealed class FrameWriter(ControlOutput output, ControlFrame kind) : TextWriter
    {
        private const int CharactersMax = 16 * 1024;

        private readonly StringBuilder _text = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            _text.Append(value);
            if (value == '\n' || _text.Length >= CharactersMax)
                Flush();
        }

        public override void Write(char[] buffer, int index, int count)
        {
            foreach (var character in buffer.AsSpan(index, count))
                Write(character);
        }

        public override void Write(string? value)
        {
            foreach (var character in value ?? "")
                Write(character);
        }

        public override void Flush()
        {
            // Half a character pair waits for its other half.
            var length = _text.Length > 0 && char.IsHighSurrogate(_text[^1]) ? _text.Length - 1 : _text.Length;
            if (length == 0)
                return;
            output.Add(kind, Encoding.GetBytes(_text.ToString(0, length)));
            _text.Remove(0, length);
        }
    }
}
