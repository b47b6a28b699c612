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

internal sealed record CodeRow : IDated
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
    private readonly Dictionary<CodeSystem, (DatedRows<CodeRow> In, DatedRows<CodeRow> Out)> _tables;
    private readonly DatedRows<ItemMapping> _itemsIn;
    private readonly ILookup<string, ItemMapping> _itemsOut;

    public TableCodes(IReadOnlyList<CodeRow> codes, IReadOnlyList<ItemMapping> mappings, DatedRows<ItemMapping> mappingsByLocalCode)
    {
        _tables = codes.GroupBy(row => row.System).ToDictionary(table => table.Key, Table);
        _itemsIn = mappingsByLocalCode;
        // Several local items may be one exchange item; the best and then the smallest code answers, so the answer does not depend on file order.
        _itemsOut = mappings.OrderBy(mapping => mapping.Quality).ThenBy(mapping => mapping.LocalCode, StringComparer.Ordinal)
            .ToLookup(mapping => mapping.ExchangeCode, StringComparer.Ordinal);
    }

    public string? ToExchange(CodeSystem system, string localCode, DateOnly day)
    {
        if (system == CodeSystem.Item)
            return _itemsIn.Find(localCode, day)?.ExchangeCode;
        return _tables.TryGetValue(system, out var table) ? table.In.Find(localCode, day)?.ExchangeCode : null;
    }

    public string? ToLocal(CodeSystem system, string exchangeCode, DateOnly day)
    {
        if (system == CodeSystem.Item)
            return _itemsOut[exchangeCode].FirstOrDefault(mapping => mapping.Validity.Contains(day))?.LocalCode;
        return _tables.TryGetValue(system, out var table) ? table.Out.Find(exchangeCode, day)?.LocalCode : null;
    }

    private static (DatedRows<CodeRow> In, DatedRows<CodeRow> Out) Table(IEnumerable<CodeRow> rows) =>
        (new DatedRows<CodeRow>(rows.Where(row => row.AnswersIn), row => row.LocalCode),
         new DatedRows<CodeRow>(rows.Where(row => row.AnswersOut), row => row.ExchangeCode));
}
