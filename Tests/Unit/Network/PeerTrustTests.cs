using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Support;
using static ProvincialGateway.Tests.Network.Certificates;

namespace ProvincialGateway.Tests.Network;

internal sealed class PeerTrustTests
{
    private const string YunnanUrn = "urn:provincial-gateway:530000";

    private readonly ManualTimeProvider _time = new();

    [Test]
    public void A_listed_certificate_that_names_its_province_is_trusted()
    {
        using var certificate = MakeValid(YunnanUrn);
        Assert.That(Decide(certificate), Is.EqualTo(TrustDecision.Trusted(Yunnan)));
    }

    [Test]
    public void While_one_certificate_replaces_another_both_are_trusted()
    {
        using var old = MakeValid(YunnanUrn);
        using var next = MakeValid(YunnanUrn);
        var trust = new PeerTrust(Listing((Yunnan, [CertificatePin.Of(old), CertificatePin.Of(next)])), Guangdong, _time);
        Assert.That(new[] { trust.Decide(old).Province, trust.Decide(next).Province }, Is.All.EqualTo(Yunnan));
    }

    [Test]
    public void No_certificate_is_refused() =>
        AssertRefused(new PeerTrust(Listing((Yunnan, [])), Guangdong, _time).Decide(null), "no certificate was presented");

    [Test]
    public void An_unlisted_certificate_is_refused_with_its_pin()
    {
        using var certificate = MakeValid(YunnanUrn);
        AssertRefused(new PeerTrust(Listing((Yunnan, [])), Guangdong, _time).Decide(certificate), CertificatePin.Of(certificate).Text);
    }

    [Test]
    public void Its_own_certificate_is_no_peers()
    {
        using var certificate = MakeValid(YunnanUrn);
        AssertRefused(new PeerTrust(Listing((Yunnan, [CertificatePin.Of(certificate)])), Yunnan, _time).Decide(certificate), "this node's own");
    }

    [Test]
    public void Validity_is_judged_by_this_nodes_clock_at_each_decision()
    {
        using var certificate = Make(_time.GetUtcNow().AddDays(1), _time.GetUtcNow().AddDays(3), YunnanUrn);
        var trust = new PeerTrust(Listing((Yunnan, [CertificatePin.Of(certificate)])), Guangdong, _time);
        AssertRefused(trust.Decide(certificate), "is not valid before 2016-09-02 00:00:00Z");
        _time.Advance(TimeSpan.FromDays(1));
        Assert.That(trust.Decide(certificate).Province, Is.EqualTo(Yunnan));
        _time.Advance(TimeSpan.FromDays(2));
        Assert.That(trust.Decide(certificate).Province, Is.EqualTo(Yunnan), "the last moment belongs to the validity");
        _time.Advance(TimeSpan.FromTicks(1));
        AssertRefused(trust.Decide(certificate), "expired at 2016-09-04 00:00:00Z");
    }

    [TestCase("names no province")]
    [TestCase("names no province", "urn:provincial-gateway:530100")]
    [TestCase("names no province", "urn:provincial-gateway:53")]
    [TestCase("names no province", "urn:other:530000")]
    [TestCase("names no province", YunnanUrn, "urn:provincial-gateway:440000")]
    [TestCase("names 440000 but is listed for node 530000", "urn:provincial-gateway:440000")]
    public void A_listed_certificate_must_name_its_own_province_and_no_other(string reason, params string[] uris)
    {
        using var certificate = MakeValid(uris);
        AssertRefused(Decide(certificate), reason);
    }

    private X509Certificate2 MakeValid(params string[] uris) => Make(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddDays(1), uris);

    private TrustDecision Decide(X509Certificate2 certificate) =>
        new PeerTrust(Listing((Yunnan, [CertificatePin.Of(certificate)]), (Guangdong, [])), Guangdong, _time).Decide(certificate);

    private static void AssertRefused(TrustDecision decision, string english)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(decision.Province, Is.Null);
            Assert.That(decision.ReasonEnglish, Does.Contain(english));
            Assert.That(decision.ReasonChinese, Does.Match(@"\p{IsCJKUnifiedIdeographs}"));
        }
    }
}
