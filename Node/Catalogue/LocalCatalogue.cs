using System.Security.Cryptography;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Values;

namespace ProvincialGateway.Catalogue;

/// <summary>A province's catalogue, mappings, ratios and code tables at one version. Immutable and thread safe.</summary>
public sealed class LocalCatalogue
{
    internal LocalCatalogue(string version, CatalogueFiles files, CatalogueIndex index, List<CodeRow> codes)
    {
        (Version, Files, Index, CodeRows) = (version, files, index, codes);
        Codes = new TableCodes(codes, index);
    }

    /// <summary>First 12 hex digits of the SHA-256 over the bytes of items, mappings, codes and, where there are any, ratios, in this order.</summary>
    public string Version { get; }

    /// <summary>Every item row, past and future ones included.</summary>
    public IReadOnlyList<CatalogueItem> Items => Index.Items.Rows;

    /// <summary>Every mapping with status valid, past and future ones included.</summary>
    public IReadOnlyList<ItemMapping> Mappings => Index.Mappings.Rows;

    /// <summary>Code tables; <see cref="CodeSystem.Item"/> is answered from the mappings.</summary>
    public ICodeTranslator Codes { get; }

    /// <summary>What it was read from.</summary>
    internal CatalogueFiles Files { get; }

    internal CatalogueIndex Index { get; }

    internal IReadOnlyList<CodeRow> CodeRows { get; }

    internal static CatalogueLoad Load(CatalogueFiles files, LocalCatalogue? neighbour = null) => new CatalogueReader(files, neighbour).Read();

    /// <summary>Whether the files still hold what was read: an adapter's folder can be replaced under a running node.</summary>
    internal bool IsOnDisk()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var table in CatalogueTable.All)
        {
            if (Files[table] is { } source)
                hash.AppendData(source.Read().Bytes);
        }
        return CatalogueReader.VersionOf(hash) == Version;
    }

    public CatalogueItem? Find(string localCode, DateOnly on) => Index.Items.Find(Index[localCode].Items, on);

    /// <summary>The kind of a code by its latest row, also when none is in force; null when there is no row.</summary>
    public ItemKind? KindOf(string localCode) => Index.Items.Last(Index[localCode].Items)?.Kind;

    public ItemMapping? FindMapping(string localCode, DateOnly on) => Index.Mappings.Find(Index[localCode].Mappings, on);

    /// <summary>The pre-self-pay ratio of an item for one person and price: the most specific ratio row in force, else the item's own.</summary>
    /// <param name="personClass">Exchange code; null where it is not known, then only rows for any person apply.</param>
    public BasisPoints SelfPayOf(CatalogueItem item, string? personClass, UnitPrice price, DateOnly on) =>
        SelfPayOf(Index[item.LocalCode], personClass, price, on) ?? item.SelfPay;

    /// <summary>Null where the item's own ratio holds.</summary>
    internal BasisPoints? SelfPayOf(CodePlaces at, string? personClass, UnitPrice price, DateOnly on)
    {
        if (at.Ratios == RowPlaces<SelfPayRatio>.None)
            return null;
        foreach (var ratio in Index.Ratios.Of(at.Ratios))
        {
            if (ratio.Validity.Contains(on) && ratio.Applies(personClass, price))
                return ratio.SelfPay;
        }
        return null;
    }
}
