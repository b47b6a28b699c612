namespace ProvincialGateway.AdapterHost;

/// <summary>
/// The adapters of a node at one moment. Who opened it sees the same adapters until it is disposed, whatever is replaced meanwhile; what was
/// replaced is unloaded when the last request that began with it has ended.
/// </summary>
public sealed class AdapterSnapshot : IDisposable
{
    private readonly IReadOnlyList<AdapterSlot> _slots;
    private readonly Dictionary<string, LoadedAdapter> _adapters;
    private int _users = 1;

    internal AdapterSnapshot(IReadOnlyList<AdapterSlot> slots)
    {
        _slots = slots;
        Statuses = [.. slots.Select(slot => slot.Status)];
        _adapters = Statuses.Select(status => status.Adapter).OfType<LoadedAdapter>().ToDictionary(adapter => adapter.Id, StringComparer.Ordinal);
    }

    /// <summary>One per configured adapter, in that order.</summary>
    public IReadOnlyList<AdapterStatus> Statuses { get; }

    /// <summary>Those that are loaded.</summary>
    public IEnumerable<LoadedAdapter> Loaded => Statuses.Select(status => status.Adapter).OfType<LoadedAdapter>();

    /// <summary>Null when the adapter is not configured or not loaded.</summary>
    public LoadedAdapter? Find(string id) => _adapters.GetValueOrDefault(id);

    /// <summary>The user who opened it has done with it.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return;
        foreach (var slot in _slots)
            slot.Runtime?.Release();
    }

    internal AdapterSlot? Slot(string id) => _slots.FirstOrDefault(slot => slot.Status.Id == id);

    /// <summary>False when the last user has gone: then there is a newer snapshot.</summary>
    internal bool TryEnter()
    {
        var users = Volatile.Read(ref _users);
        while (users > 0)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
                return true;
            users = seen;
        }
        return false;
    }

    /// <summary>The same adapters with users of its own.</summary>
    internal AdapterSnapshot Copy()
    {
        foreach (var slot in _slots)
            slot.Runtime?.Hold();
        return new AdapterSnapshot(_slots);
    }

    /// <summary>The same with another adapter in the place of the one with its id.</summary>
    internal AdapterSnapshot With(AdapterSlot slot)
    {
        foreach (var kept in _slots.Where(kept => kept.Status.Id != slot.Status.Id))
            kept.Runtime?.Hold();
        return new AdapterSnapshot([.. _slots.Select(kept => kept.Status.Id == slot.Status.Id ? slot : kept)]);
    }
}
