using ProvincialGateway.Configuration;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>Every other node of nodes.json, each with its one client.</summary>
internal sealed class PeerDirectory : IAsyncDisposable
{
    private readonly Dictionary<Division, PeerClient> _peers;

    public PeerDirectory(NodesConfiguration configuration, Division self, NodeCertificate certificate, PeerTrust trust, RecoveryGate gate, TimeProvider time, ILogger<PeerClient> logger)
    {
        All = [.. configuration.Nodes
            .Where(node => node.Division != self)
            .Select(node => new PeerClient(node, configuration, certificate, trust, gate, time, logger))];
        _peers = All.ToDictionary(peer => peer.Entry.Division);
    }

    /// <summary>In the order of nodes.json, without this node.</summary>
    public IReadOnlyList<PeerClient> All { get; }

    /// <summary>The peer that answers for a division; null for an unknown province and for this node's own.</summary>
    public PeerClient? Find(Division anyDivision) => _peers.GetValueOrDefault(anyDivision.Province);

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in All)
            await peer.DisposeAsync();
    }
}
