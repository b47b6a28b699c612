using System.Text.Json.Serialization;
using ProvincialGateway.Matching;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Treatment;

/// <summary>An exchange item the mapping assistant names for a code.</summary>
/// <param name="Score">0..100, one decimal.</param>
internal sealed record ExplainedProposal(string ExchangeCode, string ExchangeName, decimal Score, IReadOnlyList<MatchReason> Reasons);

/// <summary>What the assistant says of one code of the queue.</summary>
internal sealed record ExplainedCode
{
    public required string Adapter { get; init; }

    public required string LocalCode { get; init; }

    public required string LocalName { get; init; }

    public required WordsSource Source { get; init; }

    /// <summary>Nothing is mapped by it: accepted only says that nothing speaks against the first proposal.</summary>
    public required MatchDecision Decision { get; init; }

    /// <summary>Best first, at most <see cref="MatchOptions.TopDefault"/>. Without a counterpart these are the nearest items, which are others, or none.</summary>
    public required IReadOnlyList<ExplainedProposal> Proposals { get; init; }

    /// <summary>Why there is no counterpart; null when there is one.</summary>
    [JsonIgnore]
    public IReadOnlyList<MatchReason>? NoMatch => Decision != MatchDecision.NoMatch ? null
        : Proposals is [var nearest, ..] ? [.. nearest.Reasons, MatchReasons.Nearest(nearest.ExchangeCode, nearest.ExchangeName)] : [MatchReasons.NothingAlike];
}

/// <summary>Has the mapping assistant look at the queue.</summary>
internal static class UnmappedMatching
{
    private static readonly MatchOptions Options = new();

    /// <returns>One for every code, in their order.</returns>
    /// <exception cref="OperationCanceledException"/>
    public static IReadOnlyList<ExplainedCode> Match(IReadOnlyList<WordedCode> codes, IReadOnlyList<CatalogueTexts> exchange, MatchProgress progress, CancellationToken cancellation)
    {
        var readings = codes.SelectMany(code => code.Readings).ToList();
        var prepare = progress("整理 prepare", 1);
        var matcher = new CatalogueMatcher(exchange, cancellation);
        prepare(1);
        var matches = new Queue<CatalogueMatch>(matcher.Match(readings, Options, progress("匹配 match", readings.Count)));
        return [.. codes.Select(code => Explained(code, code.Readings.Select(_ => matches.Dequeue()).ToList()))];
    }

    public static void Store(Session session, IEnumerable<ExplainedCode> codes)
    {
        foreach (var code in codes)
            SuggestionStore.Replace(session, code);
    }

    private static ExplainedCode Explained(WordedCode worded, IReadOnlyList<CatalogueMatch> readings)
    {
        // Of the kinds a code may be, the one that finds most: a decision first, then the score.
        var match = readings.OrderBy(reading => reading.Decision).ThenByDescending(reading => reading.Proposals.Count == 0 ? 0 : reading.Proposals[0].Score).First();
        return new ExplainedCode
        {
            Adapter = worded.Code.Adapter,
            LocalCode = worded.Code.LocalCode,
            LocalName = worded.Code.LocalName,
            Source = worded.Source,
            Decision = match.Decision,
            Proposals = [.. match.Proposals.Take(Options.Top).Select(proposal => new ExplainedProposal(
                proposal.Exchange.Texts.Code, proposal.Exchange.Texts.Name, proposal.Score, MatchReasons.Of(match, proposal, Options)))],
        };
    }
}
