using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.House;

/// <summary>A slice uses only slices to its left: the order in Node/README.md, held against the sources.</summary>
[TestFixture]
public sealed partial class SliceTests
{
    internal static readonly string[] Slices =
        ["Values", "Configuration", "Storage", "Tables", "Ledger", "Catalogue", "Matching", "AdapterHost", "AdapterKit", "Network", "Insured", "Treatment", "Reconciliation", "Clearing", "Recovery", "Retention", "Oversight", "Backup", "His", "Simulation", "Cli", "Bench"];

    [Test]
    public void Every_folder_of_the_node_is_a_slice_with_a_place_in_the_order()
    {
        var folders = Directory.GetDirectories(Repository.PathTo("Node"))
            .Select(folder => Path.GetFileName(folder))
            .Where(name => Directory.EnumerateFiles(Repository.PathTo("Node", name), "*.cs").Any());
        Assert.That(folders, Is.EquivalentTo(Slices));
    }

    [TestCaseSource(nameof(Slices))]
    public void A_slice_uses_only_slices_to_its_left(string slice)
    {
        var allowed = Slices[..(Array.IndexOf(Slices, slice) + 1)];
        var wrong = Sources(slice).SelectMany(file => Uses().Matches(File.ReadAllText(file))
            .Select(match => match.Groups["slice"].Value)
            .Where(used => Slices.Contains(used) && !allowed.Contains(used))
            .Select(used => $"{Path.GetFileName(file)} uses {used}"));
        Assert.That(wrong, Is.Empty);
    }

    [TestCaseSource(nameof(Slices))]
    public void A_file_has_the_namespace_of_its_folder(string slice)
    {
        var wrong = Sources(slice).Where(file => !File.ReadAllText(file).Contains($"namespace ProvincialGateway.{slice};", StringComparison.Ordinal));
        Assert.That(wrong.Select(Path.GetFileName), Is.Empty);
    }

    [Test]
    public void Nothing_to_the_left_of_the_host_uses_the_host()
    {
        var wrong = Slices.Except(["Simulation", "Cli", "Bench"]).SelectMany(Sources)
            .Where(file => Regex.IsMatch(File.ReadAllText(file), @"\bNode(Host|Options)\b"));
        Assert.That(wrong.Select(Path.GetFileName), Is.Empty);
    }

    private static IEnumerable<string> Sources(string slice) =>
        Directory.EnumerateFiles(Repository.PathTo("Node", slice), "*.cs", SearchOption.AllDirectories);

    [GeneratedRegex(@"ProvincialGateway\.(?<slice>[A-Z]\w+)")]
    private static partial Regex Uses();
}
