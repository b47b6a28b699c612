using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ProvincialGateway.Configuration;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Network;

/// <summary>
/// The node's own certificate with its private key: ECDSA P-256, signed by itself, trusted by peers through its pin alone. Key and
/// certificate share one file, <c>keys/node.pem</c> in the data folder, which only its owner may read.
/// </summary>
internal sealed class NodeCertificate : IDisposable
{
    public static readonly TimeSpan DefaultValidity = TimeSpan.FromDays(3 * 365);

    // Peers' clocks differ: a certificate made just now must not be "not yet valid" at a peer that runs slow.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromHours(1);

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private NodeCertificate(X509Certificate2 certificate)
    {
        Certificate = certificate;
        Pin = CertificatePin.Of(certificate);
    }

    /// <summary>With its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>What peers write into nodes.json.</summary>
    public CertificatePin Pin { get; }

    public static string PathIn(string folder) => Path.Combine(folder, "keys", "node.pem");

    /// <summary>Makes a key and a certificate that is valid for <see cref="DefaultValidity"/>, and stores both.</summary>
    /// <exception cref="StorageRefusedException">There is a certificate already; it is never replaced in place.</exception>
    /// <exception cref="StorageUnavailableException">The disk failed.</exception>
    public static NodeCertificate Create(string folder, Division province, string name, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Request(key, province, name)
            .CreateSelfSigned(time.GetUtcNow() - ClockTolerance, time.GetUtcNow() + DefaultValidity);
        Store(PathIn(folder), $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        return Load(folder);
    }

    /// <exception cref="StorageRefusedException">The file is absent or damaged, or others than its owner may use it.</exception>
    /// <exception cref="StorageUnavailableException">The disk failed, or the file may not be read.</exception>
    public static NodeCertificate Load(string folder)
    {
        var path = PathIn(folder);
        try
        {
            if (!File.Exists(path))
                throw new StorageRefusedException(
                    $"本节点证书不存在:{path};请执行 gateway init 生成,或恢复备份。",
                    $"This node's certificate is absent: {path}; make one with gateway init, or restore the backup.");
            RequireOwnerOnly(path);
            return new(Usable(X509Certificate2.CreateFromPemFile(path)));
        }
        catch (CryptographicException fault)
        {
            throw new StorageRefusedException(
                $"本节点证书文件已损坏:{path} 中没有配对的证书和私钥;请恢复备份,或更换证书并通知各省更新指纹。",
                $"This node's certificate file is damaged: {path} holds no certificate with its private key; restore the backup, or replace it and tell every peer the new pin.",
                fault);
        }
        catch (Exception fault) when (StorageUnavailableException.From(fault) is { } unavailable)
        {
            throw unavailable;
        }
    }

    public void Dispose() => Certificate.Dispose();

    private static CertificateRequest Request(ECDsa key, Division province, string name)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName(name);
        subject.AddCommonName($"provincial-gateway {province.Code}");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(CertificateProvince.Extension(province));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        var serverAndClient = new OidCollection { new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2") };
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(serverAndClient, critical: false));
        return request;
    }

    /// <remarks>Windows' TLS cannot use a key that lives in memory only; elsewhere the certificate is used as it was read.</remarks>
    private static X509Certificate2 Usable(X509Certificate2 read)
    {
        if (!OperatingSystem.IsWindows())
            return read;
        using (read)
            return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pfx), password: null);
    }

    /// <remarks>Written beside and moved into place, so that a crash leaves a whole file or none.</remarks>
    private static void Store(string path, string pem)
    {
        var unfinished = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.new";
        try
        {
            CreateFolder(Path.GetDirectoryName(path)!);
            Write(unfinished, pem);
            File.Move(unfinished, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new StorageRefusedException(
                $"本节点已有证书:{path};如需更换,请先把旧文件移走,并在所有省份登记新指纹。",
                $"This node has a certificate already: {path}; to replace it move the old file away first, and register the new pin with every province.");
        }
        catch (Exception fault) when (StorageUnavailableException.From(fault) is { } unavailable)
        {
            throw unavailable;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
    }

    private static void Write(string path, string pem)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using var file = new FileStream(path, options);
        file.Write(System.Text.Encoding.ASCII.GetBytes(pem));
        file.Flush(flushToDisk: true);
    }

    private static void RequireOwnerOnly(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
            throw new StorageRefusedException(
                $"本节点私钥文件可被他人访问:{path};请执行 chmod 600,并考虑更换证书。",
                $"This node's private key file can be used by others: {path}; run chmod 600 on it, and consider replacing the certificate.");
    }
}
