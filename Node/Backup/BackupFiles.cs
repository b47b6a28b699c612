using System.Security.Cryptography;

namespace ProvincialGateway.Backup;

/// <summary>Files of a backup and of a restored folder: for their owner only, and on disk, whole, before they have their name.</summary>
internal static class BackupFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>What a killed backup leaves ends like this; the next one removes it.</summary>
    public const string Unfinished = ".new";

    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
    }

    public static FileStream Create(string path, int bufferSize = 1 << 20)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = bufferSize };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    /// <summary>Gives a finished file its name. The bytes have been synced; this saves the name.</summary>
    public static void Place(string unfinished, string path)
    {
        File.Move(unfinished, path, overwrite: false);
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Eight hexadecimal digits that no other file has.</summary>
    public static string Suffix() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
}
