using Microsoft.Data.Sqlite;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Oversight;

/// <summary>One node's data folder, opened to be looked at: its database as of one moment, and its key when that is there.</summary>
internal sealed class AuditedNode : IDisposable
{
    private Vault? _vault;

    private AuditedNode(string folder, AuditedFile file, AuditSnapshot snapshot, Division province)
    {
        Folder = folder;
        File = file;
        Snapshot = snapshot;
        Province = province;
        Schema = SchemaFaults.Of(snapshot);
    }

    public string Folder { get; }

    public AuditedFile File { get; }

    /// <summary>The schema is called <c>node</c>; <c>@province</c> is the node's own code.</summary>
    public AuditSnapshot Snapshot { get; }

    public Division Province { get; }

    public string Name => Province.Code;

    /// <summary>Why the tables are not what this program's checks are written for; empty when they are.</summary>
    public IReadOnlyList<SchemaFault> Schema { get; }

    /// <summary>Why sealed columns cannot be read (no key, one that may not be used, another's), Chinese and English; null when they can.</summary>
    public string? KeyReason { get; private set; }

    /// <summary>A key is there and its data were sealed with another.</summary>
    public bool KeyIsForeign { get; private set; }

    /// <exception cref="StorageRefusedException">There is no node's database in the folder.</exception>
    public static AuditedNode Open(string folder)
    {
        var file = AuditedFile.In(folder);
        try
        {
            var province = ProvinceOf(folder, file);
            var node = new AuditedNode(folder, file, AuditSnapshot.Take([("node", file)], new { province = province.Code }), province);
            node.OpenVault();
            return node;
        }
        catch (SqliteException fault)
        {
            throw new StorageRefusedException(
                $"数据库无法读取(SQLite {fault.SqliteExtendedErrorCode}):{DataFolder.DatabasePath(folder)};文件已损坏、不是数据库或无权读取,请核对文件,必要时从备份恢复。",
                $"The database cannot be read (SQLite {fault.SqliteExtendedErrorCode}): {DataFolder.DatabasePath(folder)}; it is damaged, no database, or may not be read; check the file, restore a backup if need be.",
                fault);
        }
    }

    /// <summary>What was sealed, or null when the bytes were altered or sealed for another purpose.</summary>
    /// <exception cref="InvalidOperationException">There is no key.</exception>
    public byte[]? Open(byte[] sealedBytes, string purpose)
    {
        try
        {
            return (_vault ?? throw new InvalidOperationException("Nothing sealed is read without the key.")).Open(sealedBytes, purpose);
        }
        catch (SealBrokenException)
        {
            return null;
        }
    }

    public AuditNode ToReport() => new(Folder, Name, File.IsRunning, _vault is not null);

    public void Dispose() => Snapshot.Dispose();

    private static Division ProvinceOf(string folder, AuditedFile file)
    {
        using var snapshot = AuditSnapshot.Take([("node", file)], new { });
        if (snapshot.Count("SELECT count(*) FROM node.sqlite_schema WHERE name IN ('schema_migration', 'node_identity')") != 2)
            throw new StorageRefusedException(
                $"该文件是数据库,但不是本程序建立的:{DataFolder.DatabasePath(folder)};请指定节点的数据目录。",
                $"The file is a database, but not one of this program: {DataFolder.DatabasePath(folder)}; name a node's data folder.");
        return snapshot.Texts("SELECT division FROM node_identity").Select(row => Division.Parse(row[0])).SingleOrDefault() is var found && found != default
            ? found
            : throw new StorageRefusedException(
                $"该数据库还不属于任何节点:{DataFolder.DatabasePath(folder)};节点首次启动后才能审计。",
                $"The database does not belong to a node yet: {DataFolder.DatabasePath(folder)}; it can be audited after the node's first start.");
    }

    private void OpenVault()
    {
        var path = DataFolder.VaultKeyPath(Folder);
        // Never made here: a new key would open nothing and could be taken for the lost one.
        if (!System.IO.File.Exists(path))
        {
            KeyReason = $"没有密钥文件 {path} / there is no key file {path}";
            return;
        }
        try
        {
            var vault = DataFolder.OpenVault(Folder);
            KeyIsForeign = Snapshot.Count($"SELECT count(*) FROM node_identity WHERE vault_fingerprint = '{vault.Fingerprint}'") == 0;
            if (KeyIsForeign)
                KeyReason = $"密钥文件与数据不匹配 {path} / the key file does not match the data {path}";
            else
                _vault = vault;
        }
        catch (StorageException fault)
        {
            KeyReason = fault.Message;
        }
    }
}
