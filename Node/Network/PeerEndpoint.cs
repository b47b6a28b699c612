using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ProvincialGateway.Network;

/// <summary>The port for peers: HTTP/2 over TLS 1.2 or 1.3, nobody without a certificate that <see cref="PeerTrust"/> accepts.</summary>
internal static class PeerEndpoint
{
    public static void ListenForPeers(this KestrelServerOptions kestrel, IPEndPoint endPoint, NodeCertificate certificate, PeerTrust trust)
    {
        var logger = kestrel.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(PeerEndpoint).FullName!);
        kestrel.Listen(endPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(next => connection => LogFailureAsync(connection, next, logger));
            listen.UseHttps(Https(certificate, trust, logger));
            listen.Use(next => connection => RequireHttp2Async(connection, next));
        });
    }

    private static TlsHandshakeCallbackOptions Https(NodeCertificate certificate, PeerTrust trust, ILogger logger)
    {
        var shown = SslStreamCertificateContext.Create(certificate.Certificate, additionalCertificates: null, offline: true);
        return new()
        {
            OnConnection = handshake => new(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = shown,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ClientCertificateRequired = true,
                // A resumed session would skip the judgement of a certificate that has been taken out of nodes.json.
                AllowTlsResume = false,
                RemoteCertificateValidationCallback = (_, presented, _, _) => IsPeer(presented as X509Certificate2, handshake.Connection, trust, logger),
            }),
        };
    }

    private static bool IsPeer(X509Certificate2? presented, ConnectionContext connection, PeerTrust trust, ILogger logger)
    {
        var decision = trust.Decide(presented);
        if (decision.Province is not null)
            return true;
        connection.Features.Get<Handshake>()!.IsRefusalLogged = true;
        NetworkLog.ClientCertificateRefused(logger, connection.RemoteEndPoint, PeerConnection.PinOf(presented), decision.ReasonEnglish, decision.ReasonChinese);
        return false;
    }

    /// <summary>Kestrel tells of a failed handshake at debug level only; an operator who connects a new province needs to see it.</summary>
    private static async Task LogFailureAsync(ConnectionContext connection, ConnectionDelegate next, ILogger logger)
    {
        var handshake = new Handshake();
        connection.Features.Set(handshake);
        try
        {
            await next(connection);
        }
        catch (Exception fault) when (!handshake.IsDone)
        {
            // Bytes that are no TLS at all: nothing but noise from outside, which ends with this connection.
            handshake.Reason = fault.Message;
        }
        if (handshake is { IsDone: false, IsRefusalLogged: false })
            NetworkLog.HandshakeIncomplete(logger, connection.RemoteEndPoint, handshake.Reason);
    }

    private static Task RequireHttp2Async(ConnectionContext connection, ConnectionDelegate next)
    {
        var handshake = connection.Features.Get<Handshake>()!;
        var agreed = connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol ?? default;
        handshake.IsDone = agreed.Span.SequenceEqual(SslApplicationProtocol.Http2.Protocol.Span);
        if (handshake.IsDone)
            return next(connection);
        handshake.Reason = "the caller does not speak HTTP/2";
        return Task.CompletedTask;
    }

    private sealed class Handshake
    {
        public bool IsDone { get; set; }

        public bool IsRefusalLogged { get; set; }

        public string Reason { get; set; } = "the TLS handshake failed or was broken off";
    }
}
