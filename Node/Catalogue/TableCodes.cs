using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Catalogue;

internal enum CodeDirection
{
    Both = 1,

    /// <summary>Local to exchange only.</summary>
    In = 2,

    /// <summary>Exchange to local only.</summary>
    Out = 3,
}

internal readonly record struct CodeRow : IDated
{
    public required CodeSystem System { get; init; }

    public required string LocalCode { get; init; }

    public required string ExchangeCode { get; init; }

    public required CodeDirection Direction { get; init; }

    public required Validity Validity { get; init; }

    public bool AnswersIn => Direction != CodeDirection.Out;

    public bool AnswersOut => Direction != CodeDirection.In;
}

/// <summary>The code translator that is only tables.</summary>
internal sealed class TableCodes : ICodeTranslator
{
    /// <summary>By the number of the code system: two of them are asked for every fee line.</summary>
    private readonly (DatedRows<CodeRow> In, DatedRows<CodeRow> Out)?[] _tables = new (DatedRows<CodeRow>, DatedRows<CodeRow>)?[Enum.GetValues<CodeSystem>().Max(system => (int)system) + 1];
    private readonly CatalogueIndex _index;
    private readonly Lazy<DatedRows<ItemMapping>> _itemsOut;

    public TableCodes(List<CodeRow> codes, CatalogueIndex index)
    {
        foreach (var table in codes.GroupBy(row => row.System))
            _tables[(int)table.Key] = Table(table);
        _index = index;
        // Only reports ask for items outward, so the index is made when one does.
        _itemsOut = new(() => new DatedRows<ItemMapping>(index.Mappings.Rows, mapping => mapping.ExchangeCode, BestFirst));
    }

    public string? ToExchange(CodeSystem system, string localCode, DateOnly day)
    {
        if (system == CodeSystem.Item)
            return _index.Mappings.Find(_index[localCode].Mappings, day)?.ExchangeCode;
        return TableOf(system)?.In.Find(localCode, day)?.ExchangeCode;
    }

    public string? ToLocal(CodeSystem system, string exchangeCode, DateOnly day)
    {
        if (system == CodeSystem.Item)
            return _itemsOut.Value.Find(exchangeCode, day)?.LocalCode;
        return TableOf(system)?.Out.Find(exchangeCode, day)?.LocalCode;
    }

    private (DatedRows<CodeRow> In, DatedRows<CodeRow> Out)? TableOf(CodeSystem system) => (uint)system < (uint)_tables.Length ? _tables[(int)system] : null;

    /// <summary>Several local items may be one exchange item; the best and then the smallest code answers, so the answer does not depend on file order.</summary>
    private static int BestFirst(ItemMapping left, ItemMapping right) =>
        left.Quality != right.Quality ? left.Quality.CompareTo(right.Quality) : string.CompareOrdinal(left.LocalCode, right.LocalCode);

    private static (DatedRows<CodeRow> In, DatedRows<CodeRow> Out) Table(IEnumerable<CodeRow> rows) =>
        (new DatedRows<CodeRow>([.. rows.Where(row => row.AnswersIn)], row => row.LocalCode),
         new DatedRows<CodeRow>([.. rows.Where(row => row.AnswersOut)], row => row.ExchangeCode));
}
