using System.Text;
using ProvincialGateway.Tables;

namespace ProvincialGateway.Matching;

/// <summary>One file and how it is written.</summary>
internal sealed record MatchInput(string Path, Encoding Encoding);

/// <summary>Shows that work goes on.</summary>
/// <returns>To be called with the number of steps done since the last call, from any thread.</returns>
internal delegate Action<int> MatchProgress(string title, int steps);

/// <summary>One run from files to files: everything is read and checked before anything is written.</summary>
internal sealed record MatchRun
{
    public required MatchInput Local { get; init; }

    public required MatchInput Exchange { get; init; }

    /// <summary>Null when nothing is measured.</summary>
    public required MatchInput? Truth { get; init; }

    /// <summary>Made if it is not there.</summary>
    public required string Folder { get; init; }

    public required MatchOptions Options { get; init; }

    /// <exception cref="OperationCanceledException"/>
    /// <exception cref="IOException">The results cannot be written.</exception>
    public MatchOutcome Execute(MatchProgress progress, CancellationToken cancellation)
    {
        var errors = new List<TableError>();
        var tables = new MatchingTables(errors);
        var read = progress("读取 read", 3);
        var local = tables.Local(Open(Local), out var unread);
        read(1);
        var exchange = tables.Exchange(Open(Exchange));
        read(1);
        var truth = Truth is null ? null : tables.Truth(Open(Truth), local);
        read(1);
        if (errors.Count > 0)
            return new MatchOutcome([.. errors.OrderBy(error => error.File, StringComparer.Ordinal).ThenBy(error => error.Line)], null);

        var prepare = progress("整理 prepare", 1);
        var matcher = new CatalogueMatcher(exchange, cancellation);
        prepare(1);
        var matches = matcher.Match(local, Options, progress("匹配 match", local.Count));

        var write = progress("写入 write", 2);
        Directory.CreateDirectory(Folder);
        var mappings = MatchFiles.WriteMappings(Folder, matches);
        write(1);
        MatchFiles.WriteReview(Folder, matches, Options);
        write(1);
        return new MatchOutcome([], new MatchSummary
        {
            LocalRows = local.Count,
            ExchangeRows = exchange.Count,
            AcceptScore = Options.Accept,
            Accepted = matches.Count(match => match.Decision == MatchDecision.Accepted),
            Review = matches.Count(match => match.Decision == MatchDecision.Review),
            NoMatch = matches.Count(match => match.Decision == MatchDecision.NoMatch),
            MappingRows = mappings,
            UnreadColumns = unread,
            Measured = truth is null ? null : MatchMeasurement.Of(matches, truth),
        });
    }

    private static TableFile Open(MatchInput input) => TableFile.Read(input.Path, input.Encoding);
}

/// <summary>Either what is wrong with the files, and then nothing was written, or what was done.</summary>
internal sealed record MatchOutcome(IReadOnlyList<TableError> Errors, MatchSummary? Summary);

internal sealed record MatchSummary
{
    public required int LocalRows { get; init; }

    public required int ExchangeRows { get; init; }

    public required decimal AcceptScore { get; init; }

    public required int Accepted { get; init; }

    public required int Review { get; init; }

    public required int NoMatch { get; init; }

    /// <summary>Lines of the mapping file: accepted rows of one item that follow each other are one line.</summary>
    public required int MappingRows { get; init; }

    /// <summary>Columns of the local file that were not used.</summary>
    public required IReadOnlyList<string> UnreadColumns { get; init; }

    /// <summary>Null when no right answers were given.</summary>
    public required MatchMeasurement? Measured { get; init; }
}
