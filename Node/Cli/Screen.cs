using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary>Output with tables: coloured on a terminal, plain text without escapes in a pipe or a file.</summary>
internal static class Screen
{
    /// <summary>What tables are made for. On a narrower terminal its lines wrap.</summary>
    private const int WidthMin = 100;

    /// <summary>A pipe has no width of its own.</summary>
    private const int PipeWidth = 120;

    /// <summary>This process's standard output.</summary>
    public static IAnsiConsole Open()
    {
        if (Console.IsOutputRedirected)
            return Open(Console.Out, Terminal.None);
        // A column that is squeezed below one Chinese character never ends to be broken into lines by the library.
        AnsiConsole.Console.Profile.Width = Math.Max(AnsiConsole.Console.Profile.Width, WidthMin);
        return AnsiConsole.Console;
    }

    /// <summary>Tables for whoever reads <paramref name="writer"/>, in this process or at the other end of a control channel.</summary>
    public static IAnsiConsole Open(TextWriter writer, Terminal terminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.Width is null ? AnsiSupport.No : AnsiSupport.Yes,
            // The two enumerations have the same numbers for the same systems.
            ColorSystem = (ColorSystemSupport)terminal.Colors,
            // Nobody is asked anything; bars move only where the library takes the reader for a person.
            Interactive = terminal.Width is null ? InteractionSupport.No : InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = Math.Max(terminal.Width ?? PipeWidth, WidthMin);
        return console;
    }
}
