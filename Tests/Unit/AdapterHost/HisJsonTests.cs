using System.Text.Json;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tests.AdapterHost;

internal sealed class HisJsonTests
{
    private const int Rounds = 50;

    private static IEnumerable<Type> Operations => typeof(HisOperation).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(HisOperation)));

    private static IEnumerable<Type> Results => typeof(HisResult).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(HisResult)));

    [TestCaseSource(nameof(Operations))]
    public void Every_operation_survives_writing_and_reading(Type type) =>
        SurvivesRoundTrips(type, operation => HisJson.Write((HisOperation)operation), HisJson.ReadOperation);

    [TestCaseSource(nameof(Results))]
    public void Every_result_survives_writing_and_reading(Type type) =>
        SurvivesRoundTrips(type, result => HisJson.Write((HisResult)result), HisJson.ReadResult);

    [Test]
    public void An_operation_is_written_as_the_samples_are() => Assert.That(
        HisJson.Write(new UploadFeeLines
        {
            Visit = new HisVisitReference { HospitalVisitNumber = "ZY20160001" },
            Lines =
            [
                new HisFeeLine
                {
                    LineSerial = "1", LocalCode = "XJ01CAA040E001", LocalName = "阿莫西林<胶囊>", FeeCategory = "01", UnitPrice = 0.8333m, Quantity = 24.00m,
                    AmountFen = 2000, FeeDate = new DateOnly(2016, 6, 15),
                },
            ],
        }),
        Is.EqualTo("""{"$type":"UploadFeeLines","visit":{"hospitalVisitNumber":"ZY20160001"},"lines":[{"lineSerial":"1","localCode":"XJ01CAA040E001","localName":"阿莫西林<胶囊>","feeCategory":"01","unitPrice":0.8333,"quantity":24.00,"amountFen":2000,"feeDate":"2016-06-15"}]}"""));

    [Test]
    public void A_refusal_is_written_without_what_is_computed_from_it() =>
        Assert.That(HisJson.Write(Refusals.UnknownTransaction("99")), Does.Not.Contain("\"text\"").And.Contain("\"side\":\"Hospital\""));

    [TestCase("""{"$type":"Settle","visit":{},"colour":"red"}""", TestName = "unknown member")]
    [TestCase("""{"$type":"Settle"}""", TestName = "missing member")]
    [TestCase("""{"$type":"Settle","visit":null}""", TestName = "null where a value must be")]
    [TestCase("""{"$type":"Settle","Visit":{}}""", TestName = "another case")]
    [TestCase("""{"$type":"Settle","visit":{},"visit":{}}""", TestName = "a member twice")]
    [TestCase("""{"$type":"Settle","visit":{},"claimedTotalFen":"100"}""", TestName = "a number as text")]
    [TestCase("""{"$type":"Settle","visit":{},"claimedTotalFen":100.5}""", TestName = "half a fen")]
    [TestCase("""{"$type":"Settled","transactionId":""}""", TestName = "a result for an operation")]
    [TestCase("""{"visit":{}}""", TestName = "no type")]
    [TestCase("null", TestName = "null")]
    [TestCase("", TestName = "nothing")]
    public void Strict_reading_refuses(string json) => Assert.That(() => HisJson.ReadOperation(json), Throws.InstanceOf<JsonException>().Or.InstanceOf<NotSupportedException>());

    [Test]
    public void A_number_is_no_enum_value() => Assert.That(
        () => HisJson.ReadResult("""{"$type":"TransactionFound","state":3,"transactionId":""}"""), Throws.InstanceOf<JsonException>());

    [TestCase("""{"a":1}""", """{"a":1}""", null)]
    [TestCase("""{"a":24.00,"b":"x"}""", """{"b":"x","a":24}""", null)]
    [TestCase("""{"a":null}""", """{}""", null)]
    [TestCase("""{"unitPrice":0.8333}""", """{"unitPrice":0.8334}""", "unit_price")]
    [TestCase("""{"lines":[{},{},{"unitPrice":1}]}""", """{"lines":[{},{},{"unitPrice":2}]}""", "lines[2].unit_price")]
    [TestCase("""{"lines":[1,2]}""", """{"lines":[1,2,3]}""", "lines[2]")]
    [TestCase("""{"visit":{"visitNumber":"S1"}}""", """{"visit":{}}""", "visit.visit_number")]
    [TestCase("""{"visit":{}}""", """{"visit":{"hospitalVisitNumber":"1"}}""", "visit.hospital_visit_number")]
    [TestCase("""{"$type":"Settle","a":1}""", """{"$type":"Discharge","a":2}""", "operation")]
    [TestCase("""{"a":1,"b":1}""", """{"a":2,"b":2}""", "a")]
    [TestCase("""{"a":"1"}""", """{"a":1}""", "a")]
    [TestCase("""{"a":true}""", """{"a":false}""", "a")]
    [TestCase("""{"a":[]}""", """{"a":{}}""", "a")]
    [TestCase("""{"a":"é"}""", """{"a":"\u00e9"}""", null)]
    public void The_first_difference_is_named_by_its_path(string left, string right, string? path)
    {
        Assert.That(HisJson.FirstDifference(left, right), Is.EqualTo(path));
        Assert.That(HisJson.FirstDifference(right, left), Is.EqualTo(path));
    }

    private static void SurvivesRoundTrips<T>(Type type, Func<object, string> write, Func<string, T> read)
    {
        var seed = TestContext.CurrentContext.Random.Next();
        var records = new GeneratedRecords(seed);
        for (var round = 0; round < Rounds; round++)
        {
            var record = records.Record(type);
            var json = write(record);
            Assert.That(GeneratedRecords.Difference(record, read(json), type.Name), Is.Null, $"seed {seed}, round {round}: {json}");
            Assert.That(write(read(json)!), Is.EqualTo(json), $"seed {seed}, round {round}");
            Assert.That(json, Does.StartWith($"{{\"$type\":\"{type.Name}\""));
        }
    }
}
