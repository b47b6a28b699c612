using Microsoft.Win32.SafeHandles;

namespace ProvincialGateway.Storage;

/// <summary>
/// The database file beside SQLite: created for its owner only, and read as bytes for backups. One handle for as long as SQLite has the file open:
/// on Unix a process that closes any handle of a file loses all its locks on it, also those that SQLite holds through other handles.
/// </summary>
internal sealed class DatabaseFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private DatabaseFile(string path, SafeFileHandle handle) => (Path, _handle) = (path, handle);

    public string Path { get; }

    /// <summary>In bytes, without the log.</summary>
    public long Length => RandomAccess.GetLength(_handle);

    /// <summary>In bytes, what the file's disk still takes from this user.</summary>
    public long FreeBytes => new DriveInfo(System.IO.Path.GetDirectoryName(Path)!).AvailableFreeSpace;

    /// <remarks>SQLite gives the log and the shared-memory file the mode of the database file.</remarks>
    /// <exception cref="StorageUnavailableException">The disk failed, or the file may not be read.</exception>
    public static DatabaseFile OpenOrCreate(string path)
    {
        try
        {
            if (!File.Exists(path))
                Create(path);
            // To share writing takes no lock of its own.
            return new(path, File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception fault) when (StorageUnavailableException.From(fault) is { } unavailable)
        {
            throw unavailable;
        }
    }

    /// <returns>The bytes read: all that were asked for, fewer only at the end of the file.</returns>
    /// <exception cref="IOException">The disk failed.</exception>
    public int Read(long offset, Span<byte> bytes)
    {
        var done = 0;
        while (done < bytes.Length && RandomAccess.Read(_handle, bytes[done..], offset + done) is > 0 and var read)
            done += read;
        return done;
    }

    public void Dispose() => _handle.Dispose();

    private static void Create(string path)
    {
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        new FileStream(path, create).Dispose();
    }
}
