namespace ProvincialGateway.Matching;

/// <summary>What became of one local row.</summary>
internal enum MatchDecision
{
    /// <summary>The first proposal goes into the mapping file.</summary>
    Accepted = 1,

    /// <summary>A person decides.</summary>
    Review = 2,

    /// <summary>The exchange catalogue has no such item.</summary>
    NoMatch = 3,
}

/// <summary>Why the first proposal was not accepted.</summary>
internal enum AcceptanceObstacle
{
    None = 0,

    /// <summary>There is no proposal at all.</summary>
    NothingAlike = 1,

    /// <summary>Something contradicts the first proposal; the reasons say what.</summary>
    Contradiction = 2,

    /// <summary>The score is below the one the user set.</summary>
    LowScore = 3,

    /// <summary>The second proposal is too near.</summary>
    Ambiguous = 4,
}

/// <summary>One exchange item that a local row may mean.</summary>
internal sealed record MatchProposal(ItemProfile Exchange, Evidence Evidence)
{
    public decimal Score => Evidence.Score;

    /// <summary>Better score first, then the smaller code.</summary>
    public static int Compare(MatchProposal left, MatchProposal right) =>
        left.Score != right.Score ? right.Score.CompareTo(left.Score) : string.CompareOrdinal(left.Exchange.Texts.Code, right.Exchange.Texts.Code);
}

/// <param name="Proposals">Best first; at least <see cref="MatchOptions.KeptMin"/> where there are so many.</param>
/// <param name="Margin">Points between the first and the second proposal; the first one's score when it is alone, 0 without any.</param>
internal sealed record CatalogueMatch(ItemProfile Local, IReadOnlyList<MatchProposal> Proposals, MatchDecision Decision, AcceptanceObstacle Obstacle, decimal Margin);

internal sealed record MatchOptions
{
    public const decimal AcceptDefault = 95;
    public const int TopDefault = 5;
    public const int TopMax = 50;

    /// <summary>So many proposals are kept however few are asked for: the second shows whether the first is ambiguous, five are measured.</summary>
    public const int KeptMin = 5;

    /// <summary>Points the first proposal must be ahead of the second, or a person chooses between them.</summary>
    public const decimal MarginMin = 4;

    /// <summary>Below this nothing is proposed: names that share a syllable.</summary>
    public const decimal ProposalMin = 60;

    /// <summary>Score from which a proposal that nothing contradicts is accepted, 0..100.</summary>
    public decimal Accept { get; init; } = AcceptDefault;

    /// <summary>Proposals written for a row, 1..50.</summary>
    public int Top { get; init; } = TopDefault;
}
