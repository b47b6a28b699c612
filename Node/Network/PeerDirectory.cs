using ProvincialGateway.Configuration;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>Every other node of nodes.json, each with its one client.</summary>
internal sealed class PeerDirectory : IAsyncDisposable
{
    private readonly Dictionary<Division, IPeerLink> _peers;

    public PeerDirectory(NodesConfiguration configuration, Division self, NodeCertificate certificate, PeerTrust trust, RecoveryGate gate, TimeProvider time, ILogger<PeerClient> logger)
        : this([.. configuration.Nodes
            .Where(node => node.Division != self)
            .Select(node => new PeerClient(node, configuration, certificate, trust, gate, time, logger))])
    {
    }

    /// <param name="links">Every other node's, in the order of nodes.json.</param>
    public PeerDirectory(IReadOnlyList<IPeerLink> links)
    {
        All = links;
        _peers = All.ToDictionary(peer => peer.Entry.Division);
    }

    /// <summary>In the order of nodes.json, without this node.</summary>
    public IReadOnlyList<IPeerLink> All { get; }

    /// <summary>The peer that answers for a division; null for an unknown province and for this node's own.</summary>
    public IPeerLink? Find(Division anyDivision) => _peers.GetValueOrDefault(anyDivision.Province);

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in All)
            await peer.DisposeAsync();
    }
}
