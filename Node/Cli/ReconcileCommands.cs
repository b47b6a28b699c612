using System.CommandLine;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Reconciliation;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway reconcile run|list|show|diffs|diff|check|settle</c>: this province's ledgers compared with its partners'.</summary>
internal static class ReconcileCommands
{
    /// <summary>The runs finished and the ledgers differ.</summary>
    public const int DifferencesFound = 2;

    public static Command Create() => new("reconcile", "与其他省对账 / compare ledgers with other provinces") { Run(), List(), Show(), Differences(), Difference(), Check(), Settle() };

    private static Command Run()
    {
        var partner = Partner(required: true);
        var (from, to) = (Date("--from", "第一天,默认昨天 / first day, by default yesterday"), Date("--to", "最后一天,默认同第一天,最多 31 天 / last day, by default the first; at most 31 days"));
        var side = Side();
        var command = new Command("run", "立即对账;平 0,未完成 1,有差异 2 / reconciles now; exit code 0 balanced, 1 not finished, 2 differences\n"
            + "例 example: gateway reconcile run --partner 440000 --from 2017-09-20 --as 530000 --data data-530000") { partner, from, to, side, Json };
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var reconciler = Serving(work).GetRequiredService<Reconciler>();
            var scopes = ScopesOf(work, parsed, partner, from, to, side);
            var runs = new List<RunView>();
            foreach (var scope in scopes)
            {
                var run = await reconciler.RunAsync(scope, RunCause.OnDemand, progress => Tell(work, scope, progress, parsed.GetValue(Json)), cancellation)
                    ?? throw new CommandRefusedException($"与 {scope.Partner} 的对账正在进行,请稍后再试。 / a reconciliation with {scope.Partner} is under way, try again later.");
                runs.Add(work.Database.Read(session => ReconcileViews.Of(session, run)));
            }
            if (parsed.GetValue(Json))
                work.Out.WriteLine(CommandJson.Of(runs));
            else
                runs.ForEach(run => ReconcileRendering.Write(work, run));
            return runs.Exists(run => run.State is RunState.NotFinished) ? 1 : runs.Exists(run => run.State is RunState.Different) ? DifferencesFound : 0;
        });
        return command;
    }

    private static Command List()
    {
        var partner = Partner(required: false);
        var (from, to) = (Date("--from", "自该日 / days from"), Date("--to", "至该日 / days to"));
        var state = new Option<RunState?>("--state") { Description = "只列出该状态 / only this state: UnderWay | Balanced | Different | NotFinished" };
        var command = new Command("list", "对账记录,最近的在前 / the runs, latest first\n例 example: gateway reconcile list --partner 440000 --as 530000 --data data-530000") { partner, from, to, state, Json };
        command.SetNodeAction(new NodeSelection(), (work, parsed, _) =>
        {
            var (with, first, last, wanted) = (parsed.GetValue(partner), Day(parsed, from), Day(parsed, to), parsed.GetValue(state));
            var runs = work.Database.Read(session => RunStore.List(session)
                .Where(run => (with is null || run.Partner == with) && (wanted is null || run.State == wanted)
                    && (first is null || run.Scope.To >= first) && (last is null || run.Scope.From <= last))
                .Select(run => ReconcileViews.Head(session, run)).ToList());
            if (parsed.GetValue(Json))
                work.Out.WriteLine(CommandJson.Of(runs));
            else
                ReconcileRendering.Write(work, runs);
            return Task.FromResult(0);
        });
        return command;
    }

    private static Command Show()
    {
        var id = new Argument<long>("run") { Description = "对账编号 / number of the run" };
        var command = new Command("show", "一次对账:各单元汇总、在途、差异 / one run: cells, rows in flight, differences\n例 example: gateway reconcile show 12 --as 530000 --data data-530000") { id, Json };
        command.SetNodeAction(new NodeSelection(), (work, parsed, _) =>
        {
            var number = parsed.GetRequiredValue(id);
            var view = work.Database.Read(session => RunStore.Find(session, number) is { } run ? ReconcileViews.Of(session, run) : null)
                ?? throw new CommandRefusedException($"没有对账 {number};用 reconcile list 查看。 / there is no run {number}; see reconcile list.");
            if (parsed.GetValue(Json))
                work.Out.WriteLine(CommandJson.Of(view));
            else
                ReconcileRendering.Write(work, view);
            return Task.FromResult(0);
        });
        return command;
    }

    private static Command Differences()
    {
        var partner = Partner(required: false);
        var (from, to) = (Date("--from", "自该业务日期 / business dates from"), Date("--to", "至该业务日期 / business dates to"));
        var state = new Option<DifferenceState?>("--state") { Description = "只列出该状态 / only this state: Open | Checked | Settled" };
        var command = new Command("diffs", "差异,业务日期近的在前 / the differences, latest business date first\n例 example: gateway reconcile diffs --state Open --as 530000 --data data-530000") { partner, from, to, state, Json };
        command.SetNodeAction(new NodeSelection(), (work, parsed, _) =>
        {
            var (with, first, last, wanted) = (parsed.GetValue(partner), Day(parsed, from), Day(parsed, to), parsed.GetValue(state));
            var rows = work.Database.Read(DifferenceStore.List)
                .Where(row => (with is null || row.Partner == with) && (wanted is null || row.State == wanted)
                    && (first is null || ChinaTime.ParseIso(row.BusinessDate) >= first) && (last is null || ChinaTime.ParseIso(row.BusinessDate) <= last))
                .Select(row => ReconcileViews.Of(row, [])).ToList();
            if (parsed.GetValue(Json))
                work.Out.WriteLine(CommandJson.Of(rows));
            else
                ReconcileRendering.Write(work, rows);
            return Task.FromResult(0);
        });
        return command;
    }

    private static Command Difference()
    {
        var id = DifferenceArgument();
        var command = new Command("diff", "一条差异:两地内容、建议、经过 / one difference: both rows, proposal, history\n例 example: gateway reconcile diff 3 --as 530000 --data data-530000") { id, Json };
        command.SetNodeAction(new NodeSelection(), (work, parsed, _) =>
        {
            var view = ViewOf(work, parsed.GetRequiredValue(id));
            if (parsed.GetValue(Json))
                work.Out.WriteLine(CommandJson.Of(view));
            else
                ReconcileRendering.Write(work, view);
            return Task.FromResult(0);
        });
        return command;
    }

    private static Command Check()
    {
        var id = DifferenceArgument();
        var decision = new Option<string>("--decision") { Description = "结论 / what is to be done: ask-again | reverse | accept-insured | partner-acts", Required = true };
        decision.AcceptOnlyFromAmong("ask-again", "reverse", "accept-insured", "partner-acts");
        var (by, reason) = (By(), Reason());
        var command = new Command("check", "核查差异:记录结论并执行(重查、冲正) / decides about a difference and carries it out where the node can\n"
            + "例 example: gateway reconcile check 3 --decision ask-again --by 结算科 --reason 应答曾不可信 --as 530000 --data data-530000") { id, decision, by, reason, Json };
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var desk = Serving(work).GetRequiredService<DifferenceDesk>();
            var action = parsed.GetRequiredValue(decision) switch
            {
                "ask-again" => DifferenceAction.AskAgain,
                "reverse" => DifferenceAction.Reverse,
                "accept-insured" => DifferenceAction.AcceptInsured,
                _ => DifferenceAction.PartnerActs,
            };
            await DecideAsync(work, parsed, id, () => desk.CheckAsync(parsed.GetRequiredValue(id), action, Words(parsed, by), Words(parsed, reason), cancellation));
            return 0;
        });
        return command;
    }

    private static Command Settle()
    {
        var id = DifferenceArgument();
        var (by, reason) = (By(), Reason());
        var command = new Command("settle", "了结已核查的差异 / settles a checked difference\n"
            + "例 example: gateway reconcile settle 3 --by 结算科 --reason 清算中扣款 --as 530000 --data data-530000") { id, by, reason, Json };
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var desk = Serving(work).GetRequiredService<DifferenceDesk>();
            await DecideAsync(work, parsed, id, () => desk.SettleAsync(parsed.GetRequiredValue(id), Words(parsed, by), Words(parsed, reason), cancellation));
            return 0;
        });
        return command;
    }

    private static async Task DecideAsync(NodeWork work, ParseResult parsed, Argument<long> id, Func<Task> decide)
    {
        try
        {
            await decide();
        }
        catch (DifferenceRefusedException refused)
        {
            throw new CommandRefusedException(refused.Message);
        }
        var view = ViewOf(work, parsed.GetRequiredValue(id));
        if (parsed.GetValue(Json))
            work.Out.WriteLine(CommandJson.Of(view));
        else
            ReconcileRendering.Write(work, view);
    }

    private static List<RunScope> ScopesOf(NodeWork work, ParseResult parsed, Option<string?> partner, Option<string?> from, Option<string?> to, Option<string?> side)
    {
        var with = Division.TryParse(parsed.GetValue(partner), out var division) && Serving(work).GetRequiredService<PeerDirectory>().Find(division) is { } peer
            ? peer.Entry.Division
            : throw new CommandRefusedException("nodes.json 中没有该省,请核对 --partner。 / nodes.json has no such province, check --partner.");
        var first = Day(parsed, from) ?? work.Time.Today().AddDays(-1);
        var last = Day(parsed, to) ?? first;
        if (last < first || last.DayNumber - first.DayNumber >= ReconciliationLimits.DaysMax)
            throw new CommandRefusedException($"日期应为 1 至 {ReconciliationLimits.DaysMax} 天,请核对 --from 与 --to。 / 1 to {ReconciliationLimits.DaysMax} days, check --from and --to.");
        LedgerSide[] sides = parsed.GetValue(side) switch
        {
            "treatment" => [LedgerSide.Treatment],
            "insured" => [LedgerSide.Insured],
            _ => [LedgerSide.Treatment, LedgerSide.Insured],
        };
        return [.. sides.Select(part => new RunScope(with, part, first, last))];
    }

    private static void Tell(NodeWork work, RunScope scope, ComparisonProgress progress, bool isJson)
    {
        if (!isJson && progress.CellsUnequal > 0)
            work.Error.WriteLine($"{scope.Partner} {scope.Side}: {progress.CellsDone}/{progress.CellsUnequal} 个不平单元 unequal cells, {progress.RowsUnequal} 行 rows");
    }

    private static IServiceProvider Serving(NodeWork work) => work.Serving?.Services
        ?? throw new CommandRefusedException("对账要询问对方,请先启动本节点(gateway serve)。 / the partner has to be asked: start this node first (gateway serve).");

    private static DifferenceView ViewOf(NodeWork work, long id) => work.Database.Read(session =>
        DifferenceStore.Find(session, id) is { } row ? ReconcileViews.Of(row, DifferenceStore.History(session, id)) : null)
        ?? throw new CommandRefusedException($"没有差异 {id};用 reconcile diffs 查看。 / there is no difference {id}; see reconcile diffs.");

    private static string Words(ParseResult parsed, Option<string> option)
    {
        var text = parsed.GetRequiredValue(option).Trim();
        return text.Length is > 0 and <= 500 ? text : throw new CommandRefusedException($"{option.Name} 应为 1 至 500 个字符。 / {option.Name} must have 1 to 500 characters.");
    }

    private static DateOnly? Day(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is not { } text ? null
        : ChinaTime.TryParseIso(text, out var day) && day.Year is > 1 and < 9999 ? day
        : throw new CommandRefusedException($"{option.Name} 应为 yyyy-MM-dd 的日期。 / {option.Name} must be a date, yyyy-MM-dd.");

    private static Argument<long> DifferenceArgument() => new("difference") { Description = "差异编号 / number of the difference" };

    private static Option<string?> Partner(bool required) => new("--partner") { Description = "对方省 / the other province, e.g. 440000", Required = required };

    private static Option<string?> Date(string name, string description) => new(name) { Description = $"{description} (yyyy-MM-dd)" };

    private static Option<string?> Side()
    {
        var side = new Option<string?>("--side") { Description = "本方身份,默认两者 / this node's part, by default both: treatment | insured" };
        side.AcceptOnlyFromAmong("treatment", "insured");
        return side;
    }

    private static Option<string> By() => new("--by") { Description = "经办人或科室 / who decides", Required = true };

    private static Option<string> Reason() => new("--reason") { Description = "理由 / why", Required = true };

    private static Option<bool> Json { get; } = new("--json") { Description = "输出 JSON / print JSON" };
}
