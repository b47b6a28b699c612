using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.AdapterKit;

/// <summary>
/// Every row of the catalogue has a mapping on every day on which it applies, or its code is listed in <c>catalogue/unmapped.csv</c> with the
/// reason: what is not mapped must be meant so. A code that is listed although it maps is a fault as well.
/// </summary>
internal static class MappingCheck
{
    public const string ListName = "catalogue/unmapped.csv";

    private const int ReasonLengthMax = 200;

    /// <returns>The rows that have no mapping, listed or not.</returns>
    public static IReadOnlyList<UnmappedItem> Unmapped(LoadedAdapter adapter, string folder, CheckTally tally)
    {
        var (catalogue, policy) = (adapter.Catalogue.Packed, adapter.Unmapped);
        var mappings = catalogue.Mappings.ToLookup(mapping => mapping.LocalCode, StringComparer.Ordinal);
        var listed = Listed(Path.Combine(folder, ListName), tally);
        var unmapped = new List<UnmappedItem>();
        foreach (var item in catalogue.Items)
        {
            tally.Try();
            if (FirstDayWithout(item, mappings[item.LocalCode].Where(policy.Accepts)) is not { } day)
                continue;
            unmapped.Add(new UnmappedItem(item.LocalCode, item.LocalName, item.Kind.ToString(), Name(policy.For(item.Kind)), listed.GetValueOrDefault(item.LocalCode)));
            if (!listed.ContainsKey(item.LocalCode))
                tally.Fault(item.LocalCode, $"自 {day.Iso()} 起没有可用对照，也未列入 {ListName}。", $"it has no accepted mapping on {day.Iso()} and is not listed in {ListName}.");
        }
        foreach (var code in listed.Keys.Except(unmapped.Select(item => item.LocalCode)))
            tally.Fault(code, $"列入了 {ListName}，但目录中没有该项目或其对照完整。", $"it is listed in {ListName}, but the catalogue has no such row, or maps it.");
        return unmapped;
    }

    private static DateOnly? FirstDayWithout(CatalogueItem item, IEnumerable<ItemMapping> mappings)
    {
        var uncovered = item.Validity.From;
        foreach (var mapping in mappings.OrderBy(mapping => mapping.Validity.From))
        {
            if (!mapping.Validity.Contains(uncovered))
                continue;
            if (mapping.Validity.To is not { } end || item.Validity.EndsBy(end))
                return null;
            uncovered = end;
        }
        return uncovered;
    }

    private static Dictionary<string, string> Listed(string path, CheckTally tally)
    {
        var listed = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(path))
            return listed;
        var errors = new List<TableError>();
        foreach (var row in TableFile.Read(path, LegacyText.Utf8).Rows(["local_code", "reason"], FieldValues.Quoted, errors))
        {
            if (row.Text("reason") is { Length: > 0 and <= ReasonLengthMax } reason && !listed.TryAdd(row["local_code"], reason))
                row.Fault("local_code", "重复。", "is listed twice.");
        }
        foreach (var error in errors)
            tally.Fault($"{ListName}:{error.Line}", $"{error.Column} {error.Chinese}", $"{error.Column} {error.English}");
        return listed;
    }

    private static string Name(UnmappedHandling handling) => handling switch
    {
        UnmappedHandling.Block => "block",
        UnmappedHandling.SelfPay => "self-pay",
        UnmappedHandling.ClassA => "class-a",
        _ => throw new ArgumentOutOfRangeException(nameof(handling), handling, null),
    };
}
