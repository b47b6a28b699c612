using ProvincialGateway.Oversight;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Backup;

/// <summary>Makes a data folder out of a backup, beside the one that is to be: until everything is there and checked, the folder is not there.</summary>
internal sealed class Restoration(BackupStore store, BackupManifest backup, TimeProvider time)
{
    /// <summary>Where the keys come from when the backup has none: a folder with <c>node.key</c> and <c>node.pem</c>.</summary>
    public string? KeysFolder { get; init; }

    /// <summary>Keeps a folder in whose books the audit finds something. A broken file is never kept.</summary>
    public bool DespiteFindings { get; init; }

    /// <param name="target">Must not be there, or be empty.</param>
    /// <returns>The audit of the restored folder.</returns>
    /// <exception cref="StorageRefusedException">There is something in the folder, the keys are missing or not those of the data, or the backup is not whole.</exception>
    public async Task<AuditReport> RestoreAsync(string target, CancellationToken ct)
    {
        RequireNothingThere(target);
        if (!backup.WithKeys && KeysFolder is null)
            throw KeysMissing();
        MakeWay(target);
        var unfinished = $"{Path.TrimEndingDirectorySeparator(Path.GetFullPath(target))}.{BackupFiles.Suffix()}.restoring";
        try
        {
            Assemble(unfinished, ct);
            await MarkRestoredAsync(unfinished, ct);
            var report = Audit.Run([unfinished], time);
            RequireClean(report);
            Directory.Move(unfinished, target);
            return report;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StorageRefusedException(
                $"无法写入恢复目录:{target}({fault.GetType().Name});请检查该磁盘的空间和权限后重试。",
                $"The restored folder cannot be written: {target} ({fault.GetType().Name}); check the space and permissions of that disk and try again.", fault);
        }
        finally
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
        }
    }

    /// <summary>Restores into a folder that goes again, and audits it there: what a backup is worth is known by restoring it.</summary>
    /// <param name="scratch">The folder in which to do so; it takes as much as the data.</param>
    /// <param name="ct">Given up, it leaves nothing.</param>
    /// <exception cref="StorageRefusedException">The backup is not whole, or the keys are not those of the data.</exception>
    public AuditReport Verify(string scratch, CancellationToken ct)
    {
        var folder = Path.Combine(Path.GetFullPath(scratch), $"{backup.Id}.{BackupFiles.Suffix()}.verifying");
        try
        {
            return BackupStore.Guarded(scratch, () =>
            {
                Assemble(folder, ct);
                return Audit.Run([folder], time);
            });
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    private void Assemble(string folder, CancellationToken ct)
    {
        BackupFiles.CreateFolder(folder);
        var bytes = new byte[BackupStore.ChunkSize];
        foreach (var file in backup.Files)
            Assemble(folder, file, bytes, ct);
        if (KeysFolder is null)
            return;
        BackupFiles.CreateFolder(Path.Combine(folder, "keys"));
        foreach (var key in new DirectoryInfo(KeysFolder).GetFiles())
        {
            using var copy = BackupFiles.Create(Path.Combine(folder, "keys", key.Name));
            using var original = key.OpenRead();
            original.CopyTo(copy);
            copy.Flush(flushToDisk: true);
        }
        if (!File.Exists(DataFolder.VaultKeyPath(folder)))
            throw KeysMissing();
    }

    private void Assemble(string folder, BackupFile file, byte[] bytes, CancellationToken ct)
    {
        if (KeysFolder is not null && BackupSource.IsKey(file.Path))
            return;
        var path = Path.GetFullPath(Path.Combine(folder, file.Path));
        if (!path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw NotWhole(file);
        BackupFiles.CreateFolder(Path.GetDirectoryName(path)!);
        using var restored = BackupFiles.Create(path);
        foreach (var hash in store.ChunksOf(file))
        {
            ct.ThrowIfCancellationRequested();
            restored.Write(bytes.AsSpan(0, store.Read(hash, bytes)));
        }
        restored.Flush(flushToDisk: true);
        if (restored.Length != file.Bytes)
            throw NotWhole(file);
    }

    /// <summary>The first start has to know that its peers may have newer answers than these data.</summary>
    private async Task MarkRestoredAsync(string folder, CancellationToken ct)
    {
        var vault = DataFolder.OpenVault(folder);
        if (vault.Fingerprint != backup.VaultFingerprint)
            throw new StorageRefusedException(
                $"密钥不是封存该备份的那一个(备份 {backup.VaultFingerprint},密钥 {vault.Fingerprint});请用 --keys 指定与该节点一起保管的密钥。",
                $"The key is not the one this backup was sealed with (backup {backup.VaultFingerprint}, key {vault.Fingerprint}); name the keys kept for this node with --keys.");
        await using var database = DataFolder.OpenDatabase(folder, time);
        await database.WriteAsync(session =>
        {
            session.Execute(OlderData.Mark, new { restoredAtMs = time.NowMs(), takenAtMs = backup.TakenAtMs, backup = backup.Id });
            session.Execute(OlderData.CountUnsentAsSent);
        }, ct);
    }

    private void RequireClean(AuditReport report)
    {
        if (report.IsClean || (DespiteFindings && report.Checks.Single(check => check.Name == "database-integrity") is { Found: 0, NotCheckedReason: null }))
            return;
        var names = string.Join(", ", report.Checks.Where(check => check is not { Found: 0, NotCheckedReason: null }).Select(check => check.Name));
        throw new StorageRefusedException(
            $"备份 {backup.Id} 恢复后审计未通过({names}),没有建立数据目录;请改用另一个备份,或加 --despite-findings 后用 gateway audit 查看。",
            $"The audit of restored backup {backup.Id} is not clean ({names}), no data folder was made; use another backup, or add --despite-findings and read gateway audit.");
    }

    private static void RequireNothingThere(string target)
    {
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
            throw new StorageRefusedException(
                $"{target} 已存在且不为空,恢复不覆盖任何数据;请指定新的目录。",
                $"{target} is there and not empty, and a restore overwrites nothing; name a new folder.");
    }

    // The folder that was assembled takes the place of an empty one. What cannot be replaced is known before hours of work, not after them.
    private static void MakeWay(string target)
    {
        if (!Directory.Exists(target))
            return;
        try
        {
            Directory.Delete(target);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StorageRefusedException(
                $"{target} 是空目录但不能替换({fault.GetType().Name}),例如是挂载点;请指定其中的新目录,如 {Path.Combine(target, "data")}。",
                $"{target} is empty and cannot be replaced ({fault.GetType().Name}), as a mount point cannot; name a new folder in it, such as {Path.Combine(target, "data")}.", fault);
        }
    }

    private StorageRefusedException KeysMissing() => new(
        $"备份 {backup.Id} 不含密钥;请用 --keys 指定另行保管的 keys 目录(node.key、node.pem)。",
        $"Backup {backup.Id} holds no keys; name the folder of the keys that were kept apart (node.key, node.pem) with --keys.");

    private StorageRefusedException NotWhole(BackupFile file) => new(
        $"备份 {backup.Id} 不完整:{file.Path};请改用另一个备份。",
        $"Backup {backup.Id} is not whole: {file.Path}; use another backup.");
}
