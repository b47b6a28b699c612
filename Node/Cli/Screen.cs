using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary>Standard output for tables: coloured on a terminal, plain text without escapes in a pipe or a file.</summary>
internal static class Screen
{
    /// <summary>What tables are made for. On a narrower terminal its lines wrap.</summary>
    private const int WidthMin = 100;

    /// <summary>A pipe has no width of its own.</summary>
    private const int PipeWidth = 120;

    public static IAnsiConsole Open()
    {
        if (Console.IsOutputRedirected)
            return Plain();
        // A column that is squeezed below one Chinese character never ends to be broken into lines by the library.
        AnsiConsole.Console.Profile.Width = Math.Max(AnsiConsole.Console.Profile.Width, WidthMin);
        return AnsiConsole.Console;
    }

    private static IAnsiConsole Plain()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(Console.Out),
        });
        console.Profile.Width = PipeWidth;
        return console;
    }
}
