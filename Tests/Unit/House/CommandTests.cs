using System.CommandLine;
using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.House;

/// <summary>What a command must keep to, so that a running node can carry it out for a caller at the other end of its control channel.</summary>
[TestFixture]
internal sealed partial class CommandTests
{
    /// <summary>Commands that have nothing to tell a script but their exit code, and why.</summary>
    private static readonly Dictionary<string, string> WithoutJson = new()
    {
        ["init"] = "makes keys once, beside the person who copies the pin into nodes.json",
        ["serve"] = "runs until it is stopped; its log is for machines",
        ["adapters reload"] = "its result is 'adapters list --json'",
        ["adapters verify-report"] = "the report it reads is JSON",
        ["adapters new"] = "writes a folder for an author",
        ["adapters record"] = "writes samples for an author to read",
        ["adapters pack"] = "writes the folder it is told to",
        ["catalogue activate"] = "its result is 'catalogue list --json', its dry run 'catalogue dry-run --json'",
        ["catalogue rollback"] = "its result is 'catalogue list --json'",
    };

    [Test]
    public void Work_on_a_nodes_data_writes_to_the_writers_it_is_given()
    {
        var wrong = Directory.EnumerateFiles(Repository.PathTo("Node", "Cli"), "*Command*.cs")
            .Where(file => File.ReadAllText(file).Contains(".SetNodeAction(", StringComparison.Ordinal))
            .SelectMany(file => OwnConsole().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileName(file)}: {match.Value}"));
        Assert.That(wrong, Is.Empty, "use Out, Error and OpenScreen() of NodeWork");
    }

    [Test]
    public void Paths_have_no_default_in_the_folder_of_whoever_carries_out_the_command()
    {
        var wrong = All(Program.Root()).Where(command => command.Action is NodeAction)
            .SelectMany(command => command.Options.Where(option => IsPath(option.ValueType) && option.HasDefaultValue && option.Name is not ("--nodes" or "--adapters"))
                .Select(option => $"{command.Name} {option.Name}"));
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Every_command_shows_an_example()
    {
        var wrong = All(Program.Root()).Where(command => command.Subcommands.Count == 0 && command.Description?.Contains("\n例 example: gateway ", StringComparison.Ordinal) != true);
        Assert.That(wrong.Select(command => command.Name), Is.Empty);
    }

    [Test]
    public void Every_command_answers_scripts_too()
    {
        var without = All(Program.Root()).Where(command => command.Subcommands.Count == 0 && command.Options.All(option => option.Name != "--json")).Select(PathOf).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(without.Except(WithoutJson.Keys), Is.Empty, "give it CommandJson.Option(), or say here why not");
            Assert.That(WithoutJson.Keys.Except(without), Is.Empty, "these have --json by now");
        }
    }

    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand ? $"{PathOf(parent)} {command.Name}" : command.Name;

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);

    private static bool IsPath(Type type) => typeof(FileSystemInfo).IsAssignableFrom(type) || (type.IsArray && IsPath(type.GetElementType()!));

    [GeneratedRegex(@"\bConsole\.\w+|\bScreen\.Open\(\)")]
    private static partial Regex OwnConsole();
}
