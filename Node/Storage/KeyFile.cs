using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ProvincialGateway.Storage;

/// <summary>The node's root key on disk: 32 random bytes that only their owner may read.</summary>
internal static class KeyFile
{
    public const int Size = 32;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads the key, or makes one, whole or not at all, when the file is absent.</summary>
    /// <exception cref="StorageRefusedException">The key is damaged, or others than its owner may use it.</exception>
    /// <exception cref="StorageUnavailableException">The disk failed, or the file may not be read.</exception>
    public static byte[] ReadOrCreate(string path)
    {
        try
        {
            if (!File.Exists(path))
                Create(path);
            RequireOwnerOnly(path);
            var key = File.ReadAllBytes(path);
            return key.Length == Size ? key : throw new StorageRefusedException(
                $"本节点密钥文件已损坏:{path} 应为 {Size} 字节,实际 {key.Length} 字节;请恢复与数据一起备份的密钥文件,切勿新建。",
                $"This node's key file is damaged: {path} must have {Size} bytes and has {key.Length}; restore the key file that was backed up with the data, never make a new one.");
        }
        catch (Exception fault) when (StorageUnavailableException.From(fault) is { } unavailable)
        {
            throw unavailable;
        }
    }

    /// <remarks>Written beside and moved into place, so that a crash leaves a whole key or none; a key that is already there is never replaced.</remarks>
    private static void Create(string path)
    {
        var unfinished = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.new";
        try
        {
            Write(unfinished);
            Place(unfinished, path);
            // The first sync saved the bytes; this one saves the name, before anything is sealed with the key.
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(handle);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another start of this node was first: its key is the key.
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <remarks>
    /// A move that does not overwrite looks first and renames then: two starts that look at the same moment would each go on with a key of its own.
    /// A hard link is refused by the file system itself where the name is taken.
    /// </remarks>
    /// <exception cref="IOException">The name is taken, or the disk failed.</exception>
    private static void Place(string unfinished, string path)
    {
        if (OperatingSystem.IsWindows())
            File.Move(unfinished, path, overwrite: false);
        else if (Link(unfinished, path) != 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string added);

    private static void Write(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using var file = new FileStream(path, options);
        file.Write(RandomNumberGenerator.GetBytes(Size));
        file.Flush(flushToDisk: true);
    }

    private static void RequireOwnerOnly(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var mode = File.GetUnixFileMode(path);
        if ((mode & ~OwnerOnly) != 0)
            throw new StorageRefusedException(
                $"本节点密钥文件可被他人访问:{path} 权限为 {Octal(mode)};请执行 chmod 600,并考虑密钥是否已泄露。",
                $"This node's key file can be used by others: {path} has mode {Octal(mode)}; run chmod 600 on it, and consider whether the key has leaked.");
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, toBase: 8).PadLeft(4, '0');
}
