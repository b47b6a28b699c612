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

    private const int TextLengthMax = 500;

    public static Command Create() => new("reconcile", "与其他省对账 / compare ledgers with other provinces") { Run(), List(), Show(), Differences(), Difference(), Check(), Settle() };

    private static Command Run()
    {
        var partner = new Option<string>("--partner") { Description = "对方省 / the other province, e.g. 440000", Required = true };
        var from = new Option<string?>("--from") { Description = "第一天,默认昨天 / first day, by default yesterday (yyyy-MM-dd)" };
        var to = new Option<string?>("--to") { Description = "最后一天,默认同第一天,最多 31 天 / last day, by default the first; at most 31 days (yyyy-MM-dd)" };
        var (side, json) = (Side(), CommandJson.Option());
        var command = new Command("run", "立即对账;平 0,未完成 1,有差异 2 / reconciles now; exit code 0 balanced, 1 not finished, 2 differences\n"
            + "例 example: gateway reconcile run --partner 440000 --from 2017-09-20 --as 530000 --data data-530000") { partner, from, to, side, json };
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var first = OptionValues.Date(parsed, from) ?? work.Time.Today().AddDays(-1);
            var scopes = ScopesOf(work, parsed.GetRequiredValue(partner), parsed.GetValue(side), first, OptionValues.Date(parsed, to) ?? first);
            var (reconciler, asJson) = (Serving(work).GetRequiredService<Reconciler>(), parsed.GetValue(json));
            var runs = new List<RunView>();
            foreach (var scope in scopes)
            {
                var run = await reconciler.RunAsync(scope, RunCause.OnDemand, progress => Tell(work, scope, progress, asJson), cancellation)
                    ?? throw new CommandRefusedException($"与 {scope.Partner} 的对账正在进行,请稍后再试。 / a reconciliation with {scope.Partner} is under way, try again later.");
                runs.Add(work.Database.Read(session => ReconcileViews.Of(session, run)));
            }
            work.Tell(runs, asJson, views => views.ForEach(run => ReconcileRendering.Write(work, run)));
            return runs.Exists(run => run.State is RunState.NotFinished) ? 1 : runs.Exists(run => run.State is RunState.Different) ? DifferencesFound : 0;
        });
        return command;
    }

    private static Command List()
    {
        var (filter, json) = (new DealingsFilter("日期", "days"), CommandJson.Option());
        var state = new Option<RunState?>("--state") { Description = "只列出该状态 / only this state: UnderWay | Balanced | Different | NotFinished" };
        var command = new Command("list", "对账记录,最近的在前 / the runs, latest first\n例 example: gateway reconcile list --partner 440000 --as 530000 --data data-530000") { state, json };
        filter.AddTo(command);
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var (wanted, only) = (filter.Read(parsed), parsed.GetValue(state));
            var runs = work.Database.Read(session => RunStore.List(session)
                .Where(run => wanted.Covers(run.Partner, run.Scope.From.Iso(), run.Scope.To.Iso()) && (only is null || run.State == only))
                .Select(run => ReconcileViews.Head(session, run)).ToList());
            return work.Tell(runs, parsed.GetValue(json), found => ReconcileRendering.Write(work, found));
        });
        return command;
    }

    private static Command Show()
    {
        var (id, json) = (new Argument<long>("run") { Description = "对账编号 / number of the run" }, CommandJson.Option());
        var command = new Command("show", "一次对账:各单元汇总、在途、差异 / one run: cells, rows in flight, differences\n例 example: gateway reconcile show 12 --as 530000 --data data-530000") { id, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var number = parsed.GetRequiredValue(id);
            var view = work.Database.Read(session => RunStore.Find(session, number) is { } run ? ReconcileViews.Of(session, run) : null)
                ?? throw new CommandRefusedException($"没有对账 {number};用 reconcile list 查看。 / there is no run {number}; see reconcile list.");
            return work.Tell(view, parsed.GetValue(json), found => ReconcileRendering.Write(work, found));
        });
        return command;
    }

    private static Command Differences()
    {
        var (filter, json) = (new DealingsFilter("业务日期", "business dates"), CommandJson.Option());
        var state = new Option<DifferenceState?>("--state") { Description = "只列出该状态 / only this state: Open | Checked | Settled" };
        var command = new Command("diffs", "差异,业务日期近的在前 / the differences, latest business date first\n例 example: gateway reconcile diffs --state Open --as 530000 --data data-530000") { state, json };
        filter.AddTo(command);
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var (wanted, only) = (filter.Read(parsed), parsed.GetValue(state));
            var rows = work.Database.Read(DifferenceStore.List)
                .Where(row => wanted.Covers(row.Partner, row.BusinessDate) && (only is null || row.State == only))
                .Select(row => ReconcileViews.Of(row, [])).ToList();
            return work.Tell(rows, parsed.GetValue(json), found => ReconcileRendering.Write(work, found));
        });
        return command;
    }

    private static Command Difference()
    {
        var (id, json) = (DifferenceArgument(), CommandJson.Option());
        var command = new Command("diff", "一条差异:两地内容、建议、经过 / one difference: both rows, proposal, history\n例 example: gateway reconcile diff 3 --as 530000 --data data-530000") { id, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) => Tell(work, parsed.GetRequiredValue(id), parsed.GetValue(json)));
        return command;
    }

    private static Command Check()
    {
        var decision = new Option<string>("--decision") { Description = "结论 / what is to be done: ask-again | reverse | accept-insured | partner-acts", Required = true };
        decision.AcceptOnlyFromAmong("ask-again", "reverse", "accept-insured", "partner-acts");
        var command = new Command("check", "核查差异:记录结论并执行(重查、冲正) / decides about a difference and carries it out where the node can\n"
            + "例 example: gateway reconcile check 3 --decision ask-again --by 结算科 --reason 应答曾不可信 --as 530000 --data data-530000") { decision };
        SetDecision(command, (desk, parsed, id, who, why, cancellation) => desk.CheckAsync(id, parsed.GetRequiredValue(decision) switch
        {
            "ask-again" => DifferenceAction.AskAgain,
            "reverse" => DifferenceAction.Reverse,
            "accept-insured" => DifferenceAction.AcceptInsured,
            _ => DifferenceAction.PartnerActs,
        }, who, why, cancellation));
        return command;
    }

    private static Command Settle()
    {
        var command = new Command("settle", "了结已核查的差异 / settles a checked difference\n"
            + "例 example: gateway reconcile settle 3 --by 结算科 --reason 清算中扣款 --as 530000 --data data-530000");
        SetDecision(command, (desk, _, id, who, why, cancellation) => desk.SettleAsync(id, who, why, cancellation));
        return command;
    }

    /// <summary>Somebody decides about one difference, which is shown as it is afterwards.</summary>
    private static void SetDecision(Command command, Func<DifferenceDesk, ParseResult, long, string, string, CancellationToken, Task> decide)
    {
        var (id, json) = (DifferenceArgument(), CommandJson.Option());
        var by = new Option<string>("--by") { Description = "经办人或科室 / who decides", Required = true };
        var reason = new Option<string>("--reason") { Description = "理由 / why", Required = true };
        command.Add(id);
        command.Add(by);
        command.Add(reason);
        command.Add(json);
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var (number, who, why) = (parsed.GetRequiredValue(id), Line(parsed, by), Line(parsed, reason));
            try
            {
                await decide(Serving(work).GetRequiredService<DifferenceDesk>(), parsed, number, who, why, cancellation);
            }
            catch (DifferenceRefusedException refused)
            {
                throw new CommandRefusedException(refused.Message);
            }
            return Tell(work, number, parsed.GetValue(json));
        });
    }

    private static int Tell(NodeWork work, long id, bool asJson)
    {
        var view = work.Database.Read(session => DifferenceStore.Find(session, id) is { } row ? ReconcileViews.Of(row, DifferenceStore.History(session, id)) : null)
            ?? throw new CommandRefusedException($"没有差异 {id};用 reconcile diffs 查看。 / there is no difference {id}; see reconcile diffs.");
        return work.Tell(view, asJson, found => ReconcileRendering.Write(work, found));
    }

    private static void Tell(NodeWork work, RunScope scope, ComparisonProgress progress, bool isJson)
    {
        if (!isJson && progress.CellsUnequal > 0)
            work.Error.WriteLine($"{scope.Partner} {scope.Side}: {progress.CellsDone}/{progress.CellsUnequal} 个不平单元 unequal cells, {progress.RowsUnequal} 行 rows");
    }

    private static List<RunScope> ScopesOf(NodeWork work, string partner, string? side, DateOnly first, DateOnly last)
    {
        var with = Division.TryParse(partner, out var division) && Serving(work).GetRequiredService<PeerDirectory>().Find(division) is { } peer
            ? peer.Entry.Division
            : throw new CommandRefusedException($"nodes.json 中没有 {partner},请核对 --partner。 / nodes.json has no province {partner}, check --partner.");
        if (last < first || last.DayNumber - first.DayNumber >= ReconciliationLimits.DaysMax)
            throw new CommandRefusedException($"日期应为 1 至 {ReconciliationLimits.DaysMax} 天,请核对 --from 与 --to。 / 1 to {ReconciliationLimits.DaysMax} days, check --from and --to.");
        LedgerSide[] sides = side switch
        {
            "treatment" => [LedgerSide.Treatment],
            "insured" => [LedgerSide.Insured],
            _ => [LedgerSide.Treatment, LedgerSide.Insured],
        };
        return [.. sides.Select(part => new RunScope(with, part, first, last))];
    }

    private static IServiceProvider Serving(NodeWork work) => work.Serving?.Services
        ?? throw new CommandRefusedException("对账要询问对方,请先启动本节点(gateway serve)。 / the partner has to be asked: start this node first (gateway serve).");

    private static string Line(ParseResult parsed, Option<string> option) => OptionValues.Line(option.Name, parsed.GetRequiredValue(option), TextLengthMax);

    private static Argument<long> DifferenceArgument() => new("difference") { Description = "差异编号 / number of the difference" };

    private static Option<string?> Side()
    {
        var side = new Option<string?>("--side") { Description = "本方身份,默认两者 / this node's part, by default both: treatment | insured" };
        side.AcceptOnlyFromAmong("treatment", "insured");
        return side;
    }
}
