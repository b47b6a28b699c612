using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Catalogue;

/// <summary>What no single row can show: double answers, missing answers and references that lead nowhere.</summary>
internal sealed class CatalogueChecks(CatalogueFiles files, List<TableError> errors)
{
    private readonly string _items = Path.GetFileName(files.Items);
    private readonly string _mappings = Path.GetFileName(files.Mappings);
    private readonly string _codes = Path.GetFileName(files.Codes);

    public void Items(List<Placed<CatalogueItem>> items) =>
        NoOverlap(_items, "local_code", items.GroupBy(placed => placed.Row.LocalCode));

    public void Mappings(List<Placed<ItemMapping>> mappings, HashSet<string> itemCodes)
    {
        NoOverlap(_mappings, "local_code", mappings.GroupBy(placed => placed.Row.LocalCode));
        foreach (var (mapping, line) in mappings.Where(placed => !itemCodes.Contains(placed.Row.LocalCode)))
            errors.Add(new(_mappings, line, "local_code", $"本地目录中没有项目“{mapping.LocalCode}”。", $"the local catalogue has no item '{mapping.LocalCode}'."));
    }

    public void Codes(List<Placed<CodeRow>> codes) =>
        NoOverlap(_codes, "local_code", codes.Where(placed => placed.Row.AnswersIn).GroupBy(placed => $"{placed.Row.System} {placed.Row.LocalCode}"));

    /// <summary>Needs every code row to be good.</summary>
    public void References(List<Placed<CatalogueItem>> items, List<Placed<CodeRow>> codes)
    {
        foreach (var group in codes.GroupBy(placed => (placed.Row.System, placed.Row.ExchangeCode)))
            OneAnswerOut([.. group]);

        var inbound = codes.Select(placed => placed.Row).Where(row => row.AnswersIn).ToLookup(row => (row.System, row.LocalCode));
        foreach (var placed in items)
        {
            Covered(placed, "fee_category", placed.Row.FeeCategory, inbound[(CodeSystem.FeeCategory, placed.Row.FeeCategory)]);
            Covered(placed, "item_class", placed.Row.ItemClass, inbound[(CodeSystem.ItemClass, placed.Row.ItemClass)]);
            SelfPaidInFull(placed, inbound[(CodeSystem.ItemClass, placed.Row.ItemClass)]);
        }
    }

    private void NoOverlap<T>(string file, string column, IEnumerable<IGrouping<string, Placed<T>>> groups)
        where T : IDated
    {
        foreach (var group in groups)
        {
            Placed<T>? longest = null;
            foreach (var placed in group.OrderBy(placed => placed.Row.Validity.From).ThenBy(placed => placed.Line))
            {
                if (longest is { } earlier && earlier.Row.Validity.Overlaps(placed.Row.Validity))
                    errors.Add(Overlap(file, column, group.Key, earlier, placed));
                if (longest is null || placed.Row.Validity.EndsAfter(longest.Value.Row.Validity))
                    longest = placed;
            }
        }
    }

    private static TableError Overlap<T>(string file, string column, string key, Placed<T> earlier, Placed<T> later)
        where T : IDated =>
        new(file, later.Line, column,
            $"“{key}”与第 {earlier.Line} 行有效期重叠（{earlier.Row.Validity} 与 {later.Row.Validity}）。",
            $"'{key}' overlaps line {earlier.Line} ({earlier.Row.Validity} and {later.Row.Validity}).");

    /// <summary>On every day on which an exchange code is in the table, exactly one row says which local code it is.</summary>
    private void OneAnswerOut(List<Placed<CodeRow>> rows)
    {
        var days = rows.Select(placed => placed.Row.Validity.From).Concat(rows.Select(placed => placed.Row.Validity.To).OfType<DateOnly>());
        foreach (var day in days.Distinct().Order())
        {
            var valid = rows.FindAll(placed => placed.Row.Validity.Contains(day));
            var answers = valid.Count(placed => placed.Row.AnswersOut);
            if (valid.Count == 0 || answers == 1)
                continue;
            var (row, line) = valid[^1];
            errors.Add(new(_codes, line, "direction",
                $"{row.System} 交换码 {row.ExchangeCode} 在 {day.Iso()} 有 {answers} 行可转出（both 或 out），应恰有一行。",
                $"{row.System} exchange code {row.ExchangeCode} has {answers} rows that answer outward (both or out) on {day.Iso()}; it needs exactly one."));
            return;
        }
    }

    private void Covered(Placed<CatalogueItem> item, string column, string code, IEnumerable<CodeRow> rows)
    {
        var uncovered = item.Row.Validity.From;
        foreach (var row in rows.OrderBy(row => row.Validity.From))
        {
            if (!row.Validity.Contains(uncovered))
                continue;
            if (row.Validity.To is not { } end || item.Row.Validity.EndsBy(end))
                return;
            uncovered = end;
        }
        errors.Add(new(_items, item.Line, column, $"代码“{code}”在 {uncovered.Iso()} 没有对照到交换码。", $"code '{code}' has no exchange code on {uncovered.Iso()}."));
    }

    private void SelfPaidInFull(Placed<CatalogueItem> item, IEnumerable<CodeRow> classes)
    {
        var selfPaid = classes.Any(row => row.ExchangeCode == ItemClass.SelfPaid.Code() && row.Validity.Overlaps(item.Row.Validity));
        if (selfPaid && item.Row.SelfPay != BasisPoints.Whole)
            errors.Add(new(_items, item.Line, "self_pay_percent", $"丙类项目的自付比例应为 100，实为 {item.Row.SelfPay}。", $"an item of class C must state 100 per cent, not {item.Row.SelfPay}."));
    }
}
