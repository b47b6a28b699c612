using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>
/// Whether this node may deal with its peers and hospitals. It is closed to all while the node takes in again what it has forgotten, and to
/// single peers whose part is still missing. Safe for many threads.
/// </summary>
internal sealed class RecoveryGate
{
    // Who is there, does the path work, what do you remember: what a node is asked and asks in any state.
    private static readonly string[] AlwaysServed = [PeerMethod.Ping.Service, PeerMethod.ListExchanges.Service, "grpc.health.v1.Health"];

    private volatile Barrier _barrier = Barrier.None;

    /// <summary>Raised after the gate was opened or closed.</summary>
    public event EventHandler? Changed;

    /// <summary>Called before anything is exchanged with a peer, until it has been asked what it knows of this node: of a node that nobody watches, everybody has.</summary>
    public MeetPeer Meet { get; set; } = (_, _, _) => Task.FromResult(true);

    public bool IsOpen => _barrier.Whole is null;

    /// <param name="chinese">Why, for whoever is turned away.</param>
    /// <param name="english">The same.</param>
    public void Close(string chinese, string english) => Set(new Barrier((chinese, english), _barrier.Peers));

    /// <summary>Open to all but these peers.</summary>
    public void Open(IReadOnlySet<Division> barred) => Set(new Barrier(null, barred));

    /// <summary>Why nothing is exchanged with a peer; null when nothing stands in the way.</summary>
    public (string Chinese, string English)? WhyBarred(Division peer) => _barrier is var barrier && barrier.Whole is { } whole ? whole
        : barrier.Peers.Contains(peer.Province) ? (
            $"本节点数据较旧，与 {peer.Province} 之间的往来尚未补齐，补齐前不与其办理业务；稍后请用同一流水号重发",
            $"this node's data are older than those of {peer.Province}, and what the two have exchanged is not taken in again yet; until then nothing is settled with it. Send again later with the same id")
        : null;

    /// <exception cref="NodeRecoveringException">The node takes in again what it has forgotten.</exception>
    public void Require()
    {
        if (_barrier.Whole is var (chinese, english))
            throw new NodeRecoveringException(chinese, english);
    }

    /// <exception cref="NodeRecoveringException">As the other, or what it exchanged with this peer is not taken in yet.</exception>
    public void Require(Division peer)
    {
        if (WhyBarred(peer) is var (chinese, english))
            throw new NodeRecoveringException(chinese, english);
    }

    /// <param name="service">Full name of a gRPC service.</param>
    public static bool IsAlwaysServed(string service) => AlwaysServed.Contains(service);

    private void Set(Barrier barrier)
    {
        _barrier = barrier;
        Changed?.Invoke(this, EventArgs.Empty);
    }

    private sealed record Barrier((string Chinese, string English)? Whole, IReadOnlySet<Division> Peers)
    {
        public static readonly Barrier None = new(null, new HashSet<Division>());
    }
}

/// <param name="peer">Who.</param>
/// <param name="isCalling">It has called this node; false when this node is about to call it.</param>
/// <param name="cancellation">Ends the waiting.</param>
/// <returns>Whether the peer has been asked.</returns>
internal delegate Task<bool> MeetPeer(Division peer, bool isCalling, CancellationToken cancellation);
