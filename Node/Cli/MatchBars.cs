using ProvincialGateway.Matching;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary>The mapping assistant at work, as bars on a terminal.</summary>
internal static class MatchBars
{
    /// <summary>Shows nothing where the reader is a pipe or a file.</summary>
    public static T Run<T>(IAnsiConsole console, Func<MatchProgress, T> work)
    {
        if (!console.Profile.Capabilities.Interactive)
            return work(Silent);
        return console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(bars => work((title, steps) => Advance(bars.AddTask(Markup.Escape(title), maxValue: Math.Max(1, steps)))));
    }

    public static Action<int> Silent(string title, int steps) => _ => { };

    private static Action<int> Advance(ProgressTask task) => steps =>
    {
        task.Increment(steps);
        if (task.IsFinished)
            task.StopTask();
    };
}
