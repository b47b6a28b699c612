using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Provincial.Exchange.V1;
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

    /// <summary>How many exchanges it tells at once; null for as many as the node behind does.</summary>
    public int? PageSize { get; set; }

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
            return Alter(method.Name, await AskAsync(method, request)) is { } reply ? new(StatusCode.OK, reply) : new(StatusCode.Unavailable, null);
        }
        catch (RpcException fault)
        {
            return new(fault.StatusCode, null);
        }
    }

    private async Task<byte[]> AskAsync(PeerMethod method, byte[] request)
    {
        if (PageSize is { } size && method.Name == nameof(PeerMethod.ListExchanges))
            return await AskPageAsync(method, ListExchangesRequest.Parser.ParseFrom(request), size);
        using var call = _channel.CreateCallInvoker().AsyncUnaryCall(method.AsUnary(), null, default, request);
        return await call.ResponseAsync;
    }

    /// <summary>Cut out of the first page of the node behind, which holds all there are; the cursor is a place in it.</summary>
    private async Task<byte[]> AskPageAsync(PeerMethod method, ListExchangesRequest request, int size)
    {
        var first = request.Before.Length == 0 ? 0 : int.Parse(request.Before, CultureInfo.InvariantCulture);
        request.Before = "";
        using var call = _channel.CreateCallInvoker().AsyncUnaryCall(method.AsUnary(), null, default, request.ToByteArray());
        var reply = ListExchangesResponse.Parser.ParseFrom(await call.ResponseAsync);
        var all = reply.Page.Exchanges;
        reply.Page = new ExchangePage { Exchanges = { all.Skip(first).Take(size) }, Next = first + size < all.Count ? $"{first + size}" : "" };
        return reply.ToByteArray();
    }
}
