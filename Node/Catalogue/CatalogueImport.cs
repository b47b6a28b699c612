using System.Security.Cryptography;
using ProvincialGateway.Storage;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Catalogue;

internal enum CatalogueImportResult
{
    Stored = 1,

    /// <summary>A version with exactly this content is stored already.</summary>
    AlreadyStored = 2,

    /// <summary>The content is that of the adapter's own tables; nothing was stored.</summary>
    SameAsPacked = 3,
}

/// <summary>What an import did. With an error it did nothing at all.</summary>
/// <param name="Result">Null exactly when there are errors.</param>
/// <param name="Version">Null when nothing is stored of it.</param>
internal sealed record CatalogueImportReport(CatalogueImportResult? Result, CatalogueVersionRow? Version, IReadOnlyList<TableError> Errors);

/// <summary>Takes in a new version of a catalogue: every table is checked, alone and against the others, and stored in its canonical form.</summary>
internal sealed class CatalogueImport(Database database, CatalogueArchive archive, TimeProvider time)
{
    private const int VersionDigits = 12;

    /// <param name="files">All tables of the new version; those that were not given are the base version's.</param>
    /// <param name="packed">The adapter's own tables.</param>
    /// <param name="base">The version that tables not given were taken from.</param>
    /// <exception cref="IOException">The data folder cannot be written.</exception>
    public async Task<CatalogueImportReport> RunAsync(string adapter, CatalogueFiles files, LocalCatalogue packed, LocalCatalogue @base, CancellationToken cancellation)
    {
        var held = files.Held();
        if (Array.Find([packed, @base], catalogue => !catalogue.IsOnDisk()) is { } changed)
            return new CatalogueImportReport(null, null, [Changed(changed)]);
        var load = LocalCatalogue.Load(held, packed);
        if (load.Errors.Count > 0)
            return new CatalogueImportReport(null, null, load.Errors);
        var tables = Canonical(held);
        var sha256 = HashOf(tables);
        if (sha256 == HashOf(Canonical(packed.Files)))
            return new CatalogueImportReport(CatalogueImportResult.SameAsPacked, null, []);
        var row = new CatalogueVersionRow
        {
            Adapter = adapter,
            Version = sha256[..VersionDigits],
            Sha256 = sha256,
            BaseVersion = @base.Version,
            ItemCount = RowsOf(tables, CatalogueTable.Items),
            MappingCount = RowsOf(tables, CatalogueTable.Mappings),
            CodeCount = RowsOf(tables, CatalogueTable.Codes),
            RatioCount = RowsOf(tables, CatalogueTable.Ratios),
            ImportedAtMs = time.NowMs(),
        };
        archive.Put(adapter, row.Version, tables.Select(table => (table.Table, table.Utf8)));
        RequireStored(adapter, row.Version, load.Catalogue!);
        return await database.WriteAsync(session => Record(session, row), cancellation);
    }

    private static TableError Changed(LocalCatalogue catalogue) => new(
        catalogue.Version, 0, "",
        "磁盘上的目录文件已不是节点装入的内容；请重启节点（或恢复文件）后再导入。",
        "its files on disk are no longer what the node has loaded; restart the node, or restore them, and import again.");

    private static CatalogueImportReport Record(Session session, CatalogueVersionRow row)
    {
        if (CatalogueStore.Find(session, row.Adapter, row.Version) is { } known)
            return new CatalogueImportReport(CatalogueImportResult.AlreadyStored, known, []);
        CatalogueStore.Insert(session, row);
        return new CatalogueImportReport(CatalogueImportResult.Stored, row, []);
    }

    /// <summary>What was written is read back: a version that does not load must not be offered for activation.</summary>
    private void RequireStored(string adapter, string version, LocalCatalogue neighbour)
    {
        if (archive.Load(adapter, version, neighbour).Errors is [var first, ..])
        {
            throw new StorageRefusedException(
                $"目录版本 {version} 的文件夹 {archive.FolderOf(adapter, version)} 与其内容不符：{first.Chinese}请移走该文件夹后重新导入。",
                $"The folder {archive.FolderOf(adapter, version)} of catalogue version {version} does not hold its content: {first.English} Move the folder away and import again.");
        }
    }

    private static List<(CatalogueTable Table, byte[] Utf8, int Rows)> Canonical(CatalogueFiles files)
    {
        var tables = new List<(CatalogueTable Table, byte[] Utf8, int Rows)>();
        foreach (var table in CatalogueTable.All)
        {
            if (files[table] is not { } source)
                continue;
            var (utf8, rows) = CanonicalTable.Write(source.Read(), table);
            // An optional table without rows says nothing that its absence does not say.
            if (rows > 0 || !table.IsOptional)
                tables.Add((table, utf8, rows));
        }
        return tables;
    }

    private static string HashOf(IEnumerable<(CatalogueTable Table, byte[] Utf8, int Rows)> tables)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, utf8, _) in tables)
            hash.AppendData(utf8);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static int RowsOf(IEnumerable<(CatalogueTable Table, byte[] Utf8, int Rows)> tables, CatalogueTable table) =>
        tables.Where(candidate => candidate.Table == table).Sum(candidate => candidate.Rows);
}
