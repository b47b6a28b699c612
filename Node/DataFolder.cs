using ProvincialGateway.Storage;

namespace ProvincialGateway;

/// <summary>What stands where in a node's data folder.</summary>
internal static class DataFolder
{
    public static string DatabasePath(string folder) => Path.Combine(folder, "gateway.db");

    public static string VaultKeyPath(string folder) => Path.Combine(folder, "keys", "node.key");

    /// <summary>Imported versions of the catalogues, one folder per adapter.</summary>
    public static string CataloguePath(string folder) => Path.Combine(folder, "catalogue");

    /// <summary>Files with the sealed bytes of closed years.</summary>
    public static string ArchivePath(string folder) => Path.Combine(folder, "archive");

    public static Vault OpenVault(string folder) => Vault.OpenOrCreate(VaultKeyPath(folder), new ArchiveShelf(ArchivePath(folder)));

    public static Database OpenDatabase(string folder, TimeProvider time) => Database.Open(new DatabaseOptions { Path = DatabasePath(folder) }, time);
}
