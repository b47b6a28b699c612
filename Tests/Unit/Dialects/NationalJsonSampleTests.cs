using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Tests.Insured;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;
using static ProvincialGateway.Tests.Dialects.NationalJsonMessages;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>What ships with Shanghai's adapter beyond what every adapter's samples are held to.</summary>
public sealed partial class NationalJsonSampleTests
{
    private static readonly DateOnly Today = new(2017, 9, 22);
    private static readonly string Samples = Repository.PathTo("Adapters", "Shanghai", "samples");

    private static readonly LocalCatalogue Catalogue = LocalCatalogue.Load(CatalogueFiles.In(Repository.PathTo("Adapters", "Shanghai", "catalogue"))).Catalogue!;

    [Test]
    public void Every_transaction_has_a_sample_that_is_understood()
    {
        var codes = Directory.GetDirectories(Path.Combine(Samples, "conformance"))
            .SelectMany(folder => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "operation.json")))!.AsArray())
            .Where(request => request!["operation"] is not null).Select(request => (string)request!["transactionCode"]!).Distinct();
        Assert.That(codes, Is.EquivalentTo(new[]
        {
            "1101", "2201", "2202", "2203", "2203A", "2204", "2205", "2206", "2206A", "2207", "2207A", "2208", "2208A", "2301", "2302", "2303", "2304", "2305", "2401", "2402", "2403", "2404", "2405", "2601", "3201", "3202", "9001", "9002", "9101", "9102",
        }));
    }

    [Test]
    public void Every_step_of_the_journey_is_understood_and_every_body_is_used()
    {
        var steps = Steps();
        foreach (var (body, request) in steps)
            Assert.That(request.Operation, Is.Not.Null, $"{body}: {request.Refusal?.Text}");
        Assert.That(Directory.GetFiles(Path.Combine(Samples, "journey")).Select(Path.GetFileName).Except(["journey.json"]), Is.EquivalentTo(steps.Select(step => step.Body).Distinct()));
        Assert.That(steps.DistinctBy(step => step.Body).Select(step => step.Request.HisTransactionId), Is.Unique, "only the repeated settlement has the id of another message");
    }

    /// <summary>The figures of the folder's README: Shanghai splits, Chongqing decides.</summary>
    [Test]
    public void The_bill_of_the_journey_comes_to_what_the_page_says()
    {
        var lines = Steps().Select(step => step.Request.Operation).OfType<UploadFeeLines>().Skip(1).SelectMany(upload => upload.Lines).ToList();
        var splits = lines.Select(Split).ToList();
        var decision = Policies.Sample("500000").Decided(Policies.KunmingEmployee with
        {
            PoolingArea = Division.Parse("500000"),
            Scheme = "390",
            PersonClass = "31",
            FilingKind = "04",
            ServiceDate = Today,
            Total = Sum(splits, split => split.Amount),
            FullSelfPay = Sum(splits, split => split.FullSelfPay),
            OverLimit = Sum(splits, split => split.OverLimit),
            PreSelfPay = Sum(splits, split => split.PreSelfPay),
            InScope = Sum(splits, split => split.InScope),
            AccountBalance = Fen.Zero,
        });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines, Has.Count.EqualTo(24));
            Assert.That(lines.Count(line => line.Quantity < 0), Is.EqualTo(1));
            Assert.That(
                (Sum(splits, split => split.Amount), Sum(splits, split => split.FullSelfPay), Sum(splits, split => split.OverLimit), Sum(splits, split => split.PreSelfPay), Sum(splits, split => split.InScope)),
                Is.EqualTo((Policies.Yuan("45309.57"), Policies.Yuan("3200.00"), Policies.Yuan("1170.00"), Policies.Yuan("6293.87"), Policies.Yuan("34645.70"))));
            Assert.That(
                (decision.Deductible, decision.Pool, decision.ResidentCriticalIllness, decision.Account, decision.Cash),
                Is.EqualTo((Policies.Yuan("800.00"), Policies.Yuan("15230.57"), Policies.Yuan("370.88"), Fen.Zero, Policies.Yuan("29708.12"))));
        }
    }

    private static LineSplit Split(HisFeeLine line)
    {
        Assert.That(LineTranslation.TryTranslate(line, "02", "31", CatalogueTimeline.Of(Catalogue), Blocking, out var translated, out var fault), Is.True, fault?.English);
        return translated!.Split;
    }

    private static readonly UnmappedPolicy Blocking = AdapterManifest.Read(File.ReadAllBytes(Repository.PathTo("Adapters", "Shanghai", "adapter.json")), "shanghai").Manifest!.Unmapped;

    private static Fen Sum(IEnumerable<LineSplit> splits, Func<LineSplit, Fen> part) => splits.Aggregate(Fen.Zero, (sum, split) => sum + part(split));

    private static List<(string Body, HisRequest Request)> Steps() =>
        [.. JsonNode.Parse(File.ReadAllText(Path.Combine(Samples, "journey", "journey.json")))!["steps"]!.AsArray().Select(step => ((string)step!["body"]!, Request(Message(step!))))];

    private static HisMessage Message(JsonNode step)
    {
        var template = File.ReadAllText(Path.Combine(Samples, "journey", (string)step["body"]!), Encoding.UTF8);
        var text = Placeholder().Replace(template, match => match.Groups["days"].Success
            ? Today.AddDays(int.Parse(match.Groups["days"].ValueSpan, CultureInfo.InvariantCulture)).ToString(match.Groups["format"].Value, CultureInfo.InvariantCulture)
            : match.Groups["name"].Value);
        return Posted(Encoding.UTF8.GetBytes(text), (string)step["path"]!, (string)step["contentType"]!);
    }

    [GeneratedRegex(@"\$\{(?:day:(?<days>[+-]?\d+):(?<format>[^}]+)|(?<name>[a-z_]+))\}")]
    private static partial Regex Placeholder();
}
