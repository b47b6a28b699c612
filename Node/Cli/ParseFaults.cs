using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace ProvincialGateway.Cli;

/// <summary>A command line that cannot be understood, said in both languages with where to look. The parser itself speaks English only.</summary>
internal static partial class ParseFaults
{
    public static async Task WriteAsync(ParseResult parsed, TextWriter error)
    {
        // Of one word the parser may say the same twice.
        foreach (var text in parsed.Errors.Select(Text).Distinct())
            await error.WriteLineAsync(text);
        var path = parsed.CommandResult.Parent is null ? "gateway" : $"gateway {parsed.CommandResult.Path()}";
        await error.WriteLineAsync($"用法见 {path} --help。 / See {path} --help.");
    }

    private static string Text(ParseError error) => error.Message switch
    {
        // A validator of ours has said it already.
        var own when own.Any(letter => letter > 0x2E80) => own,
        var text when RequiredOption().Match(text) is { Success: true } match => $"缺少 {match.Groups[1]}。 / {match.Groups[1]} is required.",
        var text when RequiredArgument().Match(text) is { Success: true } match => $"缺少 <{match.Groups[1]}>。 / <{match.Groups[1]}> is missing.",
        var text when NoValue().Match(text) is { Success: true } match => $"{match.Groups[1]} 后缺少值。 / {match.Groups[1]} takes a value.",
        var text when NoNumber().Match(text) is { Success: true } match => $"“{match.Groups[1]}”的形式不对{Place(error, "（", "）")}。 / '{match.Groups[1]}' does not have the right form{Place(error, " (", ")")}.{Suggestions(text)}",
        var text when NotAmong().Match(text) is { Success: true } match => $"“{match.Groups[1]}”不在可选值中{Place(error, "（", "）")}。 / '{match.Groups[1]}' is none of the values to choose from{Place(error, " (", ")")}:{Values(text)}",
        var text when Unknown().Match(text) is { Success: true } match => $"无法识别“{match.Groups[1]}”。 / '{match.Groups[1]}' is not known.",
        "Required command was not provided." => "缺少子命令。 / a subcommand is missing.",
        var other => $"命令行有误：{other} / the command line is wrong: {other}",
    };

    private static string Place(ParseError error, string before, string after) => error.SymbolResult switch
    {
        OptionResult option => $"{before}{option.Option.Name}{after}",
        ArgumentResult { Parent: OptionResult option } => $"{before}{option.Option.Name}{after}",
        ArgumentResult argument => $"{before}<{argument.Argument.Name}>{after}",
        _ => "",
    };

    /// <summary>The names of an enumeration, which the parser lists beneath its question, one a line.</summary>
    private static string Suggestions(string text) => text.Split('\n') is [var first, .. var names] && first.Contains("Did you mean", StringComparison.Ordinal)
        ? $" 可选 choose from: {string.Join(' ', names.Select(name => name.Trim()))}".TrimEnd()
        : "";

    /// <summary>The values that the parser lists, one a line.</summary>
    private static string Values(string text) => string.Concat(QuotedLine().Matches(text).Select(match => $" {match.Groups[1]}"));

    [GeneratedRegex("^Option '(.+)' is required\\.$")]
    private static partial Regex RequiredOption();

    [GeneratedRegex("^Required argument '?(.+?)'? missing for (?:command|option)")]
    private static partial Regex RequiredArgument();

    [GeneratedRegex("^Required argument missing for option: '(.+?)'")]
    private static partial Regex NoValue();

    [GeneratedRegex("^Cannot parse argument '(.*?)' for ")]
    private static partial Regex NoNumber();

    [GeneratedRegex("^Argument '(.*?)' not recognized\\.")]
    private static partial Regex NotAmong();

    [GeneratedRegex("^Unrecognized command or argument '(.*)'")]
    private static partial Regex Unknown();

    [GeneratedRegex("^\\s*'(.+)'\\r?$", RegexOptions.Multiline)]
    private static partial Regex QuotedLine();
}
