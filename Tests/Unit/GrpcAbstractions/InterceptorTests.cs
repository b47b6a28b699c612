using Grpc.Core;
using Grpc.Core.Interceptors;
using NUnit.Framework;

namespace ProvincialGateway.Tests.GrpcAbstractions;

[TestFixture]
internal sealed class InterceptorTests
{
    private RecordingCallInvoker _end = null!;
    private List<string> _order = null!;

    [SetUp]
    public void Start()
    {
        _end = new RecordingCallInvoker();
        _order = [];
    }

    [Test]
    public void Of_one_list_the_first_interceptor_is_outermost()
    {
        RecordingCallInvoker.CallEveryKind(_end.Intercept(Named("a"), Named("b"), Named("c")));

        Assert.That(_order, Is.EqualTo(Enumerable.Repeat<string[]>(["a", "b", "c"], 5).SelectMany(names => names)));
        Assert.That(_end.Calls.Select(call => call.Kind), Is.EqualTo(RecordingCallInvoker.EveryKind));
    }

    [Test]
    public void The_interceptor_added_last_is_outermost()
    {
        RecordingCallInvoker.CallEveryKind(_end.Intercept(Named("a")).Intercept(Named("b")));

        Assert.That(_order, Is.EqualTo(Enumerable.Repeat<string[]>(["b", "a"], 5).SelectMany(names => names)));
    }

    [Test]
    public void A_channel_is_intercepted_in_the_same_order()
    {
        var channel = new RecordingChannel(_end);

        RecordingCallInvoker.CallEveryKind(channel.Intercept(Named("a"), Named("b")));
        RecordingCallInvoker.CallEveryKind(channel.Intercept(Named("c")));

        Assert.That(_order.Take(2).Concat(_order.TakeLast(1)), Is.EqualTo(["a", "b", "c"]));
        Assert.That(_end.Calls, Has.Count.EqualTo(10));
    }

    [Test]
    public void What_an_interceptor_changes_is_what_is_sent()
    {
        RecordingCallInvoker.CallEveryKind(_end.Intercept(Named("a", host: "peer.example")));

        Assert.That(_end.Calls.Select(call => call.Host), Is.All.EqualTo("peer.example"));
    }

    [Test]
    public void Headers_can_be_changed_for_every_kind_of_call()
    {
        var invoker = _end.Intercept(headers =>
        {
            headers.Add("x-node", "530000");
            return headers;
        });

        RecordingCallInvoker.CallEveryKind(invoker);

        Assert.That(_end.Calls, Has.Count.EqualTo(5));
        Assert.That(_end.Calls.Select(call => call.Options.Headers!.Single().Value), Is.All.EqualTo("530000"));
    }

    [Test]
    public void A_headers_interceptor_sees_the_headers_of_the_caller()
    {
        var sent = new Metadata { { "x-caller", "1" } };
        Metadata? seen = null;
        var invoker = new RecordingChannel(_end).Intercept(headers => seen = headers);

        invoker.BlockingUnaryCall(RecordingCallInvoker.Method, null, new CallOptions(sent), "a");

        Assert.That(seen, Is.SameAs(sent));
        Assert.That(_end.Calls.Single().Options.Headers, Is.SameAs(sent));
    }

    [Test]
    public async Task An_interceptor_that_overrides_nothing_passes_the_handlers_on()
    {
        var interceptor = new Transparent();
        var reader = new ListReader<string>([]);
        var writer = new ListWriter<string>();

        var unary = await interceptor.UnaryServerHandler<string, string>("a", null!, (request, _) => Task.FromResult(request));
        var collected = await interceptor.ClientStreamingServerHandler<string, string>(
            reader, null!, (requests, _) => Task.FromResult(ReferenceEquals(requests, reader) ? "same" : "other"));
        await interceptor.ServerStreamingServerHandler<string, string>(
            "b", writer, null!, (request, responses, _) => responses.WriteAsync(request));
        await interceptor.DuplexStreamingServerHandler<string, string>(
            reader, writer, null!, (requests, responses, _) => responses.WriteAsync(ReferenceEquals(requests, reader) ? "c" : "d"));

        Assert.That((unary, collected), Is.EqualTo(("a", "same")));
        Assert.That(writer.Messages, Is.EqualTo(["b", "c"]));
    }

    [Test]
    public void An_interceptor_that_overrides_nothing_passes_the_calls_on()
    {
        RecordingCallInvoker.CallEveryKind(_end.Intercept(new Transparent()));

        Assert.That(_end.Calls.Select(call => call.Kind), Is.EqualTo(RecordingCallInvoker.EveryKind));
    }

    [Test]
    public void Nothing_can_be_intercepted_by_null()
    {
        Assert.That(() => _end.Intercept((Interceptor)null!), Throws.ArgumentNullException);
        Assert.That(() => _end.Intercept((Interceptor[])null!), Throws.ArgumentNullException);
        Assert.That(() => _end.Intercept((Func<Metadata, Metadata>)null!), Throws.ArgumentNullException);
        Assert.That(() => ((ChannelBase)null!).Intercept(new Transparent()), Throws.ArgumentNullException);
    }

    private NamedInterceptor Named(string name, string? host = null) => new(() => _order.Add(name), host);

    private sealed class Transparent : Interceptor;

    private sealed class RecordingChannel(CallInvoker invoker) : ChannelBase("test")
    {
        public override CallInvoker CreateCallInvoker() => invoker;
    }

    private sealed class NamedInterceptor(Action note, string? host) : Interceptor
    {
        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            BlockingUnaryCallContinuation<TRequest, TResponse> continuation) => continuation(request, Pass(context));

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation) => continuation(request, Pass(context));

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) => continuation(request, Pass(context));

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation) => continuation(Pass(context));

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation) => continuation(Pass(context));

        private ClientInterceptorContext<TRequest, TResponse> Pass<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context)
            where TRequest : class
            where TResponse : class
        {
            note();
            return new ClientInterceptorContext<TRequest, TResponse>(context.Method, host ?? context.Host, context.Options);
        }
    }
}
