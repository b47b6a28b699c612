using System.Globalization;
using ProvincialGateway.Simulation;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary>How often an operation was answered how, over all seeds.</summary>
internal sealed record SimulatedAnswer(string Operation, string Outcome, int Count);

/// <summary>One seed.</summary>
/// <param name="Seconds">Of the real clock.</param>
/// <param name="RecoverySeconds">Of simulated time, from the healing until nothing was open.</param>
internal sealed record SimulatedSeed(int Seed, bool Green, string Hash, double Seconds, long Events, int Faults, double SimulatedSeconds, double RecoverySeconds, IReadOnlyList<string> Failures);

/// <summary>The smallest run that fails like the first seed that failed.</summary>
internal sealed record ShortestReproduction(string Command, int Journeys, int Faults, int Runs, IReadOnlyList<string> Failures);

/// <summary>What a series of seeds came to.</summary>
internal sealed record SimulationSummary
{
    public required int Nodes { get; init; }
    public required int Settlements { get; init; }
    public required string Faults { get; init; }
    public required bool Green { get; init; }
    public required IReadOnlyList<SimulatedSeed> Seeds { get; init; }
    public required IReadOnlyList<SimulatedAnswer> Answers { get; init; }

    /// <summary>Null when nothing failed, or it was not to be cut down.</summary>
    public ShortestReproduction? Reproduction { get; init; }

    public static SimulationSummary Of(SimulationOptions options, IReadOnlyList<SeriesRun> runs, Reproduction? shortest) => new()
    {
        Nodes = options.Nodes,
        Settlements = options.Settlements,
        Faults = options.Faults.Name,
        Green = runs.All(run => run.Report.IsGreen),
        Seeds = [.. runs.Select(run => new SimulatedSeed(run.Report.Seed, run.Report.IsGreen, run.Report.Hash, Math.Round(run.Took.TotalSeconds, 3), run.Report.Events,
            run.Report.Faults.Count, run.Report.Simulated.TotalSeconds, run.Report.Recovery.TotalSeconds, run.Report.Failures))],
        Answers = [.. runs.SelectMany(run => run.Report.Tally.Rows).GroupBy(row => (row.Operation, row.Outcome))
            .OrderBy(group => group.Key).Select(group => new SimulatedAnswer(group.Key.Operation, group.Key.Outcome, group.Sum(row => row.Count)))],
        Reproduction = shortest is null ? null
            : new ShortestReproduction(shortest.Options.CommandLine, shortest.Report.Journeys.Count, shortest.Report.Faults.Count, shortest.Runs, shortest.Report.Failures),
    };
}

/// <summary>Tables of a series of simulated seeds.</summary>
internal static class SimulationRendering
{
    private const int FailuresShown = 10, SeedsShown = 20;

    public static void Write(SimulationSummary summary, IAnsiConsole console)
    {
        WriteAnswers(summary, console);
        WriteSeeds(summary, console);
        foreach (var seed in summary.Seeds.Where(seed => !seed.Green))
            WriteFailures($"种子 {seed.Seed} / seed {seed.Seed}", seed.Failures, console);
        if (summary.Reproduction is { } shortest)
        {
            WriteFailures($"缩小为 {shortest.Journeys} 次就诊、{shortest.Faults} 个故障({shortest.Runs} 次运行)/ cut down to {shortest.Journeys} journeys and {shortest.Faults} faults in {shortest.Runs} runs", shortest.Failures, console);
            console.WriteLine("重现 reproduce:");
            // As one line, whatever the width: it is copied.
            Console.WriteLine(shortest.Command);
        }
        console.MarkupLine(summary.Green
            ? $"[green]全部 {summary.Seeds.Count} 个种子通过 / all {summary.Seeds.Count} seeds are green[/]"
            : $"[red]{summary.Seeds.Count(seed => !seed.Green)} 个种子失败,共 {summary.Seeds.Count} 个 / {summary.Seeds.Count(seed => !seed.Green)} of {summary.Seeds.Count} seeds failed[/]");
    }

    private static void WriteAnswers(SimulationSummary summary, IAnsiConsole console)
    {
        var table = new Table().AddColumn("操作 operation").AddColumn(new TableColumn("办成 granted").RightAligned()).AddColumn("其他应答 other answers");
        foreach (var operation in summary.Answers.GroupBy(answer => answer.Operation))
        {
            var others = operation.Where(answer => answer.Outcome != "granted").OrderByDescending(answer => answer.Count).Select(answer => $"{answer.Outcome} {answer.Count}");
            table.AddRow(operation.Key, Text(operation.Where(answer => answer.Outcome == "granted").Sum(answer => answer.Count)), Markup.Escape(string.Join(", ", others)));
        }
        console.Write(table);
    }

    private static void WriteSeeds(SimulationSummary summary, IAnsiConsole console)
    {
        var table = new Table().AddColumn("种子 seed").AddColumn("结果 verdict");
        foreach (var column in (string[])["秒 s", "事件 events", "故障 faults", "恢复 recovery s"])
            table.AddColumn(new TableColumn(column).RightAligned());
        table.AddColumn("散列 hash");
        // The failed ones always; of many green ones the first.
        foreach (var seed in summary.Seeds.Where((seed, at) => !seed.Green || at < SeedsShown))
            table.AddRow(Text(seed.Seed), seed.Green ? "green" : "FAILED", seed.Seconds.ToString("0.00", CultureInfo.InvariantCulture), Text(seed.Events), Text(seed.Faults),
                seed.RecoverySeconds.ToString("0", CultureInfo.InvariantCulture), summary.Seeds.Count == 1 ? seed.Hash : seed.Hash[..16]);
        console.Write(table);
    }

    private static void WriteFailures(string title, IReadOnlyList<string> failures, IAnsiConsole console)
    {
        console.WriteLine(title);
        foreach (var failure in failures.Take(FailuresShown))
            console.WriteLine($"  {failure}");
        if (failures.Count > FailuresShown)
            console.WriteLine($"  … {failures.Count - FailuresShown}");
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
