using Microsoft.Data.Sqlite;

namespace ProvincialGateway.Storage;

/// <summary>A fault of this node's own storage. The message is Chinese and English, says what to do next, and carries no row values.</summary>
internal abstract class StorageException(string chinese, string english, Exception? inner = null)
    : Exception($"{chinese} / {english}", inner);

/// <summary>Too much is waiting; nothing was done. The caller may try again with the same transaction id.</summary>
internal sealed class StorageBusyException(string chinese, string english) : StorageException(chinese, english)
{
    public static StorageBusyException QueueFull(int queueMax) => new(
        $"本节点存储繁忙:写入队列已满({queueMax} 项),本次未写入;请稍后用同一交易流水号重试。",
        $"This node's storage is busy: its write queue is full ({queueMax} works), nothing was written; try again later with the same transaction id.");

    public static StorageBusyException NoReader(int readersMax) => new(
        $"本节点存储繁忙:{readersMax} 个读连接均被占用,本次未读取;请稍后重试,如持续出现请检查长时间查询。",
        $"This node's storage is busy: all {readersMax} readers are in use, nothing was read; try again later, and look for long queries if it persists.");
}

/// <summary>What keeps the storage from working.</summary>
internal enum StorageFault
{
    DiskFull = 1,
    ReadOnly = 2,

    /// <summary>The disk failed to read, write or sync, or the file could not be opened.</summary>
    InputOutput = 3,

    /// <summary>The file is damaged or no database: nothing but a restored backup helps.</summary>
    Damaged = 4,

    /// <summary>Another program holds a lock on the file.</summary>
    Locked = 5,

    OutOfMemory = 6,
}

/// <summary>
/// The disk or the file failed, and the writer lives on: later writes succeed once the cause is gone. The group was rolled back.
/// After a failed disk sync a crash can still bring a rolled-back group to light, so a caller repeats with the same transaction id, never a new one.
/// </summary>
internal sealed class StorageUnavailableException : StorageException
{
    private const int Perm = 3, Busy = 5, Locked = 6, NoMemory = 7, ReadOnly = 8, IoError = 10, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;

    private readonly string _chinese, _english;

    private StorageUnavailableException(StorageFault fault, string chinese, string english, Exception? inner)
        : base(chinese, english, inner) => (Fault, _chinese, _english) = (fault, chinese, english);

    public StorageFault Fault { get; }

    /// <summary>The same words for another caller: a shared exception object would mix their stack traces.</summary>
    public StorageUnavailableException Again() => new(Fault, _chinese, _english, InnerException);

    /// <summary>What a look at the file has found.</summary>
    public static StorageUnavailableException OfDamage(StorageRefusedException damage) => new(StorageFault.Damaged,
        "本节点数据库文件已损坏,不再受理业务;请停止节点,保留现场,用 gateway restore 从备份恢复。",
        "This node's database file is damaged and no more work is taken; stop the node, keep the files as they are, and restore a backup with gateway restore.",
        damage);

    /// <summary>A query still reads an older state, so that the log cannot be moved into the file.</summary>
    public static StorageUnavailableException LogInUse() => new(StorageFault.Locked,
        "本节点存储繁忙:有查询仍在读取较早的数据,日志暂时无法并入数据库;请稍后重试,如持续出现请检查长时间查询。",
        "This node's storage is busy: a query still reads an older state, the log cannot be moved into the database now; try again later, and look for long queries if it persists.",
        inner: null);

    /// <summary>Null when the fault is not one of the disk, the file or its locks.</summary>
    public static StorageUnavailableException? From(Exception fault) => fault switch
    {
        SqliteException sqlite => From(sqlite),
        UnauthorizedAccessException => Because(StorageFault.ReadOnly, "数据目录没有访问权限", "the data folder may not be accessed",
            "请检查目录权限", "check the permissions of the folder", fault),
        IOException => Because(StorageFault.InputOutput, "数据目录读写失败", "the data folder cannot be read or written",
            "请检查磁盘和挂载", "check the disk and its mount", fault),
        _ => null,
    };

    private static StorageUnavailableException? From(SqliteException fault) => fault.SqliteErrorCode switch
    {
        Full => Because(StorageFault.DiskFull, "磁盘已满", "the disk is full",
            "请释放磁盘空间,恢复后自动继续", "free disk space, the node then continues by itself", fault),
        ReadOnly or Perm => Because(StorageFault.ReadOnly, "数据库文件只读", "the database file is read-only",
            "请检查文件权限和磁盘挂载方式", "check the file's permissions and how the disk is mounted", fault),
        IoError or CannotOpen => Because(StorageFault.InputOutput, "磁盘读写失败", "the disk failed to read or write",
            "请检查磁盘、挂载和系统日志", "check the disk, its mount and the system log", fault),
        Corrupt or NotADatabase => Because(StorageFault.Damaged, "数据库文件已损坏或不是数据库", "the database file is damaged or not a database",
            "请停止节点,保留现场,用 gateway restore 从备份恢复", "stop the node, keep the files as they are, and restore a backup with gateway restore", fault),
        Busy or Locked => Because(StorageFault.Locked, "数据库文件被其他程序锁定", "another program holds a lock on the database file",
            "请关闭打开该文件的工具后重试", "close the tool that has the file open and try again", fault),
        NoMemory => Because(StorageFault.OutOfMemory, "内存不足", "memory is exhausted",
            "请释放内存后重试", "free memory and try again", fault),
        _ => null,
    };

    private static StorageUnavailableException Because(StorageFault kind, string reasonChinese, string reasonEnglish, string nextChinese, string nextEnglish, Exception fault)
    {
        var code = fault is SqliteException sqlite ? $"SQLite {sqlite.SqliteExtendedErrorCode}" : fault.GetType().Name;
        return new(kind,
            $"本节点存储不可用:{reasonChinese}({code});未完成的请求请用同一交易流水号重试。{nextChinese}。",
            $"This node's storage is unavailable: {reasonEnglish} ({code}); repeat what failed with the same transaction id. Next: {nextEnglish}.",
            fault);
    }
}

/// <summary>The node must not start on this data or with this key: what is there is not what this version and this node expect.</summary>
internal sealed class StorageRefusedException(string chinese, string english, Exception? inner = null)
    : StorageException(chinese, english, inner)
{
    /// <summary>Another process holds the data folder now; everything else stays refused until somebody changes it.</summary>
    public bool IsHeld { get; init; }

    /// <summary>The file is damaged: nothing but a restored backup helps.</summary>
    public bool IsDamaged { get; init; }
}

/// <summary>A bug: the program did to its storage what it must never do. Not to be retried.</summary>
internal sealed class StorageInvariantException(string chinese, string english, Exception? inner = null)
    : StorageException(chinese, english, inner);

/// <summary>Sealed bytes did not open: altered, sealed for another purpose, or sealed with another key.</summary>
internal sealed class SealBrokenException(string chinese, string english, Exception? inner = null)
    : StorageException(chinese, english, inner);
