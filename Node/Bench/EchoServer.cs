using System.Net;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Bench;

/// <summary>The least that a call between two provinces can cost: a node's port for peers and its certificates, with nothing behind it.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly NodeCertificate _certificate;

    private EchoServer(WebApplication application, NodeCertificate certificate) => (_application, _certificate) = (application, certificate);

    public static readonly PeerMethod Method = new("bench.Echo", "Echo");

    /// <param name="dataFolder">Of the node whose address and certificate it takes.</param>
    /// <param name="replyBytes">Of each answer.</param>
    public static async Task<EchoServer> StartAsync(NodesConfiguration configuration, Division self, string dataFolder, int replyBytes, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var certificate = NodeCertificate.Load(dataFolder);
        var trust = new PeerTrust(configuration, self, TimeProvider.System);
        var address = configuration.Find(self)!.Address;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenForPeers(new IPEndPoint(IPAddress.Loopback, address.Port), certificate, trust));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new EchoService(new byte[replyBytes]));
        builder.Services.AddSingleton<IServiceMethodProvider<EchoService>, EchoMethods>();
        var application = builder.Build();
        application.MapGrpcService<EchoService>();
        await application.StartAsync(cancellation);
        return new EchoServer(application, certificate);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _certificate.Dispose();
    }

    private sealed class EchoMethods : IServiceMethodProvider<EchoService>
    {
        public void OnServiceMethodDiscovery(ServiceMethodProviderContext<EchoService> context) =>
            context.AddUnaryMethod(Method.AsUnary(), [], static (service, _, _) => Task.FromResult(service.Reply));
    }
}

/// <param name="reply">What it always says.</param>
internal sealed class EchoService(byte[] reply)
{
    public byte[] Reply => reply;
}

/// <summary>Calls an <see cref="EchoServer"/> as a node calls a peer: one connection, both certificates shown.</summary>
internal sealed class EchoClient : IDisposable
{
    // Far above what an echo takes.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly AsyncLocal<PeerAttempt?> _attempt = new();
    private readonly NodeCertificate _certificate;
    private readonly Grpc.Net.Client.GrpcChannel _channel;
    private readonly CallInvoker _invoker;
    private readonly byte[] _request;

    /// <param name="dataFolder">Of the node that calls.</param>
    public EchoClient(NodesConfiguration configuration, Division self, string dataFolder, Division server, int requestBytes)
    {
        _certificate = NodeCertificate.Load(dataFolder);
        var trust = new PeerTrust(configuration, self, TimeProvider.System);
        var connection = new PeerConnection(configuration.Find(server)!, configuration, _certificate, trust, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        _channel = connection.Open(_attempt);
        _invoker = _channel.CreateCallInvoker();
        _request = new byte[requestBytes];
    }

    public async Task CallAsync()
    {
        _attempt.Value = new PeerAttempt(Timeout);
        using var call = _invoker.AsyncUnaryCall(EchoServer.Method.AsUnary(), null, new CallOptions(), _request);
        await call.ResponseAsync;
    }

    public void Dispose()
    {
        _channel.Dispose();
        _certificate.Dispose();
    }
}
