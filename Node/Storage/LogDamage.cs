using System.Buffers.Binary;

namespace ProvincialGateway.Storage;

/// <summary>
/// A write-ahead log whose bytes have changed. SQLite reads a log up to the first frame that is not whole and takes the rest for a transaction that was being
/// written. But a commit is synced before the next one begins, so behind that frame a stop in the middle of a write leaves one commit at most: where there are
/// more, acknowledged ones are gone from this file.
/// </summary>
/// <param name="Offset">Of the first frame that is not whole, in bytes.</param>
/// <param name="Commits">Behind it, at least 2.</param>
internal sealed record LogDamage(long Offset, int Commits)
{
    private const int HeaderBytes = 32, FrameHeaderBytes = 24;

    /// <param name="path">Of the log, which nobody has opened.</param>
    /// <returns>Null for a log that is whole, torn at its end, or empty.</returns>
    /// <exception cref="StorageUnavailableException">The disk failed.</exception>
    public static LogDamage? Find(string path)
    {
        try
        {
            using var log = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1 << 20, FileOptions.SequentialScan);
            return Find(log);
        }
        catch (Exception fault) when (StorageUnavailableException.From(fault) is { } unavailable)
        {
            throw unavailable;
        }
    }

    private static LogDamage? Find(FileStream log)
    {
        var header = new byte[HeaderBytes];
        if (log.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || PageBytes(header) is not { } pageBytes)
            return null;
        var isBigEndian = (header[3] & 1) == 1;
        var sum = Sum(header.AsSpan(0, 24), (0, 0), isBigEndian);
        var isWhole = sum == Stored(header.AsSpan(24));
        var frame = new byte[FrameHeaderBytes + pageBytes];
        var (offset, commits) = (0L, 0);
        for (var at = log.Position; log.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length; at = log.Position)
        {
            // Of an older use of the file: everything in it is in the database.
            var isOfThisLog = frame.AsSpan(8, 8).SequenceEqual(header.AsSpan(16, 8));
            if (isWhole)
            {
                sum = Sum(frame.AsSpan(FrameHeaderBytes), Sum(frame.AsSpan(0, 8), sum, isBigEndian), isBigEndian);
                isWhole = isOfThisLog && sum == Stored(frame.AsSpan(16));
                if (!isWhole)
                    offset = at;
            }
            if (!isWhole && isOfThisLog && BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(4)) != 0)
                commits++;
        }
        return commits > 1 ? new(offset, commits) : null;
    }

    /// <returns>Null where nothing can be read: the file is no log.</returns>
    private static int? PageBytes(ReadOnlySpan<byte> header)
    {
        var pageBytes = BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
        return BinaryPrimitives.ReadUInt32BigEndian(header) is 0x377f0682 or 0x377f0683 && pageBytes is >= 512 and <= 65536 ? (int)pageBytes : null;
    }

    private static (uint, uint) Stored(ReadOnlySpan<byte> at) => (BinaryPrimitives.ReadUInt32BigEndian(at), BinaryPrimitives.ReadUInt32BigEndian(at[4..]));

    /// <summary>SQLite's own sum, which goes on from frame to frame.</summary>
    private static (uint, uint) Sum(ReadOnlySpan<byte> bytes, (uint First, uint Second) sum, bool isBigEndian)
    {
        unchecked
        {
            for (; bytes.Length >= 8; bytes = bytes[8..])
            {
                sum.First += Word(bytes, isBigEndian) + sum.Second;
                sum.Second += Word(bytes[4..], isBigEndian) + sum.First;
            }
        }
        return sum;
    }

    private static uint Word(ReadOnlySpan<byte> at, bool isBigEndian) => isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
}
