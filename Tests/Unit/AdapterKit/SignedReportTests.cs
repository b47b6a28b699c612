using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using ProvincialGateway.AdapterKit;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.AdapterKit;

internal sealed class SignedReportTests
{
    private TempFolder _folder = null!;
    private ECDsa _key = null!;
    private string _path = "";

    [SetUp]
    public void Write()
    {
        _folder = new TempFolder();
        _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _path = _folder.File("report.json");
        SignedReport.Write(Report, _key, _path);
    }

    [TearDown]
    public void Remove()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void A_signed_report_is_read_with_its_signer()
    {
        var report = SignedReport.Read(_path);

        Assert.That(report.Signer, Is.EqualTo(SignedReport.SignerOf(_key)));
        Assert.That(report.Signer!.Fingerprint, Is.EqualTo($"sha256:{Convert.ToHexStringLower(SHA256.HashData(_key.ExportSubjectPublicKeyInfo()))}"));
        Assert.That((report.Adapter, report.IsGreen, report.Checks.Single().Faults.Single().Place), Is.EqualTo((Report.Adapter, false, "样例 one")));
    }

    [Test]
    public void One_changed_letter_breaks_the_signature()
    {
        File.WriteAllText(_path, File.ReadAllText(_path).Replace("\"failed\"", "\"passed\"", StringComparison.Ordinal));

        Assert.That(() => SignedReport.Read(_path), Throws.TypeOf<CryptographicException>());
    }

    [Test]
    public void A_report_signed_anew_by_somebody_else_names_somebody_else()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        SignedReport.Write(Report, other, _path);

        Assert.That(SignedReport.Read(_path).Signer, Is.Not.EqualTo(SignedReport.SignerOf(_key)));
    }

    [Test]
    public void A_key_that_is_not_the_signers_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var forged = Report with { Signer = SignedReport.SignerOf(_key) with { PublicKey = other.ExportSubjectPublicKeyInfoPem() } };
        var bytes = forged.ToUtf8();
        File.WriteAllBytes(_path, bytes);
        File.WriteAllBytes(SignedReport.SignaturePathOf(_path), other.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

        Assert.That(() => SignedReport.Read(_path), Throws.TypeOf<JsonException>().With.Message.Contains("fingerprint"));
    }

    [Test]
    public void A_report_nobody_signed_is_refused()
    {
        File.WriteAllBytes(_path, Report.ToUtf8());

        Assert.That(() => SignedReport.Read(_path), Throws.TypeOf<JsonException>().With.Message.Contains("no signer"));
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("{\"format\": \"something else\"}")]
    public void What_is_no_report_is_refused(string text)
    {
        File.WriteAllText(_path, text);

        Assert.That(() => SignedReport.Read(_path), Throws.InstanceOf<JsonException>());
    }

    [Test]
    public void Only_one_curve_signs()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.That((SignedReport.IsP256(_key), SignedReport.IsP256(other)), Is.EqualTo((true, false)));
    }

    [Test]
    public void Chinese_stays_readable() => Assert.That(File.ReadAllText(_path, Encoding.UTF8), Does.Contain("样例 one"));

    private static ConformanceReport Report { get; } = new()
    {
        Format = ConformanceReport.CurrentFormat,
        GatewayVersion = "1.0.0",
        ContractVersions = "1-2",
        StartedAt = new DateTimeOffset(2017, 9, 1, 0, 0, 0, TimeSpan.Zero),
        DurationMs = 1,
        Seed = 1,
        Adapter = new VerifiedAdapter { Id = "yunnan" },
        Checks =
        [
            new ConformanceCheck
            {
                Name = "samples", Chinese = "样例", English = "samples", Result = CheckResult.Failed, Tried = 1, DurationMs = 1, FaultsFound = 1, Faults = [new CheckFault("样例 one", "错", "wrong")],
            },
        ],
        Unmapped = [],
        Files = [new VerifiedFile("adapter.json", new string('0', 64))],
    };
}
