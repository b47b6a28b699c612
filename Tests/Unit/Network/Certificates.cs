using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ProvincialGateway.Configuration;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Network;

/// <summary>Configurations and certificates, right and wrong, for tests of trust.</summary>
internal static class Certificates
{
    public static readonly Division Yunnan = Division.Parse("530000");
    public static readonly Division Guangdong = Division.Parse("440000");

    public static X509Certificate2 Make(DateTimeOffset from, DateTimeOffset to, params string[] uris)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("node.example");
        foreach (var uri in uris)
            names.AddUri(new Uri(uri));
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(from, to);
    }

    public static NodesConfiguration Listing(params (Division Province, CertificatePin[] Pins)[] nodes) => new()
    {
        ProtocolRelease = "1.0",
        CatalogueRelease = "2016.1",
        Nodes = [.. nodes.Select(node => new NodeEntry
        {
            Division = node.Province,
            Name = node.Province.Code,
            Address = new("https://127.0.0.1:1"),
            HisAddress = new("http://127.0.0.1:2"),
            Certificates = node.Pins,
        })],
    };
}
