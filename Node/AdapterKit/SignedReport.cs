using System.Security.Cryptography;
using System.Text.Json;

namespace ProvincialGateway.AdapterKit;

/// <summary>
/// A report with the signature over its exact bytes: <c>FILE</c> and <c>FILE.sig</c>, ECDSA P-256 over SHA-256 in DER form, so that openssl can
/// check it as well.
/// </summary>
internal static class SignedReport
{
    private const string P256 = "1.2.840.10045.3.1.7";

    public static string SignaturePathOf(string reportPath) => $"{reportPath}.sig";

    public static ReportSigner SignerOf(ECDsa key) => new()
    {
        Algorithm = ReportSigner.OnlyAlgorithm,
        PublicKey = key.ExportSubjectPublicKeyInfoPem(),
        Fingerprint = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))}",
    };

    /// <param name="key">With its private part; see <see cref="IsP256"/>.</param>
    /// <returns>The report as it was written.</returns>
    public static ConformanceReport Write(ConformanceReport report, ECDsa key, string path)
    {
        var signed = report with { Signer = SignerOf(key) };
        var bytes = signed.ToUtf8();
        File.WriteAllBytes(path, bytes);
        File.WriteAllBytes(SignaturePathOf(path), key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        return signed;
    }

    /// <summary>The report, when the signature beside it was made over it by the key it names.</summary>
    /// <exception cref="JsonException">It is no report, or names no usable key.</exception>
    /// <exception cref="CryptographicException">The signature does not fit.</exception>
    /// <exception cref="IOException">A file is missing.</exception>
    public static ConformanceReport Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var report = ConformanceReport.Read(bytes);
        using var key = KeyOf(report.Signer);
        return key.VerifyData(bytes, File.ReadAllBytes(SignaturePathOf(path)), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
            ? report
            : throw new CryptographicException("The signature was not made over this report by the key it names.");
    }

    public static bool IsP256(ECDsa key) => key.ExportParameters(includePrivateParameters: false).Curve.Oid is { } curve
        && (curve.Value == P256 || curve.FriendlyName is "nistP256" or "ECDSA_P256");

    private static ECDsa KeyOf(ReportSigner? signer)
    {
        if (signer is not { Algorithm: ReportSigner.OnlyAlgorithm })
            throw new JsonException("The report names no signer.");
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(signer.PublicKey);
            return IsP256(key) && SignerOf(key).Fingerprint == signer.Fingerprint ? key : throw new JsonException("The signer's fingerprint is not its key's.");
        }
        catch (Exception fault)
        {
            key.Dispose();
            throw fault is ArgumentException or CryptographicException ? new JsonException("The signer's key cannot be read.", fault) : fault;
        }
    }
}
