using System.CommandLine;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Tables;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway catalogue check</c>: what may be wrong with a version although it loads. Exit code 0 only without errors; warnings do not count.</summary>
internal sealed class CatalogueCheckCommand
{
    public const decimal PriceFactorDefault = 5;

    private readonly CatalogueSelection _selection = new();
    private readonly Argument<string> _version = CatalogueSelection.Version("version", "要检查的版本 / the version to check");
    private readonly Option<FileInfo?> _exchange = new("--exchange") { Description = "交换码目录（CSV 或 XLSX）；默认用本节点存放的 / exchange catalogue (CSV or XLSX); by default the one this node keeps" };
    private readonly Option<DateOnly?> _from = new("--from") { Description = "从该费用日期起生效时的检查，默认今天 / checks for being in force from this fee date; today by default" };
    private readonly Option<decimal> _factor = new("--price-factor") { Description = "价格相差多少倍算异常 / how many times another price is an outlier", DefaultValueFactory = _ => PriceFactorDefault };
    private readonly Option<CatalogueCheckKind[]> _only = new("--only") { Description = "只做这些检查 / only these checks", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int> _limit = new("--limit") { Description = "每项检查显示的行数 / rows shown of each check", DefaultValueFactory = _ => 20 };
    private readonly Option<FileInfo?> _csv = new("--csv") { Description = "把全部结果写入该 CSV / write everything into this CSV" };
    private readonly Option<bool> _json = CommandJson.Option();

    public static Command Create()
    {
        var check = new CatalogueCheckCommand();
        check._version.DefaultValueFactory = _ => "current";
        var command = new Command("check",
            "检查一个版本：往返、多对一、类别变化、有效期、价格、对照目标 / check a version: round trip, many to one, classes, validity, prices, targets\n"
            + "例 example: gateway catalogue check 0123456789ab --only Class Price --as 530000 --data data-530000")
        {
            check._version, check._exchange, check._from, check._factor, check._only, check._limit, check._csv, check._json,
        };
        check._selection.SetAction(command, (work, parsed, _) => Task.FromResult(check.Run(work, parsed)));
        return command;
    }

    /// <summary>The findings of one version as it would follow what is in force.</summary>
    public static IEnumerable<CatalogueFinding> Findings(CatalogueWork work, LocalCatalogue version, ExchangeCatalogue? exchange, DateOnly from, decimal priceFactor)
    {
        var inForce = work.Adapter.Catalogue.At(from);
        return new CatalogueCheck(version, new CatalogueCheckOptions
        {
            InForce = inForce.Version == version.Version ? null : inForce,
            Exchange = exchange,
            Unmapped = work.Adapter.Unmapped,
            From = from,
            PriceFactor = priceFactor,
        }).Run();
    }

    private int Run(CatalogueWork work, ParseResult parsed)
    {
        var factor = parsed.GetValue(_factor);
        if (factor <= 1)
            throw new CommandRefusedException("--price-factor 应大于 1。 / --price-factor must be above 1.");
        var given = parsed.GetValue(_exchange) is { } file ? new TableSource(file.FullName) { PreferredSheet = CatalogueTable.Exchange.Name } : null;
        var (version, exchange) = (work.Find(parsed.GetRequiredValue(_version)), work.Exchange(given));
        var only = parsed.GetValue(_only) is { Length: > 0 } some ? some : Enum.GetValues<CatalogueCheckKind>();
        var findings = Findings(work, version, exchange, parsed.GetValue(_from) ?? work.Today, factor).Where(finding => only.Contains(finding.Check)).ToList();
        if (parsed.GetValue(_csv) is { } csv)
            Write(csv.FullName, findings);
        if (parsed.GetValue(_json))
            work.Node.Out.WriteLine(CommandJson.Of(new { version.Version, HasExchange = exchange is not null, Findings = findings }));
        else
            Write(work.Node.OpenScreen(), version.Version, findings, only, exchange is not null, parsed.GetValue(_limit));
        return findings.Exists(finding => finding.Severity == FindingSeverity.Error) ? 1 : 0;
    }

    private static void Write(IAnsiConsole console, string version, List<CatalogueFinding> findings, CatalogueCheckKind[] only, bool hasExchange, int limit)
    {
        var table = CatalogueTables.New($"目录版本检查 Check of version {version}", "检查 check", "", "错误 errors", "警告 warnings");
        foreach (var kind in only.Order())
        {
            var (chinese, english) = Describe(kind);
            table.AddRow(new Text(kind.ToString()), new Text($"{chinese} {english}"),
                CatalogueTables.Number(Count(findings, kind, FindingSeverity.Error)), CatalogueTables.Number(Count(findings, kind, FindingSeverity.Warning)));
        }
        console.Write(table);
        foreach (var group in findings.GroupBy(finding => finding.Check))
            Write(console, group.Key, [.. group.OrderByDescending(finding => finding.Severity)], limit);
        if (!hasExchange && only.Contains(CatalogueCheckKind.Target))
            console.WriteLine("没有交换码目录，未核对对照目标和参考价；用 --exchange 给出，或用 catalogue import --exchange 存放。\nThere is no exchange catalogue: targets and reference prices were not checked. Give one with --exchange or keep one with catalogue import --exchange.");
    }

    private static void Write(IAnsiConsole console, CatalogueCheckKind kind, List<CatalogueFinding> findings, int limit)
    {
        var table = CatalogueTables.New($"{kind}", "本地代码 local", "交换码 exchange", "说明", "finding");
        foreach (var finding in findings.Take(limit))
        {
            var mark = finding.Severity == FindingSeverity.Error ? "✗ " : "";
            table.AddRow(new Text(mark + finding.LocalCode), new Text(finding.ExchangeCode), new Text(finding.Chinese), new Text(finding.English));
        }
        console.Write(table);
        if (findings.Count > limit)
            console.WriteLine(CatalogueTables.More(findings.Count - limit));
    }

    private static void Write(string path, List<CatalogueFinding> findings)
    {
        using var csv = new PeopleCsv(path, "check", "severity", "local_code", "exchange_code", "reason_zh", "reason_en");
        foreach (var finding in findings)
            csv.Row(finding.Check.ToString(), finding.Severity.ToString(), finding.LocalCode, finding.ExchangeCode, finding.Chinese, finding.English);
    }

    private static int Count(List<CatalogueFinding> findings, CatalogueCheckKind kind, FindingSeverity severity) =>
        findings.Count(finding => finding.Check == kind && finding.Severity == severity);

    private static (string Chinese, string English) Describe(CatalogueCheckKind kind) => kind switch
    {
        CatalogueCheckKind.RoundTrip => ("转出再转回不是原代码", "comes back as another code"),
        CatalogueCheckKind.ManyToOne => ("多个本地代码对照到同一交换码", "several local codes become one"),
        CatalogueCheckKind.Class => ("类别与现行版本或交换码目录不同", "another class than in force or in the exchange catalogue"),
        CatalogueCheckKind.Validity => ("有效期缺失", "days without a row or a mapping"),
        CatalogueCheckKind.Price => ("限价异常", "limits out of line"),
        CatalogueCheckKind.Target => ("对照目标不是交换码", "targets that are no exchange codes"),
        _ => throw new InvalidOperationException($"Check {kind} is not described."),
    };
}
