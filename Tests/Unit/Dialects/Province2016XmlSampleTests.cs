using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.Province2016Xml;

namespace ProvincialGateway.Tests.Dialects;

public sealed partial class Province2016XmlSampleTests
{
    private readonly Province2016XmlDialect _dialect = new();

    private static IEnumerable<string> Names => Province2016XmlSamples.Names;

    [TestCaseSource(nameof(Names))]
    public void A_sample_request_decodes_to_its_operation(string name)
    {
        var envelope = _dialect.Decode(Province2016XmlSamples.Sample(name));

        var actual = new JsonArray([.. envelope.Requests.Select(Described)]);
        var expected = Province2016XmlSamples.Operations(name);
        Assert.That(JsonNode.DeepEquals(actual, expected), Is.True, () => $"decoded {actual.ToJsonString()}\nexpected {expected.ToJsonString()}");
    }

    [TestCaseSource(nameof(Names))]
    public void A_sample_result_encodes_to_exactly_its_reply_every_time(string name)
    {
        var message = Province2016XmlSamples.Sample(name);
        var envelope = _dialect.Decode(message);

        var first = _dialect.Encode(envelope, Province2016XmlSamples.Results(name));
        var again = _dialect.Encode(_dialect.Decode(message), Province2016XmlSamples.Results(name));
        var sameEnvelope = _dialect.Encode(envelope, Province2016XmlSamples.Results(name));

        Assert.That(Encoding.Latin1.GetString(first.Body), Is.EqualTo(Encoding.Latin1.GetString(Province2016XmlSamples.Bytes(name, "reply.bin"))));
        Assert.That(again.Body, Is.EqualTo(first.Body));
        Assert.That(sameEnvelope.Body, Is.EqualTo(first.Body));
        Assert.That(first.HttpStatus, Is.EqualTo(200));
    }

    [TestCase("0301-thousands-separator"), TestCase("1903-not-supported"), TestCase("6527-clearing-not-opened"), TestCase("1301-outpatient-not-in-the-interface"), TestCase("malformed-inner-cut-off"), TestCase("malformed-not-utf8")]
    public void A_sample_refusal_is_what_the_dialect_itself_refuses_with(string name) =>
        Assert.That(_dialect.Decode(Province2016XmlSamples.Sample(name)).Requests[0].Refusal, Is.EqualTo(Province2016XmlSamples.Results(name)[0]));

    [Test]
    public void Every_supported_transaction_has_a_sample() =>
        Assert.That(
            Names.Select(name => name[..name.IndexOf('-', StringComparison.Ordinal)]).Distinct(),
            Is.SupersetOf(new[] { "1904", "0211", "0212", "28", "0301", "0302", "0215", "0304", "0305", "0214", "18", "0216", "1301", "0707", "0606", "malformed" }));

    [Test]
    public void What_28_answers_can_be_posted_unchanged_as_0301()
    {
        const string Sample = "28-translate-fees";
        var reply = _dialect.Encode(_dialect.Decode(Province2016XmlSamples.Sample(Sample)), Province2016XmlSamples.Results(Sample));

        var input = Province2016XmlSamples.Result(reply).SelectSingleNode("output")!.InnerXml;
        var upload = (UploadFeeLines)_dialect.Decode(Province2016XmlSamples.Call("0301", input)).Requests[0].Operation!;

        var asked = (TranslateFeeLines)_dialect.Decode(Province2016XmlSamples.Sample(Sample)).Requests[0].Operation!;
        Assert.That(upload.Visit, Is.EqualTo(asked.Visit));
        Assert.That(upload.Lines.Select(line => line with { DeclaredCode = null }), Is.EqualTo(asked.Lines));
        Assert.That(
            upload.Lines.Select(line => line.DeclaredCode),
            Is.EqualTo(((FeeLinesTranslated)Province2016XmlSamples.Results(Sample)[0]).Lines.Select(line => line.ExchangeCode)));
        Assert.That(input, Does.StartWith("<input>").And.Contain("冠状动脉支架&lt;药物洗脱&gt;&amp;输送系统"));
    }

    [Test]
    public void Every_step_of_the_journey_is_understood_and_its_bill_adds_up()
    {
        var journey = JsonNode.Parse(File.ReadAllText(Path.Combine(Province2016XmlSamples.Journey, "journey.json")))!;
        var operations = journey["steps"]!.AsArray().OfType<JsonNode>().Select(step => (Name: (string)step["name"]!, Operation: Played(step))).ToList();

        Assert.That(operations.Select(step => step.Name), Is.EqualTo(new[]
        {
            "verify", "verify", "admission", "translate", "fee-lines", "withdraw", "fee-lines", "fee-lines", "discharge", "settlement",
            "settlement-repeat", "cancellation", "settlement",
        }));
        var lines = operations.Skip(6).Take(2).SelectMany(step => ((UploadFeeLines)step.Operation).Lines).ToList();
        Assert.That(lines.Sum(line => line.AmountFen), Is.EqualTo(50_000_00));
        Assert.That(lines.Select(line => line.LineSerial), Is.Unique);
        Assert.That(lines.Where(static line => line is { Quantity: < 0, AmountFen: < 0 }).ToList(), Is.Not.Empty);
        Assert.That(((TranslateFeeLines)operations[3].Operation).Lines, Is.EqualTo(lines.Select(line => line with { DeclaredCode = null })));
        Assert.That(operations[10].Operation, Is.EqualTo(operations[9].Operation));
    }

    [Test]
    public void Every_amount_of_the_journeys_bill_is_price_times_quantity()
    {
        var journey = JsonNode.Parse(File.ReadAllText(Path.Combine(Province2016XmlSamples.Journey, "journey.json")))!;
        var lines = journey["steps"]!.AsArray().OfType<JsonNode>().Select(Played).OfType<UploadFeeLines>().SelectMany(static upload => upload.Lines).ToList();

        Assert.That(lines, Is.Not.Empty);
        foreach (var line in lines)
            Assert.That(line.AmountFen / 100m, Is.EqualTo(decimal.Round(line.UnitPrice * line.Quantity, 2, MidpointRounding.AwayFromZero)), line.LineSerial);
    }

    private HisOperation Played(JsonNode step)
    {
        var template = File.ReadAllText(Path.Combine(Province2016XmlSamples.Journey, (string)step["body"]!));
        var filled = Placeholder().Replace(template, static match => match.Groups["form"] is { Success: true, Value: "yyyyMMdd" } ? "20170615"
            : match.Groups["form"].Success ? "20170615120000"
            : "captured");
        var request = _dialect.Decode(Province2016XmlSamples.Posted(filled, (string)step["contentType"]!)).Requests[0];
        return request.Operation ?? throw new AssertionException($"{step["name"]}: {request.Refusal?.Text}");
    }

    private static JsonObject Described(HisRequest request)
    {
        var described = new JsonObject { ["transactionCode"] = request.TransactionCode };
        if (request.HisTransactionId is { } id)
            described["hisTransactionId"] = id;
        if (request.InstitutionCode is { } institution)
            described["institutionCode"] = institution;
        if (request.Operator is { } name)
            described["operator"] = name;
        if (request.Operation is { } operation)
            described["operation"] = JsonSerializer.SerializeToNode(operation, Province2016XmlSamples.Json);
        if (request.Refusal is { } refusal)
            described["refusal"] = new JsonObject { ["code"] = refusal.Code, ["field"] = refusal.Field };
        return described;
    }

    [GeneratedRegex(@"\$\{(now:(?<form>\w+)|day:-?[0-9]+:(?<form>\w+)|\w+)\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Placeholder();
}
