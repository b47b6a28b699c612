using System.IO.Compression;
using System.Net;
using System.Text;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Net.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ProvincialGateway.Tests.GrpcAbstractions;

/// <summary>The real server and the real client, over a real connection, on these abstractions.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RoundTripTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CountingCompression _serverGzip = new(new GzipCompressionProvider(CompressionLevel.Fastest));
    private readonly CountingCompression _clientGzip = new(new GzipCompressionProvider(CompressionLevel.Fastest));
    private readonly NotingInterceptor _interceptor = new();
    private WatchedHealth _health = null!;
    private WebApplication _server = null!;
    private GrpcChannel _channel = null!;
    private Health.HealthClient _client = null!;

    private static CallOptions InTime => new(deadline: UtcNow + Patience);

    private static DateTime UtcNow => TimeProvider.System.GetUtcNow().UtcDateTime;

    [SetUp]
    public async Task Start()
    {
        _health = new WatchedHealth();
        _server = Host();
        await _server.StartAsync();
        _channel = GrpcChannel.ForAddress(_server.Urls.Single(), new GrpcChannelOptions
        {
            CompressionProviders = [_clientGzip],
            UnsafeUseInsecureChannelCallCredentials = true,
        });
        _client = new Health.HealthClient(_channel);
    }

    [TearDown]
    public async Task Stop()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task A_unary_call_brings_answer_headers_trailers_and_status()
    {
        using var call = _client.CheckAsync(new HealthCheckRequest(), InTime);

        var answer = await call;

        Assert.That(answer.Status, Is.EqualTo(ServingStatus.Serving));
        Assert.That((await call.ResponseHeadersAsync).GetValue("x-server"), Is.EqualTo("test"));
        Assert.That(call.GetTrailers().GetValue("x-answered"), Is.EqualTo("yes"));
        Assert.That(call.GetStatus().StatusCode, Is.EqualTo(StatusCode.OK));
        Assert.That(_health.Last!.Method, Is.EqualTo("/grpc.health.v1.Health/Check"));
        Assert.That(_health.Last.IsPeerAuthenticated, Is.False);
    }

    [Test]
    public void A_blocking_call_gives_the_same_answer()
    {
        Assert.That(_client.Check(new HealthCheckRequest(), InTime).Status, Is.EqualTo(ServingStatus.Serving));
    }

    [Test]
    public async Task Text_and_binary_headers_arrive_as_they_were_sent()
    {
        byte[] bytes = [0, 1, 0x7f, 0x80, 0xff];
        var headers = new Metadata { { "X-Node", "530000" }, { "x-raw-bin", bytes } };

        await _client.CheckAsync(new HealthCheckRequest(), InTime.WithHeaders(headers));

        Assert.That(_health.Last!.Header("x-node"), Is.EqualTo("530000"));
        Assert.That(_health.Last.Headers.Single(entry => entry.Key == "x-raw-bin").ValueBytes, Is.EqualTo(bytes));
    }

    [Test]
    public async Task A_header_from_elsewhere_that_is_not_ascii_does_not_fail_the_call()
    {
        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        using var channel = GrpcChannel.ForAddress(_server.Urls.Single(), new GrpcChannelOptions { HttpHandler = handler });

        await new Health.HealthClient(channel).CheckAsync(
            new HealthCheckRequest(), InTime.WithHeaders(new Metadata { { "x-proxy", "云南" } }));

        Assert.That(_health.Last!.Header("x-proxy"), Is.EqualTo("云南"));
    }

    [Test]
    public async Task A_refusal_brings_status_and_trailers()
    {
        var failure = await FailureOf(_client.CheckAsync(new HealthCheckRequest { Service = "no.such.Service" }, InTime));

        Assert.That(failure.StatusCode, Is.EqualTo(StatusCode.NotFound));
        Assert.That(failure.Status.Detail, Is.EqualTo("未登记的服务 no.such.Service"));
        Assert.That(failure.Trailers.GetValue("x-next-step"), Is.EqualTo("register the service"));
        Assert.That(failure.Trailers.GetValueBytes("x-service-bin"), Is.EqualTo(Encoding.UTF8.GetBytes("no.such.Service")));
    }

    [Test]
    public async Task A_method_nobody_serves_is_unimplemented()
    {
        var method = new Method<string, string>(
            MethodType.Unary, "test.v1.Echo", "Absent", Marshallers.StringMarshaller, Marshallers.StringMarshaller);

        var failure = await FailureOf(_channel.CreateCallInvoker().AsyncUnaryCall(method, null, InTime, "a"));

        Assert.That(failure.StatusCode, Is.EqualTo(StatusCode.Unimplemented));
    }

    [Test]
    public async Task The_server_knows_the_deadline_of_the_caller()
    {
        var deadline = UtcNow.AddMinutes(10);

        await _client.CheckAsync(new HealthCheckRequest(), new CallOptions(deadline: deadline));
        var told = _health.Last!.Deadline;
        await _client.CheckAsync(new HealthCheckRequest());

        Assert.That(told, Is.EqualTo(deadline).Within(TimeSpan.FromMinutes(1)), "it travels as a duration");
        Assert.That(_health.Last.Deadline, Is.EqualTo(DateTime.MaxValue));
    }

    [Test]
    public async Task A_deadline_that_passes_ends_the_call_with_a_status_of_its_own()
    {
        var failure = await FailureOf(_client.CheckAsync(
            new HealthCheckRequest { Service = WatchedHealth.NeverAnswers }, new CallOptions(deadline: UtcNow.AddMilliseconds(200))));

        Assert.That(failure.StatusCode, Is.EqualTo(StatusCode.DeadlineExceeded));
    }

    [Test]
    public async Task A_caller_that_goes_away_cancels_the_handler()
    {
        using var cancellation = new CancellationTokenSource();
        var request = new HealthCheckRequest { Service = WatchedHealth.NeverAnswers };
        var call = _client.CheckAsync(request, InTime.WithCancellationToken(cancellation.Token));

        await _health.Waiting.Task.WaitAsync(Patience);
        await cancellation.CancelAsync();

        Assert.That((await FailureOf(call)).StatusCode, Is.EqualTo(StatusCode.Cancelled));
        Assert.That(async () => await _health.Abandoned.Task.WaitAsync(Patience), Throws.Nothing);
    }

    [Test]
    public async Task A_watch_brings_the_status_now_and_every_change_until_the_server_ends_it()
    {
        using var watch = _client.Watch(new HealthCheckRequest { Service = "later.v1.Service" }, InTime);
        var statuses = watch.ResponseStream;

        await statuses.MoveNext();
        Assert.That(statuses.Current.Status, Is.EqualTo(ServingStatus.ServiceUnknown));
        await _health.ChangeAsync(ServingStatus.Serving);
        await statuses.MoveNext();
        Assert.That(statuses.Current.Status, Is.EqualTo(ServingStatus.Serving));
        await _health.ChangeAsync(ServingStatus.NotServing);

        var rest = new List<ServingStatus>();
        await foreach (var response in statuses.ReadAllAsync())
            rest.Add(response.Status);
        Assert.That(rest, Is.EqualTo([ServingStatus.NotServing]));
        Assert.That(watch.GetStatus().StatusCode, Is.EqualTo(StatusCode.OK));
    }

    [Test]
    public async Task A_stream_of_requests_becomes_one_answer()
    {
        using var call = _channel.CreateCallInvoker().AsyncClientStreamingCall(Echo.JoinMethod, null, InTime);

        foreach (var word in (string[])["参保", "就医", "清算"])
            await call.RequestStream.WriteAsync(word);
        await call.RequestStream.CompleteAsync();

        Assert.That(await call, Is.EqualTo("参保 就医 清算"));
    }

    [Test]
    public async Task Two_streams_answer_each_other_while_both_are_open()
    {
        using var call = _channel.CreateCallInvoker().AsyncDuplexStreamingCall(Echo.RecallMethod, null, InTime);

        foreach (var (word, answer) in new[] { ("a", "a"), ("b", "a b") })
        {
            await call.RequestStream.WriteAsync(word);
            Assert.That(await call.ResponseStream.MoveNext(), Is.True);
            Assert.That(call.ResponseStream.Current, Is.EqualTo(answer));
        }
        await call.RequestStream.CompleteAsync();

        Assert.That(await call.ResponseStream.MoveNext(), Is.False);
    }

    [Test]
    public async Task Messages_are_compressed_both_ways_when_both_sides_ask_for_it()
    {
        var compressing = new Metadata { { "grpc-internal-encoding-request", "gzip" } };

        await _client.CheckAsync(new HealthCheckRequest(), InTime.WithHeaders(compressing));

        Assert.That((_clientGzip.Compressed, _serverGzip.Decompressed), Is.EqualTo((1, 1)), "the request");
        Assert.That((_serverGzip.Compressed, _clientGzip.Decompressed), Is.EqualTo((1, 1)), "the answer");
    }

    [Test]
    public async Task Call_credentials_add_their_headers()
    {
        var credentials = CallCredentials.Compose(Adding("x-first"), Adding("x-second"));

        await _client.CheckAsync(new HealthCheckRequest(), InTime.WithCredentials(credentials));

        Assert.That(_health.Last!.Header("x-first"), Is.EqualTo("Check"));
        Assert.That(_health.Last.Header("x-second"), Is.EqualTo("Check"));

        static CallCredentials Adding(string key) => CallCredentials.FromInterceptor((context, metadata) =>
        {
            metadata.Add(key, context.MethodName);
            return Task.CompletedTask;
        });
    }

    [Test]
    public async Task Interceptors_see_the_calls_on_both_sides()
    {
        var client = new Health.HealthClient(_channel.Intercept(headers =>
        {
            headers.Add("x-intercepted", "yes");
            return headers;
        }));

        await client.CheckAsync(new HealthCheckRequest(), InTime);

        Assert.That(_health.Last!.Header("x-intercepted"), Is.EqualTo("yes"));
        Assert.That(_interceptor.Methods, Is.EqualTo(["/grpc.health.v1.Health/Check"]));
    }

    private WebApplication Host()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(_health);
        builder.Services.AddSingleton(_interceptor);
        builder.Services.AddGrpc(Configure);
        var server = builder.Build();
        server.MapGrpcService<WatchedHealth>();
        server.MapGrpcService<EchoService>();
        return server;
    }

    private void Configure(GrpcServiceOptions options)
    {
        options.CompressionProviders = [_serverGzip];
        options.ResponseCompressionAlgorithm = "gzip";
        options.Interceptors.Add<NotingInterceptor>();
    }

    private static async Task<RpcException> FailureOf<T>(AsyncUnaryCall<T> call)
    {
        using (call)
        {
            try
            {
                await call;
            }
            catch (RpcException failure)
            {
                return failure;
            }
        }
        throw new AssertionException("The call was expected to fail and did not.");
    }

    private sealed class NotingInterceptor : Interceptor
    {
        public List<string> Methods { get; } = [];

        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            Methods.Add(context.Method);
            await context.WriteResponseHeadersAsync(new Metadata { { "x-server", "test" } });
            return await continuation(request, context);
        }
    }

    private sealed class CountingCompression(ICompressionProvider inner) : ICompressionProvider
    {
        private int _compressed;
        private int _decompressed;

        public int Compressed => _compressed;

        public int Decompressed => _decompressed;

        public string EncodingName => inner.EncodingName;

        public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel)
        {
            Interlocked.Increment(ref _compressed);
            return inner.CreateCompressionStream(stream, compressionLevel);
        }

        public Stream CreateDecompressionStream(Stream stream)
        {
            Interlocked.Increment(ref _decompressed);
            return inner.CreateDecompressionStream(stream);
        }
    }
}
