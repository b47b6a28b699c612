namespace ProvincialGateway.Network;

/// <summary>Readings of one peer's clock. The one with the shortest round trip knows best, and old ones are forgotten because clocks drift. Safe for many threads.</summary>
internal sealed class ClockSkew
{
    public const int Kept = 8;

    private readonly Lock _gate = new();
    private readonly Queue<ClockReading> _readings = new();

    /// <summary>Null before the first answer.</summary>
    public ClockReading? Best
    {
        get
        {
            lock (_gate)
                return _readings.MinBy(reading => reading.RoundTrip);
        }
    }

    /// <param name="sentAt">By this node's clock.</param>
    /// <param name="roundTrip">From then until the answer was here.</param>
    /// <param name="answeredAt">By the peer's clock.</param>
    public void Add(DateTimeOffset sentAt, TimeSpan roundTrip, DateTimeOffset answeredAt)
    {
        lock (_gate)
        {
            _readings.Enqueue(new(answeredAt - (sentAt + (roundTrip / 2)), roundTrip));
            if (_readings.Count > Kept)
                _readings.Dequeue();
        }
    }
}
