using ProvincialGateway.Storage;

namespace ProvincialGateway.Oversight;

/// <summary>
/// A database file that is only read. Where a write-ahead log lies beside it the node runs (or was killed) and the log is read with it. Where
/// there is none nobody has it open, and it is read as immutable: an ordinary reader would leave a log behind.
/// </summary>
internal sealed class AuditedFile
{
    private readonly FileInfo _seen;

    private AuditedFile(string path)
    {
        _seen = new FileInfo(path);
        IsRunning = File.Exists($"{path}-wal");
        Uri = $"{new Uri(_seen.FullName).AbsoluteUri}?mode=ro{(IsRunning ? "" : "&immutable=1")}";
        // The size and time as of now; a FileInfo keeps what it has read.
        _seen.Refresh();
    }

    public bool IsRunning { get; }

    /// <summary>As ATTACH takes it.</summary>
    public string Uri { get; }

    /// <exception cref="StorageRefusedException">There is no such folder, or no database in it.</exception>
    public static AuditedFile In(string folder)
    {
        if (!Directory.Exists(folder))
            throw new StorageRefusedException(
                $"数据目录不存在:{folder};请核对路径。",
                $"There is no such data folder: {folder}; check the path.");
        var path = DataFolder.DatabasePath(folder);
        return File.Exists(path) ? new AuditedFile(path) : throw new StorageRefusedException(
            $"目录中没有数据库 {Path.GetFileName(path)}:{folder};请指定节点的数据目录。",
            $"There is no database {Path.GetFileName(path)} in {folder}; name a node's data folder.");
    }

    /// <exception cref="StorageRefusedException">A file that nobody had open was written to meanwhile, so what was read may be of two times.</exception>
    public void RequireUnchanged()
    {
        if (IsRunning)
            return;
        var now = new FileInfo(_seen.FullName);
        if (!now.Exists || now.Length != _seen.Length || now.LastWriteTimeUtc != _seen.LastWriteTimeUtc)
            throw new StorageRefusedException(
                $"审计期间数据库被改动(节点刚刚启动或停止):{_seen.FullName};请重新审计。",
                $"The database was written to during the audit (its node was just started or stopped): {_seen.FullName}; run the audit again.");
    }
}
