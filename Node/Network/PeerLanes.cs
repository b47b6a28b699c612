using System.Threading.Channels;

namespace ProvincialGateway.Network;

/// <summary>The work that waits for one peer, and what wakes it: the interval, the peer that answers again, and whoever has something new for it.</summary>
internal sealed class PeerLane(IPeerLink peer)
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _cameUp;

    public IPeerLink Peer => peer;

    public void Watch() => peer.State.CameUp += OnCameUp;

    public void Unwatch() => peer.State.CameUp -= OnCameUp;

    public void Wake() => _wake.Writer.TryWrite(true);

    // Awaited here, so that whoever waits goes on where it runs and not where the channel was written to.
    public async Task<bool> WaitAsync(CancellationToken cancellation) => await _wake.Reader.ReadAsync(cancellation);

    /// <summary>The peer was away and answers again. Said once.</summary>
    public bool TakeCameUp() => Interlocked.Exchange(ref _cameUp, 0) == 1;

    private void OnCameUp(object? sender, EventArgs up)
    {
        Interlocked.Exchange(ref _cameUp, 1);
        Wake();
    }
}

/// <summary>One lane for each peer: none of them waits for another.</summary>
internal sealed class PeerLanes(PeerDirectory peers)
{
    private readonly List<PeerLane> _lanes = [.. peers.All.Select(peer => new PeerLane(peer))];

    /// <summary>Something may be due: every peer's work is looked at.</summary>
    public void Wake()
    {
        foreach (var lane in _lanes)
            lane.Wake();
    }

    /// <summary>Serves all lanes, each woken at once, at the interval and when its peer answers again, until the node stops.</summary>
    /// <param name="serve">Waits for its lane again and again; ends by the cancellation only.</param>
    public async Task RunAsync(TimeSpan interval, TimeProvider time, Func<PeerLane, CancellationToken, Task> serve, CancellationToken stopping)
    {
        foreach (var lane in _lanes)
            lane.Watch();
        await using var timer = time.CreateTimer(_ => Wake(), null, interval, interval);
        Wake();
        try
        {
            await Task.WhenAll(_lanes.Select(lane => serve(lane, stopping)));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What waits is taken up at the next start.
        }
        finally
        {
            foreach (var lane in _lanes)
                lane.Unwatch();
        }
    }
}
