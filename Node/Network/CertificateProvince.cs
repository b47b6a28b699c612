using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>The province a certificate names: the URI <c>urn:provincial-gateway:530000</c> among its subject alternative names.</summary>
internal static class CertificateProvince
{
    public const string UrnPrefix = "urn:provincial-gateway:";

    private const string SubjectAlternativeNameOid = "2.5.29.17";

    // GeneralName ::= CHOICE { ... uniformResourceIdentifier [6] IA5String ... }, RFC 5280.
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    public static X509Extension Extension(Division province)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(UrnPrefix + province.Code));
        return names.Build();
    }

    /// <summary>Null when the certificate names no province, several, or something that is none.</summary>
    public static Division? Of(X509Certificate2 certificate)
    {
        var named = Uris(certificate).Where(uri => uri.StartsWith(UrnPrefix, StringComparison.Ordinal)).ToList();
        return named.Count == 1 && Division.TryParse(named[0][UrnPrefix.Length..], out var division) && division.IsProvince ? division : null;
    }

    private static List<string> Uris(X509Certificate2 certificate)
    {
        var uris = new List<string>();
        foreach (var extension in certificate.Extensions.Where(extension => extension.Oid?.Value == SubjectAlternativeNameOid))
        {
            try
            {
                var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
                while (names.HasData)
                {
                    if (names.PeekTag().HasSameClassAndValue(UriTag))
                        uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag));
                    else
                        names.ReadEncodedValue();
                }
            }
            catch (AsnContentException)
            {
                return [];
            }
        }
        return uris;
    }
}
