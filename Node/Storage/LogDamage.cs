using System.Buffers.Binary;

namespace ProvincialGateway.Storage;

/// <summary>
/// A write-ahead log whose bytes have changed. SQLite reads a log up to the first frame that is not whole and takes the rest for a transaction that was being
/// written. But a commit is synced before the next one begins, so behind that frame a stop in the middle of a write leaves one commit at most: where there are
/// more, acknowledged ones are gone from this file.
/// </summary>
/// <param name="Offset">Of the first frame that is not whole, in bytes.</param>
/// <param name="Commits">Behind it, at least 2.</param>
/// <param name="IsPartlyMoved">
/// A page from behind it stands in the database file already, moved there while readers kept the log from beginning anew: the file has a part of what SQLite does not find
/// any more, and what is left is no state the books ever had.
/// </param>
internal sealed record LogDamage(long Offset, int Commits, bool IsPartlyMoved)
{
    private const int HeaderBytes = 32, FrameHeaderBytes = 24, BufferBytes = 1 << 20;

    /// <summary>For operators.</summary>
    public const string Said = "The log of the database was altered at byte {Offset}: {Commits} commits or more behind it are gone from this node. What other provinces know of them is taken in again before anything is settled; what only this node knew (lines not sent yet, imports, decisions of operators) has to be done again. Check the disk; see gateway recovery report. / 数据库日志在该处损坏，其后已提交的内容本节点已缺失：将向各省补齐后再办理；仅存于本节点的（未传明细、导入、经办决定）须重做。请检查磁盘";

    /// <param name="databasePath">Of the file, beside which the log lies; nobody has opened them.</param>
    /// <returns>Null for a log that is not there, whole, torn at its end, or empty.</returns>
    /// <exception cref="StorageUnavailableException">The disk failed.</exception>
    public static LogDamage? Find(string databasePath)
    {
        var path = $"{databasePath}-wal";
        if (!File.Exists(path))
            return null;
        try
        {
            using var log = Open(path, BufferBytes);
            using var database = File.Exists(databasePath) ? Open(databasePath, bufferSize: 0) : null;
            return Find(log, database);
        }
        catch (Exception fault) when (StorageUnavailableException.From(fault) is { } unavailable)
        {
            throw unavailable;
        }
    }

    public override string ToString() => Said.Replace("{Offset}", $"{Offset}", StringComparison.Ordinal).Replace("{Commits}", $"{Commits}", StringComparison.Ordinal);

    private static FileStream Open(string path, int bufferSize) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize);

    private static LogDamage? Find(FileStream log, FileStream? database)
    {
        var header = new byte[HeaderBytes];
        if (log.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || PageBytes(header) is not { } pageBytes)
            return null;
        var isBigEndian = (header[3] & 1) == 1;
        var sum = Sum(header.AsSpan(0, 24), (0, 0), isBigEndian);
        var isWhole = sum == Stored(header.AsSpan(24));
        var (frame, page) = (new byte[FrameHeaderBytes + pageBytes], new byte[pageBytes]);
        var (offset, commits, isPartlyMoved) = (0L, 0, false);
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
            if (isWhole || !isOfThisLog)
                continue;
            commits += BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(4)) != 0 ? 1 : 0;
            isPartlyMoved |= database is not null && IsPage(database, BinaryPrimitives.ReadUInt32BigEndian(frame), frame.AsSpan(FrameHeaderBytes), page);
        }
        return commits > 1 ? new(offset, commits, isPartlyMoved) : null;
    }

    private static bool IsPage(FileStream database, uint number, ReadOnlySpan<byte> content, Span<byte> page)
    {
        if (number == 0)
            return false;
        database.Position = (number - 1L) * page.Length;
        return database.ReadAtLeast(page, page.Length, throwOnEndOfStream: false) == page.Length && page.SequenceEqual(content);
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
