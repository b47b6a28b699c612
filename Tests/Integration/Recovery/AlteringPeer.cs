using Grpc.Core;
using Grpc.Net.Client;
using ProvincialGateway.Cli;
using ProvincialGateway.Network;
using ProvincialGateway.Recovery;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Tests.Trust;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>Stands before a province's node with that province's own key and passes on what is asked; what is answered it may change.</summary>
internal sealed class AlteringPeer : IAsyncDisposable
{
    private readonly NodeCertificate _caller;
    private readonly GrpcChannel _channel;
    private LyingPeer _front = null!;

    private AlteringPeer(PilotProvince behind, PilotProvince caller)
    {
        _caller = NodeCertificate.Load(caller.DataFolder);
        _channel = PeerChannel.To(behind, _caller.Certificate);
    }

    public int Port => _front.Port;

    /// <summary>By the rpc's name; null says that the node behind cannot be reached.</summary>
    public Func<string, byte[], byte[]?> Alter { get; set; } = (_, reply) => reply;

    public static async Task<AlteringPeer> StartAsync(PilotProvince behind, PilotProvince caller, TimeProvider time, LogCapture logs)
    {
        var peer = new AlteringPeer(behind, caller);
        peer._front = await LyingPeer.StartAnsweringAsync(behind, time, logs, peer.AnswerAsync);
        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        await _front.DisposeAsync();
        _channel.Dispose();
        _caller.Dispose();
    }

    private async Task<LyingPeer.Answer> AnswerAsync(string path, byte[] request)
    {
        var method = ExchangeMethods.MethodOf(path);
        try
        {
            using var call = _channel.CreateCallInvoker().AsyncUnaryCall(method.AsUnary(), null, default, request);
            return Alter(method.Name, await call.ResponseAsync) is { } reply ? new(StatusCode.OK, reply) : new(StatusCode.Unavailable, null);
        }
        catch (RpcException fault)
        {
            return new(fault.StatusCode, null);
        }
    }
}
