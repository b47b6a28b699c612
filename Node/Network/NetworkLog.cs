using System.Net;
using Grpc.Core;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>Log events 1000 to 1099. Ids, peers and reasons; never a payload.</summary>
internal static partial class NetworkLog
{
    [LoggerMessage(1000, LogLevel.Warning, "Connection from {Remote} refused: {Reason} (certificate {Pin}) / 拒绝连接:{ReasonChinese}")]
    public static partial void ClientCertificateRefused(ILogger logger, EndPoint? remote, string pin, string reason, string reasonChinese);

    [LoggerMessage(1001, LogLevel.Information, "Connection from {Remote} ended before TLS 1.2 or 1.3 with HTTP/2 was agreed: {Reason} / 未建立安全连接")]
    public static partial void HandshakeIncomplete(ILogger logger, EndPoint? remote, string reason);

    [LoggerMessage(1002, LogLevel.Warning, "Request of {Peer} from {Remote} to {Method} refused with {Status}: {Detail}")]
    public static partial void RequestRefused(ILogger logger, string peer, string remote, string method, StatusCode status, string detail);

    [LoggerMessage(1003, LogLevel.Warning, "Request of {Peer} to {Method} could not be served: {Reason}")]
    public static partial void StorageUnavailable(ILogger logger, string peer, string method, string reason);

    [LoggerMessage(1004, LogLevel.Error, "Request of {Peer} to {Method} failed in this node; the peer was told INTERNAL and nothing else")]
    public static partial void RequestFailed(ILogger logger, Exception fault, string peer, string method);

    [LoggerMessage(1005, LogLevel.Warning, "Call of {Peer} from {Remote} to {Method} turned away with {Status}, before it was looked at / 未受理")]
    public static partial void CallTurnedAway(ILogger logger, string peer, IPAddress? remote, PathString method, StatusCode status);

    [LoggerMessage(1010, LogLevel.Information, "Peer {Peer} is up / 节点可达")]
    public static partial void PeerUp(ILogger logger, Division peer);

    [LoggerMessage(1011, LogLevel.Warning, "Peer {Peer} is down / 节点不可达: {Reason}")]
    public static partial void PeerDown(ILogger logger, Division peer, string reason);

    [LoggerMessage(1012, LogLevel.Information, "Circuit to peer {Peer} is {Circuit}")]
    public static partial void CircuitChanged(ILogger logger, Division peer, PeerCircuit circuit);

    [LoggerMessage(1020, LogLevel.Warning, "The server at {Address} is not accepted as peer {Peer}: {Reason} (certificate {Pin}) / 对端证书不可信:{ReasonChinese}")]
    public static partial void ServerCertificateRefused(ILogger logger, Division peer, Uri address, string pin, string reason, string reasonChinese);

    [LoggerMessage(1021, LogLevel.Warning, "Peer {Peer} rejected {Method} with {Status}: {Detail}")]
    public static partial void CallRejected(ILogger logger, Division peer, PeerMethod method, StatusCode status, string detail);

    [LoggerMessage(1022, LogLevel.Warning, "What peer {Peer} did with {Method} is not known: {Reason}")]
    public static partial void CallUnknown(ILogger logger, Division peer, PeerMethod method, string reason);

    [LoggerMessage(1140, LogLevel.Warning, "Peer {Peer} sends more than its share: {TurnedAway} calls turned away since the start (at most {Concurrent} at once, {PerSecond} a second) / 对方请求过多，已拒收，请与该省联系")]
    public static partial void PeerFloods(ILogger logger, Division peer, long turnedAway, int concurrent, int perSecond);

    [LoggerMessage(1141, LogLevel.Warning, "Hospital {Institution} {TransactionCode} was not let in: {Reason}")]
    public static partial void HospitalTurnedAway(ILogger logger, string institution, string transactionCode, string reason);

    [LoggerMessage(1142, LogLevel.Information, "The node drains: {Count} requests in flight, at most {Limit} / 停止服务，等待在途请求完成")]
    public static partial void Draining(ILogger logger, int count, TimeSpan limit);

    [LoggerMessage(1143, LogLevel.Warning, "{Count} requests were still in flight after {Limit}; what they began is stored and goes on after the next start / 在途请求未全部完成，已入库的重启后继续")]
    public static partial void DrainedLate(ILogger logger, int count, TimeSpan limit);

    [LoggerMessage(1144, LogLevel.Warning, "The clock of peer {Peer} is {Skew} ms from this node's, above {Threshold}: compare both with a time server / 两地时钟相差过大，请分别校时")]
    public static partial void ClockSkewed(ILogger logger, Division peer, long skew, TimeSpan threshold);

    [LoggerMessage(1145, LogLevel.Information, "The clock of peer {Peer} is {Skew} ms from this node's, as it should be / 时钟已恢复正常")]
    public static partial void ClockInOrder(ILogger logger, Division peer, long skew);

    [LoggerMessage(1146, LogLevel.Information, "Peer {Peer} speaks protocol {Releases}; {Agreed} is used / 协议版本已协商")]
    public static partial void ReleaseAgreed(ILogger logger, Division peer, string releases, string agreed);

    [LoggerMessage(1147, LogLevel.Warning, "Peer {Peer} speaks protocol {Releases}, this node {Own}: nothing in common; upgrade the older side / 协议版本不兼容，请升级较旧的一方")]
    public static partial void ReleaseNotShared(ILogger logger, Division peer, string releases, string own);

    [LoggerMessage(1148, LogLevel.Information, "Nothing is sent to peer {Peer} now: {Reason} / 暂停发送")]
    public static partial void PeerHeld(ILogger logger, Division peer, string reason);

    [LoggerMessage(1149, LogLevel.Information, "Peer {Peer} is sent to again / 恢复发送")]
    public static partial void PeerReleased(ILogger logger, Division peer);

    [LoggerMessage(1150, LogLevel.Warning, "Peer {Peer} was not told how this node stands: {Reason}")]
    public static partial void StandingNotTold(ILogger logger, Division peer, string reason);

    [LoggerMessage(1030, LogLevel.Warning, "Peer {Peer} was not pinged: {Reason}")]
    public static partial void PingSkipped(ILogger logger, Division peer, string reason);
}
