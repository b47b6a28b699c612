using System.Text.Json;
using ProvincialGateway.Configuration;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>Every other node of nodes.json, each with its one client.</summary>
internal sealed class PeerDirectory : IAsyncDisposable
{
    private readonly Dictionary<Division, PeerClient> _peers;

    public PeerDirectory(NodesConfiguration configuration, Division self, NodeCertificate certificate, PeerTrust trust, TimeProvider time, ILogger<PeerClient> logger)
    {
        All = [.. configuration.Nodes
            .Where(node => node.Division != self)
            .Select(node => new PeerClient(node, configuration, certificate, trust, time, logger))];
        _peers = All.ToDictionary(peer => peer.Entry.Division);
    }

    /// <summary>In the order of nodes.json, without this node.</summary>
    public IReadOnlyList<PeerClient> All { get; }

    /// <summary>The peer that answers for a division; null for an unknown province and for this node's own.</summary>
    public PeerClient? Find(Division anyDivision) => _peers.GetValueOrDefault(anyDivision.Province);

    /// <summary>Province codes of the peers that nothing is sent to now, as a list for SQL: what is for them is not due.</summary>
    public string HeldAsJson() => JsonSerializer.Serialize(All.Where(peer => peer.State.Hold is not null).Select(peer => peer.Entry.Division.Code));

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in All)
            await peer.DisposeAsync();
    }
}
