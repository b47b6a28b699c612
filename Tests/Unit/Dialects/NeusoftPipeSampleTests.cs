using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tests.Support;
using static ProvincialGateway.Tests.Dialects.NeusoftPipeMessages;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>What ships with the Chongqing adapter covers the dialect; that each sample holds byte for byte is the adapter's own check.</summary>
public sealed partial class NeusoftPipeSampleTests
{
    private static readonly string Samples = Repository.PathTo("Adapters", "Chongqing", "samples");

    private static readonly JsonArray Steps = JsonNode.Parse(File.ReadAllText(Path.Combine(Samples, "journey", "journey.json")))!["steps"]!.AsArray();

    private static IEnumerable<string> Conformance => Directory.GetDirectories(Path.Combine(Samples, "conformance"));

    [Test]
    public void Every_transaction_has_a_sample_that_is_understood_and_answered()
    {
        var codes = Conformance.Where(sample => File.Exists(Path.Combine(sample, "reply.bin")))
            .SelectMany(sample => JsonNode.Parse(File.ReadAllText(Path.Combine(sample, "operation.json")))!.AsArray())
            .Where(request => request!["operation"] is not null).Select(request => (string)request!["transactionCode"]!);
        Assert.That(codes.Distinct(), Is.EquivalentTo(new[] { "INIT", "01", "02", "03", "04", "05", "06", "07", "10", "11", "99" }));
    }

    [Test]
    public void There_are_samples_of_refusals_and_odd_bytes()
    {
        var names = Conformance.Select(sample => Path.GetFileName(sample)!).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(names, Has.Count.GreaterThanOrEqualTo(30));
            Assert.That(names.Count(name => File.ReadAllText(Path.Combine(Samples, "conformance", name, "operation.json")).Contains("\"refusal\"", StringComparison.Ordinal)),
                Is.GreaterThanOrEqualTo(10));
            Assert.That(names, Has.Member("line-04-halved-character").And.Member("line-04-rare-characters").And.Member("line-04-character-with-7C"));
        }
    }

    [Test]
    public void Every_step_of_the_journey_is_understood_and_every_file_is_used()
    {
        foreach (var step in Steps)
        {
            var request = Dialect.Decode(Message(Filled(step!))).Requests[0];
            Assert.That(request.Operation, Is.Not.Null, $"{step!["body"]}: {request.Refusal?.Text}");
        }

        Assert.That(Directory.GetFiles(Path.Combine(Samples, "journey"), "*.txt").Select(Path.GetFileName), Is.EquivalentTo(Steps.Select(step => (string)step!["body"]!).Distinct()));
    }

    [Test]
    public void The_journey_claims_what_its_lines_and_its_refund_come_to()
    {
        var operations = Steps.Select(step => Dialect.Decode(Message(Filled(step!))).Requests[0].Operation).ToList();
        var afterDeletion = operations.SkipWhile(operation => operation is not WithdrawFeeLines).ToList();
        var uploaded = afterDeletion.OfType<UploadFeeLines>().Select(upload => upload.Lines.Single()).DistinctBy(line => line.LineSerial).Sum(line => line.AmountFen);
        var refunded = operations.OfType<RefundFeeLine>().Sum(refund => refund.AmountFen);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(operations.OfType<PreviewSettlement>().Single().ClaimedTotalFen, Is.EqualTo(uploaded - refunded));
            Assert.That(operations.OfType<Settle>().Select(settle => settle.ClaimedTotalFen), Is.All.EqualTo(12_021_90));
            Assert.That(afterDeletion.OfType<UploadFeeLines>().Select(upload => upload.Lines.Single().LineSerial).Distinct(), Has.Exactly(22).Items);
        }
    }

    // A captured serial can be any serial of this dialect.
    private static string Filled(JsonNode step) => Placeholder().Replace(File.ReadAllText(Path.Combine(Samples, "journey", (string)step["body"]!)), match =>
        match.Groups["format"] is { Success: true } format ? new DateTime(2016, 6, 15).ToString(format.Value, CultureInfo.InvariantCulture) : Serial);

    [GeneratedRegex(@"\$\{(?:day:[+-]\d+:(?<format>[^}]+)|[a-z_]+)\}")]
    private static partial Regex Placeholder();
}
