namespace ProvincialGateway.Retention;

/// <summary>A table whose sealed bytes move to archive files; its rows, with ids, states, hashes and times, stay.</summary>
/// <param name="KeyOne">Column.</param>
/// <param name="KeyTwo">Column, or null where the first is the key.</param>
/// <param name="Columns">With sealed bytes, final as soon as <paramref name="Closed"/> holds.</param>
/// <param name="Side">Of the periods: 0 requests of hospitals with every partner, 1 treatment, 2 insured.</param>
/// <param name="Closed">Which rows are of a period: SQL with <c>@partner</c>, <c>@from</c> and <c>@to</c>, UTC milliseconds.</param>
internal sealed record ArchivedTable(string Name, string KeyOne, string? KeyTwo, IReadOnlyList<string> Columns, int Side, string Closed)
{
    public static readonly IReadOnlyList<ArchivedTable> All =
    [
        new("inbox", "transaction_id", null, ["request", "reply"], Side: 2, "sender = @partner AND received_at_ms >= @from AND received_at_ms < @to"),
        new("outbound", "transaction_id", null, ["request", "reply"], Side: 1, "peer = @partner AND state IN (2, 3, 5) AND answered_at_ms >= @from AND answered_at_ms < @to"),
        new("his_request", "institution_code", "his_transaction_id", ["operation", "result"], Side: 0, "received_at_ms >= @from AND received_at_ms < @to"),
    ];

    /// <summary>SQL of the second half of the key.</summary>
    public string KeyTwoOrEmpty => KeyTwo ?? "''";

    /// <summary>The one row of a key.</summary>
    public string IsRow => KeyTwo is null ? $"{KeyOne} = @KeyOne" : $"{KeyOne} = @KeyOne AND {KeyTwo} = @KeyTwo";

    /// <exception cref="InvalidOperationException">No sealed bytes of such a table are archived.</exception>
    public static ArchivedTable Of(string name, string column) => All.FirstOrDefault(table => table.Name == name && table.Columns.Contains(column))
        ?? throw new InvalidOperationException($"{name}.{column} is not archived.");
}
