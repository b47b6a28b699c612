using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using ProvincialGateway.Configuration;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>Whether a presented certificate is a peer's, and whose.</summary>
/// <param name="Province">The peer; null when it is not trusted.</param>
/// <param name="ReasonChinese">Why not; empty when trusted.</param>
/// <param name="ReasonEnglish">Why not; empty when trusted.</param>
internal sealed record TrustDecision(Division? Province, string ReasonChinese, string ReasonEnglish)
{
    public static TrustDecision Trusted(Division province) => new(province, "", "");

    public static TrustDecision Refused(string chinese, string english) => new(null, chinese, english);
}

/// <summary>
/// The only door for an identity: a certificate is a peer's when its pin stands in nodes.json under one province, it names that province
/// itself, and it is valid now. No certificate authority is asked, because there is none above the provinces.
/// </summary>
internal sealed class PeerTrust
{
    // What a certificate says of itself never changes, and a connection shows the same one with each call; whether that is trusted now is asked each time.
    private readonly ConditionalWeakTable<X509Certificate2, Shown> _shown = [];
    private readonly Dictionary<CertificatePin, NodeEntry> _entries;
    private readonly Division _self;
    private readonly TimeProvider _time;

    public PeerTrust(NodesConfiguration configuration, Division self, TimeProvider time)
    {
        _entries = configuration.Nodes
            .SelectMany(node => node.Certificates.Select(pin => (pin, node)))
            .ToDictionary(pinned => pinned.pin, pinned => pinned.node);
        _self = self;
        _time = time;
    }

    public TrustDecision Decide(X509Certificate2? certificate)
    {
        if (certificate is null)
            return TrustDecision.Refused("对方未出示证书", "no certificate was presented");
        var (pin, named) = _shown.GetValue(certificate, static shown => new Shown(CertificatePin.Of(shown), CertificateProvince.Of(shown)));
        if (!_entries.TryGetValue(pin, out var entry))
            return TrustDecision.Refused($"证书指纹 {pin} 未在 nodes.json 中登记", $"certificate {pin} is not in nodes.json");
        if (entry.Division == _self)
            return TrustDecision.Refused("对方出示的是本节点自己的证书", "the certificate is this node's own");
        return OutsideValidity(certificate, entry) ?? ByProvince(named, entry);
    }

    private TrustDecision? OutsideValidity(X509Certificate2 certificate, NodeEntry entry)
    {
        var (from, to) = (new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter));
        var now = _time.GetUtcNow();
        if (now < from)
            return TrustDecision.Refused($"节点 {entry.Division} 的证书自 {ChinaTime.Local(from):yyyy-MM-dd HH:mm:ss} 起才有效;请检查双方时钟",
                $"the certificate of node {entry.Division} is not valid before {from.UtcDateTime:u}; check both clocks");
        return now <= to ? null : TrustDecision.Refused($"节点 {entry.Division} 的证书已于 {ChinaTime.Local(to):yyyy-MM-dd HH:mm:ss} 过期;请该省更换证书",
            $"the certificate of node {entry.Division} expired at {to.UtcDateTime:u}; that province must replace it");
    }

    private static TrustDecision ByProvince(Division? stated, NodeEntry entry)
    {
        if (stated is not { } named)
            return TrustDecision.Refused($"登记为节点 {entry.Division} 的证书未写明省份({CertificateProvince.UrnPrefix}…)",
                $"the certificate listed for node {entry.Division} names no province ({CertificateProvince.UrnPrefix}...)");
        return named == entry.Division ? TrustDecision.Trusted(named) : TrustDecision.Refused(
            $"证书写明的省份 {named} 与 nodes.json 登记的节点 {entry.Division} 不符",
            $"the certificate names {named} but is listed for node {entry.Division} in nodes.json");
    }

    private sealed record Shown(CertificatePin Pin, Division? Named);
}
