using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ProvincialGateway.Network;

/// <summary>
/// Which of the node's services are ready, by full gRPC name; the empty name is the node as a whole, and not serving until it is told.
/// Safe for many threads.
/// </summary>
internal sealed class HealthStatuses
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ServingStatus> _statuses = new(StringComparer.Ordinal) { [""] = ServingStatus.NotServing };
    private TaskCompletionSource _changed = NewChange();

    public void Set(string service, bool serving)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _statuses[service] = serving ? ServingStatus.Serving : ServingStatus.NotServing;
            changed = _changed;
            _changed = NewChange();
        }
        changed.SetResult();
    }

    /// <returns>The status, null for a service nobody has named; and what completes at the next change of any service.</returns>
    public (ServingStatus? Status, Task Changed) Observe(string service)
    {
        lock (_gate)
            return (_statuses.TryGetValue(service, out var status) ? status : null, _changed.Task);
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
