using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;

namespace ProvincialGateway.AdapterKit;

/// <summary>
/// Amounts pass through unchanged. Inward: what is read from a sample's bytes is what its <c>operation.json</c> states, member by member and in
/// sum, and stays so when codes are translated and the operation is written and read back. Outward: where a reply shows an amount of a result, it
/// shows any other amount in its place just as exactly; so nothing is rounded, cut or computed in floats. What a dialect derives from several
/// amounts (a ratio, a price, whether two totals agree) is its own.
/// </summary>
internal sealed partial class MoneyCheck(IHisDialect dialect, ICodeTranslator codes, IReadOnlyList<ConformanceSample> samples)
{
    private const long OneYuan = 100;

    /// <summary>One fen, and an amount with more digits than a single-precision number keeps.</summary>
    private static readonly long[] Differences = [1, 12_345_678_901];

    public void Run(CheckTally tally)
    {
        foreach (var sample in samples)
        {
            if (tally.Call(sample.Name, () => dialect.Decode(sample.Message)) is not { } envelope)
                continue;
            foreach (var (index, (request, stated)) in envelope.Requests.Zip(sample.Requests).Index())
            {
                if (request.Operation is { } operation && stated.Operation is { } expected)
                    Inward($"{sample.Name} [{index}]", operation, expected, sample.Day, tally);
            }
            if (sample.Results is { } results && results.Count == envelope.Requests.Count)
                Outward(sample, envelope, [.. results], tally);
        }
    }

    private void Inward(string place, HisOperation operation, HisOperation stated, DateOnly day, CheckTally tally)
    {
        var expected = Amounts(HisJson.Write(stated)).ToList();
        Compare(place, expected, HisJson.Write(operation), "解析所得", "what is read", tally);
        Compare(place, expected, HisJson.Write(HisJson.ReadOperation(HisJson.Write(operation))), "重新写读后", "what is written and read back", tally);
        if (HisCodes.TryToExchange(operation, codes, day, out var translated, out _))
            Compare(place, expected, HisJson.Write(translated), "代码转换后", "what is translated", tally);
    }

    private static void Compare(string place, List<(string Path, decimal Value)> expected, string json, string chinese, string english, CheckTally tally)
    {
        var actual = Amounts(json).ToList();
        tally.Try(expected.Count + 1);
        if (expected.Sum(amount => amount.Value) != actual.Sum(amount => amount.Value))
            tally.Fault(place, $"{chinese}的金额合计与 operation.json 不同。", $"the amounts of {english} do not add up to those of operation.json.");
        foreach (var (path, _) in expected.Except(actual))
            tally.Fault(place, $"{chinese}的 {path} 与 operation.json 不同。", $"{path} of {english} is not what operation.json states.");
    }

    private void Outward(ConformanceSample sample, HisEnvelope envelope, HisResult[] results, CheckTally tally)
    {
        for (var index = 0; index < results.Length; index++)
        {
            var place = index;
            foreach (var (path, value) in Amounts(HisJson.Write(results[index])).Where(amount => amount.Path.EndsWith("Fen", StringComparison.Ordinal)))
            {
                Outward($"{sample.Name} [{index}] {path}", value == 0 ? OneYuan : (long)value, tally, fen =>
                    dialect.Encode(envelope, [.. results[..place], With(results[place], path, fen), .. results[(place + 1)..]]));
            }
        }
    }

    private static void Outward(string place, long fen, CheckTally tally, Func<long, HisReply> encode)
    {
        if (tally.Call(place, () => encode(fen)) is not { } before)
            return;
        foreach (var other in Differences.Select(difference => fen + difference))
        {
            tally.Try();
            if (tally.Call(place, () => encode(other)) is { } after && !ShowsInPlace(fen, before.Body, other, after.Body))
                tally.Fault(place, $"应答如实给出 {fen} 分，却没有如实给出 {other} 分。", $"the reply shows {fen} fen exactly, but not {other} fen in its place.");
        }
    }

    /// <summary>Wherever the one amount has gone from the reply, the other has come.</summary>
    private static bool ShowsInPlace(long fen, byte[] before, long other, byte[] after)
    {
        var (one, two) = (Numbers(before), Numbers(after));
        var gone = Times(one, fen) - Times(two, fen);
        return gone <= 0 || Times(two, other) - Times(one, other) >= gone;
    }

    /// <summary>How often the amount stands there, in yuan or in fen, of either sign: a cancellation may turn it.</summary>
    private static int Times(List<decimal> numbers, long fen) => numbers.Count(number => Math.Abs(number) == Math.Abs(fen / 100m) || Math.Abs(number) == Math.Abs((decimal)fen));

    private static List<decimal> Numbers(byte[] reply) =>
        [.. NumberMark().Matches(Encoding.Latin1.GetString(reply)).Select(match => decimal.TryParse(match.Value, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : 0)];

    private static HisResult With(HisResult result, string path, long fen)
    {
        var root = JsonNode.Parse(HisJson.Write(result))!;
        var parts = path.Split('.');
        var node = parts[..^1].Aggregate(root, (parent, part) => int.TryParse(part, CultureInfo.InvariantCulture, out var index) ? parent[index]! : parent[part]!);
        node[parts[^1]] = fen;
        return HisJson.ReadResult(root.ToJsonString());
    }

    /// <summary>Amounts, prices and quantities with their paths, e.g. <c>lines.3.amountFen</c>.</summary>
    private static IEnumerable<(string Path, decimal Value)> Amounts(string json) => Amounts(JsonNode.Parse(json), "");

    private static IEnumerable<(string Path, decimal Value)> Amounts(JsonNode? node, string path) => node switch
    {
        JsonObject members => members.SelectMany(member => Amounts(member.Value, path.Length == 0 ? member.Key : $"{path}.{member.Key}")),
        JsonArray elements => elements.SelectMany((element, index) => Amounts(element, $"{path}.{index}")),
        JsonValue value when IsAmount(path) && value.TryGetValue(out decimal number) => [(path, number)],
        _ => [],
    };

    private static bool IsAmount(string path) => path[(path.LastIndexOf('.') + 1)..] is "quantity" or "unitPrice" || path.EndsWith("Fen", StringComparison.Ordinal);

    [GeneratedRegex(@"-?[0-9]+(\.[0-9]+)?")]
    private static partial Regex NumberMark();
}
