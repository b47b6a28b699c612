using Grpc.Core;
using Grpc.Health.V1;
using NUnit.Framework;

namespace ProvincialGateway.Tests.GrpcAbstractions;

[TestFixture]
internal sealed class ServiceBindingTests
{
    [Test]
    public void A_definition_replays_its_methods_with_their_handlers_in_order()
    {
        var binder = new RecordingBinder();
        UnaryServerMethod<string, string> unary = (request, _) => Task.FromResult(request);
        ClientStreamingServerMethod<string, string> collecting = (_, _) => Task.FromResult("");
        ServerStreamingServerMethod<string, string> streaming = (_, _, _) => Task.CompletedTask;
        DuplexStreamingServerMethod<string, string> duplex = (_, _, _) => Task.CompletedTask;

        ServerServiceDefinition.CreateBuilder()
            .AddMethod(Method("a", MethodType.Unary), unary)
            .AddMethod(Method("b", MethodType.ClientStreaming), collecting)
            .AddMethod(Method("c", MethodType.ServerStreaming), streaming)
            .AddMethod(Method("d", MethodType.DuplexStreaming), duplex)
            .Build()
            .BindService(binder);

        Assert.That(binder.Bound, Is.EqualTo(new (string, Delegate?)[]
        {
            ("unary /test.v1.Echo/a", unary),
            ("client /test.v1.Echo/b", collecting),
            ("server /test.v1.Echo/c", streaming),
            ("duplex /test.v1.Echo/d", duplex),
        }));
    }

    [Test]
    public void A_method_is_added_once()
    {
        var builder = ServerServiceDefinition.CreateBuilder().AddMethod(Method("a", MethodType.Unary), Echo);

        Assert.That(() => builder.AddMethod(Method("a", MethodType.Unary), Echo), Throws.ArgumentException);
    }

    [Test]
    public void A_definition_is_not_changed_by_its_builder_afterwards()
    {
        var builder = ServerServiceDefinition.CreateBuilder().AddMethod(Method("a", MethodType.Unary), Echo);
        var definition = builder.Build();
        var binder = new RecordingBinder();

        builder.AddMethod(Method("b", MethodType.Unary), Echo);
        definition.BindService(binder);

        Assert.That(binder.Bound, Has.Count.EqualTo(1));
    }

    [Test]
    public void Generated_services_bind_with_and_without_an_instance()
    {
        var declared = new RecordingBinder();
        var served = new RecordingBinder();

        Health.BindService(declared, null);
        Health.BindService(new RecordedHealth()).BindService(served);

        string[] methods = ["unary /grpc.health.v1.Health/Check", "server /grpc.health.v1.Health/Watch"];
        Assert.That(declared.Bound, Is.EqualTo(methods.Select(method => (method, (Delegate?)null))));
        Assert.That(served.Bound.Select(bound => bound.Method), Is.EqualTo(methods));
        Assert.That(served.Bound.Select(bound => bound.Handler), Is.All.Not.Null);
    }

    [Test]
    public void Generated_services_say_how_they_are_bound()
    {
        var attribute = (BindServiceMethodAttribute)Attribute.GetCustomAttribute(
            typeof(RecordedHealth), typeof(BindServiceMethodAttribute))!;

        Assert.That(attribute.BindType, Is.EqualTo(typeof(Health)));
        Assert.That(attribute.BindMethodName, Is.EqualTo("BindService"));
    }

    [Test]
    public void A_binder_refuses_what_it_does_not_serve()
    {
        var binder = new ServiceBinderBase();

        Assert.That(() => binder.AddMethod(Method("a", MethodType.Unary), Echo), Throws.TypeOf<NotImplementedException>());
    }

    [Test]
    public async Task A_context_shows_what_its_transport_implements()
    {
        var context = new EchoContext { Status = Status.DefaultCancelled, WriteOptions = WriteOptions.Default };

        context.UserState["a"] = 1;
        await context.WriteResponseHeadersAsync(new Metadata { { "h", "1" } });

        Assert.That(context.Method, Is.EqualTo("/test.v1.Echo/Say"));
        Assert.That((context.Host, context.Peer, context.Deadline), Is.EqualTo(("host", "peer", DateTime.MaxValue)));
        Assert.That(context.Status, Is.EqualTo(Status.DefaultCancelled));
        Assert.That(context.WriteOptions, Is.SameAs(WriteOptions.Default));
        Assert.That(context.UserState["a"], Is.EqualTo(1), "the state stays with the call");
        Assert.That(context.ResponseTrailers.Single().Key, Is.EqualTo("h"));
        Assert.That(() => context.CreatePropagationToken(), Throws.TypeOf<NotSupportedException>());
    }

    private static Task<string> Echo(string request, ServerCallContext context) => Task.FromResult(request);

    private static Method<string, string> Method(string name, MethodType type) =>
        new(type, "test.v1.Echo", name, Marshallers.StringMarshaller, Marshallers.StringMarshaller);

    private sealed class RecordedHealth : Health.HealthBase;

    private sealed class RecordingBinder : ServiceBinderBase
    {
        public List<(string Method, Delegate? Handler)> Bound { get; } = [];

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            Bound.Add(($"unary {method.FullName}", handler));

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
            Bound.Add(($"client {method.FullName}", handler));

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
            Bound.Add(($"server {method.FullName}", handler));

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
            Bound.Add(($"duplex {method.FullName}", handler));
    }

    private sealed class EchoContext : ServerCallContext
    {
        protected override string MethodCore => "/test.v1.Echo/Say";

        protected override string HostCore => "host";

        protected override string PeerCore => "peer";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore { get; } = [];

        protected override CancellationToken CancellationTokenCore => CancellationToken.None;

        protected override Metadata ResponseTrailersCore { get; } = [];

        protected override Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore { get; } = new(null, []);

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
        {
            foreach (var entry in responseHeaders)
                ResponseTrailersCore.Add(entry);
            return Task.CompletedTask;
        }

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
            throw new NotSupportedException();
    }
}
