using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ProvincialGateway.Network;

/// <summary>What keeps the node as a whole from serving; one of them is enough.</summary>
[Flags]
internal enum NotServingCause
{
    None = 0,

    /// <summary>It starts, or it stops.</summary>
    NotStarted = 1,

    /// <summary>The disk takes nothing.</summary>
    Storage = 2,

    /// <summary>It takes in again what it has forgotten.</summary>
    Recovery = 4,
}

/// <summary>
/// Which of the node's services are ready, by full gRPC name; the empty name is the node as a whole, and not serving until it is told.
/// Safe for many threads.
/// </summary>
internal sealed class HealthStatuses
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ServingStatus> _statuses = new(StringComparer.Ordinal) { [""] = ServingStatus.NotServing };
    private TaskCompletionSource _changed = NewChange();
    private NotServingCause _causes = NotServingCause.NotStarted;

    /// <param name="service">Full gRPC name; empty for the node as a whole, which serves when nothing else keeps it from serving either.</param>
    /// <param name="serving">Whether it is ready.</param>
    public void Set(string service, bool serving)
    {
        if (service.Length == 0)
            Set(NotServingCause.NotStarted, !serving);
        else
            Change(() => _statuses[service] = serving ? ServingStatus.Serving : ServingStatus.NotServing);
    }

    /// <param name="cause">One of those of the node as a whole.</param>
    /// <param name="holds">Whether it keeps the node from serving now.</param>
    public void Set(NotServingCause cause, bool holds) => Change(() =>
    {
        _causes = holds ? _causes | cause : _causes & ~cause;
        _statuses[""] = _causes == NotServingCause.None ? ServingStatus.Serving : ServingStatus.NotServing;
    });

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
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
