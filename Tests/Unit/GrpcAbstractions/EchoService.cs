using Grpc.Core;

namespace ProvincialGateway.Tests.GrpcAbstractions;

/// <summary>Bound by hand the way generated code does it: the two kinds of method with a stream of requests.</summary>
internal static class Echo
{
    public static readonly Method<string, string> JoinMethod = Method(MethodType.ClientStreaming, nameof(EchoBase.Join));
    public static readonly Method<string, string> RecallMethod = Method(MethodType.DuplexStreaming, nameof(EchoBase.Recall));

    public static void Bind(ServiceBinderBase binder, EchoBase? service)
    {
        binder.AddMethod(JoinMethod, service is null ? null : new ClientStreamingServerMethod<string, string>(service.Join));
        binder.AddMethod(RecallMethod, service is null ? null : new DuplexStreamingServerMethod<string, string>(service.Recall));
    }

    private static Method<string, string> Method(MethodType type, string name) =>
        new(type, "test.v1.Echo", name, Marshallers.StringMarshaller, Marshallers.StringMarshaller);

    [BindServiceMethod(typeof(Echo), nameof(Bind))]
    public abstract class EchoBase
    {
        public abstract Task<string> Join(IAsyncStreamReader<string> requestStream, ServerCallContext context);

        public abstract Task Recall(
            IAsyncStreamReader<string> requestStream, IServerStreamWriter<string> responseStream, ServerCallContext context);
    }
}

internal sealed class EchoService : Echo.EchoBase
{
    // The server makes one instance per call.
    private readonly List<string> _words = [];

    /// <summary>All words at the end.</summary>
    public override async Task<string> Join(IAsyncStreamReader<string> requestStream, ServerCallContext context)
    {
        await foreach (var word in requestStream.ReadAllAsync(context.CancellationToken))
            _words.Add(word);
        return string.Join(' ', _words);
    }

    /// <summary>All words so far after each word.</summary>
    public override async Task Recall(
        IAsyncStreamReader<string> requestStream, IServerStreamWriter<string> responseStream, ServerCallContext context)
    {
        await foreach (var word in requestStream.ReadAllAsync(context.CancellationToken))
        {
            _words.Add(word);
            await responseStream.WriteAsync(string.Join(' ', _words));
        }
    }
}
