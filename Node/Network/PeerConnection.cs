using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using ProvincialGateway.Configuration;

namespace ProvincialGateway.Network;

/// <summary>The one HTTP/2 connection to one peer: both sides show their certificates, and the server's must be exactly this peer's.</summary>
internal sealed class PeerConnection(NodeEntry entry, NodesConfiguration configuration, NodeCertificate certificate, PeerTrust trust, ILogger logger)
{
    // A connection that a firewall has dropped in silence is noticed before the next attempt would time out on it.
    private static readonly TimeSpan KeepAliveDelay = TimeSpan.FromSeconds(15), KeepAliveTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(10);

    private volatile TrustDecision? _lastRefusal;
    private volatile bool _isRefusedByPeer;

    /// <summary>Why this node last refused the peer's certificate; null when it never did.</summary>
    public TrustDecision? LastRefusal => _lastRefusal;

    /// <summary>The last connection was closed by the peer before it said anything.</summary>
    public bool IsRefusedByPeer => _isRefusedByPeer;

    public GrpcChannel Open(AsyncLocal<PeerAttempt?> current) => GrpcChannel.ForAddress(entry.Address, new GrpcChannelOptions
    {
        HttpHandler = new PeerAttemptHandler(Sockets(), current),
        DisposeHttpClient = true,
        MaxReceiveMessageSize = configuration.Limits.MessageBytesMax,
        MaxSendMessageSize = configuration.Limits.MessageBytesMax,
    });

    private SocketsHttpHandler Sockets() => new()
    {
        EnableMultipleHttp2Connections = false,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        KeepAlivePingDelay = KeepAliveDelay,
        KeepAlivePingTimeout = KeepAliveTimeout,
        PooledConnectionIdleTimeout = IdleTimeout,
        ConnectTimeout = configuration.Timeouts.Attempt,
        ConnectCallback = ConnectAsync,
        PlaintextStreamFilter = (context, _) => new(new PeerAcceptedStream(context.PlaintextStream, () => _isRefusedByPeer = true)),
        SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificates = [certificate.Certificate],
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate.Certificate,
            // A resumed session would skip the judgement of a certificate that has been taken out of nodes.json.
            AllowTlsResume = false,
            RemoteCertificateValidationCallback = (_, presented, _, _) => IsThisPeer(presented as X509Certificate2),
        },
    };

    /// <summary>
    /// What the handler would do itself. With a callback of our own the gRPC channel leaves connecting alone; otherwise it pauses by its own
    /// measure after a failure, beside the circuit breaker, whose business that is.
    /// </summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        _isRefusedByPeer = false;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsThisPeer(X509Certificate2? presented)
    {
        var decision = trust.Decide(presented);
        if (decision.Province == entry.Division)
            return true;
        if (decision.Province is { } other)
            decision = TrustDecision.Refused($"该地址上是节点 {other},不是节点 {entry.Division}", $"node {other} answers there, not node {entry.Division}");
        _lastRefusal = decision;
        NetworkLog.ServerCertificateRefused(logger, entry.Division, entry.Address, PinOf(presented), decision.ReasonEnglish, decision.ReasonChinese);
        return false;
    }

    internal static string PinOf(X509Certificate2? presented) => presented is null ? "(none)" : CertificatePin.Of(presented).Text;
}
