using Provincial.Exchange.V1;

namespace ProvincialGateway.Network;

/// <summary>Refusals that this node must not take for what they say.</summary>
internal static class RefusalFault
{
    /// <summary>
    /// Other content under an id that this node has sent one content under: the peer holds something there, so nobody may be told that nothing was done.
    /// </summary>
    /// <returns>Why the refusal cannot be true, or null.</returns>
    public static string? In(Refusal refusal) => refusal.Code switch
    {
        RefusalCode.Unspecified => "拒绝没有代码 / a refusal without a code",
        RefusalCode.IdConflict => $"对方在该流水号下存有另一请求，{refusal.Field} 不同 / the peer holds another request under this id, which differs in {refusal.Field}",
        _ => null,
    };
}
