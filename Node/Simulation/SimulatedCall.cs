using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using ProvincialGateway.Network;

namespace ProvincialGateway.Simulation;

/// <summary>A call as a service of the receiving node sees it: the certificate the caller showed, and until when it waits.</summary>
internal sealed class SimulatedCall : ServerCallContext
{
    private readonly PeerMethod _method;
    private readonly CancellationToken _gaveUp;

    public SimulatedCall(PeerMethod method, X509Certificate2 certificate, CancellationToken gaveUp)
    {
        (_method, _gaveUp) = (method, gaveUp);
        // Where the server's library looks for the connection of a call that is not its own.
        UserState["__HttpContext"] = new DefaultHttpContext { Connection = { ClientCertificate = certificate } };
    }

    protected override string MethodCore => _method.Path;

    protected override string HostCore => "simulated";

    protected override string PeerCore => "simulated";

    protected override DateTime DeadlineCore => DateTime.MaxValue;

    protected override Metadata RequestHeadersCore { get; } = [];

    protected override CancellationToken CancellationTokenCore => _gaveUp;

    protected override Metadata ResponseTrailersCore { get; } = [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore { get; } = new(null, []);

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException("No service passes a call on.");
}
