namespace ProvincialGateway.Storage;

/// <summary>
/// Whether the storage takes work. It refuses from the first group that the disk or the file did not take until a probe has been written and
/// read; a damaged file is refused until the node is started on whole data. Safe for many threads.
/// </summary>
internal sealed class StorageCondition
{
    private readonly Lock _gate = new();
    private StorageUnavailableException? _cause;
    private TaskCompletionSource _changed = NewChange();

    /// <summary>Null while the storage takes work.</summary>
    public StorageUnavailableException? Cause => Observe().Cause;

    /// <summary>The refusal for one caller: an exception object of its own, or null while the storage takes work.</summary>
    public StorageUnavailableException? Refusal => Cause?.Again();

    /// <returns>The cause, null while the storage takes work; and what completes when that changes.</returns>
    public (StorageUnavailableException? Cause, Task Changed) Observe()
    {
        lock (_gate)
            return (_cause, _changed.Task);
    }

    public void Refuse(StorageUnavailableException cause)
    {
        // Damage is not forgotten for a lesser cause.
        Change(before => before is { Fault: StorageFault.Damaged } ? before : cause);
    }

    /// <summary>What a read has met: of a busy moment others know nothing, a failing disk or damaged file concerns all.</summary>
    public void Observed(StorageUnavailableException fault)
    {
        if (fault.Fault is StorageFault.InputOutput or StorageFault.Damaged)
            Refuse(fault);
    }

    /// <summary>The disk has taken a write. Damage stays.</summary>
    public void Recover() => Change(before => before is { Fault: StorageFault.Damaged } ? before : null);

    private void Change(Func<StorageUnavailableException?, StorageUnavailableException?> to)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            var before = _cause;
            _cause = to(before);
            if (before?.Fault == _cause?.Fault)
                return;
            changed = _changed;
            _changed = NewChange();
        }
        changed.SetResult();
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
