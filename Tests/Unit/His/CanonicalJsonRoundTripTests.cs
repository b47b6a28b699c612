using System.Text;
using Google.Protobuf;
using NUnit.Framework;
using Provincial.His.V1;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.His;
using static ProvincialGateway.Tests.His.CanonicalJsonMessages;

namespace ProvincialGateway.Tests.His;

/// <summary>Generated values of every operation and every result; the seed is printed.</summary>
public sealed class CanonicalJsonRoundTripTests
{
    private const int Seed = 20160616;
    private const int Times = 300;

    private static readonly JsonFormatter WithZeros = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    private static IEnumerable<string> Answered() => CanonicalJsonOperation.All.Where(operation => operation.Record is not null).Select(operation => operation.Name);

    [TestCaseSource(typeof(CanonicalJsonMessages), nameof(Operations))]
    public void Any_operation_is_read_as_it_was_written(Type type)
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var records = new AnyRecord(new Random(Seed), listMin: 1);
        for (var i = 0; i < Times; i++)
        {
            var operation = (HisOperation)records.Of(type);
            var request = Decoded(type.Name, Body(operation).ToJsonString());

            Assert.That(request.Refusal, Is.Null);
            Assert.That(HisJson.Write(request.Operation!), Is.EqualTo(HisJson.Write(operation)));
        }
    }

    [TestCaseSource(typeof(CanonicalJsonMessages), nameof(Operations))]
    public void Any_operation_is_read_from_what_protobuf_itself_writes(Type type)
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var records = new AnyRecord(new Random(Seed), listMin: 1);
        var shape = CanonicalJsonOperation.Find(type.Name)!.Record!;
        for (var i = 0; i < Times; i++)
        {
            var message = (IMessage)shape.Write(records.Of(type));
            var request = Decoded(type.Name, WithZeros.Format(message));

            Assert.That(request.Refusal, Is.Null);
            Assert.That(shape.Write(request.Operation!), Is.EqualTo(message));
        }
    }

    [TestCaseSource(nameof(Answered))]
    public void Any_result_is_written_so_that_protobuf_reads_it_back(string name)
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var operation = CanonicalJsonOperation.Find(name)!;
        var records = new AnyRecord(new Random(Seed), listMin: 0);
        foreach (var (type, outcome, shape) in new[]
        {
            (operation.ResultType!, "result", operation.Result!),
            (typeof(HisPending), "pending", new CanonicalJsonRecord(typeof(HisPending), Pending.Descriptor)),
            (typeof(HisRefusal), "refusal", new CanonicalJsonRecord(typeof(HisRefusal), Provincial.His.V1.Refusal.Descriptor)),
        })
        {
            for (var i = 0; i < Times; i++)
            {
                var result = (HisResult)records.Of(type);
                var response = JsonParser.Default.Parse(Encoding.UTF8.GetString(Reply(name, result).Body), operation.Response);
                var read = (HisResult)shape.Read(response.Descriptor.FindFieldByName(outcome).Accessor.GetValue(response));
                var id = (string)response.Descriptor.FindFieldByName("transaction_id").Accessor.GetValue(response);

                Assert.That(HisJson.FirstDifference(HisJson.Write(read with { TransactionId = id }), HisJson.Write(result)), Is.Null);
            }
        }
    }
}
