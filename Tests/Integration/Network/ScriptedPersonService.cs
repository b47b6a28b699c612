using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using Provincial.Exchange.V1;

namespace ProvincialGateway.Tests.Network;

/// <summary>A service that does what the test has written down, one step for each call, and by default answers.</summary>
internal sealed class ScriptedPersonService : PersonService.PersonServiceBase
{
    private readonly ConcurrentQueue<Func<VerifyPersonRequest, ServerCallContext, Task<VerifyPersonResponse>>> _steps = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<bool> _entered = Channel.CreateUnbounded<bool>();
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public void Then(Func<VerifyPersonRequest, ServerCallContext, VerifyPersonResponse> step) =>
        _steps.Enqueue((request, context) => Task.FromResult(step(request, context)));

    public void ThenThrow(Exception fault) => Then((_, _) => throw fault);

    /// <summary>The call stays open until the test is over.</summary>
    public void ThenHang() => _steps.Enqueue(async (request, _) =>
    {
        await _released.Task;
        return Answer(request);
    });

    /// <summary>One more call has come in.</summary>
    public Task EnteredAsync() => _entered.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public void Release() => _released.TrySetResult();

    public override Task<VerifyPersonResponse> VerifyPerson(VerifyPersonRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref _calls);
        _entered.Writer.TryWrite(true);
        return _steps.TryDequeue(out var step) ? step(request, context) : Task.FromResult(Answer(request));
    }

    public static VerifyPersonResponse Answer(VerifyPersonRequest request) => new()
    {
        TransactionId = request.Header.TransactionId,
        AnsweredAtMs = 1,
        Person = new() { InsuredDivision = request.Header.ReceiverDivision, Name = "测试患者甲" },
    };
}
