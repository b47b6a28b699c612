using NUnit.Framework;
using ProvincialGateway.Configuration;

namespace ProvincialGateway.Tests.Configuration;

internal sealed class CertificatePinTests
{
    private static readonly string Digits = string.Concat(Enumerable.Repeat("0123456789abcdef", 4));

    [Test]
    public void A_pin_reads_what_it_writes() => Assert.That(CertificatePin.Parse($"sha256:{Digits}").Text, Is.EqualTo($"sha256:{Digits}"));

    [Test]
    public void Upper_case_digits_are_the_same_pin() =>
        Assert.That(CertificatePin.Parse($"sha256:{Digits.ToUpperInvariant()}"), Is.EqualTo(CertificatePin.Parse($"sha256:{Digits}")));

    [Test]
    public void Anything_else_is_no_pin([Values(null, "", "sha256:", "sha256:00", "sha1:{0}", "{0}", "sha256:{0}0", "SHA256:{0}", " sha256:{0}", "sha256:{0}g")] string? shape)
    {
        var text = shape?.Replace("{0}", Digits, StringComparison.Ordinal);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(CertificatePin.TryParse(text, out _), Is.False);
            Assert.That(() => CertificatePin.Parse(text), Throws.TypeOf<FormatException>());
        }
    }

    [Test]
    public void The_default_is_no_pin() => Assert.That(() => default(CertificatePin).Text, Throws.InvalidOperationException);
}
