using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary>What the one who reads a command's output has before them. It travels with a command that a running node carries out.</summary>
internal sealed record Terminal
{
    /// <summary>A pipe or a file: plain text.</summary>
    public static Terminal None { get; } = new();

    /// <summary>Columns; null when there is no terminal.</summary>
    public int? Width { get; init; }

    public ColorSystem Colors { get; init; } = ColorSystem.NoColors;

    public static Terminal OfThisProcess() => Console.IsOutputRedirected
        ? None
        : new Terminal { Width = AnsiConsole.Profile.Width, Colors = AnsiConsole.Profile.Capabilities.ColorSystem };
}
