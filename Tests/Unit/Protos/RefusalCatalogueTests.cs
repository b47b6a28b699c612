using System.Text.RegularExpressions;
using NUnit.Framework;
using Provincial.Exchange.V1;

namespace ProvincialGateway.Tests.Protos;

[TestFixture]
public sealed partial class RefusalCatalogueTests
{
    private const string Prefix = "REFUSAL_CODE_";

    private static readonly IReadOnlyList<string[]> Exchange = Table("Refusals between nodes");

    private static readonly IReadOnlyList<string[]> Hospital = Table("Further refusals to a hospital");

    [Test]
    public void Every_refusal_code_between_nodes_is_in_the_catalogue_with_its_number()
    {
        var codes = Descriptor().Values.Where(value => value.Number != 0).Select(value => $"{value.Number} {value.Name[Prefix.Length..]}");

        Assert.That(Exchange.Select(row => $"{row[0]} {row[1].Trim('`')}"), Is.EqualTo(codes));
    }

    [Test]
    public void Every_catalogue_row_says_what_why_what_next_and_whether_to_retry() =>
        Assert.Multiple(() =>
        {
            foreach (var row in Exchange)
                Assert.That(row, Has.Length.EqualTo(6).And.All.Not.Empty, string.Join(" | ", row));
            foreach (var row in Hospital)
                Assert.That(row, Has.Length.EqualTo(5).And.All.Not.Empty, string.Join(" | ", row));
        });

    [Test]
    public void No_code_is_explained_twice()
    {
        var codes = Exchange.Select(row => row[1]).Concat(Hospital.Select(row => row[0])).ToList();

        Assert.That(codes, Is.Unique);
    }

    [TestCase("MALFORMED_MESSAGE")]
    [TestCase("UNKNOWN_TRANSACTION")]
    [TestCase("UNMAPPED_CODE")]
    [TestCase("AMOUNT_MISMATCH")]
    [TestCase("LINE_NOT_FOUND")]
    [TestCase("PREVIEW_STALE")]
    [TestCase("TOKEN_REFUSED")]
    [TestCase("INSTITUTION_MISMATCH")]
    [TestCase("ADAPTER_NOT_LOADED")]
    [TestCase("BODY_TOO_LARGE")]
    [TestCase("PEER_UNKNOWN")]
    [TestCase("PEER_UNAVAILABLE")]
    [TestCase("NODE_UNAVAILABLE")]
    [TestCase("NOT_IMPLEMENTED")]
    public void A_code_only_hospitals_see_is_in_the_catalogue(string code) =>
        Assert.That(Hospital.Select(row => row[0]), Has.Member($"`{code}`"));

    private static Google.Protobuf.Reflection.EnumDescriptor Descriptor() =>
        CommonReflection.Descriptor.EnumTypes.Single(type => type.Name == nameof(RefusalCode));

    // The cells of the table under a heading of Protos/README.md, without its two head rows.
    private static List<string[]> Table(string heading)
    {
        var lines = File.ReadAllLines(Path.Combine(ContractFiles.Folder, "README.md"));
        var start = Array.FindIndex(lines, line => HeadingMark().Replace(line, "") == heading && line.StartsWith('#'));
        if (start < 0)
            throw new AssertionException($"Protos/README.md has no heading '{heading}'.");
        return [.. lines.Skip(start + 1)
            .SkipWhile(line => !line.StartsWith('|'))
            .TakeWhile(line => line.StartsWith('|'))
            .Skip(2)
            .Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries))];
    }

    [GeneratedRegex("^#+ ")]
    private static partial Regex HeadingMark();
}
