namespace ProvincialGateway.Matching;

/// <summary>How good a run was on rows whose right answers are known. Rows without one are not counted.</summary>
internal sealed record MatchMeasurement
{
    /// <summary>Rows that have a counterpart in the exchange catalogue.</summary>
    public required int WithCounterpart { get; init; }

    /// <summary>Of these, rows whose first proposal is right.</summary>
    public required int FirstRight { get; init; }

    /// <summary>Of these, rows with a right one among the first five proposals.</summary>
    public required int AmongFirstFive { get; init; }

    /// <summary>Of these, rows of which it was said that there is none.</summary>
    public required int WronglyNoMatch { get; init; }

    public required int WithoutCounterpart { get; init; }

    /// <summary>Of these, rows of which it was said that there is none.</summary>
    public required int RightlyNoMatch { get; init; }

    public required int Accepted { get; init; }

    /// <summary>The number that matters: rows accepted automatically with a wrong code.</summary>
    public required int WronglyAccepted { get; init; }

    /// <summary>Local codes of <see cref="WronglyAccepted"/>, for the person who looks into it.</summary>
    public required IReadOnlyList<string> WronglyAcceptedCodes { get; init; }

    public decimal FirstRightPercent => Percent(FirstRight, WithCounterpart);

    public decimal AmongFirstFivePercent => Percent(AmongFirstFive, WithCounterpart);

    public static MatchMeasurement Of(IEnumerable<CatalogueMatch> matches, IReadOnlyDictionary<string, HashSet<string>> truth)
    {
        var known = matches.Where(match => truth.ContainsKey(match.Local.Texts.Code)).Select(match => (Match: match, Right: truth[match.Local.Texts.Code])).ToList();
        var with = known.FindAll(row => row.Right.Count > 0);
        var without = known.FindAll(row => row.Right.Count == 0);
        var accepted = known.FindAll(row => row.Match.Decision == MatchDecision.Accepted);
        var wrong = accepted.FindAll(row => !row.Right.Contains(row.Match.Proposals[0].Exchange.Texts.Code));
        return new MatchMeasurement
        {
            WithCounterpart = with.Count,
            FirstRight = with.Count(row => IsAmong(row.Match, row.Right, 1)),
            AmongFirstFive = with.Count(row => IsAmong(row.Match, row.Right, 5)),
            WronglyNoMatch = with.Count(row => row.Match.Decision == MatchDecision.NoMatch),
            WithoutCounterpart = without.Count,
            RightlyNoMatch = without.Count(row => row.Match.Decision == MatchDecision.NoMatch),
            Accepted = accepted.Count,
            WronglyAccepted = wrong.Count,
            WronglyAcceptedCodes = [.. wrong.Select(row => row.Match.Local.Texts.Code)],
        };
    }

    private static bool IsAmong(CatalogueMatch match, HashSet<string> right, int first) =>
        match.Proposals.Take(first).Any(proposal => right.Contains(proposal.Exchange.Texts.Code));

    private static decimal Percent(int part, int whole) => whole == 0 ? 0 : Math.Round(100m * part / whole, 2);
}
