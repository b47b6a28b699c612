using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>The samples that ship with the Yunnan adapter are what this dialect reads and writes, byte for byte.</summary>
public sealed partial class YunnanYdjySampleTests
{
    private static readonly string Samples = Path.Combine(RepositoryRoot(), "Adapters", "Yunnan", "samples");

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    private static IEnumerable<string> ConformanceNames => Directory.GetDirectories(Path.Combine(Samples, "conformance")).Select(path => Path.GetFileName(path)!).Order();

    [TestCaseSource(nameof(ConformanceNames))]
    public void A_sample_request_decodes_to_its_operation(string name)
    {
        var expected = ReadJson(name, "operation.json");
        var actual = Described(YunnanYdjyMessages.Dialect.Decode(ReadRequest(name)));
        Assert.That(JsonNode.DeepEquals(actual, expected), $"expected {expected.ToJsonString()}\nbut was  {actual.ToJsonString()}");
    }

    [TestCaseSource(nameof(ConformanceNames))]
    public void A_sample_result_encodes_to_its_reply(string name)
    {
        var envelope = YunnanYdjyMessages.Dialect.Decode(ReadRequest(name));
        var reply = YunnanYdjyMessages.Dialect.Encode(envelope, ReadResults(name, envelope));
        Assert.That(reply.Body, Is.EqualTo(File.ReadAllBytes(PathOf(name, "reply.bin"))));
    }

    [Test]
    public void Every_supported_transaction_has_a_sample()
    {
        var codes = ConformanceNames.SelectMany(name => ReadJson(name, "operation.json").AsArray())
            .Where(request => request!["operation"] is not null)
            .Select(request => (string)request!["transactionCode"]!).Distinct();
        Assert.That(codes, Is.EquivalentTo(new[]
        {
            "YDJYDLLINIT", "SIGNIN", "SIGNOUT", "SIReadCard", "Conversion", "81", "82", "84", "72", "73", "74", "75", "11", "12", "14", "15", "21", "22", "23", "24",
            "98", "99", "83", "85",
        }));
    }

    [Test]
    public void Every_step_of_the_journey_is_understood()
    {
        var journey = JsonNode.Parse(File.ReadAllText(Path.Combine(Samples, "journey", "journey.json")))!;
        var bodies = new HashSet<string>();
        foreach (var step in journey["steps"]!.AsArray())
        {
            bodies.Add((string)step!["body"]!);
            var request = YunnanYdjyMessages.Dialect.Decode(JourneyMessage(step)).Requests.Single();
            Assert.That(request.Operation, Is.Not.Null, $"{step["body"]}: {request.Refusal?.Text}");
        }

        Assert.That(Directory.GetFiles(Path.Combine(Samples, "journey"), "*.xml").Select(Path.GetFileName), Is.EquivalentTo(bodies));
    }

    [Test]
    public void The_journey_previews_what_its_lines_and_its_refund_come_to()
    {
        var journey = JsonNode.Parse(File.ReadAllText(Path.Combine(Samples, "journey", "journey.json")))!;
        var operations = journey["steps"]!.AsArray().Select(step => YunnanYdjyMessages.Dialect.Decode(JourneyMessage(step!)).Requests.Single().Operation).ToList();
        var uploaded = operations.OfType<UploadFeeLines>().SelectMany(upload => upload.Lines).Sum(line => line.AmountFen);
        var refunded = operations.OfType<RefundFeeLine>().Sum(refund => refund.AmountFen);
        Assert.That(operations.OfType<PreviewSettlement>().Single().ClaimedTotalFen, Is.EqualTo(uploaded - refunded));
    }

    [Test]
    public void Every_serial_of_the_journey_is_fetched_before_it_is_used()
    {
        var captured = new HashSet<string>();
        var journey = JsonNode.Parse(File.ReadAllText(Path.Combine(Samples, "journey", "journey.json")))!;
        foreach (var step in journey["steps"]!.AsArray())
        {
            var needed = Placeholder().Matches(JourneyText(step!)).Select(match => match.Groups[1].Value).Where(name => !name.Contains(':'));
            Assert.That(needed, Is.SubsetOf(captured), $"{step!["body"]}");
            foreach (var capture in step["capture"]?.AsObject() ?? [])
                captured.Add(capture.Key);
        }
    }

    private static HisMessage JourneyMessage(JsonNode step)
    {
        var text = Placeholder().Replace(JourneyText(step), match => match.Groups[1].Value switch
        {
            var day when day.StartsWith("day:", StringComparison.Ordinal) => new DateTime(2016, 6, 15).ToString(day.Split(':')[2], System.Globalization.CultureInfo.InvariantCulture),
            "insured_area" => "4401",
            var other => other,
        });
        var encoding = (string)step["encoding"]! == "gb18030" ? LegacyText.Gb18030 : LegacyText.Utf8;
        return YunnanYdjyMessages.Message(encoding.GetBytes(text), (string)step["contentType"]!);
    }

    private static string JourneyText(JsonNode step) => File.ReadAllText(Path.Combine(Samples, "journey", (string)step["body"]!), Encoding.UTF8);

    private static HisMessage ReadRequest(string name)
    {
        var request = ReadJson(name, "request.json");
        return new HisMessage
        {
            Path = (string)request["path"]!,
            ContentType = (string)request["contentType"]!,
            SoapAction = (string)request["soapAction"]!,
            Body = File.ReadAllBytes(PathOf(name, "request.bin")),
        };
    }

    private static List<HisResult> ReadResults(string name, HisEnvelope envelope) => File.Exists(PathOf(name, "results.json"))
        ? [.. ReadJson(name, "results.json").AsArray().Select(result => Result(result!.AsObject()))]
        : [.. envelope.Requests.Select(request => request.Refusal!)];

    private static HisResult Result(JsonObject json)
    {
        var type = typeof(HisResult).Assembly.GetType($"{typeof(HisResult).Namespace}.{json["$type"]}", throwOnError: true)!;
        json.Remove("$type");
        return (HisResult)json.Deserialize(type, Json)!;
    }

    private static JsonArray Described(HisEnvelope envelope) => [.. envelope.Requests.Select(Described)];

    private static JsonNode Described(HisRequest request)
    {
        var described = new JsonObject { ["transactionCode"] = request.TransactionCode };
        Add(described, "hisTransactionId", request.HisTransactionId);
        Add(described, "institutionCode", request.InstitutionCode);
        Add(described, "operator", request.Operator);
        if (request.Operation is { } operation)
        {
            var json = JsonSerializer.SerializeToNode(operation, operation.GetType(), Json)!.AsObject();
            json.Insert(0, "$type", operation.GetType().Name);
            described["operation"] = json;
        }

        if (request.Refusal is { } refusal)
            described["refusal"] = new JsonObject { ["code"] = refusal.Code, ["field"] = refusal.Field };
        return described;
    }

    private static void Add(JsonObject target, string name, string? value)
    {
        if (value is not null)
            target[name] = value;
    }

    private static JsonNode ReadJson(string name, string file) => JsonNode.Parse(File.ReadAllText(PathOf(name, file)))!;

    private static string PathOf(string name, string file) => Path.Combine(Samples, "conformance", name, file);

    private static string RepositoryRoot()
    {
        var folder = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(folder, "ProvincialGateway.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        return folder;
    }

    [GeneratedRegex(@"\$\{([^}]+)\}")]
    private static partial Regex Placeholder();
}
