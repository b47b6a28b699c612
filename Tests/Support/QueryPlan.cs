using ProvincialGateway.Storage;

namespace ProvincialGateway.Tests.Support;

/// <summary>How SQLite would run a query: what reads all there ever was costs more with each year of a node's life.</summary>
internal static class QueryPlan
{
    /// <returns>One line for each step, e.g. <c>SEARCH outbound USING INDEX outbound_awaiting (peer=?)</c>.</returns>
    public static IReadOnlyList<string> Of(Database database, string sql, object? args = null) =>
        database.Read(session => session.Query<Step>($"EXPLAIN QUERY PLAN {sql}", args)).ConvertAll(step => step.Detail);

    private sealed class Step
    {
        public required string Detail { get; init; }
    }
}
