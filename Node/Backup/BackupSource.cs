using ProvincialGateway.Storage;

namespace ProvincialGateway.Backup;

/// <summary>What of a data folder goes into a backup: everything but what a process holds while it runs, and the keys unless they are asked for.</summary>
internal static class BackupSource
{
    public const string DatabaseName = "gateway.db";

    private const string KeysFolder = "keys";

    // The control channel: nothing that could be read.
    private const string SocketExtension = ".sock";

    private static readonly string[] OfRunningProcess = [DatabaseName, $"{DatabaseName}-wal", $"{DatabaseName}-shm", DirectoryLock.FileName];

    /// <returns>Paths relative to the folder, with '/', in order. The database is not among them.</returns>
    public static IReadOnlyList<string> FilesBesideDatabase(string dataFolder, bool withKeys) =>
    [
        .. new DirectoryInfo(dataFolder).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => !file.Attributes.HasFlag(FileAttributes.ReparsePoint) && file.Extension != SocketExtension)
            .Select(file => Path.GetRelativePath(dataFolder, file.FullName).Replace(Path.DirectorySeparatorChar, '/'))
            // What begins with a dot is being written.
            .Where(path => !OfRunningProcess.Contains(path) && !path.Split('/').Any(part => part.StartsWith('.')) && (withKeys || !IsKey(path)))
            .Order(StringComparer.Ordinal),
    ];

    public static bool IsKey(string path) => path.StartsWith(KeysFolder + '/', StringComparison.Ordinal);
}
