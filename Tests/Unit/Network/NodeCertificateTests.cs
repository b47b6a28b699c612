using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using static ProvincialGateway.Tests.Network.Certificates;

namespace ProvincialGateway.Tests.Network;

internal sealed class NodeCertificateTests
{
    private readonly ManualTimeProvider _time = new();
    private TempFolder _folder = null!;

    [SetUp]
    public void Open() => _folder = new();

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void It_names_its_province_and_serves_both_ends_for_three_years()
    {
        using var made = NodeCertificate.Create(_folder.Path, Yunnan, "云南省 Yunnan", _time);
        var usages = made.Certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages;
        using var key = made.Certificate.GetECDsaPrivateKey();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(CertificateProvince.Of(made.Certificate), Is.EqualTo(Yunnan));
            Assert.That(usages.Cast<Oid>().Select(usage => usage.Value), Is.EqualTo(new[] { "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2" }));
            Assert.That(made.Certificate.NotAfter.ToUniversalTime(), Is.EqualTo(new DateTime(2019, 9, 1, 0, 0, 0, DateTimeKind.Utc)));
            Assert.That(made.Certificate.NotBefore.ToUniversalTime(), Is.EqualTo(new DateTime(2016, 8, 31, 23, 0, 0, DateTimeKind.Utc)));
            Assert.That(key?.KeySize, Is.EqualTo(256));
            Assert.That(made.Certificate.Subject, Does.Contain("云南省"));
            Assert.That(CertificatePin.Parse(made.Pin.Text), Is.EqualTo(CertificatePin.Of(made.Certificate)));
        }
    }

    [Test]
    public void Loading_gives_the_same_certificate_with_its_key()
    {
        using var made = NodeCertificate.Create(_folder.Path, Yunnan, "云南省", _time);
        using var loaded = NodeCertificate.Load(_folder.Path);
        Assert.That(loaded, Has.Property(nameof(made.Pin)).EqualTo(made.Pin).And.Property(nameof(made.Certificate)).Property("HasPrivateKey").True);
    }

    [Test]
    public void A_certificate_that_is_there_is_never_replaced()
    {
        using var made = NodeCertificate.Create(_folder.Path, Yunnan, "云南省", _time);
        Assert.That(() => NodeCertificate.Create(_folder.Path, Yunnan, "云南省", _time), Throws.TypeOf<StorageRefusedException>());
        using var loaded = NodeCertificate.Load(_folder.Path);
        Assert.That(loaded.Pin, Is.EqualTo(made.Pin));
        Assert.That(Directory.GetFiles(Path.Combine(_folder.Path, "keys")), Has.Length.EqualTo(1));
    }

    [Test]
    public void An_absent_or_damaged_file_is_refused_with_the_next_step()
    {
        Assert.That(() => NodeCertificate.Load(_folder.Path), Throws.TypeOf<StorageRefusedException>().With.Message.Contains("gateway init"));
        NodeCertificate.Create(_folder.Path, Yunnan, "云南省", _time).Dispose();
        var pem = File.ReadAllText(NodeCertificate.PathIn(_folder.Path));
        File.WriteAllText(NodeCertificate.PathIn(_folder.Path), pem[..(pem.Length / 2)]);
        Assert.That(() => NodeCertificate.Load(_folder.Path), Throws.TypeOf<StorageRefusedException>().With.Message.Contains("damaged"));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "File modes are those of Unix.")]
    public void Only_its_owner_may_read_the_key()
    {
        if (OperatingSystem.IsWindows())
            return;
        NodeCertificate.Create(_folder.Path, Yunnan, "云南省", _time).Dispose();
        var path = NodeCertificate.PathIn(_folder.Path);
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.That(() => NodeCertificate.Load(_folder.Path), Throws.TypeOf<StorageRefusedException>().With.Message.Contains("chmod 600"));
    }
}
