using Grpc.Core;
using Grpc.Health.V1;
using NUnit.Framework;

namespace ProvincialGateway.Tests.GrpcAbstractions;

[TestFixture]
internal sealed class ClientTests
{
    [Test]
    public void A_client_calls_through_the_invoker_of_its_channel()
    {
        var invoker = new RecordingCallInvoker();

        new EchoClient(new OneInvokerChannel(invoker)).Say("a");
        new EchoClient(invoker).Say("a");

        Assert.That(invoker.Calls.Select(call => call.Host), Is.EqualTo(new string?[] { null, null }));
    }

    [Test]
    public void With_host_every_call_carries_that_authority()
    {
        var invoker = new RecordingCallInvoker();

        var client = new EchoClient(invoker).WithHost("peer.example");
        RecordingCallInvoker.CallEveryKind(client.Invoker);

        Assert.That(invoker.Calls, Has.Count.EqualTo(5));
        Assert.That(invoker.Calls.Select(call => call.Host), Is.All.EqualTo("peer.example"));
    }

    [Test]
    public void The_last_host_wins_and_the_first_client_is_untouched()
    {
        var invoker = new RecordingCallInvoker();
        var client = new EchoClient(invoker);

        client.WithHost("a.example").WithHost("b.example").Say("a");
        client.Say("a");

        Assert.That(invoker.Calls.Select(call => call.Host), Is.EqualTo(new[] { "b.example", null }));
    }

    [Test]
    public void A_client_made_for_a_test_throws_where_it_is_not_overridden()
    {
        var client = new EchoClient();

        Assert.That(() => client.Say("a"), Throws.TypeOf<NotImplementedException>());
        Assert.That(() => client.Invoker.AsyncUnaryCall(RecordingCallInvoker.Method, null, default, "a"),
            Throws.TypeOf<NotImplementedException>());
    }

    [Test]
    public void Generated_clients_have_the_same_ways_in()
    {
        var invoker = new RecordingCallInvoker();

        using var watch = new Health.HealthClient(invoker).WithHost("peer.example").Watch(new HealthCheckRequest());

        Assert.That(invoker.Calls.Single(), Is.EqualTo((MethodType.ServerStreaming, "peer.example", default(CallOptions))));
    }

    [Test]
    public async Task A_channel_without_anything_to_close_shuts_down()
    {
        var channel = new OneInvokerChannel(new RecordingCallInvoker());

        await channel.ShutdownAsync();

        Assert.That(channel.Target, Is.EqualTo("test"));
        Assert.That(() => new EchoClient((ChannelBase)null!), Throws.ArgumentNullException);
        Assert.That(() => new EchoClient((CallInvoker)null!), Throws.ArgumentNullException);
    }

    [Test]
    public async Task The_parts_of_a_call_come_from_what_it_was_made_of()
    {
        var trailers = new Metadata { { "t", "1" } };
        var headers = new Metadata { { "h", "1" } };
        var disposed = 0;

        var call = new AsyncUnaryCall<string>(
            Task.FromResult("answer"), Task.FromResult(headers), () => Status.DefaultCancelled, () => trailers, () => disposed++);
        var answer = await call;
        call.Dispose();

        Assert.That(answer, Is.EqualTo("answer"));
        Assert.That(await call.ConfigureAwait(false), Is.EqualTo("answer"));
        Assert.That(await call.ResponseHeadersAsync, Is.SameAs(headers));
        Assert.That(call.GetStatus(), Is.EqualTo(Status.DefaultCancelled));
        Assert.That(call.GetTrailers(), Is.SameAs(trailers));
        Assert.That(disposed, Is.EqualTo(1));
    }

    [Test]
    public async Task A_transport_can_hand_its_state_to_a_call()
    {
        var headers = new Metadata();
        var state = new CallParts(headers);

        using (var call = new AsyncDuplexStreamingCall<string, string>(
            new ListWriter<string>(),
            new ListReader<string>(["a"]),
            parts => Task.FromResult(((CallParts)parts).Headers),
            _ => Status.DefaultSuccess,
            parts => ((CallParts)parts).Headers,
            parts => ((CallParts)parts).Disposed = true,
            state))
        {
            Assert.That(await call.ResponseHeadersAsync, Is.SameAs(headers));
            Assert.That(call.GetTrailers(), Is.SameAs(headers));
            Assert.That(await call.ResponseStream.MoveNext(), Is.True);
        }

        Assert.That(state.Disposed, Is.True);
    }

    private sealed record CallParts(Metadata Headers)
    {
        public bool Disposed { get; set; }
    }

    private sealed class OneInvokerChannel(CallInvoker invoker) : ChannelBase("test")
    {
        public override CallInvoker CreateCallInvoker() => invoker;
    }

    private sealed class EchoClient : ClientBase<EchoClient>
    {
        public EchoClient()
        {
        }

        public EchoClient(ChannelBase channel) : base(channel)
        {
        }

        public EchoClient(CallInvoker callInvoker) : base(callInvoker)
        {
        }

        private EchoClient(ClientBaseConfiguration configuration) : base(configuration)
        {
        }

        public CallInvoker Invoker => CallInvoker;

        public string Say(string text) => CallInvoker.BlockingUnaryCall(RecordingCallInvoker.Method, null, default, text);

        protected override EchoClient NewInstance(ClientBaseConfiguration configuration) => new(configuration);
    }
}
