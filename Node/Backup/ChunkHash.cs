using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace ProvincialGateway.Backup;

/// <summary>The SHA-256 of a chunk: its name, and what it is held against whenever it is read.</summary>
[InlineArray(Size)]
internal struct HashBytes
{
    public const int Size = 32;

    private byte _first;
}

/// <inheritdoc cref="HashBytes"/>
internal readonly struct ChunkHash : IEquatable<ChunkHash>
{
    public const int Size = HashBytes.Size;

    private readonly HashBytes _bytes;

    /// <param name="hash">32 bytes.</param>
    public ChunkHash(ReadOnlySpan<byte> hash) => hash[..Size].CopyTo(_bytes);

    public static ChunkHash Of(ReadOnlySpan<byte> chunk)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(chunk, hash);
        return new ChunkHash(hash);
    }

    /// <exception cref="FormatException">Not 64 hexadecimal digits.</exception>
    public static ChunkHash Parse(string hex) =>
        hex.Length == 2 * Size ? new(Convert.FromHexString(hex)) : throw new FormatException("A chunk is named by 64 hexadecimal digits.");

    public void CopyTo(Span<byte> target) => ((ReadOnlySpan<byte>)_bytes).CopyTo(target);

    public bool Equals(ChunkHash other) => ((ReadOnlySpan<byte>)_bytes).SequenceEqual(other._bytes);

    public override bool Equals(object? obj) => obj is ChunkHash other && Equals(other);

    // The bytes are evenly spread already.
    public override int GetHashCode() => BitConverter.ToInt32(_bytes);

    public override string ToString() => Convert.ToHexStringLower(_bytes);
}
