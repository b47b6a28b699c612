using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.House;

/// <summary>Tables that a reader relies on say what the code says.</summary>
[TestFixture]
internal sealed partial class ReadmeTests
{
    private const string EventsBegin = "<!-- log events: ReadmeTests writes them -->", EventsEnd = "<!-- end of log events -->";

    [Test]
    public void The_table_of_slices_has_every_slice_in_the_enforced_order()
    {
        var readme = File.ReadAllText(Repository.PathTo("Node", "README.md"));
        var section = readme[readme.IndexOf("## Slices", StringComparison.Ordinal)..readme.IndexOf("## Operating a node", StringComparison.Ordinal)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(section, Does.Contain($"`{string.Join(" < ", SliceTests.Slices)}, NodeHost`"));
            Assert.That(FirstCells(section).Skip(1), Is.EqualTo(SliceTests.Slices));
        }
    }

    [Test]
    public void The_table_of_log_events_has_every_event()
    {
        var path = Repository.PathTo("Node", "README.md");
        var text = File.ReadAllText(path);
        var (start, end) = (text.IndexOf(EventsBegin, StringComparison.Ordinal), text.IndexOf(EventsEnd, StringComparison.Ordinal));
        Assert.That(start, Is.InRange(0, end), "Node/README.md has lost the marks of the table of log events");
        var table = $"{EventsBegin}\n| event | level | message |\n|---|---|---|\n{string.Concat(Events().Select(Row))}";
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOT") == "1")
            File.WriteAllText(path, text[..start] + table + text[end..]);
        else
            Assert.That(text[start..end], Is.EqualTo(table), "run this test once with UPDATE_SNAPSHOT=1 and commit Node/README.md");
    }

    [Test]
    public void A_log_event_has_a_number_of_its_own() =>
        Assert.That(Events().Select(entry => entry.EventId), Is.Unique.And.All.GreaterThanOrEqualTo(1000));

    [Test]
    public void The_table_of_adapters_has_every_province_with_its_dialect_and_counts()
    {
        var stated = AdapterRow().Matches(File.ReadAllText(Repository.PathTo("Adapters", "README.md"))).Select(row =>
            $"{row.Groups["folder"].Value} {row.Groups["id"].Value} {row.Groups["division"].Value} {row.Groups["dialect"].Value}: {row.Groups["items"].Value} items, {row.Groups["samples"].Value} samples");

        Assert.That(stated, Is.EqualTo(Provinces().Select(Described)));
    }

    [Test]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Repository.PathTo("ProvincialGateway.sln"));
        var projects = new[] { "Adapters", "Node", "Protos", "Tests" }
            .SelectMany(room => Directory.EnumerateFiles(Repository.PathTo(room), "*.csproj", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, file))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(folder => folder is "bin" or "obj"));

        Assert.That(projects.Where(file => !solution.Contains($"\"{file.Replace(Path.DirectorySeparatorChar, '\\')}\"", StringComparison.Ordinal)), Is.Empty);
    }

    private static IEnumerable<LoggerMessageAttribute> Events() => typeof(NodeHost).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>()
        .OrderBy(entry => entry.EventId);

    private static string Row(LoggerMessageAttribute entry) => $"| {entry.EventId} | {entry.Level} | {entry.Message.Replace("|", "\\|", StringComparison.Ordinal)} |\n";

    private static IEnumerable<string> FirstCells(string section) => TableRow().Matches(section).Select(row => row.Groups["cell"].Value).Where(cell => !cell.StartsWith('-'));

    private static IEnumerable<string> Provinces() => Directory.GetDirectories(Repository.PathTo("Adapters"))
        .Where(folder => File.Exists(Path.Combine(folder, "adapter.json")) && Path.GetFileName(folder) != "Template")
        .Order(StringComparer.Ordinal);

    private static string Described(string folder)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "adapter.json")))!;
        // An item may have several rows, one after the other in time.
        var items = File.ReadLines(Path.Combine(folder, "catalogue", "items.csv")).Skip(1).Select(row => row.Split(',')[0]).Distinct().Count();
        var samples = Directory.GetDirectories(Path.Combine(folder, "samples", "conformance")).Length;
        return $"{Path.GetFileName(folder)} {manifest["id"]} {manifest["division"]} {manifest["dialect"]}: {items} items, {samples} samples";
    }

    [GeneratedRegex(@"^\| (?<cell>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"^\| \[(?<folder>\w+)\]\([^)]*\) `(?<id>[^`]+)` \| \S+ (?<division>\d{6}) \| `(?<dialect>[^`]+)`[^|]* \| [^|]* \| (?<items>\d+) items \| (?<samples>\d+) \|$", RegexOptions.Multiline)]
    private static partial Regex AdapterRow();
}
