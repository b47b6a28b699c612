using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Processes;

/// <summary><c>gateway catalogue match</c> as a person runs it: real files, exit codes, what is printed and what is written.</summary>
[TestFixture]
internal sealed class CatalogueMatchCommandTests
{
    private static readonly string[] Files = ["items.csv", "exchange.csv", "truth.csv"];

    private TempFolder _folder = null!;

    [SetUp]
    public void CopyFiles()
    {
        _folder = new TempFolder();
        foreach (var file in Files)
            File.Copy(Repository.PathTo("Tests", "Unit", "Matching", "held-out", file), _folder.File(file));
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_catalogue_is_matched_and_measured()
    {
        await using var match = await MatchAsync("--truth", "truth.csv");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await match.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, match.Describe);
            Assert.That(match.Error, Is.Empty);
            Assert.That(match.Output, Does.Contain("403 local rows, 361 exchange rows").And.Contain("columns not used: fee_category, self_pay_percent").And.Contain("of these wrong 0"));
            Assert.That(File.ReadLines(_folder.File("out/mappings.csv")).First(), Is.EqualTo("local_code,exchange_code,exchange_name,quality,status,valid_from,valid_to"));
            Assert.That(File.ReadLines(_folder.File("out/review.csv")).Count(), Is.GreaterThan(403));
        }
    }

    [Test]
    public async Task The_summary_is_one_JSON_document()
    {
        await using var match = await MatchAsync("--truth", "truth.csv", "--json", "--accept", "100", "--top", "1");
        Assert.That(await match.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, match.Describe);
        var summary = JsonNode.Parse(match.Output)!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((summary["localRows"]!.GetValue<int>(), summary["acceptScore"]!.GetValue<decimal>()), Is.EqualTo((403, 100m)));
            Assert.That(summary["accepted"]!.GetValue<int>() + summary["review"]!.GetValue<int>() + summary["noMatch"]!.GetValue<int>(), Is.EqualTo(403));
            Assert.That(summary["measured"]!["wronglyAccepted"]!.GetValue<int>(), Is.Zero);
            Assert.That(File.ReadLines(_folder.File("out/review.csv")).Count(), Is.EqualTo(404), "one line per row");
        }
    }

    [Test]
    public async Task Files_in_GB18030_give_the_same_result()
    {
        await using var plain = await MatchAsync("--json");
        await plain.WaitForExitAsync(GatewayProcess.Patience);
        var mappings = await File.ReadAllBytesAsync(_folder.File("out/mappings.csv"));
        foreach (var file in Files)
            await File.WriteAllBytesAsync(_folder.File(file), LegacyText.Gb18030.GetBytes(await File.ReadAllTextAsync(_folder.File(file), Encoding.UTF8)));
        await using var legacy = await MatchAsync("--json", "--encoding", "gb18030", "--exchange-encoding", "GB18030", "--overwrite");
        Assert.That(await legacy.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, legacy.Describe);
        Assert.That(await File.ReadAllBytesAsync(_folder.File("out/mappings.csv")), Is.EqualTo(mappings));
    }

    [Test]
    public async Task An_earlier_result_is_not_overwritten_unasked()
    {
        Directory.CreateDirectory(_folder.File("out"));
        await File.WriteAllTextAsync(_folder.File("out/review.csv"), "three weeks of work");
        await using var match = await MatchAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await match.WaitForExitAsync(GatewayProcess.Patience), Is.EqualTo(1), match.Describe);
            Assert.That(match.Error, Does.Contain("review.csv").And.Contain("--overwrite"));
            Assert.That(await File.ReadAllTextAsync(_folder.File("out/review.csv")), Is.EqualTo("three weeks of work"));
        }
    }

    [Test]
    public async Task A_bad_row_is_named_and_nothing_is_written()
    {
        await File.AppendAllLinesAsync(_folder.File("items.csv"), ["9999,,pill,,,,01,1,0,,,,,2021-01-01,"]);
        await using var match = await MatchAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await match.WaitForExitAsync(GatewayProcess.Patience), Is.EqualTo(1), match.Describe);
            Assert.That(match.Error, Does.Contain("items.csv:405 local_name").And.Contain("items.csv:405 kind").And.Contain("2 errors, nothing was written"));
            Assert.That(Directory.Exists(_folder.File("out")), Is.False);
        }
    }

    [TestCase("--accept", "101", "0 至 100")]
    [TestCase("--accept", "high", "“high”")]
    [TestCase("--top", "0", "1 至 50")]
    [TestCase("--encoding", "latin1", "latin1")]
    public async Task An_option_out_of_range_is_refused(string option, string value, string said)
    {
        await using var match = await MatchAsync(option, value);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await match.WaitForExitAsync(GatewayProcess.Patience), Is.EqualTo(1), match.Describe);
            Assert.That(match.Error, Does.Contain(said));
            Assert.That(Directory.Exists(_folder.File("out")), Is.False);
        }
    }

    [Test]
    public async Task The_help_shows_an_example()
    {
        await using var help = await GatewayProcess.RunAsync(_folder.Path, "catalogue", "match", "--help");
        Assert.That(await help.WaitForExitAsync(GatewayProcess.Patience), Is.Zero, help.Describe);
        Assert.That(help.Output, Does.Contain("gateway catalogue match items.csv --exchange exchange.csv --out matched").And.Contain("--accept").And.Contain("[default: 95]"));
    }

    private Task<GatewayProcess> MatchAsync(params IEnumerable<string> options) =>
        GatewayProcess.RunAsync(_folder.Path, ["catalogue", "match", "items.csv", "--exchange", "exchange.csv", "--out", "out", .. options]);
}
