using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using ProvincialGateway.Configuration;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>How a host takes in this slice: what it makes itself it passes, the rest is registered here.</summary>
internal static class NetworkServices
{
    /// <summary>Above what a peer may have under way on its one connection: whoever asks for more is told so, and a question of health gets through.</summary>
    private const int StreamsToSpare = 16;

    /// <summary>Adds <see cref="PeerDirectory"/>, <see cref="NodeDrain"/>, <see cref="PeerDoor"/>, <see cref="OwnStanding"/>, <see cref="HealthStatuses"/>, gRPC with its limits and the identity gate.</summary>
    public static IServiceCollection AddNetwork(this IServiceCollection services, NodesConfiguration configuration, Division self,
        NodeCertificate certificate, PeerTrust trust, Database database, TransactionIdSource ids, TimeProvider time)
    {
        services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = configuration.Limits.MessageBytesMax;
            // Replies have no limit here: a reply that cannot be sent would look like a request that was refused, after it was processed.
            options.MaxSendMessageSize = null;
            options.EnableDetailedErrors = false;
            options.Interceptors.Add<PeerIdentityInterceptor>();
        });
        services.Configure<KestrelServerOptions>(kestrel =>
            kestrel.Limits.Http2.MaxStreamsPerConnection = Math.Max(kestrel.Limits.Http2.MaxStreamsPerConnection, configuration.Limits.PeerConcurrentCallsMax + StreamsToSpare));
        services.AddSingleton(provider => new PeerIdentityInterceptor(
            trust, self, provider.GetRequiredService<PeerDoor>(), database.Condition, provider.GetRequiredService<RecoveryGate>(), provider.GetRequiredService<ILogger<PeerIdentityInterceptor>>()));
        services.AddSingleton<RecoveryGate>();
        services.AddSingleton(provider => new NodeGrpcService(configuration, self, provider.GetRequiredService<EndpointDataSource>(), provider.GetRequiredService<OwnStanding>(), time));
        services.AddSingleton<HealthStatuses>();
        services.AddSingleton<HealthGrpcService>();
        services.AddSingleton(provider =>
        {
            var gate = provider.GetRequiredService<RecoveryGate>();
            var peers = new PeerDirectory(configuration, self, certificate, trust, gate, time, provider.GetRequiredService<ILogger<PeerClient>>());
            HoldBarred(peers, gate);
            database.Read(session =>
            {
                PeerRecords.Recall(session, peers);
                return true;
            });
            return peers;
        });
        services.AddSingleton<NodeDrain>();
        services.AddSingleton(provider => new PeerDoor(
            provider.GetRequiredService<PeerDirectory>(), provider.GetRequiredService<NodeDrain>(), configuration.Limits, time, provider.GetRequiredService<ILogger<PeerDoor>>()));
        services.AddSingleton(provider => new OwnStanding(
            configuration, database, provider.GetRequiredService<PeerDirectory>(), ids, provider.GetRequiredService<NodeDrain>(), provider.GetRequiredService<RecoveryGate>(), time,
            provider.GetRequiredService<ILogger<OwnStanding>>()));
        return services;
    }

    /// <summary>What waits for a peer that is barred makes no attempt, and goes on when it is not any more.</summary>
    internal static void HoldBarred(PeerDirectory peers, RecoveryGate gate)
    {
        gate.Changed += (_, _) => Hold(peers, gate);
        Hold(peers, gate);
    }

    private static void Hold(PeerDirectory peers, RecoveryGate gate)
    {
        foreach (var peer in peers.All)
            peer.State.Set(gate.WhyBarred(peer.Entry.Division) is var (chinese, english) ? PeerHold.Recovering(chinese, english) : null);
    }

    /// <summary>Pings peers for as long as the host runs.</summary>
    public static IServiceCollection AddPeerMonitor(this IServiceCollection services, NodesConfiguration configuration, TransactionIdSource ids, TimeProvider time) =>
        services.AddHostedService(provider => new PeerMonitor(
            provider.GetRequiredService<PeerDirectory>(), configuration, ids, provider.GetRequiredService<OwnStanding>(), provider.GetRequiredService<RecoveryGate>(), time,
            provider.GetRequiredService<ILogger<PeerMonitor>>()));

    /// <summary>Lets Kestrel listen on reserved ports with sockets of theirs; other end points are bound as usual.</summary>
    public static IServiceCollection TakeOver(this IServiceCollection services, params IReadOnlyList<ReservedPort> ports) =>
        services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = endPoint =>
            ports.FirstOrDefault(port => port.EndPoint.Equals(endPoint))?.CreateListenSocket() ?? SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint));

    /// <summary>The services of this slice that peers call; other slices map theirs beside them.</summary>
    public static void MapPeerServices(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService<NodeGrpcService>();
        endpoints.MapGrpcService<HealthGrpcService>();
    }
}
