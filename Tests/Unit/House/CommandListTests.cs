using System.CommandLine;
using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.House;

/// <summary>The list of all commands in Node/README.md, held against the program. Where a command is explained is written by hand.</summary>
[TestFixture]
internal sealed partial class CommandListTests
{
    private const string Begin = "<!-- commands: CommandListTests writes them -->", End = "<!-- end of commands -->";

    private static readonly string Readme = File.ReadAllText(Repository.PathTo("Node", "README.md"));

    [Test]
    public void It_has_every_command_with_the_first_line_of_its_help()
    {
        var places = Rows().ToDictionary(row => row.Groups["command"].Value, row => row.Groups["place"].Value);
        var table = $"{Begin}\n| command | what it does | explained in |\n|---|---|---|\n"
            + string.Concat(Leaves(Program.Root()).Select(leaf => $"| `gateway {leaf.Path}` | {FirstLine(leaf.Command)} | {places.GetValueOrDefault($"gateway {leaf.Path}", "?")} |\n"));
        var (start, end) = Marks();
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOT") == "1")
            File.WriteAllText(Repository.PathTo("Node", "README.md"), Readme[..start] + table + Readme[end..]);
        else
            Assert.That(Readme[start..end], Is.EqualTo(table), "run this test once with UPDATE_SNAPSHOT=1, say where each new command is explained, and commit Node/README.md");
    }

    [Test]
    public void Each_is_explained_in_a_section_that_is_there()
    {
        var headings = HeadingsOf("", "Node").Concat(HeadingsOf("Adapters: ", "Adapters")).Concat(HeadingsOf("README: ")).ToHashSet();
        Assert.That(Rows().Where(row => !headings.Contains(row.Groups["place"].Value)).Select(row => $"{row.Groups["command"].Value}: {row.Groups["place"].Value}"), Is.Empty);
        Assert.That(Rows(), Has.Count.GreaterThan(50));
    }

    private static IEnumerable<string> HeadingsOf(string prefix, params string[] room) =>
        Headings().Matches(File.ReadAllText(Repository.PathTo([.. room, "README.md"]))).Select(heading => $"{prefix}{heading.Groups["name"].Value}");

    private static (int Start, int End) Marks()
    {
        var marks = (Start: Readme.IndexOf(Begin, StringComparison.Ordinal), End: Readme.IndexOf(End, StringComparison.Ordinal));
        Assert.That(marks.Start, Is.InRange(0, marks.End), "Node/README.md has lost the marks of the list of commands");
        return marks;
    }

    private static MatchCollection Rows()
    {
        var (start, end) = Marks();
        return CommandRow().Matches(Readme[start..end]);
    }

    private static IEnumerable<(string Path, Command Command)> Leaves(Command command, string path = "") => command.Subcommands.Where(child => !child.Hidden).SelectMany(child =>
    {
        var name = path.Length == 0 ? child.Name : $"{path} {child.Name}";
        return child.Subcommands.Count == 0 || child.Action is not null ? Leaves(child, name).Prepend((name, child)) : Leaves(child, name);
    }).OrderBy(leaf => leaf.Item1, StringComparer.Ordinal);

    private static string FirstLine(Command command) => command.Description!.Split('\n')[0].Replace("|", "\\|", StringComparison.Ordinal);

    [GeneratedRegex(@"^\| `(?<command>gateway [^`]+)` \| .*? \| (?<place>[^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex CommandRow();

    [GeneratedRegex("^##+ (?<name>.+)$", RegexOptions.Multiline)]
    private static partial Regex Headings();
}
