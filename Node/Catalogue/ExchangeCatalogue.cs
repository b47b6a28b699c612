using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Catalogue;

/// <summary>One row of the exchange catalogue: what a mapping may point at.</summary>
internal readonly record struct ExchangeItem : IDated
{
    public required string Code { get; init; }

    public required string Name { get; init; }

    /// <summary>101, 102, 103, 104, 201 or 301: see <see cref="CatalogueKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Null where the exchange leaves the class to the provinces.</summary>
    public required ItemClass? ItemClass { get; init; }

    /// <summary>Yuan per unit, for plausibility only; null is none.</summary>
    public required UnitPrice? ReferencePrice { get; init; }

    public required Validity Validity { get; init; }
}

/// <summary>
/// The exchange codes both provinces understand, as a list: mappings are checked against it where a node has it. It decides nothing in a
/// settlement. Immutable.
/// </summary>
internal sealed class ExchangeCatalogue
{
    private const int CodeLengthMax = 50;

    private readonly DatedRows<ExchangeItem> _items;

    private ExchangeCatalogue(List<ExchangeItem> items) => (Items, _items) = (items, new DatedRows<ExchangeItem>(items, item => item.Code));

    public IReadOnlyList<ExchangeItem> Items { get; }

    /// <summary>Null, with every error, when the file has one.</summary>
    public static ExchangeCatalogue? Load(TableFile file, List<TableError> errors)
    {
        var before = errors.Count;
        var items = new PlacedRows<ExchangeItem>([], file.LineCount);
        foreach (var row in file.Each(CatalogueTable.Exchange.Columns, FieldValues.Quoted, errors))
        {
            var item = Read(row);
            if (row.IsGood)
                items.Add(item, row.Line);
        }
        CatalogueChecks.NoOverlap(file.Name, "exchange_code", items, new DatedRows<ExchangeItem>(items.Rows, item => item.Code).Several, item => item.Code, errors);
        return errors.Count == before ? new ExchangeCatalogue(items.Rows) : null;
    }

    public bool Contains(string code) => _items.Contains(code);

    public ExchangeItem? Find(string code, DateOnly on) => _items.Find(code, on);

    private static ExchangeItem Read(CsvRow row)
    {
        // Texts that only people and the matching of names use are checked for their length.
        foreach (var column in (string[])["dose_form", "specification", "unit", "manufacturer"])
            _ = row.Optional(column);
        return new ExchangeItem
        {
            Code = row.Code("exchange_code", CodeLengthMax, "-"),
            Name = row.Text("exchange_name"),
            Kind = Kind(row),
            ItemClass = row.IsEmpty("item_class") ? null : ItemClassOf(row),
            ReferencePrice = row.Limit("reference_price"),
            Validity = row.Validity(),
        };
    }

    private static string Kind(CsvRow row)
    {
        var kind = row.Text("kind");
        if (kind.Length > 0 && !CatalogueKind.All.Contains(kind))
        {
            var kinds = string.Join(" | ", CatalogueKind.All);
            row.Fault("kind", $"{row.Chinese(kind)}不是目录类别（{kinds}）。", $"{row.English(kind)} is not a catalogue kind ({kinds}).");
        }
        return kind;
    }

    private static ItemClass? ItemClassOf(CsvRow row)
    {
        var code = row.ExchangeCode(CodeSystem.ItemClass, "item_class");
        return ExchangeCodes.Contains(CodeSystem.ItemClass, code) ? ItemClassCode.Parse(code) : null;
    }
}
