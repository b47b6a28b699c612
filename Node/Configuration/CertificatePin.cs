using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ProvincialGateway.Configuration;

/// <summary>
/// The fingerprint by which a node's certificate is trusted: SHA-256 of its DER bytes, written <c>sha256:</c> and 64 hexadecimal digits.
/// <c>default</c> is not a pin.
/// </summary>
internal readonly record struct CertificatePin
{
    public const string Prefix = "sha256:";

    private readonly string? _text;

    private CertificatePin(string text) => _text = text;

    public string Text => _text ?? throw new InvalidOperationException("The default CertificatePin is not a pin.");

    public static CertificatePin Of(X509Certificate2 certificate) =>
        new(Prefix + Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span)));

    /// <summary>Digits may be upper or lower case; they are kept in lower case, so that equal pins are equal values.</summary>
    public static bool TryParse(string? text, out CertificatePin pin)
    {
        pin = default;
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        var digits = text[Prefix.Length..];
        if (digits.Length != SHA256.HashSizeInBytes * 2 || !digits.All(char.IsAsciiHexDigit))
            return false;
        pin = new CertificatePin(Prefix + digits.ToLowerInvariant());
        return true;
    }

    public static CertificatePin Parse(string? text) =>
        TryParse(text, out var pin) ? pin : throw new FormatException($"'{text}' is not {Prefix} followed by 64 hexadecimal digits.");

    public override string ToString() => _text ?? "(none)";
}
