namespace ProvincialGateway.AdapterHost;

/// <summary>
/// Rests an adapter that overruns again and again: aborting costs threads and memory that the node's other hospitals need. After the rest one
/// more overrun is enough for the next. A message that is answered starts the count anew.
/// </summary>
internal sealed class AdapterQuarantine(TimeProvider time)
{
    /// <summary>Overruns in a row.</summary>
    public const int OverrunsMax = 3;

    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private int _inARow;
    private DateTimeOffset? _until;

    /// <summary>Null while the adapter is called.</summary>
    public DateTimeOffset? Until
    {
        get
        {
            lock (_gate)
                return _until > time.GetUtcNow() ? _until : null;
        }
    }

    public void Answered()
    {
        lock (_gate)
            (_inARow, _until) = (0, null);
    }

    /// <summary>The end of the rest that begins with this overrun; null when none begins.</summary>
    public DateTimeOffset? Overran()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (++_inARow < OverrunsMax || _until > now)
                return null;
            _until = now + Rest;
            return _until;
        }
    }
}
