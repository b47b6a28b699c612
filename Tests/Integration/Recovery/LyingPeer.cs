using System.Buffers.Binary;
using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Provincial.Exchange.V1;
using ProvincialGateway.Cli;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>
/// A server that holds a province's own key and says what the test wants it to say: frames, bytes and statuses are written by hand, so it
/// can answer what no honest gRPC service would.
/// </summary>
internal sealed class LyingPeer : IAsyncDisposable
{
    private const int FrameHead = 5;

    private static readonly PathString FeeDetails = $"/{FeeDetailService.Descriptor.FullName}", NodeStanding = $"/{NodeService.Descriptor.FullName}",
        Remembered = $"/{RecoveryService.Descriptor.FullName}", HealthOfNode = $"/{Grpc.Health.V1.Health.Descriptor.FullName}";

    private readonly ReservedPort _port = new();
    private readonly NodeCertificate _certificate;
    private readonly WebApplication _host;
    private int _calls;

    private LyingPeer(PilotProvince province, TimeProvider time, LogCapture logs, Func<HttpContext, byte[], Task> answer, bool aboutDetails, bool aboutNodes = false)
    {
        _certificate = NodeCertificate.Load(province.DataFolder);
        var trust = new PeerTrust(province.Configuration, province.Division, time);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(logs.Provider($"lying {province.Division}"));
        builder.WebHost.UseKestrel(kestrel => kestrel.ListenForPeers(_port.EndPoint, _certificate, trust)).UseKestrelHttpsConfiguration();
        builder.Services.TakeOver(_port);
        _host = builder.Build();
        _host.Run(context => AnswerAsync(context, answer, aboutDetails, aboutNodes));
    }

    public int Port => _port.Port;

    /// <summary>Without those that were turned away.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <param name="answer">From the bytes of a request message to what is said.</param>
    /// <param name="aboutDetails">Also to the lines of a settlement, which set out when they like; else they are turned away.</param>
    public static async Task<LyingPeer> StartAsync(PilotProvince province, TimeProvider time, LogCapture logs, Func<byte[], Answer> answer, bool aboutDetails = false)
    {
        var peer = new LyingPeer(province, time, logs, (context, request) => SayAsync(context, answer(request)), aboutDetails);
        await peer._host.StartAsync();
        return peer;
    }

    /// <param name="speak">Writes the body of a reply, which ends with the status OK, from the bytes of a request message.</param>
    public static async Task<LyingPeer> StartSpeakingAsync(PilotProvince province, TimeProvider time, LogCapture logs, Func<Stream, byte[], CancellationToken, Task> speak)
    {
        var peer = new LyingPeer(province, time, logs, (context, request) => SpeakAsync(context, request, speak), aboutDetails: false);
        await peer._host.StartAsync();
        return peer;
    }

    /// <param name="answer">From the full method and the bytes of a request message to what is said.</param>
    public static async Task<LyingPeer> StartAnsweringAsync(PilotProvince province, TimeProvider time, LogCapture logs, Func<string, byte[], Task<Answer>> answer)
    {
        var peer = new LyingPeer(province, time, logs, async (context, request) => await SayAsync(context, await answer(context.Request.Path, request)), aboutDetails: false, aboutNodes: true);
        await peer._host.StartAsync();
        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
        _certificate.Dispose();
        _port.Dispose();
    }

    private async Task AnswerAsync(HttpContext context, Func<HttpContext, byte[], Task> answer, bool aboutDetails, bool aboutNodes)
    {
        if (TurnedAwayWith(context.Request.Path, aboutDetails, aboutNodes) is { } status)
        {
            await SayAsync(context, new Answer(status, null));
            return;
        }
        Interlocked.Increment(ref _calls);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        await answer(context, body.ToArray()[FrameHead..]);
    }

    /// <summary>Pings come when they like; what it remembers, a release before the question would not say either.</summary>
    private static StatusCode? TurnedAwayWith(PathString path, bool aboutDetails, bool aboutNodes) =>
        !aboutDetails && path.StartsWithSegments(FeeDetails) ? StatusCode.Unavailable
        : !aboutNodes && path.StartsWithSegments(NodeStanding) ? StatusCode.Unavailable
        : !aboutNodes && path.StartsWithSegments(HealthOfNode) ? StatusCode.Unimplemented
        : !aboutNodes && path.StartsWithSegments(Remembered) ? StatusCode.Unimplemented
        : null;

    private static async Task SpeakAsync(HttpContext context, byte[] request, Func<Stream, byte[], CancellationToken, Task> speak)
    {
        context.Response.ContentType = "application/grpc";
        try
        {
            await speak(context.Response.Body, request, context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", "0");
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // Nobody listens any more.
        }
    }

    private static async Task SayAsync(HttpContext context, Answer answer)
    {
        var (status, message) = answer;
        var code = ((int)status).ToString(CultureInfo.InvariantCulture);
        context.Response.ContentType = "application/grpc";
        if (message is null)
        {
            context.Response.Headers["grpc-status"] = code;
            return;
        }
        var frame = new byte[FrameHead + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, FrameHead);
        await context.Response.Body.WriteAsync(frame);
        context.Response.AppendTrailer("grpc-status", code);
    }

    /// <param name="Message">Null answers with the status alone.</param>
    internal readonly record struct Answer(StatusCode Status, byte[]? Message);
}
