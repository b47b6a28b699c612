using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

internal enum PeerAvailability
{
    /// <summary>Not tried since this node started.</summary>
    Unknown = 1,
    Up = 2,
    Down = 3,
}

internal enum PeerCircuit
{
    Closed = 1,
    Open = 2,

    /// <summary>One attempt is let through to try.</summary>
    HalfOpen = 3,
}

/// <summary>What is known of a peer at one moment.</summary>
internal sealed record PeerStatus
{
    public required PeerAvailability Availability { get; init; }

    public required PeerCircuit Circuit { get; init; }

    public DateTimeOffset? LastSuccessAt { get; init; }

    public DateTimeOffset? LastFailureAt { get; init; }

    /// <summary>Of the last failure, also after a later success.</summary>
    public string? LastError { get; init; }
}

/// <summary>
/// Whether a peer answers. It changes only after several attempts in a row say the same, so that one lost packet is no outage and one
/// lucky answer no recovery; the first attempt after start counts at once. Safe for many threads.
/// </summary>
internal sealed class PeerState(Division peer, TimeProvider time, ILogger logger)
{
    public const int FailuresToDown = 3;
    public const int SuccessesToUp = 2;

    private readonly Lock _gate = new();
    private PeerStatus _status = new() { Availability = PeerAvailability.Unknown, Circuit = PeerCircuit.Closed };
    private bool _lastSucceeded;
    private int _streak;
    private int _timesUp;

    /// <summary>Raised when the peer answers again, or for the first time: what waits for it may be tried at once.</summary>
    public event EventHandler? CameUp;

    /// <summary>How often the peer has come up: unchanged, it was never away in between.</summary>
    public int TimesUp => Volatile.Read(ref _timesUp);

    public PeerStatus Status
    {
        get
        {
            lock (_gate)
                return _status;
        }
    }

    public void Succeeded() => Observe(success: true, error: "");

    public void Failed(string error) => Observe(success: false, error);

    public void CircuitIs(PeerCircuit circuit)
    {
        lock (_gate)
            _status = _status with { Circuit = circuit };
        NetworkLog.CircuitChanged(logger, peer, circuit);
    }

    private void Observe(bool success, string error)
    {
        var (towards, needed) = success ? (PeerAvailability.Up, SuccessesToUp) : (PeerAvailability.Down, FailuresToDown);
        lock (_gate)
        {
            _streak = success == _lastSucceeded ? _streak + 1 : 1;
            _lastSucceeded = success;
            _status = success
                ? _status with { LastSuccessAt = time.GetUtcNow() }
                : _status with { LastFailureAt = time.GetUtcNow(), LastError = error };
            if (_status.Availability == towards || (_status.Availability != PeerAvailability.Unknown && _streak < needed))
                return;
            _status = _status with { Availability = towards };
            if (success)
                Volatile.Write(ref _timesUp, _timesUp + 1);
        }
        if (success)
        {
            NetworkLog.PeerUp(logger, peer);
            CameUp?.Invoke(this, EventArgs.Empty);
        }
        else
        {
            NetworkLog.PeerDown(logger, peer, error);
        }
    }
}
