using System.CommandLine;
using ProvincialGateway.Ledger;

namespace ProvincialGateway.Cli;

/// <summary>What lists of visits and of settlements are narrowed by: whose part this node has in them, hospital and state beside <see cref="DealingsFilter"/>.</summary>
internal sealed class CareFilter
{
    private const int ShownByDefault = 100, ShownMax = 100_000;

    private readonly DealingsFilter _dealings;
    private readonly Option<string?> _side = new("--side") { Description = "本省身份,默认两者 / this province's part, by default both: treatment | insured" };
    private readonly Option<string?> _hospital = new("--hospital") { Description = "只列出该机构的 / only of this institution, e.g. H44010000001" };
    private readonly Option<string?> _state;
    private readonly Option<int> _limit = new("--limit") { Description = "最多列出多少笔 / at most so many", DefaultValueFactory = _ => ShownByDefault };

    /// <param name="dealings">Which days the list is about.</param>
    /// <param name="states">The words of its states.</param>
    public CareFilter(DealingsFilter dealings, params string[] states)
    {
        _dealings = dealings;
        _side.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, "treatment", "insured");
        _state = new("--state") { Description = $"只列出该状态 / only this state: {string.Join(" | ", states)}" };
        _state.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, states);
        _limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > ShownMax)
                result.AddError($"--limit 应为 1 至 {ShownMax} / --limit must be 1 to {ShownMax}");
        });
    }

    public void AddTo(Command command)
    {
        command.Add(_side);
        _dealings.AddTo(command);
        command.Add(_hospital);
        command.Add(_state);
        command.Add(_limit);
    }

    public CareWanted Read(ParseResult parsed)
    {
        var dealings = _dealings.Read(parsed);
        LedgerSide? side = parsed.GetValue(_side)?.ToUpperInvariant() switch
        {
            "TREATMENT" => LedgerSide.Treatment,
            "INSURED" => LedgerSide.Insured,
            _ => null,
        };
        return new CareWanted(side, dealings.Partner, dealings.From, dealings.To, parsed.GetValue(_hospital), parsed.GetValue(_state)?.ToLowerInvariant(), parsed.GetValue(_limit));
    }
}

/// <summary>As SQL binds it; null restricts nothing.</summary>
/// <param name="From">ISO date, inclusive, as <paramref name="To"/>.</param>
internal sealed record CareWanted(LedgerSide? Side, string? Partner, string? From, string? To, string? Hospital, string? State, int Limit)
{
    /// <summary>Over columns side, partner, institution, state and a day.</summary>
    public static string Where(string day) =>
        $"""
        (@Side IS NULL OR side = @Side) AND (@Partner IS NULL OR partner = @Partner) AND (@Hospital IS NULL OR institution = @Hospital)
          AND (@State IS NULL OR state = @State) AND (@From IS NULL OR {day} >= @From) AND (@To IS NULL OR {day} <= @To)
        """;

    public object Parameters => new { Side = (int?)Side, Partner, From, To, Hospital, State, Limit };
}
