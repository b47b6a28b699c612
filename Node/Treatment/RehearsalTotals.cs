namespace ProvincialGateway.Treatment;

/// <summary>The lines of one code that change in the same way.</summary>
internal sealed record RehearsedCode
{
    public required string LocalCode { get; init; }

    public required string LocalName { get; init; }

    public required string? OldExchangeCode { get; init; }

    public required string? NewExchangeCode { get; init; }

    /// <summary>Exchange code.</summary>
    public required string OldClass { get; init; }

    /// <inheritdoc cref="OldClass"/>
    public required string NewClass { get; init; }

    public required string OldFeeCategory { get; init; }

    public required string NewFeeCategory { get; init; }

    /// <summary>The lines would have been refused.</summary>
    public required bool IsBlocked { get; init; }

    public required long LineCount { get; init; }

    public required PartSums Before { get; init; }

    public required PartSums After { get; init; }
}

/// <summary>What a rehearsal adds up to. Grows with the codes that change, not with the lines.</summary>
internal sealed class RehearsalTotals
{
    private readonly Dictionary<object, RehearsedCode> _codes = [];

    public long LineCount { get; private set; }

    public long ChangedLineCount { get; private set; }

    public long BlockedLineCount { get; private set; }

    public long VisitCount { get; private set; }

    public long ChangedVisitCount { get; private set; }

    public PartSums Before { get; private set; }

    public PartSums After { get; private set; }

    /// <summary>Those that move the most money into or out of scope first.</summary>
    public IReadOnlyList<RehearsedCode> Codes =>
        [.. _codes.Values.OrderByDescending(code => Math.Abs((code.After - code.Before).InScope.Value)).ThenBy(code => code.LocalCode, StringComparer.Ordinal)];

    public void Add(RehearsedVisit visit)
    {
        VisitCount++;
        LineCount += visit.Lines.Count;
        var changed = visit.Lines.Where(line => line.IsChanged).ToList();
        ChangedLineCount += changed.Count;
        BlockedLineCount += changed.Count(line => line.IsBlocked);
        ChangedVisitCount += changed.Count > 0 ? 1 : 0;
        (Before, After) = (Before + visit.Before, After + visit.After);
        foreach (var line in changed)
            Add(line);
    }

    private void Add(RehearsedLine line)
    {
        var key = (line.Stored.LocalCode, line.Stored.ExchangeCode, line.ExchangeCode, line.Stored.ItemClass, line.ItemClass, line.Stored.FeeCategory, line.FeeCategory, line.IsBlocked);
        var sum = _codes.GetValueOrDefault(key) ?? new RehearsedCode
        {
            LocalCode = line.Stored.LocalCode,
            LocalName = line.Stored.LocalName,
            OldExchangeCode = line.Stored.ExchangeCode,
            NewExchangeCode = line.ExchangeCode,
            OldClass = line.Stored.ItemClass,
            NewClass = line.ItemClass,
            OldFeeCategory = line.Stored.FeeCategory,
            NewFeeCategory = line.FeeCategory,
            IsBlocked = line.IsBlocked,
            LineCount = 0,
            Before = default,
            After = default,
        };
        _codes[key] = sum with { LineCount = sum.LineCount + 1, Before = sum.Before + line.Before, After = sum.After + line.After };
    }
}
