using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Values;

namespace ProvincialGateway.Catalogue;

/// <summary>What a version is held against.</summary>
internal sealed record CatalogueCheckOptions
{
    /// <summary>The version it would follow; null compares with none.</summary>
    public required LocalCatalogue? InForce { get; init; }

    /// <summary>Null: this node has no list of the exchange codes, so targets and reference prices are not checked.</summary>
    public required ExchangeCatalogue? Exchange { get; init; }

    public required UnmappedPolicy Unmapped { get; init; }

    /// <summary>The first fee date the version would decide: what ended before it is not looked at.</summary>
    public required DateOnly From { get; init; }

    /// <summary>Above 1: a price is an outlier when it is more than this many times the other, or less than one part in as many.</summary>
    public required decimal PriceFactor { get; init; }
}

/// <summary>
/// Everything about a version that loads and may still be wrong. What cannot be right (overlapping rows, references to nothing) never gets this
/// far: the import refuses it.
/// </summary>
internal sealed class CatalogueCheck(LocalCatalogue catalogue, CatalogueCheckOptions options)
{
    private const int ListedMax = 10;

    /// <summary>How many days are looked at to find the one on which most codes become one.</summary>
    private const int DaysMax = 50;

    private IEnumerable<CatalogueItem> Items => catalogue.Items.Where(item => !item.Validity.EndsBy(options.From));

    private IEnumerable<ItemMapping> Mappings => catalogue.Mappings.Where(mapping => !mapping.Validity.EndsBy(options.From));

    /// <summary>Found one by one as they are asked for: a bad version has as many findings as rows.</summary>
    public IEnumerable<CatalogueFinding> Run() => Targets()
        .Concat(RoundTrips()).Concat(CodeRoundTrips()).Concat(ManyToOne()).Concat(Classes())
        .Concat(Gaps()).Concat(Unmapped()).Concat(Alone()).Concat(Missing()).Concat(Prices());

    private DateOnly FirstDay(Validity validity) => validity.From > options.From ? validity.From : options.From;

    private IEnumerable<CatalogueFinding> Targets()
    {
        if (options.Exchange is not { } exchange)
            yield break;
        foreach (var mapping in Mappings)
        {
            var on = FirstDay(mapping.Validity);
            if (!exchange.Contains(mapping.ExchangeCode))
                yield return Of(mapping, FindingSeverity.Error, "对照目标不在交换码目录中。", "its target is not an exchange code.");
            else if (exchange.Find(mapping.ExchangeCode, on) is not { } target)
                yield return Of(mapping, FindingSeverity.Error, $"对照目标在 {on.Iso()} 不是有效的交换码。", $"its target is no valid exchange code on {on.Iso()}.");
            else if (catalogue.KindOf(mapping.LocalCode) is { } kind && !IsKind(kind, target.Kind))
                yield return Of(mapping, FindingSeverity.Warning, $"本地类别 {kind} 对照到交换类别 {target.Kind}。", $"a local {kind} is mapped to the exchange kind {target.Kind}.");
        }
    }

    private static bool IsKind(ItemKind kind, string exchangeKind) => kind switch
    {
        ItemKind.Service => exchangeKind == CatalogueKind.Service,
        ItemKind.Consumable => exchangeKind == CatalogueKind.Consumable,
        _ => exchangeKind is not (CatalogueKind.Service or CatalogueKind.Consumable),
    };

    private IEnumerable<CatalogueFinding> RoundTrips() =>
        from mapping in Mappings
        let back = catalogue.Codes.ToLocal(CodeSystem.Item, mapping.ExchangeCode, FirstDay(mapping.Validity))
        where back != mapping.LocalCode
        select new CatalogueFinding(CatalogueCheckKind.RoundTrip, FindingSeverity.Warning, mapping.LocalCode, mapping.ExchangeCode,
            $"转出再转回成为 {back}。", $"comes back as {back}.");

    private IEnumerable<CatalogueFinding> CodeRoundTrips() =>
        from row in catalogue.CodeRows
        where row.AnswersIn && !row.Validity.EndsBy(options.From)
        let back = catalogue.Codes.ToLocal(row.System, row.ExchangeCode, FirstDay(row.Validity))
        where back != row.LocalCode
        select new CatalogueFinding(CatalogueCheckKind.RoundTrip, FindingSeverity.Warning, row.LocalCode, row.ExchangeCode,
            $"{row.System} 代码转出再转回成为 {back}。", $"as a {row.System} comes back as {back}.");

    private IEnumerable<CatalogueFinding> ManyToOne()
    {
        var mappings = Mappings.ToList();
        foreach (var places in new DatedRows<ItemMapping>(mappings, mapping => mapping.ExchangeCode).Several)
        {
            var (first, together) = (mappings[places[0]], Together([.. places.Select(place => mappings[place])]));
            var codes = together.Select(mapping => mapping.LocalCode).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            if (codes.Count < 2)
                continue;
            var classes = together.Select(mapping => catalogue.Find(mapping.LocalCode, FirstDay(mapping.Validity))).OfType<CatalogueItem>()
                .Select(item => (item.ItemClass, item.SelfPay)).Distinct().Count();
            var list = string.Join(" ", codes.Take(ListedMax)) + (codes.Count > ListedMax ? " …" : "");
            yield return new CatalogueFinding(CatalogueCheckKind.ManyToOne, FindingSeverity.Warning, codes[0], first.ExchangeCode,
                $"{codes.Count} 个本地代码对照到同一交换码{(classes > 1 ? "，且类别或自付比例不同" : "")}：{list}。",
                $"{codes.Count} local codes become this exchange code{(classes > 1 ? ", and they differ in class or ratio" : "")}: {list}.");
        }
    }

    /// <summary>Those in force on the day on which most of them are.</summary>
    private List<ItemMapping> Together(List<ItemMapping> mappings) => mappings
        .Select(mapping => FirstDay(mapping.Validity)).Distinct().OrderDescending().Take(DaysMax)
        .Select(day => mappings.FindAll(mapping => mapping.Validity.Contains(day)))
        .MaxBy(valid => valid.Count)!;

    private IEnumerable<CatalogueFinding> Classes()
    {
        foreach (var item in Items)
        {
            var on = FirstDay(item.Validity);
            var itemClass = ClassOf(catalogue, item, on);
            if (options.InForce?.Find(item.LocalCode, on) is { } former && ClassOf(options.InForce, former, on) is var was && was != itemClass)
                yield return OfClass(item, "", $"现行版本为 {was?.Code()}，本版本为 {itemClass?.Code()}。", $"is {was?.Code()} in the version in force and {itemClass?.Code()} in this one.");
            if (catalogue.FindMapping(item.LocalCode, on) is { } mapping && options.Exchange?.Find(mapping.ExchangeCode, on)?.ItemClass is { } general && general != itemClass)
                yield return OfClass(item, mapping.ExchangeCode, $"交换码目录为 {general.Code()}，本地为 {itemClass?.Code()}。", $"is {general.Code()} in the exchange catalogue and {itemClass?.Code()} here.");
        }
    }

    private static CatalogueFinding OfClass(CatalogueItem item, string exchangeCode, string chinese, string english) =>
        new(CatalogueCheckKind.Class, FindingSeverity.Warning, item.LocalCode, exchangeCode, chinese, english);

    private static ItemClass? ClassOf(LocalCatalogue catalogue, CatalogueItem item, DateOnly on) =>
        catalogue.Codes.ToExchange(CodeSystem.ItemClass, item.ItemClass, on) is { } code ? ItemClassCode.Parse(code) : null;

    private IEnumerable<CatalogueFinding> Gaps() =>
        GapsIn(catalogue.Index.Items, item => item.LocalCode, "目录", "the catalogue")
            .Concat(GapsIn(catalogue.Index.Mappings, mapping => mapping.LocalCode, "对照", "the mappings"));

    private IEnumerable<CatalogueFinding> GapsIn<T>(RowPlaces<T> table, Func<T, string> codeOf, string chinese, string english)
        where T : struct, IDated
    {
        foreach (var places in table.Several)
        {
            foreach (var (earlier, later) in places.Zip(places.Skip(1), (left, right) => (table.Rows[left], table.Rows[right])))
            {
                if (earlier.Validity.To is { } end && end < later.Validity.From && later.Validity.From > options.From)
                    yield return OfValidity(codeOf(later), "", $"{chinese}在 {end.Iso()} 至 {later.Validity.From.Iso()} 之间没有有效行。", $"has no row in {english} from {end.Iso()} until {later.Validity.From.Iso()}.");
            }
        }
    }

    /// <summary>Days on which lines of an item would count as unmapped.</summary>
    private IEnumerable<CatalogueFinding> Unmapped()
    {
        foreach (var item in Items)
        {
            var uncovered = FirstDay(item.Validity);
            ItemMapping? mapping;
            while ((mapping = catalogue.FindMapping(item.LocalCode, uncovered)) is not null && options.Unmapped.Accepts(mapping.Value) && mapping.Value.Validity.To is { } end && !item.Validity.EndsBy(end))
                uncovered = end;
            if (mapping is null)
                yield return OfValidity(item.LocalCode, "", $"从 {uncovered.Iso()} 起没有有效对照，按“{options.Unmapped.For(item.Kind)}”处理。", $"has no mapping in force from {uncovered.Iso()} on and is handled as {options.Unmapped.For(item.Kind)}.");
            else if (!options.Unmapped.Accepts(mapping.Value))
                yield return OfValidity(item.LocalCode, mapping.Value.ExchangeCode, $"对照质量 {mapping.Value.Quality} 不被接受，按“{options.Unmapped.For(item.Kind)}”处理。", $"is mapped with quality {mapping.Value.Quality}, which is not accepted, and is handled as {options.Unmapped.For(item.Kind)}.");
        }
    }

    private IEnumerable<CatalogueFinding> Alone() =>
        from mapping in Mappings
        let day = FirstDay(mapping.Validity)
        where catalogue.Find(mapping.LocalCode, day) is null
        select OfValidity(mapping.LocalCode, mapping.ExchangeCode, $"对照在 {day.Iso()} 有效，但目录中该日没有有效行。", $"is mapped on {day.Iso()}, a day on which the catalogue has no row for it.");

    private IEnumerable<CatalogueFinding> Missing() =>
        from item in options.InForce?.Items ?? []
        where item.Validity.Contains(options.From) && catalogue.Find(item.LocalCode, options.From) is null
        select OfValidity(item.LocalCode, "", $"现行版本中 {options.From.Iso()} 有效，本版本没有。", $"is valid on {options.From.Iso()} in the version in force and not in this one.");

    private static CatalogueFinding OfValidity(string localCode, string exchangeCode, string chinese, string english) =>
        new(CatalogueCheckKind.Validity, FindingSeverity.Warning, localCode, exchangeCode, chinese, english);

    private IEnumerable<CatalogueFinding> Prices()
    {
        foreach (var item in Items)
        {
            var on = FirstDay(item.Validity);
            var mapping = catalogue.FindMapping(item.LocalCode, on);
            var reference = mapping is null ? null : options.Exchange?.Find(mapping.Value.ExchangeCode, on)?.ReferencePrice;
            var former = options.InForce?.Find(item.LocalCode, on);
            foreach (var tier in Enum.GetValues<InstitutionTier>())
            {
                if (item.LimitFor(tier) is not { } limit)
                    continue;
                if (reference is { } usual && IsOutlier(limit, usual))
                    yield return OfPrice(item, mapping!.Value.ExchangeCode, $"{tier.Chinese()}限价 {limit} 与参考价 {usual} 相差过大。", $"its {tier.English()} limit {limit} is far from the reference price {usual}.");
                if (former?.LimitFor(tier) is { } was && IsOutlier(limit, was))
                    yield return OfPrice(item, "", $"{tier.Chinese()}限价由 {was} 变为 {limit}。", $"its {tier.English()} limit goes from {was} to {limit}.");
            }
            if (Rises(item.LimitTertiary, item.LimitSecondary) || Rises(item.LimitSecondary, item.LimitPrimary) || Rises(item.LimitTertiary, item.LimitPrimary))
                yield return OfPrice(item, "", "低等级机构的限价高于高等级机构。", "has a higher limit in a lower tier of institutions.");
        }
    }

    private static bool Rises(UnitPrice? higher, UnitPrice? lower) => higher is { } upper && lower is { } below && below.TenThousandths > upper.TenThousandths;

    private bool IsOutlier(UnitPrice price, UnitPrice other) =>
        price.ToDecimal() > other.ToDecimal() * options.PriceFactor || other.ToDecimal() > price.ToDecimal() * options.PriceFactor;

    private static CatalogueFinding OfPrice(CatalogueItem item, string exchangeCode, string chinese, string english) =>
        new(CatalogueCheckKind.Price, FindingSeverity.Warning, item.LocalCode, exchangeCode, chinese, english);

    private static CatalogueFinding Of(ItemMapping mapping, FindingSeverity severity, string chinese, string english) =>
        new(CatalogueCheckKind.Target, severity, mapping.LocalCode, mapping.ExchangeCode, chinese, english);
}
