using System.Security.Authentication;
using Grpc.Core;

namespace ProvincialGateway.Network;

/// <summary>What a failed attempt proves. A status proves something only when it is the peer's and not this node's gRPC client's own.</summary>
internal static class PeerFault
{
    public static PeerOutcome Judge(RpcException fault, PeerAttempt attempt, PeerConnection connection)
    {
        var mayHaveLeft = attempt.Close() && !Causes(fault).Any(cause => cause is PeerRefusedConnectionException);
        if (!mayHaveLeft)
            return new PeerOutcome.Unreachable(WhyNotConnected(fault, connection));
        if (attempt.StatusWithoutReply && ForNow(fault.StatusCode, attempt.TurnedAway) is { } away)
            return new PeerOutcome.Unreachable(fault.Status.Detail) { TurnedAway = away };
        return attempt.StatusWithoutReply && ProvesNothingWasDone(fault.StatusCode)
            ? new PeerOutcome.Rejected(fault.StatusCode, fault.Status.Detail)
            : new PeerOutcome.Unknown($"{fault.StatusCode}: {fault.Status.Detail}");
    }

    /// <summary>
    /// Turned away for now: nothing was done, and the same bytes may be taken later. RESOURCE_EXHAUSTED is that unless the peer says that the message is
    /// too large: what might be taken later must never end as refused for good. UNAVAILABLE proves nothing unless the door itself says so.
    /// </summary>
    public static TurnedAway? ForNow(StatusCode status, TurnedAway? said) => (status, said) switch
    {
        (StatusCode.ResourceExhausted, null) => new(DoorReason.Busy),
        (StatusCode.ResourceExhausted or StatusCode.Unavailable, { IsForNow: true }) => said,
        _ => null,
    };

    /// <remarks>
    /// A node gives these statuses before it hands a request to a service, and a service that throws one promises to have done nothing.
    /// RESOURCE_EXHAUSTED comes this far for a message above the limit only.
    /// </remarks>
    public static bool ProvesNothingWasDone(StatusCode status) => status is StatusCode.PermissionDenied or StatusCode.Unauthenticated
        or StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.Unimplemented or StatusCode.ResourceExhausted;

    private static string WhyNotConnected(RpcException fault, PeerConnection connection)
    {
        if (connection.LastRefusal is { } refusal && Causes(fault).Any(cause => cause is AuthenticationException))
            return $"{refusal.ReasonChinese} / {refusal.ReasonEnglish}";
        if (connection.IsRefusedByPeer)
            return "对端拒绝连接,可能未登记本节点证书,请与该省核对指纹 / the peer closed the connection without a word, probably because it does not "
                + "trust this node's certificate; compare the pin with that province";
        return $"未接通 / not connected: {Causes(fault).LastOrDefault()?.Message ?? fault.Status.Detail}";
    }

    private static IEnumerable<Exception> Causes(RpcException fault)
    {
        for (var cause = fault.Status.DebugException; cause is not null; cause = cause.InnerException)
            yield return cause;
    }
}
