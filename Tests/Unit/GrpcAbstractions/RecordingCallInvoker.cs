using Grpc.Core;

namespace ProvincialGateway.Tests.GrpcAbstractions;

/// <summary>The end of the line: notes each call and sends nothing.</summary>
internal sealed class RecordingCallInvoker : CallInvoker
{
    public static readonly Method<string, string> Method =
        new(MethodType.Unary, "test.v1.Echo", "Say", Marshallers.StringMarshaller, Marshallers.StringMarshaller);

    public List<(MethodType Kind, string? Host, CallOptions Options)> Calls { get; } = [];

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        Calls.Add((MethodType.Unary, host, options));
        return (TResponse)(object)request;
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        Calls.Add((MethodType.Unary, host, options));
        return new AsyncUnaryCall<TResponse>(
            Task.FromResult((TResponse)(object)request), NoHeaders, Succeeded, NoTrailers, () => { });
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        Calls.Add((MethodType.ServerStreaming, host, options));
        return new AsyncServerStreamingCall<TResponse>(
            new ListReader<TResponse>([]), NoHeaders, Succeeded, NoTrailers, () => { });
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        Calls.Add((MethodType.ClientStreaming, host, options));
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            new ListWriter<TRequest>(), Task.FromResult((TResponse)(object)""), NoHeaders, Succeeded, NoTrailers, () => { });
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        Calls.Add((MethodType.DuplexStreaming, host, options));
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            new ListWriter<TRequest>(), new ListReader<TResponse>([]), NoHeaders, Succeeded, NoTrailers, () => { });
    }

    /// <summary>One call of every kind, in the order of <see cref="EveryKind"/>.</summary>
    public static void CallEveryKind(CallInvoker invoker)
    {
        invoker.BlockingUnaryCall(Method, null, default, "a");
        invoker.AsyncUnaryCall(Method, null, default, "a").Dispose();
        invoker.AsyncServerStreamingCall(Method, null, default, "a").Dispose();
        invoker.AsyncClientStreamingCall(Method, null, default).Dispose();
        invoker.AsyncDuplexStreamingCall(Method, null, default).Dispose();
    }

    public static readonly MethodType[] EveryKind =
    [
        MethodType.Unary, MethodType.Unary, MethodType.ServerStreaming, MethodType.ClientStreaming, MethodType.DuplexStreaming,
    ];

    private static Task<Metadata> NoHeaders => Task.FromResult(new Metadata());

    private static Status Succeeded() => Status.DefaultSuccess;

    private static Metadata NoTrailers() => [];
}

internal sealed class ListReader<T>(IReadOnlyList<T> messages) : IAsyncStreamReader<T>
{
    private int _next;

    public T Current => messages[_next - 1];

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_next++ < messages.Count);
    }
}

internal sealed class ListWriter<T> : IClientStreamWriter<T>, IServerStreamWriter<T>
{
    public List<T> Messages { get; } = [];

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message)
    {
        Messages.Add(message);
        return Task.CompletedTask;
    }

    public Task CompleteAsync() => Task.CompletedTask;
}
