using System.Text.Json;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.AdapterKit;

/// <summary>What a dialect makes of a sample: the requests it reads and the bytes it answers, comparable with what it made before.</summary>
internal static class SampleOutcomes
{
    private const int Threads = 8, Rounds = 5, Orders = 5;

    /// <summary>Twice in a row, then from many threads at once.</summary>
    public static void CompareRepeated(IHisDialect dialect, IReadOnlyList<ConformanceSample> samples, CheckTally tally)
    {
        var expected = samples.Select(sample => Of(dialect, sample, tally)).ToList();
        Compare(dialect, samples, expected, tally);
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (var round = 0; round < Rounds; round++)
                Compare(dialect, samples, expected, tally);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }

    /// <param name="dialect">Has seen the samples in their own order.</param>
    /// <param name="fresh">Has seen them once, when it was loaded.</param>
    public static void CompareReordered(IHisDialect dialect, IHisDialect fresh, IReadOnlyList<ConformanceSample> samples, int seed, CheckTally tally)
    {
        var expected = samples.Select(sample => (sample, Of(dialect, sample, tally))).ToArray();
        var random = new Random(seed);
        for (var order = 0; order < Orders; order++)
        {
            random.Shuffle(expected);
            Compare(fresh, [.. expected.Select(pair => pair.sample)], [.. expected.Select(pair => pair.Item2)], tally);
        }
    }

    private static void Compare(IHisDialect dialect, IReadOnlyList<ConformanceSample> samples, List<(string Requests, byte[]? Reply)> expected, CheckTally tally)
    {
        for (var index = 0; index < samples.Count; index++)
        {
            tally.Try();
            var (requests, reply) = Of(dialect, samples[index], tally);
            if (requests != expected[index].Requests)
                tally.Fault(samples[index].Name, "同一报文的解析结果不同。", "the same message is read in two ways.");
            if (!reply.AsSpan().SequenceEqual(expected[index].Reply))
                tally.Fault(samples[index].Name, "同一结果的应答字节不同。", "the same results are answered with other bytes.");
        }
    }

    private static (string Requests, byte[]? Reply) Of(IHisDialect dialect, ConformanceSample sample, CheckTally tally)
    {
        if (tally.Call(sample.Name, () => dialect.Decode(sample.Message)) is not { } envelope)
            return ("", null);
        var requests = JsonSerializer.Serialize(envelope.Requests.Select(SampleRequest.Of), HisJson.Options);
        var results = sample.ResultsFor(envelope);
        return (requests, results is null ? null : tally.Call(sample.Name, () => dialect.Encode(envelope, results))?.Body);
    }
}
