using Grpc.Core;
using ProvincialGateway.Configuration;

namespace ProvincialGateway.Network;

/// <summary>The way to one peer: <see cref="PeerClient"/> over a real network, or a simulated one. It never throws for what the network or the peer does.</summary>
internal interface IPeerLink : IAsyncDisposable
{
    NodeEntry Entry { get; }

    PeerState State { get; }

    /// <inheritdoc cref="PeerClient.CallAsync"/>
    Task<PeerOutcome> CallAsync(PeerMethod method, byte[] request, CancellationToken ct);

    /// <inheritdoc cref="PeerClient.ProbeAsync"/>
    Task<(byte[]? Reply, StatusCode Status)?> ProbeAsync(PeerMethod method, byte[] request, TimeSpan patience, CancellationToken ct);

    /// <inheritdoc cref="PeerClient.StreamAsync"/>
    Task<PeerOutcome> StreamAsync(PeerMethod method, IAsyncEnumerable<byte[]> messages, PeerStreamLimits limits, CancellationToken ct);
}
