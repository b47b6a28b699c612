using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ProvincialGateway.Backup;

/// <summary>Where a chunk stands.</summary>
internal readonly record struct ChunkPlace(Pack Pack, long Offset, int Length);

/// <summary>
/// One file of chunks: the chunks, then for each its hash, offset and length, then the number of them and the SHA-256 of that list. It is written once and
/// never changed. What is new in a backup goes into one pack, so a backup is one large file and one small one.
/// </summary>
internal sealed class Pack
{
    private const int EntrySize = ChunkHash.Size + sizeof(long) + sizeof(int);
    private const int EndSize = sizeof(long) + SHA256.HashSizeInBytes;

    private Pack(string path, Dictionary<ChunkHash, ChunkPlace> chunks) => (Path, Chunks) = (path, chunks);

    public string Path { get; }

    public Dictionary<ChunkHash, ChunkPlace> Chunks { get; }

    public long Bytes => new FileInfo(Path).Length;

    /// <summary>Null when the file's end is not what a finished pack ends with.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static Pack? Open(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (file.Length < EndSize)
            return null;
        Span<byte> end = stackalloc byte[EndSize];
        file.Position = file.Length - EndSize;
        file.ReadExactly(end);
        var count = BinaryPrimitives.ReadInt64LittleEndian(end);
        if (count < 0 || count > (file.Length - EndSize) / EntrySize || count > Array.MaxLength / EntrySize)
            return null;
        var entries = new byte[count * EntrySize];
        file.Position = file.Length - EndSize - entries.Length;
        file.ReadExactly(entries);
        return SHA256.HashData(entries).AsSpan().SequenceEqual(end[sizeof(long)..]) ? Of(path, entries) : null;
    }

    /// <summary>The chunk's bytes, checked against its hash.</summary>
    /// <returns>False when the bytes are not the chunk's.</returns>
    public static bool TryRead(FileStream file, ChunkHash hash, ChunkPlace place, Span<byte> bytes)
    {
        if (place.Offset + place.Length > file.Length)
            return false;
        file.Position = place.Offset;
        file.ReadExactly(bytes[..place.Length]);
        return ChunkHash.Of(bytes[..place.Length]).Equals(hash);
    }

    private static Pack Of(string path, ReadOnlySpan<byte> entries)
    {
        var pack = new Pack(path, new Dictionary<ChunkHash, ChunkPlace>(entries.Length / EntrySize));
        for (; entries.Length > 0; entries = entries[EntrySize..])
        {
            pack.Chunks[new ChunkHash(entries)] = new(pack, BinaryPrimitives.ReadInt64LittleEndian(entries[ChunkHash.Size..]),
                BinaryPrimitives.ReadInt32LittleEndian(entries[(ChunkHash.Size + sizeof(long))..]));
        }
        return pack;
    }

    /// <summary>A pack that is being written. Without <see cref="Finish"/> nothing is left of it.</summary>
    public sealed class Writer(string path) : IDisposable
    {
        private readonly string _unfinished = path + BackupFiles.Unfinished;
        private readonly FileStream _file = BackupFiles.Create(path + BackupFiles.Unfinished);
        private readonly Dictionary<ChunkHash, (long Offset, int Length)> _chunks = [];
        private bool _closed;

        /// <summary>Of the chunks so far.</summary>
        public long Bytes => _file.Position;

        public int Count => _chunks.Count;

        public bool Contains(ChunkHash hash) => _chunks.ContainsKey(hash);

        public void Add(ChunkHash hash, ReadOnlySpan<byte> chunk)
        {
            _chunks.Add(hash, (_file.Position, chunk.Length));
            _file.Write(chunk);
        }

        /// <summary>Synced, and under its name.</summary>
        public Pack Finish()
        {
            var entries = new byte[_chunks.Count * EntrySize];
            var rest = entries.AsSpan();
            foreach (var (hash, (offset, length)) in _chunks)
            {
                hash.CopyTo(rest);
                BinaryPrimitives.WriteInt64LittleEndian(rest[ChunkHash.Size..], offset);
                BinaryPrimitives.WriteInt32LittleEndian(rest[(ChunkHash.Size + sizeof(long))..], length);
                rest = rest[EntrySize..];
            }
            _file.Write(entries);
            Span<byte> count = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(count, _chunks.Count);
            _file.Write(count);
            _file.Write(SHA256.HashData(entries));
            _file.Flush(flushToDisk: true);
            _file.Dispose();
            _closed = true;
            BackupFiles.Place(_unfinished, path);
            return Of(path, entries);
        }

        public void Dispose()
        {
            _file.Dispose();
            if (!_closed)
                File.Delete(_unfinished);
        }
    }
}
