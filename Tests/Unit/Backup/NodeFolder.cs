using ProvincialGateway.Backup;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Backup;

/// <summary>A node's data folder as <c>init</c> makes it, its database open, and a folder of backups beside it.</summary>
internal sealed class NodeFolder : IAsyncDisposable
{
    public static readonly Division Province = Division.Parse("530000");

    private readonly TempFolder _folder = new();

    private NodeFolder()
    {
        Directory.CreateDirectory(Data);
        NodeCertificate.Create(Data, Province, "测试省", TimeProvider.System).Dispose();
        Vault = DataFolder.OpenVault(Data);
        Database = DataFolder.OpenDatabase(Data, TimeProvider.System);
    }

    public string Data => _folder.File("data");

    public string Keys => Path.Combine(Data, "keys");

    public string Backups => _folder.File("backups");

    public Vault Vault { get; }

    public Database Database { get; private set; }

    public static async Task<NodeFolder> MakeAsync()
    {
        var node = new NodeFolder();
        await node.Database.WriteAsync(session => NodeIdentity.Claim(session, Province, node.Vault), CancellationToken.None);
        return node;
    }

    public string Beside(string name) => _folder.File(name);

    public async Task<BackupManifest> BackUpAsync(bool withKeys = false, int? keep = null)
    {
        using var store = BackupStore.OpenForWriting(Backups);
        var made = await new BackupRun(store, Data, TimeProvider.System).MakeAsync(Database, "test", withKeys, CancellationToken.None);
        if (keep is { } kept)
            store.Prune(kept);
        return made;
    }

    public async Task RestoreAsync(string target, string? id = null, string? keys = null)
    {
        using var store = BackupStore.OpenForReading(Backups);
        await new Restoration(store, store.Get(id), TimeProvider.System) { KeysFolder = keys ?? Keys }.RestoreAsync(target, CancellationToken.None);
    }

    /// <summary>Two rows that are always equal, and something to fill pages with.</summary>
    public Task CountAsync(int fillerBytes = 0) => Database.WriteAsync(session =>
    {
        Counters.Next(session, "debit");
        Counters.Next(session, "credit");
        if (fillerBytes > 0)
            session.Execute("INSERT INTO counter (name, value) VALUES (hex(randomblob(@fillerBytes)), 1)", new { fillerBytes });
    }, CancellationToken.None);

    public static (long Debit, long Credit) Counted(Database database) => database.Read(session => (
        session.QuerySingle<long>("SELECT coalesce(max(value), 0) FROM counter WHERE name = 'debit'"),
        session.QuerySingle<long>("SELECT coalesce(max(value), 0) FROM counter WHERE name = 'credit'")));

    public static async Task<(long Debit, long Credit)> CountedInAsync(string data)
    {
        await using var database = DataFolder.OpenDatabase(data, TimeProvider.System);
        return Counted(database);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _folder.Dispose();
    }
}
