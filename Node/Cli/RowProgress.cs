using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary>How far work on many rows is, on a person's terminal only: a script's output stays clean.</summary>
internal sealed class RowProgress(NodeWork work) : IDisposable
{
    private const long ReportFrom = 100_000;

    private bool _told;

    /// <param name="done">Rows done.</param>
    /// <param name="all">Of how many; below a hundred thousand nothing is said.</param>
    public void Tell(long done, long all)
    {
        if (work.Terminal.Width is null || all < ReportFrom)
            return;
        _told = true;
        work.OpenScreen().Markup($"\r{done * 100 / all,3}% {done}/{all}");
    }

    public void Dispose()
    {
        if (_told)
            work.Out.WriteLine();
    }
}
