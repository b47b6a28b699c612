using ProvincialGateway.Storage;

namespace ProvincialGateway.Backup;

/// <summary>
/// A folder of backups of one node. Chunks of 64 KiB are stored once, whichever backups they are part of: the first backup is as large as the data, a later
/// one as large as what has changed. Held by one process at a time.
/// </summary>
internal sealed class BackupStore : IDisposable
{
    /// <summary>In bytes: 16 pages of the database.</summary>
    public const int ChunkSize = 64 * 1024;

    private const string PackExtension = ".pack";
    private const string LockName = "backup.lock";

    private readonly FileStream? _lock;
    private readonly Dictionary<string, FileStream> _open = [];
    private readonly List<Pack> _packs = [];

    private BackupStore(string folder, FileStream? @lock) => (Folder, _lock) = (folder, @lock);

    public string Folder { get; }

    /// <summary>From the oldest to the newest.</summary>
    public IReadOnlyList<BackupManifest> Backups { get; private set; } = [];

    /// <summary>Manifests and packs that are not what was written. What they held is not there, and the next backup stores it again.</summary>
    public IReadOnlyList<string> Damaged { get; private set; } = [];

    /// <summary>For a new backup: makes the folder where there is none, and removes what a killed backup left.</summary>
    /// <exception cref="StorageRefusedException">Another backup works in the folder, or its disk failed.</exception>
    public static BackupStore OpenForWriting(string folder) => Guarded(folder, () =>
    {
        BackupFiles.CreateFolder(folder);
        var store = new BackupStore(folder, TakeLock(folder, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        foreach (var unfinished in Directory.GetFiles(folder, "*" + BackupFiles.Unfinished))
            File.Delete(unfinished);
        store.Load();
        return store;
    });

    /// <exception cref="StorageRefusedException">There are no backups in the folder, one is being made, or its disk failed.</exception>
    public static BackupStore OpenForReading(string folder) => Guarded(folder, () =>
    {
        if (!Directory.Exists(folder))
            throw NoBackups(folder);
        var store = new BackupStore(folder, TryLock(folder));
        store.Load();
        if (store.Backups.Count > 0)
            return store;
        store.Dispose();
        throw NoBackups(folder);
    });

    /// <summary>Turns faults of the backup's own disk into words about that disk, not about the node's.</summary>
    /// <exception cref="StorageRefusedException">The folder cannot be read or written.</exception>
    public static T Guarded<T>(string folder, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StorageRefusedException(
                $"备份目录读写失败:{folder}({fault.GetType().Name});请检查该磁盘的空间、权限和挂载后重试,已有的备份不受影响。",
                $"The folder of backups cannot be read or written: {folder} ({fault.GetType().Name}); check the space, permissions and mount of that disk and try again, the backups that are there are not touched.",
                fault);
        }
    }

    public ChunkPlace? Find(ChunkHash hash) => _packs.Select(pack => pack.Chunks.TryGetValue(hash, out var place) ? place : (ChunkPlace?)null).FirstOrDefault(place => place is not null);

    public Pack.Writer NewPack() => new(Path.Combine(Folder, $"{BackupFiles.Suffix()}{BackupFiles.Suffix()}{PackExtension}"));

    public void Add(Pack pack) => _packs.Add(pack);

    /// <summary>From here on the backup is there. Its packs are.</summary>
    public void Add(BackupManifest backup)
    {
        backup.Write(Folder);
        Backups = [.. Backups, backup];
    }

    /// <summary>The backup of this name, or the newest.</summary>
    /// <exception cref="StorageRefusedException">There is none of this name.</exception>
    public BackupManifest Get(string? id) => id is null ? Backups[^1] : Backups.FirstOrDefault(backup => backup.Id == id) ?? throw new StorageRefusedException(
        $"没有备份 {id}:{Folder};用 gateway backup list 查看。",
        $"There is no backup {id} in {Folder}; see gateway backup list.");

    /// <returns>The length; the bytes have been checked against the hash.</returns>
    /// <exception cref="StorageRefusedException">The chunk is not there, or not what was written.</exception>
    public int Read(ChunkHash hash, Span<byte> bytes)
    {
        if (Find(hash) is not { } place)
            throw Broken($"{hash}", "缺失", "is missing");
        if (!_open.TryGetValue(place.Pack.Path, out var file))
            _open[place.Pack.Path] = file = new FileStream(place.Pack.Path, FileMode.Open, FileAccess.Read, FileShare.Read, ChunkSize);
        return place.Length <= bytes.Length && Pack.TryRead(file, hash, place, bytes)
            ? place.Length
            : throw Broken($"{hash} ({Path.GetFileName(place.Pack.Path)})", "已损坏", "is damaged");
    }

    /// <summary>The chunks of a file, in order.</summary>
    /// <exception cref="StorageRefusedException">A list of them is not there, or not what was written.</exception>
    public IEnumerable<ChunkHash> ChunksOf(BackupFile file) => ChunksOf(file.Lists);

    /// <summary>Keeps the newest backups, and of their packs what they need. Interrupted anywhere, every backup that is still listed is whole.</summary>
    /// <param name="keep">At least 1.</param>
    /// <returns>How many backups were removed, and how many bytes.</returns>
    public (int Backups, long Bytes) Prune(int keep) => Guarded(Folder, () =>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        var before = Directory.GetFiles(Folder).Sum(file => new FileInfo(file).Length);
        var removed = Backups.SkipLast(keep).ToList();
        foreach (var backup in removed)
            File.Delete(Path.Combine(Folder, backup.Id + BackupManifest.Extension));
        Backups = [.. Backups.TakeLast(keep)];
        // Of one backup to the next most lists are the same.
        var lists = Backups.SelectMany(backup => backup.Files).SelectMany(file => file.Lists).ToHashSet(StringComparer.Ordinal);
        var live = lists.Select(ChunkHash.Parse).Concat(ChunksOf(lists)).ToHashSet();
        CloseFiles();
        foreach (var pack in _packs.ToList())
            Shrink(pack, live);
        return (removed.Count, before - Directory.GetFiles(Folder).Sum(file => new FileInfo(file).Length));
    });

    public void Dispose()
    {
        CloseFiles();
        _lock?.Dispose();
    }

    private IEnumerable<ChunkHash> ChunksOf(IEnumerable<string> lists)
    {
        var list = new byte[ChunkSize];
        foreach (var hash in lists)
        {
            var length = Read(ChunkHash.Parse(hash), list);
            for (var at = 0; at < length; at += ChunkHash.Size)
                yield return new ChunkHash(list.AsSpan(at, ChunkHash.Size));
        }
    }

    private void Load()
    {
        var damaged = new List<string>();
        var backups = new List<BackupManifest>();
        foreach (var path in Directory.GetFiles(Folder, "*" + BackupManifest.Extension).Order(StringComparer.Ordinal))
        {
            if (BackupManifest.Read(path) is { } manifest)
                backups.Add(manifest);
            else
                damaged.Add(Path.GetFileName(path));
        }
        foreach (var path in Directory.GetFiles(Folder, "*" + PackExtension).Order(StringComparer.Ordinal))
        {
            if (Pack.Open(path) is { } pack)
                _packs.Add(pack);
            else
                damaged.Add(Path.GetFileName(path));
        }
        (Backups, Damaged) = ([.. backups.OrderBy(backup => backup.TakenAtMs)], damaged);
    }

    /// <remarks>A pack of which less than half is needed is written anew; the old one goes when the new one is there.</remarks>
    private void Shrink(Pack pack, HashSet<ChunkHash> live)
    {
        var needed = pack.Chunks.Where(chunk => live.Contains(chunk.Key) && Find(chunk.Key)!.Value.Pack == pack).ToList();
        if (needed.Sum(chunk => (long)chunk.Value.Length) * 2 >= pack.Bytes && needed.Count > 0)
            return;
        if (needed.Count > 0)
        {
            using var smaller = NewPack();
            var bytes = new byte[ChunkSize];
            foreach (var (hash, _) in needed)
                smaller.Add(hash, bytes.AsSpan(0, Read(hash, bytes)));
            Add(smaller.Finish());
            CloseFiles();
        }
        _packs.Remove(pack);
        File.Delete(pack.Path);
    }

    private void CloseFiles()
    {
        foreach (var file in _open.Values)
            file.Dispose();
        _open.Clear();
    }

    private static FileStream TakeLock(string folder, FileMode mode, FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(Path.Combine(folder, LockName), mode, access, share);
        }
        catch (IOException held) when (DirectoryLock.IsHeld(held))
        {
            throw new StorageRefusedException(
                $"备份目录正被另一个备份或恢复使用:{folder};请等它结束后重试。",
                $"Another backup or restore works in the folder of backups {folder}; try again when it has ended.", held)
            {
                IsHeld = true,
            };
        }
    }

    // Backups may lie on a medium that nobody writes to any more. Readers do not mind each other.
    private static FileStream? TryLock(string folder)
    {
        try
        {
            return TakeLock(folder, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }

    private StorageRefusedException Broken(string chunk, string chinese, string english) => new(
        $"备份不完整:{Folder} 中的数据块 {chunk} {chinese};请改用另一个备份,并备份到新的目录。",
        $"The backup is not whole: chunk {chunk} in {Folder} {english}; use another backup, and make the next one into a new folder.");

    private static StorageRefusedException NoBackups(string folder) => new(
        $"目录中没有备份:{folder};请核对路径。",
        $"There are no backups in {folder}; check the path.");
}
