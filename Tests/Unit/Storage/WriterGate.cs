using ProvincialGateway.Storage;

namespace ProvincialGateway.Tests.Storage;

/// <summary>A work that holds the writer until released, so that a test decides what is waiting when the next group is taken.</summary>
internal sealed class WriterGate : IDisposable
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _released = new();
    private Task _passed = Task.CompletedTask;

    private WriterGate()
    {
    }

    public static async Task<WriterGate> CloseAsync(Database database, Action<Session>? first = null)
    {
        var gate = new WriterGate();
        gate._passed = database.WriteAsync(session =>
        {
            first?.Invoke(session);
            gate._entered.SetResult();
            gate._released.Wait();
        }, CancellationToken.None);
        await gate._entered.Task.WaitAsync(Stores.Deadline);
        return gate;
    }

    public Task OpenAsync()
    {
        _released.Set();
        return _passed.WaitAsync(Stores.Deadline);
    }

    /// <remarks>The event is only set: the writer may still be waiting on it when a test fails half-way.</remarks>
    public void Dispose() => _released.Set();
}
