using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace ProvincialGateway.Storage;

/// <summary>
/// What stands in a column in place of sealed bytes that were moved to an archive file: which file, which row of it, and what the bytes hash to.
/// Its first byte is none a seal begins with, so the two are told apart wherever sealed bytes are opened.
/// </summary>
/// <param name="File">Number of the file, 1 to 999,999.</param>
/// <param name="Row">In the file, from 1.</param>
/// <param name="Digest">The first 16 bytes of the SHA-256 of the sealed bytes.</param>
internal sealed record ArchivedValue(int File, long Row, byte[] Digest)
{
    /// <summary>Bytes in the column.</summary>
    public const int Size = RowEnd + DigestSize;

    private const byte Mark = 2;
    private const int FileStart = 1, RowStart = 5, RowEnd = 13, DigestSize = 16;

    public static ArchivedValue Of(int file, long row, ReadOnlySpan<byte> sealedBytes) => new(file, row, DigestOf(sealedBytes));

    public static bool TryRead(ReadOnlySpan<byte> column, [NotNullWhen(true)] out ArchivedValue? value)
    {
        value = column.Length == Size && column[0] == Mark
            ? new ArchivedValue(
                BinaryPrimitives.ReadInt32BigEndian(column[FileStart..]), BinaryPrimitives.ReadInt64BigEndian(column[RowStart..]), column[RowEnd..].ToArray())
            : null;
        return value is not null;
    }

    public byte[] ToBytes()
    {
        var column = new byte[Size];
        column[0] = Mark;
        BinaryPrimitives.WriteInt32BigEndian(column.AsSpan(FileStart), File);
        BinaryPrimitives.WriteInt64BigEndian(column.AsSpan(RowStart), Row);
        Digest.CopyTo(column.AsSpan(RowEnd));
        return column;
    }

    public bool IsOf(ReadOnlySpan<byte> sealedBytes) => Digest.AsSpan().SequenceEqual(DigestOf(sealedBytes));

    private static byte[] DigestOf(ReadOnlySpan<byte> sealedBytes) => SHA256.HashData(sealedBytes)[..DigestSize];
}
