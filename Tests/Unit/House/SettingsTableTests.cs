using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.Configuration;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.House;

/// <summary>The table of nodes.json in Node/README.md, held against what the program reads.</summary>
[TestFixture]
internal sealed partial class SettingsTableTests
{
    private static readonly Dictionary<string, string> UnitsBySuffix = new() { ["Seconds"] = "s", ["SecondsMax"] = "s", ["BytesMax"] = "bytes", ["Percent"] = "%", ["WorkingDays"] = "working days" };

    private static readonly IReadOnlyDictionary<string, Row> Table = Read();

    [Test]
    public void It_has_every_key_once_in_the_order_in_which_they_are_read() =>
        Assert.That(Table.Keys, Is.EqualTo(Settings(Sample()).Select(setting => Key(setting.Key)).Distinct()));

    [Test]
    public void Its_defaults_are_what_holds_where_the_file_says_nothing()
    {
        var short_ = Sample();
        foreach (var key in short_.Select(part => part.Key).Where(key => key is not ("protocolRelease" or "catalogueRelease" or "nodes")).ToList())
            short_.Remove(key);
        foreach (var node in short_["nodes"]!.AsArray())
            node!.AsObject().Remove("adapters");
        var actual = Settings(short_).DistinctBy(setting => Key(setting.Key))
            .Select(setting => $"{Key(setting.Key)}: {(setting.Source is SettingSource.File ? "required" : setting.Value is "" ? "none" : setting.Value)}");

        // Pins are written in by init; before that a node is listed without.
        Assert.That(Table.Where(row => row.Key is not ("nodes[].certificates" or "clearing.agreements")).Select(row => $"{row.Key}: {row.Value.Default}"),
            Is.EqualTo(actual.Where(setting => !setting.StartsWith("nodes[].certificates", StringComparison.Ordinal))));
    }

    [Test]
    public void Its_ranges_are_those_by_which_a_number_is_refused()
    {
        var stated = new List<string>();
        var refused = new List<string>();
        foreach (var (key, row) in Table.Where(row => decimal.TryParse(row.Value.Default, out _) && !row.Key.EndsWith("Release", StringComparison.Ordinal)))
        {
            stated.Add($"{key}: {row.Range}");
            var file = Sample();
            var parts = key.Split('.');
            (file[parts[0]] ??= new JsonObject())[parts[1]] = -1e20;
            var errors = NodesFile.Parse(file.ToJsonString(), "nodes.json").Errors;
            var range = Refused().Match(errors.Single(error => error.Path == $"$.{key}").English);
            refused.Add($"{key}: {range.Groups["min"].Value} to {range.Groups["max"].Value}");
        }
        Assert.That(stated, Has.Count.GreaterThan(30));
        Assert.That(stated, Is.EqualTo(refused));
    }

    [Test]
    public void A_unit_is_that_of_the_name_and_every_key_has_a_meaning()
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var (key, row) in Table)
            {
                Assert.That(row.Meaning, Is.Not.Empty, key);
                if (UnitsBySuffix.FirstOrDefault(unit => key.EndsWith(unit.Key, StringComparison.Ordinal)) is { Value: { } unit })
                    Assert.That(row.Unit, Is.EqualTo(unit), key);
            }
        }
    }

    private static JsonObject Sample() => JsonNode.Parse(File.ReadAllText(Repository.PathTo("nodes.sample.json")))!.AsObject();

    private static IReadOnlyList<EffectiveSetting> Settings(JsonObject file)
    {
        var result = NodesFile.Parse(file.ToJsonString(), "nodes.json");
        Assert.That(result.Errors, Is.Empty);
        return result.Effective!.Settings;
    }

    private static string Key(string path) => Place().Replace(path, "[]");

    private static Dictionary<string, Row> Read()
    {
        var readme = File.ReadAllText(Repository.PathTo("Node", "README.md"));
        var section = readme[readme.IndexOf("## nodes.json", StringComparison.Ordinal)..];
        return TableRow().Matches(section[..section.IndexOf("\n## ", 1, StringComparison.Ordinal)])
            .ToDictionary(row => row.Groups["key"].Value, row => new Row(row.Groups["unit"].Value, row.Groups["range"].Value, row.Groups["default"].Value, row.Groups["meaning"].Value));
    }

    private sealed record Row(string Unit, string Range, string Default, string Meaning);

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Place();

    [GeneratedRegex(@"a number from (?<min>\S+) to (?<max>\S+)$")]
    private static partial Regex Refused();

    [GeneratedRegex(@"^\| `(?<key>[^`]+)` \| (?<unit>[^|]*?) ?\| (?<range>[^|]*?) ?\| (?<default>[^|]*?) ?\| (?<meaning>[^|]*?) ?\|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
