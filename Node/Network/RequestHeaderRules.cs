using Grpc.Core;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>Why a request may not be handed to a service.</summary>
internal sealed record HeaderRefusal(StatusCode Status, string Detail);

/// <summary>What the head of every request must be before anybody looks at the rest. The words of a refusal never repeat unchecked text.</summary>
internal static class RequestHeaderRules
{
    /// <returns>Null when the request may pass.</returns>
    public static HeaderRefusal? Check(RequestHeader? header, Division peer, Division self)
    {
        if (header is null)
            return Invalid("header", "缺少请求头", "is missing");
        if (!TransactionId.TryParse(header.TransactionId, out var id))
            return Invalid("header.transaction_id", $"应为 {TransactionId.Length} 位数字,以行政区划代码开头", $"must be {TransactionId.Length} digits that begin with a division code");
        if (!Division.TryParse(header.SenderDivision, out var sender))
            return Invalid("header.sender_division", "应为六位行政区划代码", "must be a six-digit division code");
        if (sender.Province != peer)
            return new(StatusCode.PermissionDenied,
                $"header.sender_division:证书属于 {peer},不得代表 {sender} 发送 / the certificate is of {peer} and may not speak for {sender}");
        if (id.Sender.Province != peer)
            return Invalid("header.transaction_id", $"流水号属于 {id.Sender},不属于发送方 {peer}", $"is an id of {id.Sender}, not of the sender {peer}");
        if (!Division.TryParse(header.ReceiverDivision, out var receiver))
            return Invalid("header.receiver_division", "应为六位行政区划代码", "must be a six-digit division code");
        if (receiver.Province != self)
            return Invalid("header.receiver_division", $"请求发往 {receiver},而本节点为 {self};请检查 nodes.json 中的地址",
                $"is {receiver}, but this node is {self}; check the addresses in nodes.json");
        return CheckRelease(header.ProtocolRelease);
    }

    /// <summary>In a client stream only the first message has a header; a second one could contradict it.</summary>
    public static HeaderRefusal? CheckLater(RequestHeader? header) =>
        header is null ? null : Invalid("header", "只能出现在数据流的第一条消息中", "belongs into the first message of the stream only");

    private static HeaderRefusal? CheckRelease(string release)
    {
        if (!ProtocolRelease.TryParse(release, out var spoken))
            return Invalid("header.protocol_release", "应为“主版本.次版本”", "must be \"major.minor\"");
        return spoken.IsTaken ? null : new(StatusCode.FailedPrecondition,
            $"header.protocol_release:对方使用协议 {spoken},本节点使用 {ProtocolRelease.Newest},主版本须相同,次版本至多相差一;请升级较旧的一方 / "
            + $"the sender speaks protocol {spoken}, this node {ProtocolRelease.Newest}: same major, minors at most one apart; upgrade the older side");
    }

    private static HeaderRefusal Invalid(string field, string chinese, string english) =>
        new(StatusCode.InvalidArgument, $"{field}:{chinese} / {english}");
}
