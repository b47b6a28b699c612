using System.Security.Cryptography;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tables;

namespace ProvincialGateway.Catalogue;

/// <summary>What stands in the column <c>status</c> of a mapping.</summary>
internal enum MappingStatus
{
    Valid = 1,
    Draft = 2,
    Retired = 3,
}

/// <summary>The good rows of one table and the lines they stand on.</summary>
internal sealed class PlacedRows<T>
{
    private readonly List<int> _lines;

    /// <param name="rows">Empty.</param>
    /// <param name="countMax">How many there can be: a list that grows is copied again and again.</param>
    public PlacedRows(List<T> rows, int countMax)
    {
        (Rows, _lines) = (rows, new List<int>(countMax));
        rows.EnsureCapacity(countMax);
    }

    public List<T> Rows { get; }

    public void Add(T row, int line)
    {
        Rows.Add(row);
        _lines.Add(line);
    }

    public int LineOf(int place) => _lines[place];
}

/// <summary>
/// Reads the tables of one version row by row; <see cref="CatalogueChecks"/> then holds them against themselves and each other.
/// </summary>
/// <param name="neighbour">A version that is in memory already: rows that are the same in both are kept once.</param>
internal sealed class CatalogueReader(CatalogueFiles files, LocalCatalogue? neighbour)
{
    private const int VersionDigits = 12;
    private const int ExchangeCodeLengthMax = 50;

    private readonly List<TableError> _errors = [];
    private readonly HashSet<string> _badItems = new(StringComparer.Ordinal);
    private bool _itemsAreKnown;

    public CatalogueLoad Read()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var items = Read<CatalogueItem>(files.Items, CatalogueTable.Items, hash, (row, _) => ReadItem(row));
        // Without a readable list of items every reference to one would be reported too.
        _itemsAreKnown = items.Rows.Count > 0 || _errors.Count == 0;
        var (mappings, ratios) = (new List<ItemMapping>(), new List<SelfPayRatio>());
        var index = new CatalogueIndex(items.Rows, mappings, ratios);
        var placedMappings = Read(files.Mappings, CatalogueTable.Mappings, hash, (row, place) => ReadMapping(row, place, index), mappings);
        var codesBad = _errors.Count;
        var codes = Read<CodeRow>(files.Codes, CatalogueTable.Codes, hash, (row, _) => ReadCode(row));
        var codesAreGood = _errors.Count == codesBad;
        var placedRatios = files.Ratios is { } source ? Read(source, CatalogueTable.Ratios, hash, (row, place) => ReadRatio(row, place, index), ratios) : new(ratios, 0);
        index.Order();

        var checks = new CatalogueChecks(files, index, _errors);
        checks.Items(items);
        checks.Mappings(placedMappings);
        checks.Ratios(placedRatios);
        checks.Codes(codes);
        // With a code row missing, every item that uses it would be reported too.
        if (codesAreGood)
            checks.References(items, codes);

        if (_errors.Count > 0)
            return new CatalogueLoad { Catalogue = null, Errors = [.. _errors.OrderBy(error => error.File, StringComparer.Ordinal).ThenBy(error => error.Line)] };
        return new CatalogueLoad { Catalogue = new LocalCatalogue(VersionOf(hash), files, index, codes.Rows), Errors = [] };
    }

    /// <summary>The version of tables whose bytes have been appended in the order of <see cref="CatalogueTable.All"/>.</summary>
    public static string VersionOf(IncrementalHash tables) => Convert.ToHexStringLower(tables.GetHashAndReset())[..VersionDigits];

    /// <param name="read">Gets the row and the place it will have.</param>
    /// <param name="into">Empty.</param>
    private PlacedRows<T> Read<T>(TableSource source, CatalogueTable table, IncrementalHash hash, Func<CsvRow, int, T?> read, List<T>? into = null)
        where T : struct
    {
        var file = source.Read();
        hash.AppendData(file.Bytes);
        var rows = new PlacedRows<T>(into ?? [], file.LineCount);
        foreach (var row in file.Each(table.Columns, FieldValues.Quoted, _errors))
        {
            if (read(row, rows.Rows.Count) is { } value && row.IsGood)
                rows.Add(value, row.Line);
        }
        return rows;
    }

    private CatalogueItem? ReadItem(CsvRow row)
    {
        var item = new CatalogueItem
        {
            LocalCode = row.Text("local_code"),
            LocalName = row.Text("local_name"),
            Kind = row.OneOf<ItemKind>("kind"),
            Unit = row.SharedOptional("unit"),
            Specification = row.SharedOptional("specification"),
            DoseForm = row.SharedOptional("dose_form"),
            FeeCategory = row.SharedText("fee_category"),
            ItemClass = row.SharedText("item_class"),
            SelfPay = row.Percent("self_pay_percent"),
            LimitTertiary = row.Limit("limit_tertiary"),
            LimitSecondary = row.Limit("limit_secondary"),
            LimitPrimary = row.Limit("limit_primary"),
            Validity = row.Validity(),
        };
        if (!row.IsGood)
            _badItems.Add(item.LocalCode);
        return neighbour?.Find(item.LocalCode, item.Validity.From) is { } same && same == item ? same : item;
    }

    /// <summary>Null for a draft or retired row: it stays in the file for people and is checked for its status only.</summary>
    private ItemMapping? ReadMapping(CsvRow row, int place, CatalogueIndex index)
    {
        if (row.OneOf<MappingStatus>("status") is MappingStatus.Draft or MappingStatus.Retired)
            return null;
        // Code and name are as a rule those of the item.
        var item = index.Items.Last(index[row.Chars("local_code", stackalloc char[CsvRow.TextLengthMax])].Items);
        var mapping = new ItemMapping
        {
            LocalCode = row.Text("local_code", item?.LocalCode),
            ExchangeCode = ExchangeCode(row, "-"),
            ExchangeName = row.Text("exchange_name", item?.LocalName),
            Quality = row.OneOf<MappingQuality>("quality"),
            Validity = row.Validity(),
        };
        RequireItem(row, mapping.LocalCode, item);
        if (row.IsGood)
            index.AddMapping(mapping.LocalCode, place);
        return neighbour?.FindMapping(mapping.LocalCode, mapping.Validity.From) is { } same && same == mapping ? same : mapping;
    }

    private static CodeRow? ReadCode(CsvRow row)
    {
        var system = row.OneOf<CodeSystem>("system");
        if (system == CodeSystem.Item)
            row.Fault("system", "项目对照应写入 mappings 文件。", "items are mapped in the mappings file.");
        var code = new CodeRow
        {
            System = system,
            LocalCode = row.Text("local_code"),
            ExchangeCode = ExchangeCode(row, ".-+*"),
            Direction = row.OneOf<CodeDirection>("direction"),
            Validity = row.Validity(),
        };
        if (row.IsGood && ExchangeCodes.Closes(system) && !ExchangeCodes.Contains(system, code.ExchangeCode))
            row.Fault("exchange_code", $"交换码“{code.ExchangeCode}”不在 {system} 代码集中。", $"exchange code '{code.ExchangeCode}' is not in the set {system}.");
        return code;
    }

    private SelfPayRatio? ReadRatio(CsvRow row, int place, CatalogueIndex index)
    {
        var ratio = new SelfPayRatio
        {
            LocalCode = row.Text("local_code"),
            PersonClass = row.IsEmpty("person_class") ? null : row.ExchangeCode(CodeSystem.PersonClass, "person_class"),
            PriceFrom = row.Price("price_from"),
            PriceTo = row.Price("price_to"),
            SelfPay = row.Percent("self_pay_percent"),
            Validity = row.Validity(),
        };
        if (ratio is { PriceFrom: { } from, PriceTo: { } to } && to.TenThousandths <= from.TenThousandths)
            row.Fault("price_to", $"价格上限 {to} 不高于下限 {from}。", $"the upper price {to} is not above the lower {from}.");
        RequireItem(row, ratio.LocalCode, index.Items.Last(index[ratio.LocalCode].Items));
        if (row.IsGood)
            index.AddRatio(ratio.LocalCode, place);
        return ratio;
    }

    private void RequireItem(CsvRow row, string code, CatalogueItem? item)
    {
        if (item is null && code.Length > 0 && _itemsAreKnown && !_badItems.Contains(code))
            row.Fault("local_code", $"本地目录中没有项目“{code}”。", $"the local catalogue has no item '{code}'.");
        else if (item is null)
            row.Reject();
    }

    private static string ExchangeCode(CsvRow row, string marks) => row.Code("exchange_code", ExchangeCodeLengthMax, marks);
}
