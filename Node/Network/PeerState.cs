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
/// Whether a peer answers, and whether it is sent to. It answers or not only after several attempts in a row say the same, so that one lost packet is no
/// outage and one lucky answer no recovery; the first attempt after start counts at once. Safe for many threads.
/// </summary>
internal sealed class PeerState(Division peer, TimeProvider time, ILogger logger)
{
    public const int FailuresToDown = 3;
    public const int SuccessesToUp = 2;

    /// <summary>Not for as long as a stop may take: a node that is back sooner would stay held. Whoever asks too early is told again.</summary>
    public static readonly TimeSpan DrainingBelievedFor = TimeSpan.FromSeconds(5);

    /// <summary>After this the peer is asked again, unless a ping has said more.</summary>
    public static readonly TimeSpan PauseBelievedFor = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private PeerStatus _status = new() { Availability = PeerAvailability.Unknown, Circuit = PeerCircuit.Closed };
    private bool _lastSucceeded;
    private int _streak;
    private PeerPause? _pause;
    private Maintenance? _maintenance;
    private PeerHold? _said;
    private PeerHold? _barred;
    private bool _wasHeld;
    private PeerInformation? _information;
    private int _timesUp;

    /// <summary>Raised when the peer answers again, for the first time, or is sent to again, or this node can take in its answers again: what waits for it may be tried at once.</summary>
    public event EventHandler? CameUp;

    /// <summary>Raised when a peer that was down has answered, and one answer is not enough yet: asked again at once it is up in no time.</summary>
    public event EventHandler? AnsweredWhileDown;

    public ClockSkew Clock { get; } = new();

    /// <summary>How often the peer has come up, or was sent to again: unchanged, it was never away in between.</summary>
    public int TimesUp => Volatile.Read(ref _timesUp);

    public PeerStatus Status
    {
        get
        {
            lock (_gate)
                return _status;
        }
    }

    /// <summary>Null while no operator of this node has paused the peer.</summary>
    public PeerPause? Pause
    {
        get
        {
            lock (_gate)
                return _pause;
        }
    }

    /// <summary>What the peer has planned, before and during it; null when it has planned nothing, or that is over.</summary>
    public Maintenance? Planned
    {
        get
        {
            lock (_gate)
                return _maintenance is { } planned && time.GetUtcNow() < planned.Until ? planned : null;
        }
    }

    /// <summary>Null until the peer has told.</summary>
    public PeerInformation? Information
    {
        get
        {
            lock (_gate)
                return _information;
        }
    }

    /// <summary>Why nothing is sent to the peer now; null when it is sent to.</summary>
    public PeerHold? Hold
    {
        get
        {
            lock (_gate)
                return HoldAt(time.GetUtcNow());
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

    /// <param name="pause">Null resumes.</param>
    public void Set(PeerPause? pause)
    {
        lock (_gate)
            _pause = pause;
        LookAtHold();
    }

    /// <param name="barred">Why this node may not deal with the peer; null when it may.</param>
    public void Set(PeerHold? barred)
    {
        lock (_gate)
            _barred = barred;
        LookAtHold();
    }

    public void Set(PeerInformation information)
    {
        lock (_gate)
            _information = information;
    }

    /// <summary>The peer's own word, which takes the place of whatever it said before.</summary>
    public void Heard(PeerHoldCause? cause, Maintenance? maintenance)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            _maintenance = maintenance;
            _said = cause switch
            {
                PeerHoldCause.Draining => PeerHold.DrainingUntil(now + DrainingBelievedFor),
                PeerHoldCause.PausedThere => PeerHold.PausedThereUntil(now + PauseBelievedFor),
                _ => null,
            };
        }
        LookAtHold();
    }

    /// <summary>The peer has pinged this node or says that it serves, and one that stops does neither: if it was stopping it is back.</summary>
    public void HeardServing()
    {
        lock (_gate)
        {
            if (_said is not { Cause: PeerHoldCause.Draining })
                return;
            _said = null;
        }
        LookAtHold();
    }

    /// <summary>The peer turned a call away at its door.</summary>
    public void Heard(TurnedAway away)
    {
        if (away.Reason is DoorReason.Draining or DoorReason.Paused)
            Heard(away.Reason is DoorReason.Draining ? PeerHoldCause.Draining : PeerHoldCause.PausedThere, Planned);
    }

    /// <summary>What ends by itself ends without a word: whoever watches the peer looks.</summary>
    public void LookAtHold()
    {
        PeerHold? hold;
        lock (_gate)
        {
            hold = HoldAt(time.GetUtcNow());
            if (_wasHeld == hold is not null)
                return;
            _wasHeld = hold is not null;
            if (hold is null)
                Volatile.Write(ref _timesUp, _timesUp + 1);
        }
        if (hold is not null)
        {
            NetworkLog.PeerHeld(logger, peer, hold.Text);
            return;
        }
        NetworkLog.PeerReleased(logger, peer);
        CameUp?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>This node's storage takes work again: what it did not take may be asked for at once, unless the peer is away; then its return says so.</summary>
    public void StorageRecovered()
    {
        if (Status.Availability is not PeerAvailability.Down)
            CameUp?.Invoke(this, EventArgs.Empty);
    }

    private PeerHold? HoldAt(DateTimeOffset now) =>
        _barred is not null ? _barred
        : _pause is { } pause ? PeerHold.Of(pause)
        : _maintenance is { } maintenance && maintenance.IsAt(now) ? PeerHold.Of(maintenance)
        : _said is { Until: { } until } said && now < until ? said
        : null;

    private void Observe(bool success, string error)
    {
        var (towards, needed) = success ? (PeerAvailability.Up, SuccessesToUp) : (PeerAvailability.Down, FailuresToDown);
        bool isChanged;
        lock (_gate)
        {
            _streak = success == _lastSucceeded ? _streak + 1 : 1;
            _lastSucceeded = success;
            _status = success
                ? _status with { LastSuccessAt = time.GetUtcNow() }
                : _status with { LastFailureAt = time.GetUtcNow(), LastError = error };
            if (_status.Availability == towards)
                return;
            isChanged = _status.Availability is PeerAvailability.Unknown || _streak >= needed;
            if (isChanged)
                _status = _status with { Availability = towards };
            if (isChanged && success)
                Volatile.Write(ref _timesUp, _timesUp + 1);
        }
        if (!isChanged)
        {
            if (success)
                AnsweredWhileDown?.Invoke(this, EventArgs.Empty);
        }
        else if (success)
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
