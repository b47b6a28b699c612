using System.Globalization;

namespace ProvincialGateway.Matching;

/// <summary>One reason in both languages.</summary>
internal readonly record struct MatchReason(string Chinese, string English);

/// <summary>Puts the evidence into words: what speaks against a proposal first, then what one side does not say, then what agrees.</summary>
internal static class MatchReasons
{
    private const int ShownMax = 40;

    public static List<MatchReason> Of(CatalogueMatch match, MatchProposal proposal, MatchOptions options)
    {
        var (local, exchange, evidence) = (match.Local, proposal.Exchange, proposal.Evidence);
        var aspects = new List<(Verdict Verdict, MatchReason Reason)>
        {
            (evidence.Name.Verdict, Name(local.Name, exchange.Name, evidence.Name)),
            Aspect(evidence.Salt, "盐基", "salt", local.Salts, exchange.Salts),
            Aspect(evidence.Form, "剂型", "dose form", local.Form?.Text, exchange.Form?.Text),
            Aspect(evidence.Strength, "规格", "strength or size", Figures(local.Measures), Figures(exchange.Measures)),
            Aspect(evidence.Pack, "包装", "pack", Figure(local.Pack), Figure(exchange.Pack)),
            Aspect(evidence.Words, "规格说明", "specification words", local.Words?.Full, exchange.Words?.Full),
            Aspect(evidence.Manufacturer, "厂家", "manufacturer", local.Texts.Manufacturer, exchange.Texts.Manufacturer),
            Aspect(evidence.ItemClass, "甲乙丙类", "item class", Class(local), Class(exchange)),
            Aspect(evidence.Price, "价格", "price", Figure(local.Texts.Price), Figure(exchange.Texts.Price)),
            Aspect(evidence.Unit, "计价单位", "unit", local.Unit, exchange.Unit),
        };
        if (evidence.Name.Qualifiers == Verdict.Differs)
            aspects.Add((Verdict.Differs, Qualifiers(local.Name, exchange.Name)));
        if (evidence.SelfContradiction)
            aspects.Add((Verdict.Differs, SelfContradiction(local.ContradictsItself)));
        var reasons = aspects.Where(aspect => aspect.Verdict != Verdict.Silent).OrderBy(aspect => Order(aspect.Verdict)).Select(aspect => aspect.Reason).ToList();
        if (ReferenceEquals(match.Proposals[0], proposal) && NotAccepted(match, options) is { } obstacle)
            reasons.Insert(0, obstacle);
        return reasons;
    }

    public static MatchReason NothingAlike { get; } = new("交换目录中没有相近的项目", "the exchange catalogue has nothing alike");

    public static MatchReason Nearest(string exchangeCode, string exchangeName) => new($"最接近的是 {exchangeCode} {exchangeName}", $"the nearest is {exchangeCode} {exchangeName}");

    private static int Order(Verdict verdict) => verdict switch
    {
        Verdict.Differs => 0,
        Verdict.Apart => 1,
        Verdict.BothMore => 2,
        Verdict.LocalOnly or Verdict.ExchangeOnly => 3,
        Verdict.LocalMore or Verdict.ExchangeMore or Verdict.Near => 4,
        _ => 5,
    };

    private static MatchReason? NotAccepted(CatalogueMatch match, MatchOptions options) => match.Obstacle switch
    {
        AcceptanceObstacle.Contradiction when match.Decision == MatchDecision.NoMatch => new("最接近的项目也不是同一项目", "even the nearest item is another one"),
        AcceptanceObstacle.Contradiction => new("有矛盾，不自动接受", "contradicted, so not accepted automatically"),
        AcceptanceObstacle.LowScore => new($"得分低于接受线 {Plain(options.Accept)}", $"the score is below {Plain(options.Accept)}"),
        AcceptanceObstacle.Ambiguous => new(
            $"只比第二名高 {Plain(match.Margin)} 分（至少 {Plain(MatchOptions.MarginMin)} 分），请人工选择",
            $"only {Plain(match.Margin)} points ahead of the second (at least {Plain(MatchOptions.MarginMin)}), a person must choose"),
        _ => null,
    };

    private static MatchReason Name(ItemName local, ItemName exchange, NameRelation relation)
    {
        var (ours, theirs) = NameRelation.Surplus(local.Full, exchange.Full);
        var percent = (int)(relation.Similarity * 100);
        return relation.Verdict switch
        {
            Verdict.Agrees => new("名称相同", "same name"),
            Verdict.Near => new("名称用字相同、顺序不同", "same words in another order"),
            Verdict.LocalMore => new($"本地名称多“{Short(ours)}”", $"the local name also says '{Short(ours)}'"),
            Verdict.ExchangeMore => new($"交换名称多“{Short(theirs)}”", $"the exchange name also says '{Short(theirs)}'"),
            _ when local.Codes != exchange.Codes && local.Codes.Length + exchange.Codes.Length > 0 => new(
                $"名称中的字母数字不同：{Or(local.Codes)} ≠ {Or(exchange.Codes)}", $"letters and digits in the name differ: {Or(local.Codes)} ≠ {Or(exchange.Codes)}"),
            _ when ours.Length <= 1 && theirs.Length <= 1 => new(
                $"名称只差一字：{ours} ≠ {theirs}，可能是另一种成分或项目", $"one character differs: {ours} ≠ {theirs}; it may be another ingredient or item"),
            _ => new($"名称相近 {percent}%：{Short(ours)} ≠ {Short(theirs)}", $"names alike to {percent}%: {Short(ours)} ≠ {Short(theirs)}"),
        };
    }

    private static MatchReason Qualifiers(ItemName local, ItemName exchange)
    {
        var ours = Values(local.Qualifiers.Concat(local.Restrictions), exchange);
        var theirs = Values(exchange.Qualifiers.Concat(exchange.Restrictions), local);
        return new($"部位、侧别、人群或方式不同：{Or(ours)} ≠ {Or(theirs)}", $"site, side, age group or manner differs: {Or(ours)} ≠ {Or(theirs)}");
    }

    private static string Values(IEnumerable<string> stated, ItemName other) => string.Join('、',
        stated.Except(other.Qualifiers).Except(other.Restrictions).Select(value => value[(value.IndexOf('=', StringComparison.Ordinal) + 1)..]));

    private static MatchReason SelfContradiction(bool isLocal) => isLocal
        ? new("本地行自身矛盾：名称与剂型或规格不一致", "the local row contradicts itself: name and dose form or specification")
        : new("交换行自身矛盾：名称与剂型或规格不一致", "the exchange row contradicts itself: name and dose form or specification");

    private static (Verdict, MatchReason) Aspect(Verdict verdict, string chinese, string english, string? local, string? exchange) => (verdict, verdict switch
    {
        Verdict.Agrees => new($"{chinese}一致：{Short(local)}", $"same {english}: {Short(local)}"),
        Verdict.LocalOnly => new($"{chinese}仅本地有：{Short(local)}", $"{english} only stated locally: {Short(local)}"),
        Verdict.ExchangeOnly => new($"{chinese}仅交换目录有：{Short(exchange)}", $"{english} only stated in the exchange catalogue: {Short(exchange)}"),
        Verdict.LocalMore or Verdict.ExchangeMore or Verdict.BothMore => new($"{chinese}相容、详略不同：{Short(local)} / {Short(exchange)}", $"{english} compatible, not equally exact: {Short(local)} / {Short(exchange)}"),
        Verdict.Near => new($"{chinese}相近：{Short(local)} ≈ {Short(exchange)}", $"{english} alike: {Short(local)} ≈ {Short(exchange)}"),
        Verdict.Apart => new($"{chinese}有出入：{Short(local)} ≠ {Short(exchange)}", $"{english} not the same: {Short(local)} ≠ {Short(exchange)}"),
        _ => new($"{chinese}不同：{Short(local)} ≠ {Short(exchange)}", $"other {english}: {Short(local)} ≠ {Short(exchange)}"),
    });

    private static string Class(ItemProfile item) => item.Texts.ItemClass switch
    {
        Catalogue.ItemClass.Full => "甲",
        Catalogue.ItemClass.Partial => "乙",
        Catalogue.ItemClass.SelfPaid => "丙",
        _ => "",
    };

    private static string Figures(Measure[] measures) => string.Join(':', measures);

    private static string Figure(decimal? value) => value is { } figure ? Plain(figure) : "";

    private static string Plain(decimal value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Or(string text) => text.Length == 0 ? "—" : Short(text);

    private static string Short(string? text) => text is null ? "" : text.Length <= ShownMax ? text : string.Concat(text.AsSpan(0, ShownMax), "…");
}
