using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ProvincialGateway.Storage;

/// <summary>
/// Seals personal data and stored messages with AES-256-GCM, and hashes what must be found again with HMAC-SHA256. Both keys come from
/// one key file that must be backed up with the data: without it nothing sealed opens. Safe for concurrent use.
/// </summary>
/// <remarks>Nonces are random, so one key is good for 2³² seals.</remarks>
internal sealed class Vault
{
    private const byte Version = 1;
    private const int VersionSize = 1, NonceSize = 12, TagSize = 16, KeySize = 32;
    private const int CipherStart = VersionSize + NonceSize;

    /// <summary>Bytes that a seal adds.</summary>
    public const int Overhead = CipherStart + TagSize;

    private readonly byte[] _sealingKey;
    private readonly byte[] _lookupKey;
    private readonly ArchiveShelf? _archive;

    private Vault(byte[] root, ArchiveShelf? archive)
    {
        _archive = archive;
        _sealingKey = Derive(root, "provincial-gateway seal v1", KeySize);
        _lookupKey = Derive(root, "provincial-gateway lookup v1", KeySize);
        Fingerprint = Convert.ToHexStringLower(Derive(root, "provincial-gateway fingerprint v1", 8));
    }

    /// <summary>16 hex digits that name the key and reveal nothing of it: to see that a key file and a database belong together.</summary>
    public string Fingerprint { get; }

    /// <summary>Opens with the 32-byte key in the file, or makes one (mode 0600, whole or not at all) when the file is absent.</summary>
    /// <param name="archive">Where sealed bytes are read that are no longer in the database.</param>
    /// <exception cref="StorageRefusedException">The key is damaged, or others than its owner may use it.</exception>
    /// <exception cref="StorageUnavailableException">The disk failed, or the file may not be read.</exception>
    public static Vault OpenOrCreate(string keyFile, ArchiveShelf? archive = null)
    {
        var root = KeyFile.ReadOrCreate(keyFile);
        var vault = new Vault(root, archive);
        CryptographicOperations.ZeroMemory(root);
        return vault;
    }

    /// <summary>Version byte, nonce, ciphertext, tag: 29 bytes more than <paramref name="plain"/>. Two seals of the same bytes differ.</summary>
    /// <param name="purpose">What the bytes are, e.g. <c>person.name</c>; the same is needed to open them, so a value cannot be moved to another column.</param>
    public byte[] Seal(ReadOnlySpan<byte> plain, string purpose)
    {
        var sealedBytes = new byte[Overhead + plain.Length];
        sealedBytes[0] = Version;
        var nonce = sealedBytes.AsSpan(VersionSize, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        // One per call: an AesGcm object is not safe for concurrent use, and making one costs about a microsecond.
        using var aes = new AesGcm(_sealingKey, TagSize);
        aes.Encrypt(nonce, plain, sealedBytes.AsSpan(CipherStart, plain.Length), sealedBytes.AsSpan(CipherStart + plain.Length), AssociatedData(purpose));
        return sealedBytes;
    }

    /// <summary>Opens sealed bytes, wherever they are: in the column they were read from, or in the archive file it names.</summary>
    /// <exception cref="SealBrokenException">The bytes were altered, sealed for another purpose or with another key, or are no seal; or their archive file is missing.</exception>
    public byte[] Open(ReadOnlySpan<byte> sealedBytes, string purpose)
    {
        if (_archive is not null && ArchivedValue.TryRead(sealedBytes, out var archived))
            sealedBytes = _archive.Read(archived);
        if (sealedBytes.Length < Overhead || sealedBytes[0] != Version)
            throw Broken(purpose, inner: null);
        var plain = new byte[sealedBytes.Length - Overhead];
        try
        {
            using var aes = new AesGcm(_sealingKey, TagSize);
            aes.Decrypt(
                sealedBytes.Slice(VersionSize, NonceSize),
                sealedBytes[CipherStart..^TagSize],
                sealedBytes[^TagSize..],
                plain,
                AssociatedData(purpose));
            return plain;
        }
        catch (AuthenticationTagMismatchException mismatch)
        {
            throw Broken(purpose, mismatch);
        }
    }

    /// <summary>32 bytes, the same for the same value and purpose: a column to find a sealed value by. The caller normalises the value first.</summary>
    public byte[] LookupHash(string value, string purpose)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _lookupKey);
        var purposeBytes = Encoding.UTF8.GetBytes(purpose);
        // The length keeps purpose and value apart: ("ab", "c") must not hash like ("a", "bc").
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, purposeBytes.Length);
        hash.AppendData(length);
        hash.AppendData(purposeBytes);
        hash.AppendData(Encoding.UTF8.GetBytes(value));
        return hash.GetHashAndReset();
    }

    private static byte[] AssociatedData(string purpose)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        return [Version, .. Encoding.UTF8.GetBytes(purpose)];
    }

    private static byte[] Derive(byte[] root, string info, int size) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, root, size, info: Encoding.ASCII.GetBytes(info));

    private static SealBrokenException Broken(string purpose, Exception? inner) => new(
        $"本节点密封数据({purpose})无法打开:数据被改动,或密钥文件不是密封时的那一个;请恢复与数据一起备份的密钥文件,仍失败则从备份恢复数据。",
        $"Sealed data of this node ({purpose}) do not open: they were altered, or the key file is not the one they were sealed with; restore the key file that was backed up with the data, and the data if that does not help.",
        inner);
}
