using Grpc.Core;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>Who calls: the province in the client's certificate, the only identity a peer has.</summary>
internal sealed record PeerIdentity(Division Province)
{
    private const string Key = "provincial-gateway.peer";

    public static void Set(ServerCallContext context, PeerIdentity peer) => context.UserState[Key] = peer;

    public static PeerIdentity Of(ServerCallContext context) => context.UserState.TryGetValue(Key, out var peer)
        ? (PeerIdentity)peer
        : throw new InvalidOperationException($"{context.Method} is served without {nameof(PeerIdentityInterceptor)}.");
}

internal static class PeerIdentityExtensions
{
    /// <exception cref="InvalidOperationException">The interceptor is not installed, which is a bug.</exception>
    public static PeerIdentity Peer(this ServerCallContext context) => PeerIdentity.Of(context);
}
