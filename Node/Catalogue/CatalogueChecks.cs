using System.Globalization;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Catalogue;

/// <summary>What no single row can show: double answers, missing answers and references that lead nowhere.</summary>
internal sealed class CatalogueChecks(CatalogueFiles files, CatalogueIndex index, List<TableError> errors)
{
    /// <summary>More ratios for one item are a mistake of the file, and comparing them all with each other would take for ever.</summary>
    private const int RatiosOfItemMax = 500;

    private readonly string _items = files.Items.Name;
    private readonly string _mappings = files.Mappings.Name;
    private readonly string _codes = files.Codes.Name;
    private readonly string _ratios = files.Ratios?.Name ?? "";

    public void Items(PlacedRows<CatalogueItem> items) => NoOverlap(_items, "local_code", items, index.Items.Several, item => item.LocalCode, errors);

    public void Mappings(PlacedRows<ItemMapping> mappings) => NoOverlap(_mappings, "local_code", mappings, index.Mappings.Several, mapping => mapping.LocalCode, errors);

    public void Codes(PlacedRows<CodeRow> codes)
    {
        var inward = new PlacedRows<CodeRow>([], codes.Rows.Count);
        for (var place = 0; place < codes.Rows.Count; place++)
        {
            if (codes.Rows[place].AnswersIn)
                inward.Add(codes.Rows[place], codes.LineOf(place));
        }
        NoOverlap(_codes, "local_code", inward, new DatedRows<CodeRow>(inward.Rows, KeyOf).Several, KeyOf, errors);
    }

    public void Ratios(PlacedRows<SelfPayRatio> ratios)
    {
        foreach (var places in index.Ratios.Several)
        {
            if (places.Count > RatiosOfItemMax)
                TooMany(ratios, places);
            else
                NoOverlap(ratios, places);
        }
    }

    /// <summary>Needs every code row to be good.</summary>
    public void References(PlacedRows<CatalogueItem> items, PlacedRows<CodeRow> codes)
    {
        foreach (var group in codes.Rows.Index().GroupBy(code => (code.Item.System, code.Item.ExchangeCode), code => code.Index))
            OneAnswerOut(codes, [.. group]);

        var (categories, classes) = (Inward(codes.Rows, CodeSystem.FeeCategory), Inward(codes.Rows, CodeSystem.ItemClass));
        for (var place = 0; place < items.Rows.Count; place++)
        {
            var (item, line) = (items.Rows[place], items.LineOf(place));
            Covered(item, line, "fee_category", item.FeeCategory, categories, out _);
            if (Covered(item, line, "item_class", item.ItemClass, classes, out var selfPaid) && selfPaid && item.SelfPay != BasisPoints.Whole)
                errors.Add(new(_items, line, "self_pay_percent", $"丙类项目的自付比例应为 100，实为 {item.SelfPay}。", $"an item of class C must state 100 per cent, not {item.SelfPay}."));
        }
    }

    private static DatedRows<CodeRow> Inward(List<CodeRow> codes, CodeSystem system) => new([.. codes.Where(row => row.System == system && row.AnswersIn)], row => row.LocalCode);

    private static string KeyOf(CodeRow row) => $"{row.System} {row.LocalCode}";

    /// <summary>Every row that is in force on a day of an earlier row with the same key is an error.</summary>
    /// <param name="groups">Places of the rows with the same key, in the order in which they begin.</param>
    public static void NoOverlap<T>(string file, string column, PlacedRows<T> placed, IEnumerable<List<int>> groups, Func<T, string> keyOf, List<TableError> errors)
        where T : struct, IDated
    {
        foreach (var places in groups)
        {
            var longest = places[0];
            foreach (var place in places.Skip(1))
            {
                var (earlier, later) = (placed.Rows[longest].Validity, placed.Rows[place].Validity);
                if (earlier.Overlaps(later))
                    errors.Add(Overlap(file, column, keyOf(placed.Rows[place]), placed.LineOf(longest), earlier, placed.LineOf(place), later));
                if (later.EndsAfter(earlier))
                    longest = place;
            }
        }
    }

    private static TableError Overlap(string file, string column, string key, int earlierLine, Validity earlier, int line, Validity later) =>
        new(file, line, column,
            $"“{key}”与第 {earlierLine} 行有效期重叠（{earlier} 与 {later}）。",
            $"'{key}' overlaps line {earlierLine} ({earlier} and {later}).");

    private void NoOverlap(PlacedRows<SelfPayRatio> ratios, List<int> places)
    {
        foreach (var (count, place) in places.Index().Skip(1))
        {
            var later = ratios.Rows[place];
            foreach (var other in places.Take(count))
            {
                var earlier = ratios.Rows[other];
                if (earlier.Rank == later.Rank && earlier.PersonClass == later.PersonClass && earlier.Validity.Overlaps(later.Validity) && earlier.SharesPrices(later))
                {
                    errors.Add(new(_ratios, ratios.LineOf(place), "local_code",
                        $"“{later.LocalCode}”与第 {ratios.LineOf(other)} 行的人员类别、价格区间和有效期都重叠。",
                        $"'{later.LocalCode}' overlaps line {ratios.LineOf(other)} in person class, price band and validity."));
                    break;
                }
            }
        }
    }

    private void TooMany(PlacedRows<SelfPayRatio> ratios, List<int> places)
    {
        var code = ratios.Rows[places[0]].LocalCode;
        errors.Add(new(_ratios, ratios.LineOf(places[RatiosOfItemMax]), "local_code",
            string.Create(CultureInfo.InvariantCulture, $"项目“{code}”的自付比例超过 {RatiosOfItemMax} 行。"),
            string.Create(CultureInfo.InvariantCulture, $"item '{code}' has more than {RatiosOfItemMax} ratios.")));
    }

    /// <summary>On every day on which an exchange code is in the table, exactly one row says which local code it is.</summary>
    private void OneAnswerOut(PlacedRows<CodeRow> codes, int[] places)
    {
        var group = places.Select(place => codes.Rows[place]).ToList();
        var days = group.Select(row => row.Validity.From).Concat(group.Select(row => row.Validity.To).OfType<DateOnly>());
        foreach (var day in days.Distinct().Order())
        {
            var last = group.FindLastIndex(row => row.Validity.Contains(day));
            var answers = group.Count(row => row.AnswersOut && row.Validity.Contains(day));
            if (last < 0 || answers == 1)
                continue;
            var row = group[last];
            errors.Add(new(_codes, codes.LineOf(places[last]), "direction",
                $"{row.System} 交换码 {row.ExchangeCode} 在 {day.Iso()} 有 {answers} 行可转出（both 或 out），应恰有一行。",
                $"{row.System} exchange code {row.ExchangeCode} has {answers} rows that answer outward (both or out) on {day.Iso()}; it needs exactly one."));
            return;
        }
    }

    /// <summary>Whether the code translates on every day of the item.</summary>
    /// <param name="selfPaid">The code means class C on one of these days.</param>
    private bool Covered(CatalogueItem item, int line, string column, string code, DatedRows<CodeRow> codes, out bool selfPaid)
    {
        selfPaid = false;
        var uncovered = item.Validity.From;
        while (codes.Find(code, uncovered) is { } row)
        {
            selfPaid |= row.System == CodeSystem.ItemClass && row.ExchangeCode == ItemClass.SelfPaid.Code();
            if (row.Validity.To is not { } end || item.Validity.EndsBy(end))
                return true;
            uncovered = end;
        }
        errors.Add(new(_items, line, column, $"代码“{code}”在 {uncovered.Iso()} 没有对照到交换码。", $"code '{code}' has no exchange code on {uncovered.Iso()}."));
        return false;
    }
}
