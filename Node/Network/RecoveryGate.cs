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

    /// <summary>Asked before a peer's request is served: whether it knows what this node has forgotten. Does nothing until it is set.</summary>
    public Func<Division, CancellationToken, Task> Meet { get; set; } = (_, _) => Task.CompletedTask;

    public bool IsOpen => _barrier.Whole is null;

    /// <param name="chinese">Why, for whoever is turned away.</param>
    /// <param name="english">The same.</param>
    public void Close(string chinese, string english) => Set(new Barrier((chinese, english), _barrier.Peers));

    /// <summary>Open to all but these peers.</summary>
    public void Open(IReadOnlySet<Division> barred) => Set(new Barrier(null, barred));

    public bool IsBarred(Division peer) => _barrier is var barrier && (barrier.Whole is not null || barrier.Peers.Contains(peer.Province));

    /// <exception cref="NodeRecoveringException">The node takes in again what it has forgotten.</exception>
    public void Require()
    {
        if (_barrier.Whole is var (chinese, english))
            throw new NodeRecoveringException(chinese, english);
    }

    /// <exception cref="NodeRecoveringException">As the other, or what it exchanged with this peer is not taken in yet.</exception>
    public void Require(Division peer)
    {
        Require();
        if (!_barrier.Peers.Contains(peer.Province))
            return;
        throw new NodeRecoveringException(
            $"本节点数据较旧，与 {peer.Province} 之间的往来尚未补齐，补齐前不与其办理业务；稍后请用同一流水号重发",
            $"this node's data are older than those of {peer.Province}, and what the two have exchanged is not taken in again yet; until then nothing is settled with it. Send again later with the same id");
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
