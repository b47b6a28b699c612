namespace ProvincialGateway.Storage;

/// <summary>
/// One process per data folder: an exclusively opened <c>gateway.lock</c>, which the operating system releases even when the process is killed. A byte
/// in the file says that the folder is in use, and is there at the next start exactly when this one did not end as it should.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    public const string FileName = "gateway.lock";

    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;

    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => (_file, WasLeftInUse) = (file, file.Length > 0);

    /// <summary>Whoever used the folder last was killed, or the machine stopped.</summary>
    public bool WasLeftInUse { get; }

    /// <exception cref="StorageRefusedException">The folder does not exist, or another process (or node of this process) holds it.</exception>
    public static DirectoryLock Take(string directory)
    {
        try
        {
            return new(new FileStream(Path.Combine(directory, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (DirectoryNotFoundException missing)
        {
            throw new StorageRefusedException(
                $"本节点数据目录不存在:{directory};请先初始化,或更正配置中的路径。",
                $"This node's data folder does not exist: {directory}; initialise it first, or correct the path in the configuration.", missing);
        }
        catch (IOException held) when (IsHeld(held))
        {
            throw new StorageRefusedException(
                $"本节点数据目录正被另一个进程使用:{directory};请先停止该进程,同一数据目录只能运行一个节点。",
                $"This node's data folder is in use by another process: {directory}; stop that process first, one data folder runs one node.", held)
            {
                IsHeld = true,
            };
        }
        catch (Exception fault) when (StorageUnavailableException.From(fault) is { } unavailable)
        {
            throw unavailable;
        }
    }

    /// <summary>Whether somebody else has the file, and not the disk a fault.</summary>
    public static bool IsHeld(IOException fault) => fault.HResult is WindowsSharingViolation or LinuxWouldBlock or MacWouldBlock;

    /// <summary>To be called before anything in the folder is opened.</summary>
    /// <exception cref="StorageUnavailableException">The disk failed.</exception>
    public void MarkInUse()
    {
        if (WasLeftInUse)
            return;
        try
        {
            _file.WriteByte((byte)'\n');
            _file.Flush(flushToDisk: true);
        }
        catch (Exception fault) when (StorageUnavailableException.From(fault) is { } unavailable)
        {
            throw unavailable;
        }
    }

    /// <summary>To be called when everything in the folder is closed and known to be whole. On a failing disk the mark stays, and the next start looks.</summary>
    public void MarkClean()
    {
        try
        {
            _file.SetLength(0);
        }
        catch (Exception fault) when (StorageUnavailableException.From(fault) is not null)
        {
        }
    }

    /// <remarks>The file stays: deleting it would let a third process lock a new file beside a second that locked the old one.</remarks>
    public void Dispose() => _file.Dispose();
}
