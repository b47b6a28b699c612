namespace ProvincialGateway.Network;

/// <summary>
/// The end of a node's service: what hospitals and peers have under way is counted, and once the node drains nothing new is let in. Safe for many threads.
/// </summary>
internal sealed class NodeDrain : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _givenUp = new();
    private int _running;
    private bool _isDraining;

    public bool IsDraining
    {
        get
        {
            lock (_gate)
                return _isDraining;
        }
    }

    /// <summary>What is in flight is not waited for any longer.</summary>
    public CancellationToken GivenUp => _givenUp.Token;

    /// <summary>False once the node drains. After true, <see cref="Leave"/> ends it.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_isDraining)
                return false;
            _running++;
            return true;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _running--;
            CompleteWhenEmpty();
        }
    }

    /// <summary>From now on nothing is let in.</summary>
    /// <returns>How much is in flight.</returns>
    public int Begin()
    {
        lock (_gate)
        {
            _isDraining = true;
            CompleteWhenEmpty();
            return _running;
        }
    }

    /// <summary>Waits for what is in flight, after <see cref="Begin"/>.</summary>
    /// <returns>How much is still in flight after the limit.</returns>
    public async Task<int> FinishAsync(TimeSpan limit, TimeProvider time)
    {
        await _empty.Task.WaitAsync(limit, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
            return _running;
    }

    /// <summary>Nothing new is let in and nothing is waited for.</summary>
    public void GiveUp()
    {
        Begin();
        _givenUp.Cancel();
    }

    public void Dispose() => _givenUp.Dispose();

    private void CompleteWhenEmpty()
    {
        if (_isDraining && _running == 0)
            _empty.TrySetResult();
    }
}
