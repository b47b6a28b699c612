using Provincial.Exchange.V1;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>Whether received lines make the bill that was settled. Pure.</summary>
internal static class FeeDetailSums
{
    // Fourteen categories of six figures could differ; a person needs the first to find the cause.
    private const int NamedMax = 14;

    /// <summary>Which category's sum is off in which part and by how much; null when every one is the settled one.</summary>
    /// <param name="settled">As they were settled.</param>
    /// <param name="received">Over the received lines.</param>
    public static Refusal? Difference(IEnumerable<CategorySum> settled, IEnumerable<CategorySum> received)
    {
        var expected = settled.ToDictionary(sum => sum.FeeCategory, StringComparer.Ordinal);
        var actual = received.ToDictionary(sum => sum.FeeCategory, StringComparer.Ordinal);
        var differences = expected.Keys.Union(actual.Keys).Order(StringComparer.Ordinal)
            .SelectMany(category => Differences(category, expected.GetValueOrDefault(category) ?? None, actual.GetValueOrDefault(category) ?? None))
            .Take(NamedMax).ToList();
        return differences.Count == 0 ? null : InsuredRefusals.LinesDoNotMakeTheBill(
            string.Join("；", differences.Select(difference => difference.Chinese)), string.Join("; ", differences.Select(difference => difference.English)));
    }

    private static CategorySum None => new() { Charges = new Charges() };

    private static IEnumerable<(string Chinese, string English)> Differences(string category, CategorySum settled, CategorySum received)
    {
        foreach (var (part, expected, actual) in ChargeParts.Of(settled.Charges, received.Charges))
        {
            if (expected != actual)
            {
                yield return (
                    $"类别 {category} 的 {part} 结算 {new Fen(expected)}，明细 {new Fen(actual)}，相差 {new Fen(checked(actual - expected))}",
                    $"category {category} {part}: settled {new Fen(expected)}, lines {new Fen(actual)}, off by {new Fen(checked(actual - expected))}");
            }
        }
        if (settled.LineCount != received.LineCount)
            yield return ($"类别 {category} 结算 {settled.LineCount} 行，收到 {received.LineCount} 行", $"category {category}: {settled.LineCount} lines settled, {received.LineCount} received");
    }
}
