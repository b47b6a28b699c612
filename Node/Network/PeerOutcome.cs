using Grpc.Core;

namespace ProvincialGateway.Network;

/// <summary>How one call to a peer ended, attempts and repeats together. What is not certain is <see cref="Unknown"/>.</summary>
internal abstract record PeerOutcome
{
    private PeerOutcome()
    {
    }

    /// <param name="Reply">The reply's exact bytes: data or a refusal, committed by the peer.</param>
    internal sealed record Answered(byte[] Reply) : PeerOutcome;

    /// <summary>The peer certainly did not process any attempt of this call, and would not process the next one either.</summary>
    /// <param name="Status">Why, as gRPC names it.</param>
    /// <param name="Detail">Why, in the peer's words.</param>
    internal sealed record Rejected(StatusCode Status, string Detail) : PeerOutcome;

    /// <summary>
    /// Nothing was done and the same bytes may be sent later. No attempt of this call certainly left this node (nothing answers there, no trust, the
    /// circuit is open, the peer is paused or away), or the peer turned it away at its door for now.
    /// </summary>
    internal sealed record Unreachable(string Reason) : PeerOutcome
    {
        /// <summary>What the peer said at its door; null when it was not asked.</summary>
        public TurnedAway? TurnedAway { get; init; }

        /// <summary>This node does not send to the peer now: no network was tried.</summary>
        public bool IsHeld { get; init; }
    }

    /// <summary>At least one attempt may have been processed: only the peer knows. Ask it with GetTransaction.</summary>
    internal sealed record Unknown(string Reason) : PeerOutcome;
}
