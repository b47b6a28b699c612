using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>Makes the head of a request as this node sends it.</summary>
internal static class RequestHeaders
{
    /// <param name="configuration">Gives the releases.</param>
    /// <param name="id">Stored before the request is sent; its division is the sender's.</param>
    /// <param name="receiver">Any division of the receiving province.</param>
    /// <param name="operator">As the hospital or agency wrote it; empty when the node acts by itself.</param>
    /// <param name="at">When the request is made.</param>
    public static RequestHeader Create(NodesConfiguration configuration, TransactionId id, Division receiver, string @operator, DateTimeOffset at) => new()
    {
        TransactionId = id.Text,
        SenderDivision = id.Sender.Code,
        ReceiverDivision = receiver.Code,
        Operator = @operator,
        SentAtMs = at.ToUnixTimeMilliseconds(),
        ProtocolRelease = configuration.ReleaseFor(receiver),
        CatalogueRelease = configuration.CatalogueRelease,
    };
}
