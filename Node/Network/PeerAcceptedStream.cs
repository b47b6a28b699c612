namespace ProvincialGateway.Network;

/// <summary>The peer ended a new connection without a word, as it does when it refuses this node's certificate. Nothing was sent on it.</summary>
internal sealed class PeerRefusedConnectionException(Exception? inner)
    : IOException("The peer closed the connection without a word.", inner);

/// <summary>
/// Lets out the HTTP/2 preface and holds back everything else until the peer has spoken. With TLS 1.3 a client believes itself connected
/// before the server has judged its certificate; without this, a request to a peer that refuses us would look sent and its outcome unknown.
/// </summary>
/// <param name="inner">Behind TLS.</param>
/// <param name="onRefused">Called before the exception is thrown, because the handler above does not always pass the exception on.</param>
internal sealed class PeerAcceptedStream(Stream inner, Action onRefused) : Stream
{
    private readonly TaskCompletionSource _peerSpoke = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _prefaceSent;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_peerSpoke.Task.IsCompletedSuccessfully)
            return await inner.ReadAsync(buffer, cancellationToken);
        int count;
        try
        {
            count = await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException fault)
        {
            throw Refuse(fault);
        }
        // A read into an empty buffer only waits for data and always gives zero.
        if (count == 0 && buffer.Length > 0)
            throw Refuse(null);
        if (count > 0)
            _peerSpoke.TrySetResult();
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _prefaceSent, 1) == 1)
            await _peerSpoke.Task.WaitAsync(cancellationToken);
        try
        {
            await inner.WriteAsync(buffer, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException && !_peerSpoke.Task.IsCompletedSuccessfully)
        {
            throw Refuse(fault);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            EndWaiting(new PeerRefusedConnectionException(null));
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private PeerRefusedConnectionException Refuse(Exception? fault)
    {
        var refused = new PeerRefusedConnectionException(fault);
        onRefused();
        EndWaiting(refused);
        return refused;
    }

    private void EndWaiting(PeerRefusedConnectionException refused)
    {
        _peerSpoke.TrySetException(refused);
        // Nobody may be waiting for it, which is no fault.
        _ = _peerSpoke.Task.Exception;
    }
}
