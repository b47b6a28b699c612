namespace ProvincialGateway.Network;

/// <summary>
/// What is certain about one attempt of one call. The moment that counts is when the HTTP/2 connection asks for the request's bytes: before
/// it nothing can have reached the peer.
/// </summary>
/// <param name="timeout">Told to the peer as the attempt's deadline; above zero.</param>
internal sealed class PeerAttempt(TimeSpan timeout)
{
    private const int Waiting = 0, Started = 1, Closed = 2;

    private int _stage;

    public TimeSpan Timeout => timeout;

    /// <summary>The peer answered with a status and no message, which gRPC does only when no reply had been begun.</summary>
    public bool StatusWithoutReply { get; set; }

    /// <summary>What the peer said beside that status; null when it was not turned away at the door.</summary>
    public TurnedAway? TurnedAway { get; set; }

    /// <summary>Called when the request's bytes are about to leave.</summary>
    /// <exception cref="OperationCanceledException">The attempt has been given up: its outcome says "not sent", so nothing may be sent any more.</exception>
    public void Start()
    {
        if (Interlocked.CompareExchange(ref _stage, Started, Waiting) == Closed)
            throw new OperationCanceledException("The attempt ended before its request was sent.");
    }

    /// <summary>Ends the attempt; from then on nothing leaves that has not left before.</summary>
    /// <returns>Whether bytes of the request may have left.</returns>
    public bool Close() => Interlocked.CompareExchange(ref _stage, Closed, Waiting) == Started;
}
