using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Matching;

/// <summary>Reads the tables of a matching run. A row with a fault adds to the errors and is left out; with any error nothing is matched.</summary>
internal sealed class MatchingTables(List<TableError> errors)
{
    private const int ExchangeCodeLengthMax = 50;

    /// <summary>A province's <c>items.csv</c>: other columns are none of the matcher's business.</summary>
    private static readonly CsvColumns LocalColumns = new(
        ["local_code", "local_name", "kind", "unit", "specification", "dose_form", "item_class", "valid_from", "valid_to"],
        ["manufacturer", "limit_tertiary", "limit_secondary", "limit_primary"],
        OthersAllowed: true);

    private static readonly string[] ExchangeColumns =
        ["exchange_code", "exchange_name", "kind", "dose_form", "specification", "unit", "manufacturer", "item_class", "reference_price", "valid_from", "valid_to"];

    private static readonly string[] TruthColumns = ["local_code", "exchange_code"];

    /// <param name="unread">Columns of the file that are not used.</param>
    public List<CatalogueTexts> Local(TableFile file, out string[] unread)
    {
        var rows = file.Rows(LocalColumns, FieldValues.Quoted, errors, out unread);
        var items = Good(rows, row => new CatalogueTexts
        {
            Code = row.Text("local_code"),
            Name = row.Text("local_name"),
            Kind = row.OneOf<ItemKind>("kind"),
            Unit = row.Optional("unit"),
            Specification = row.Optional("specification"),
            DoseForm = row.Optional("dose_form"),
            Manufacturer = row.Optional("manufacturer"),
            ItemClass = LocalClass(row.Text("item_class")),
            Price = LimitOf(row)?.ToDecimal(),
            Validity = row.Validity(),
            Line = row.Line,
        });
        NoOverlap(file.Name, "local_code", items);
        return items;
    }

    public List<CatalogueTexts> Exchange(TableFile file)
    {
        var rows = file.Rows(ExchangeColumns, FieldValues.Quoted, errors);
        rows.RequireUnique("exchange_code", row => row["exchange_code"]);
        return Good(rows, ExchangeItem);
    }

    /// <summary>The rows in force on a day: what a mapping can point at then. A code may have rows for other days beside.</summary>
    public List<CatalogueTexts> Exchange(TableFile file, DateOnly on)
    {
        var items = Good(file.Rows(ExchangeColumns, FieldValues.Quoted, errors), ExchangeItem);
        NoOverlap(file.Name, "exchange_code", items);
        return items.FindAll(item => item.Validity.Contains(on));
    }

    /// <summary>The right answers of a measured file: the codes a local code may be mapped to, none for an item that has no counterpart.</summary>
    public Dictionary<string, HashSet<string>> Truth(TableFile file, IEnumerable<CatalogueTexts> local)
    {
        var known = local.Select(item => item.Code).ToHashSet(StringComparer.Ordinal);
        var truth = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var row in file.Rows(TruthColumns, FieldValues.Quoted, errors))
        {
            var (code, answer) = (row.Text("local_code"), row.Optional("exchange_code"));
            if (code.Length > 0 && !known.Contains(code))
                row.Fault("local_code", $"本地目录中没有项目“{code}”。", $"the local catalogue has no item '{code}'.");
            if (!truth.TryGetValue(code, out var answers))
                truth.Add(code, answers = []);
            if (answer.Length > 0)
                answers.Add(answer);
        }
        return truth;
    }

    private static CatalogueTexts ExchangeItem(CsvRow row)
    {
        var (kind, isCrudeDrug) = ExchangeKind(row);
        return new CatalogueTexts
        {
            Code = row.Code("exchange_code", ExchangeCodeLengthMax, "-"),
            Name = row.Text("exchange_name"),
            Kind = kind,
            IsCrudeDrug = isCrudeDrug,
            Unit = row.Optional("unit"),
            Specification = row.Optional("specification"),
            DoseForm = row.Optional("dose_form"),
            Manufacturer = row.Optional("manufacturer"),
            ItemClass = ExchangeClass(row),
            Price = ReferencePrice(row),
            Validity = row.Validity(),
            Line = row.Line,
        };
    }

    /// <summary>The limit of the highest tier that has one.</summary>
    private static UnitPrice? LimitOf(CsvRow row)
    {
        UnitPrice?[] limits = [row.Limit("limit_tertiary"), row.Limit("limit_secondary"), row.Limit("limit_primary")];
        return Array.Find(limits, limit => limit is not null);
    }

    private static List<CatalogueTexts> Good(List<CsvRow> rows, Func<CsvRow, CatalogueTexts> read)
    {
        var items = new List<CatalogueTexts>(rows.Count);
        foreach (var row in rows)
        {
            var item = read(row);
            if (row.IsGood)
                items.Add(item);
        }
        return items;
    }

    private void NoOverlap(string file, string column, List<CatalogueTexts> items)
    {
        foreach (var rows in items.GroupBy(item => item.Code, StringComparer.Ordinal).Where(rows => rows.Skip(1).Any()))
        {
            CatalogueTexts? longest = null;
            foreach (var row in rows.OrderBy(row => row.Validity.From).ThenBy(row => row.Line))
            {
                if (longest is not null && longest.Validity.Overlaps(row.Validity))
                {
                    errors.Add(new(file, row.Line, column, $"“{row.Code}”与第 {longest.Line} 行有效期重叠（{longest.Validity} 与 {row.Validity}）。",
                        $"'{row.Code}' overlaps line {longest.Line} ({longest.Validity} and {row.Validity})."));
                }
                if (longest is null || row.Validity.EndsAfter(longest.Validity))
                    longest = row;
            }
        }
    }

    /// <summary>The usual spellings of 甲/乙/丙; any other code of a province says nothing here.</summary>
    internal static ItemClass? LocalClass(string code) => code switch
    {
        "01" or "1" or "甲" or "甲类" => ItemClass.Full,
        "02" or "2" or "乙" or "乙类" => ItemClass.Partial,
        "03" or "3" or "丙" or "丙类" or "自费" => ItemClass.SelfPaid,
        _ => null,
    };

    private static ItemClass? ExchangeClass(CsvRow row)
    {
        var code = row.Optional("item_class");
        if (code is "01" or "02" or "03")
            return ItemClassCode.Parse(code);
        if (code.Length > 0)
            row.Fault("item_class", $"“{code}”不是 01（甲）、02（乙）、03（丙）之一。", $"'{code}' is none of 01, 02, 03.");
        return null;
    }

    private static (ItemKind Kind, bool IsCrudeDrug) ExchangeKind(CsvRow row)
    {
        switch (row.Text("kind"))
        {
            case "101" or "103" or "104":
                return (ItemKind.Drug, false);
            case "102":
                return (ItemKind.Drug, true);
            case "201":
                return (ItemKind.Service, false);
            case "301":
                return (ItemKind.Consumable, false);
            case var kind:
                if (kind.Length > 0)
                {
                    row.Fault("kind",
                        $"“{kind}”不是 101（西药中成药）、102（中药饮片）、103（自制剂）、104（民族药）、201（医疗服务项目）、301（医用材料）之一。",
                        $"'{kind}' is none of 101, 102, 103, 104 (drugs), 201 (service), 301 (consumable).");
                }
                return default;
        }
    }

    /// <summary>Yuan, at least 0, at most four decimals; empty is none.</summary>
    private static decimal? ReferencePrice(CsvRow row)
    {
        var text = row.Optional("reference_price");
        if (text.Length == 0)
            return null;
        if (Amounts.TryParseDecimal(text, out var yuan) && UnitPrice.TryFromDecimal(yuan, out var price))
            return price.ToDecimal();
        row.Fault("reference_price", $"“{text}”不是不小于 0、最多四位小数的价格（元）。", $"'{text}' is not a price in yuan of at least 0 with at most four decimals.");
        return null;
    }
}
