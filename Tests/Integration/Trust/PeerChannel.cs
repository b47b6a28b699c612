using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;

namespace ProvincialGateway.Tests.Trust;

/// <summary>What a stranger dials a node with: a certificate of its own choice and no rules but the node's pin.</summary>
internal static class PeerChannel
{
    public static GrpcChannel To(PilotProvince node, X509Certificate2 certificate) => GrpcChannel.ForAddress($"https://127.0.0.1:{node.PeerPort}", new GrpcChannelOptions
    {
        DisposeHttpClient = true,
        MaxSendMessageSize = null,
        HttpHandler = new SocketsHttpHandler
        {
            SslOptions =
            {
                LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate,
                RemoteCertificateValidationCallback = (_, presented, _, _) =>
                    node.Configuration.Nodes.Single(entry => entry.Division == node.Division).Certificates.Contains(CertificatePin.Of((X509Certificate2)presented!)),
            },
        },
    });
}
