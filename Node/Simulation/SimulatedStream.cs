using Grpc.Core;

namespace ProvincialGateway.Simulation;

/// <summary>The receiving end of a client's stream, filled by the network.</summary>
internal sealed class SimulatedStream : IAsyncStreamReader<byte[]>
{
    private readonly Queue<byte[]> _arrived = new();
    private TaskCompletionSource _changed = new();
    private bool _isComplete, _isCut;

    public byte[] Current { get; private set; } = [];

    public void Add(byte[] message)
    {
        _arrived.Enqueue(message);
        Changed();
    }

    public void Complete()
    {
        _isComplete = true;
        Changed();
    }

    /// <summary>The connection is gone; what has arrived can still be read.</summary>
    public void Cut()
    {
        _isCut = true;
        Changed();
    }

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        while (_arrived.Count == 0)
        {
            if (_isCut)
                throw new IOException("The client reset the request stream.");
            if (_isComplete)
                return false;
            await _changed.Task.WaitAsync(cancellationToken);
        }
        Current = _arrived.Dequeue();
        return true;
    }

    private void Changed()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource();
        changed.SetResult();
    }
}
