using System.Globalization;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Backup;

/// <summary>Makes a backup of a data folder, while its node serves or is stopped.</summary>
internal sealed class BackupRun(BackupStore store, string dataFolder, TimeProvider time)
{
    private readonly byte[] _chunk = new byte[BackupStore.ChunkSize];

    /// <param name="database">Of the data folder.</param>
    /// <param name="version">Of this program.</param>
    /// <param name="withKeys">Whether the node's keys go into it.</param>
    /// <param name="ct">Given up, it leaves nothing that counts as a backup.</param>
    /// <exception cref="StorageRefusedException">The folder holds another node's backups, lies in the data folder, or its disk failed.</exception>
    /// <exception cref="StorageUnavailableException">The node's own disk failed, or a long query holds back the log.</exception>
    public async Task<BackupManifest> MakeAsync(Database database, string version, bool withKeys, CancellationToken ct)
    {
        RequireOutside();
        var identity = database.Read(session => session.QuerySingle<IdentityRow>("SELECT division, vault_fingerprint FROM node_identity"));
        RequireOwn(identity.Division);
        // Before the image: everything that was acknowledged until this time is in it, and whoever looks for what is missing begins here.
        var takenAt = time.GetUtcNow();
        using var image = await database.HoldImageAsync(ct);
        return BackupStore.Guarded(store.Folder, () => Make(image, identity, takenAt, version, withKeys, ct));
    }

    private BackupManifest Make(DatabaseImage image, IdentityRow identity, DateTimeOffset takenAt, string version, bool withKeys, CancellationToken ct)
    {
        using var pack = store.NewPack();
        var files = new List<BackupFile> { Add(pack, BackupSource.DatabaseName, image.Length, image.Read, ct) };
        // The log grows for as long as it is held, and the files beside the database may be large.
        image.Dispose();
        // After the database: what a row of it refers to was there before the row.
        foreach (var path in BackupSource.FilesBesideDatabase(dataFolder, withKeys))
        {
            using var file = Own(() => new FileStream(Path.Combine(dataFolder, path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            files.Add(Add(pack, path, file.Length, (offset, bytes) => file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false), ct));
        }
        var manifest = new BackupManifest
        {
            Id = $"{takenAt.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}-{BackupFiles.Suffix()}",
            Province = identity.Division,
            VaultFingerprint = identity.VaultFingerprint,
            TakenAtMs = takenAt.ToUnixTimeMilliseconds(),
            Version = version,
            WithKeys = withKeys,
            NewBytes = pack.Bytes,
            Files = files,
        };
        if (pack.Count > 0)
            store.Add(pack.Finish());
        store.Add(manifest);
        return manifest;
    }

    /// <param name="read">Fills the bytes from an offset, and says how many there were.</param>
    private BackupFile Add(Pack.Writer pack, string path, long length, Func<long, Span<byte>, int> read, CancellationToken ct)
    {
        using var hashes = new MemoryStream();
        Span<byte> hash = stackalloc byte[ChunkHash.Size];
        long offset = 0;
        while (offset < length)
        {
            ct.ThrowIfCancellationRequested();
            var got = Own(() => read(offset, _chunk));
            if (got == 0)
                break;
            Put(pack, _chunk.AsSpan(0, got)).CopyTo(hash);
            hashes.Write(hash);
            offset += got;
        }
        var list = hashes.GetBuffer().AsSpan(0, (int)hashes.Length);
        var lists = new List<string>();
        for (; list.Length > 0; list = list[Math.Min(BackupStore.ChunkSize, list.Length)..])
            lists.Add(Put(pack, list[..Math.Min(BackupStore.ChunkSize, list.Length)]).ToString());
        return new BackupFile(path, offset, lists);
    }

    /// <summary>A fault of the node's own disk is not one of the backup's.</summary>
    private static T Own<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (StorageUnavailableException.From(fault) is { } unavailable)
        {
            throw unavailable;
        }
    }

    private ChunkHash Put(Pack.Writer pack, ReadOnlySpan<byte> chunk)
    {
        var hash = ChunkHash.Of(chunk);
        if (store.Find(hash) is null && !pack.Contains(hash))
            pack.Add(hash, chunk);
        return hash;
    }

    private void RequireOutside()
    {
        if (Path.GetFullPath(store.Folder + Path.DirectorySeparatorChar).StartsWith(Path.GetFullPath(dataFolder + Path.DirectorySeparatorChar), StringComparison.Ordinal))
            throw new StorageRefusedException(
                $"备份目录 {store.Folder} 在数据目录之内;请改用另一块磁盘上的目录。",
                $"The folder of backups {store.Folder} lies in the data folder; use one on another disk.");
    }

    private void RequireOwn(string province)
    {
        if (store.Backups.FirstOrDefault(backup => backup.Province != province) is { } other)
            throw new StorageRefusedException(
                $"{store.Folder} 中是节点 {other.Province} 的备份,不是 {province} 的;请为每个节点使用单独的目录。",
                $"{store.Folder} holds backups of node {other.Province}, not of {province}; use a folder for each node.");
    }

    private sealed class IdentityRow
    {
        public required string Division { get; init; }

        public required string VaultFingerprint { get; init; }
    }
}
