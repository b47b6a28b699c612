using System.Text.Encodings.Web;
using System.Text.Json;
using ProvincialGateway.Matching;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Treatment;

/// <summary>An exchange item a code may mean.</summary>
/// <param name="Rank">1 for the best.</param>
/// <param name="Score">0..100, at most two decimals.</param>
/// <param name="Reasons">Null when they are not on record: a release before reasons made the suggestion.</param>
internal sealed record UnmappedSuggestion(int Rank, string ExchangeCode, string ExchangeName, decimal Score, IReadOnlyList<MatchReason>? Reasons);

/// <summary>What the mapping assistant said of the codes of the queue, last time it looked.</summary>
internal static class SuggestionStore
{
    private const int HundredthsPerPoint = 100;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Best first; empty when nothing was proposed.</summary>
    public static IReadOnlyList<UnmappedSuggestion> Suggestions(Session session, string adapter, string localCode) =>
    [
        .. session.Query<SuggestionRow>(
            "SELECT rank, exchange_code, exchange_name, score_hundredths, reasons FROM unmapped_suggestion WHERE adapter = @adapter AND local_code = @localCode ORDER BY rank",
            new { adapter, localCode })
            .Select(row => new UnmappedSuggestion(
                row.Rank, row.ExchangeCode, row.ExchangeName, (decimal)row.ScoreHundredths / HundredthsPerPoint, row.Reasons is { } reasons ? Read(reasons) : null)),
    ];

    /// <summary>Why the assistant found no counterpart; null when it found one, or has not looked.</summary>
    public static IReadOnlyList<MatchReason>? NoMatch(Session session, string adapter, string localCode) =>
        session.QuerySingleOrDefault<string>("SELECT reasons FROM unmapped_no_match WHERE adapter = @adapter AND local_code = @localCode", new { adapter, localCode }) is { } reasons
            ? Read(reasons)
            : null;

    /// <summary>Replaces all that was said of the code.</summary>
    public static void Replace(Session session, ExplainedCode code)
    {
        var (adapter, localCode) = (code.Adapter, code.LocalCode);
        session.Execute("DELETE FROM unmapped_suggestion WHERE adapter = @adapter AND local_code = @localCode", new { adapter, localCode });
        session.Execute("DELETE FROM unmapped_no_match WHERE adapter = @adapter AND local_code = @localCode", new { adapter, localCode });
        if (code.NoMatch is { } without)
        {
            session.ExecuteExpecting(1,
                "INSERT INTO unmapped_no_match (adapter, local_code, reasons) VALUES (@adapter, @localCode, @reasons)", new { adapter, localCode, reasons = Write(without) });
            return;
        }
        foreach (var (index, proposal) in code.Proposals.Index())
        {
            session.ExecuteExpecting(1,
                """
                INSERT INTO unmapped_suggestion (adapter, local_code, rank, exchange_code, exchange_name, score_hundredths, reasons)
                VALUES (@adapter, @localCode, @rank, @ExchangeCode, @ExchangeName, @score, @reasons)
                """,
                new { adapter, localCode, rank = index + 1, proposal.ExchangeCode, proposal.ExchangeName, score = (long)(proposal.Score * HundredthsPerPoint), reasons = Write(proposal.Reasons) });
        }
    }

    private static string Write(IReadOnlyList<MatchReason> reasons) => JsonSerializer.Serialize(reasons, Json);

    private static MatchReason[] Read(string reasons) => JsonSerializer.Deserialize<MatchReason[]>(reasons, Json)!;

    private sealed record SuggestionRow
    {
        public required int Rank { get; init; }
        public required string ExchangeCode { get; init; }
        public required string ExchangeName { get; init; }
        public required long ScoreHundredths { get; init; }
        public string? Reasons { get; init; }
    }
}
