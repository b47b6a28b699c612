using System.Globalization;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary>Shows that work goes on. Tasks may run at the same time.</summary>
internal interface IDemoProgress
{
    /// <returns>To be called once for each of the steps, with what was done.</returns>
    Action<string> Begin(string title, int steps);
}

/// <summary>Bars that move, for a terminal.</summary>
internal sealed class BarProgress(ProgressContext bars) : IDemoProgress
{
    public static Task<T> RunAsync<T>(IAnsiConsole console, Func<IDemoProgress, Task<T>> work) => console.Progress()
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
        .StartAsync(bars => work(new BarProgress(bars)));

    public Action<string> Begin(string title, int steps)
    {
        var task = bars.AddTask(Markup.Escape(title), maxValue: steps);
        return _ => task.Increment(1);
    }
}

/// <summary>Plain lines for a file or a pipe: the first and the last step of a task, and in between at most a few a second.</summary>
internal sealed class LineProgress(TextWriter output, TimeProvider time) : IDemoProgress
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly long _started = time.GetTimestamp();

    public Action<string> Begin(string title, int steps)
    {
        var (done, shown) = (0, 0L);
        return what =>
        {
            lock (_gate)
            {
                done++;
                if (done > 1 && done < steps && time.GetElapsedTime(shown) < Interval)
                    return;
                shown = time.GetTimestamp();
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{time.GetElapsedTime(_started).TotalSeconds,5:0.0} s] {title} {done}/{steps} {what}"));
            }
        };
    }
}
