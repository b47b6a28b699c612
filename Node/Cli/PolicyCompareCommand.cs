using System.CommandLine;
using System.Globalization;
using ProvincialGateway.Insured;
using ProvincialGateway.Values;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway policy compare</c>: a month of stored settlements under two versions of the policy.</summary>
internal sealed class PolicyCompareCommand
{
    private readonly Argument<FileInfo> _old = new("old") { Description = "原政策文件 / the policy file as it is" };
    private readonly Argument<FileInfo> _new = new("new") { Description = "新政策文件 / the policy file as it shall be" };
    private readonly Option<string> _month = new("--month") { Description = "结算日期所在月份 yyyy-MM / month of the settlements, yyyy-MM", Required = true };
    private readonly Option<int> _limit = new("--limit") { Description = "显示的结算数 / settlements shown", DefaultValueFactory = _ => 30 };
    private readonly Option<bool> _json = CommandJson.Option();

    public static Command Create()
    {
        var compare = new PolicyCompareCommand();
        var command = new Command("compare",
            "按两版政策依次重算一个月的结算,列出变化;不改任何数据 / decides a month of settlements anew under two policies and shows what changes; changes no data\n"
            + "例 example: gateway policy compare policy.json policy-2027.json --month 2026-10 --as 530000 --data data-530000")
        {
            compare._old, compare._new, compare._month, compare._limit, compare._json,
        };
        command.SetNodeAction(new NodeSelection(), (work, parsed, _) => compare.RunAsync(work, parsed));
        return command;
    }

    private async Task<int> RunAsync(NodeWork work, ParseResult parsed)
    {
        var month = parsed.GetRequiredValue(_month);
        if (!ChinaTime.TryParseIso($"{month}-01", out var first))
            throw new CommandRefusedException($"--month {month} 不是 yyyy-MM 格式的月份。 / --month {month} is not a month of the form yyyy-MM.");
        var comparison = new PolicyComparison(
            new SettledBills(new Inbox(work.Database, work.Vault, work.Time)), PolicyCommands.Read(parsed.GetRequiredValue(_old)), PolicyCommands.Read(parsed.GetRequiredValue(_new)));
        var screen = work.OpenScreen();
        PolicyComparisonReport Run(IDemoProgress progress) => work.Database.Read(session => comparison.Run(session, first, first.AddMonths(1), count => progress.Begin("重算 deciding", Math.Max(1, count))));
        var report = screen.Profile.Capabilities.Interactive && !parsed.GetValue(_json)
            ? await BarProgress.RunAsync(screen, progress => Task.FromResult(Run(progress)))
            : Run(new LineProgress(work.Error, work.Time));
        if (parsed.GetValue(_json))
            await work.Out.WriteLineAsync(CommandJson.Of(report));
        else
            Write(screen, report, parsed.GetValue(_limit));
        return 0;
    }

    private static void Write(IAnsiConsole screen, PolicyComparisonReport report, int limit)
    {
        screen.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.From} .. {report.To}: 结算 settlements {report.Settlements:N0}, 变化 changed {report.Changed.Count:N0}, 拒绝 refused 原 old {report.OldRefused:N0} 新 new {report.NewRefused:N0}"));
        if (report.NotAsStored > 0)
        {
            screen.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"其中 {report.NotAsStored:N0} 笔按原政策重算与存档不符:当时由其他政策决定。 / Of these the old policy decides {report.NotAsStored:N0} otherwise than they were settled: another policy decided them."));
        }
        screen.Write(Totals(report));
        if (report.Changed.Count == 0)
            return;
        screen.Write(Changes(report.Changed, limit));
        if (report.Changed.Count > limit)
            screen.WriteLine(CatalogueTables.More(report.Changed.Count - limit));
        screen.WriteLine("已结算的单据不会因此改变。 / What is settled stays settled.");
    }

    private static Table Totals(PolicyComparisonReport report)
    {
        var table = CatalogueTables.New("合计(元) Totals, yuan", "", "存档 stored", "原 old", "新 new", "变化 change");
        Row("起付标准 deductible", sums => sums.Deductible);
        Row("统筹 pool", sums => sums.Pool);
        Row("公务员 civil servant", sums => sums.CivilServant);
        Row("企业补充 enterprise", sums => sums.Enterprise);
        Row("职工大额 large amount", sums => sums.EmployeeLargeAmount);
        Row("居民大病 critical illness", sums => sums.ResidentCriticalIllness);
        Row("医疗救助 medical aid", sums => sums.MedicalAid);
        Row("其他 other", sums => sums.OtherFund);
        Row("基金合计 funds", sums => sums.FundTotal);
        Row("个人账户 account", sums => sums.Account);
        Row("现金 cash", sums => sums.Cash);
        return table;

        void Row(string name, Func<PayerSums, Fen> of) =>
            table.AddRow(new Text(name), CatalogueTables.Yuan(of(report.Stored).Value), CatalogueTables.Yuan(of(report.Old).Value), CatalogueTables.Yuan(of(report.New).Value), CatalogueTables.Yuan(of(report.Change).Value));
    }

    private static Table Changes(IReadOnlyList<ComparedSettlement> changed, int limit)
    {
        var table = CatalogueTables.New("变化的结算(元) Settlements that change, yuan", "结算 settlement\n日期 service date", "版本 version\n原→新", "统筹 pool\n原→新", "基金 funds\n原→新", "账户 account\n原→新", "现金 cash\n原→新");
        foreach (var one in changed.OrderByDescending(one => Math.Abs(one.Change.FundTotal.Value)).Take(limit))
        {
            table.AddRow(
                new Text($"{one.SettlementNumber}\n{one.ServiceDate} {one.Scheme}/{one.VisitKind}"),
                new Text($"{VersionOf(one.Old)}\n{VersionOf(one.New)}"),
                Pair(one, sums => sums.Pool), Pair(one, sums => sums.FundTotal), Pair(one, sums => sums.Account), Pair(one, sums => sums.Cash));
        }
        return table;
    }

    private static string VersionOf(ComparedDecision decision) => decision.Version ?? $"拒绝 refused: {decision.Refusal!.Code}";

    private static Text Pair(ComparedSettlement one, Func<PayerSums, Fen> of) =>
        new Text(string.Create(CultureInfo.InvariantCulture, $"{of(one.Old.Sums).Value / 100m:N2}\n{of(one.New.Sums).Value / 100m:N2}")).RightJustified();
}
