using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Catalogue;

/// <summary>A province's catalogue, mappings and code tables at one version. Immutable and thread safe.</summary>
public sealed class LocalCatalogue
{
    private readonly DatedRows<CatalogueItem> _items;
    private readonly DatedRows<ItemMapping> _mappings;

    internal LocalCatalogue(string version, IReadOnlyList<CatalogueItem> items, IReadOnlyList<ItemMapping> mappings, IReadOnlyList<CodeRow> codes)
    {
        Version = version;
        Items = items;
        _items = new DatedRows<CatalogueItem>(items, item => item.LocalCode);
        _mappings = new DatedRows<ItemMapping>(mappings, mapping => mapping.LocalCode);
        Codes = new TableCodes(codes, mappings, _mappings);
    }

    /// <summary>First 12 hex digits of the SHA-256 over the bytes of items, mappings and codes, in this order.</summary>
    public string Version { get; }

    /// <summary>Every row, past and future ones included.</summary>
    public IReadOnlyList<CatalogueItem> Items { get; }

    /// <summary>Code tables; <see cref="CodeSystem.Item"/> is answered from the mappings.</summary>
    public ICodeTranslator Codes { get; }

    public static CatalogueLoad Load(CatalogueFiles files) => new CatalogueReader(files).Read();

    public CatalogueItem? Find(string localCode, DateOnly on) => _items.Find(localCode, on);

    /// <summary>The kind of a code by its latest row, also when none is in force; null when there is no row.</summary>
    public ItemKind? KindOf(string localCode) => _items.Latest(localCode)?.Kind;

    public ItemMapping? FindMapping(string localCode, DateOnly on) => _mappings.Find(localCode, on);
}
