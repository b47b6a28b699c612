using System.CommandLine;
using Provincial.Exchange.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Insured;
using ProvincialGateway.Recovery;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway filings import|record|list|show|change|cancel|decide</c> of the insured side; the others are the treatment side's.</summary>
internal static class FilingCommands
{
    private const int ListMax = 500;

    private static readonly string[] States = ["effective", "under-review", "rejected", "cancelled"];

    public static Command Create() => new("filings", "异地就医备案 / filings for treatment elsewhere")
    {
        ImportCommands.Filings(), Record(), List(), Show(), Change(), Cancel(), Decide(),
        FilingRequestCommands.Submit(), FilingRequestCommands.Withdraw(), FilingRequestCommands.Ask(), FilingRequestCommands.Requests(),
    };

    private static Command List()
    {
        var state = new Option<string?>("--state") { Description = $"只列出该状态 / only this state: {string.Join(" | ", States)}" };
        state.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, States);
        var person = new Option<string?>("--person") { Description = "只列出此个人编号的 / only of this person number" };
        var area = new Option<string?>("--area") { Description = "只列出覆盖该区划的 / only those that cover this division" };
        var on = new Option<string?>("--on") { Description = "只列出该日有效的 / only those valid on this day, yyyy-MM-dd" };
        var json = CommandJson.Option();
        var command = new Command("list", $"列出备案,最近登记的在前,最多 {ListMax} 份 / filings, the latest recorded first, at most {ListMax}\n"
            + "例 example: gateway filings list --state under-review --as 530000 --data data-530000") { state, person, area, on, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var day = OptionValues.Date(parsed, on)?.Iso();
            Division? place = parsed.GetValue(area) is { } text ? OptionValues.DivisionOf("--area", text) : null;
            FilingStatus? wanted = parsed.GetValue(state) is { } word ? StatusOf(word) : null;
            var entries = work.Database.Read(session => FilingStore.List(session, parsed.GetValue(person), wanted, place, day, ListMax)).ConvertAll(FilingEntry.Of);
            return work.Tell(entries, parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    private static Command Show()
    {
        var (number, json) = (NumberArgument(), CommandJson.Option());
        var command = new Command("show", "一份备案的全部版本、依据它的就诊与结算 / all versions of a filing, and the visits and settlements that rest on it\n"
            + "例 example: gateway filings show F5301001709200000001 --as 530000 --data data-530000") { number, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) => Tell(work, parsed.GetRequiredValue(number), parsed.GetValue(json)));
        return command;
    }

    private static Command Record()
    {
        var person = new Argument<string>("person") { Description = "个人编号 / person number" };
        var kind = new Option<string?>("--kind") { Description = "备案类别交换码 01..06 / filing kind, exchange code", Required = true };
        var area = new Option<string>("--area") { Description = "就医地区划 / target area", Required = true };
        var from = new Option<string?>("--from") { Description = "首日,省略为今天 / first day, by default today" };
        var to = new Option<string?>("--to") { Description = "末日,省略则按本统筹区规则 / last day, by default as the division's rules say" };
        var (by, json) = (new OperatorOption(), CommandJson.Option());
        var command = new Command("record", "登记参保人在本地办理的备案,立即生效 / records a filing that the person made at home, effective at once\n"
            + "例 example: gateway filings record 5301000001 --kind 02 --area 440100 --from 2017-10-01 --reason 本人申请 --as 530000 --data data-530000") { person, kind, area, from, to };
        by.AddTo(command);
        command.Add(json);
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var (change, lastDay, register) = (by.Read(work, parsed), OptionValues.Date(parsed, to), new FilingRegister(RulesOf(work)));
            var wanted = new FilingRow
            {
                FilingNumber = "",
                PersonNumber = parsed.GetRequiredValue(person),
                Kind = OptionValues.ExchangeCode(CodeSystem.FilingKind, parsed, kind)!,
                TargetArea = AbroadArea(work, parsed.GetRequiredValue(area)).Code,
                ValidFrom = OptionValues.DateOrToday(work, parsed, from).Iso(),
                State = FilingStatus.Effective,
            };
            var (number, refusal) = await work.Database.WriteAsync(session =>
            {
                RecoveryStanding.GateOf(session).Require();
                return register.Record(session, wanted, lastDay, work.Time.Today(), change);
            }, cancellation);
            return number is not null ? Tell(work, number, parsed.GetValue(json)) : throw OperatorOption.RefusedHere(refusal!);
        });
        return command;
    }

    private static Command Change()
    {
        var number = NumberArgument();
        var kind = new Option<string?>("--kind") { Description = "备案类别交换码 01..06 / filing kind, exchange code" };
        var area = new Option<string?>("--area") { Description = "就医地区划 / target area" };
        var from = new Option<string?>("--from") { Description = "首日 / first day, yyyy-MM-dd" };
        var to = new Option<string?>("--to") { Description = "末日,长期写 open / last day, or open" };
        var command = new Command("change", "变更备案,另存新版本,旧版本保留 / change a filing: a new version, the old ones stay\n"
            + "例 example: gateway filings change F5301001709200000001 --to 2018-06-30 --reason 参保人申请延期 --as 530000 --data data-530000") { number, kind, area, from, to };
        SetChange(command, number, (work, parsed) =>
        {
            var wanted = new FilingChange
            {
                Kind = OptionValues.ExchangeCode(CodeSystem.FilingKind, parsed, kind),
                TargetArea = parsed.GetValue(area) is { } place ? AbroadArea(work, place) : null,
                ValidFrom = OptionValues.Date(parsed, from),
                ValidTo = parsed.GetValue(to) is "open" ? null : OptionValues.Date(parsed, to),
                IsOpenEnded = parsed.GetValue(to) is "open",
            };
            return (register, session, filing, change) => register.Change(session, filing, wanted, change);
        });
        return command;
    }

    private static Command Cancel()
    {
        var number = NumberArgument();
        var command = new Command("cancel", "撤销备案 / cancel a filing\n"
            + "例 example: gateway filings cancel F5301001709200000001 --reason 参保人已返回 --as 530000 --data data-530000") { number };
        SetChange(command, number, (_, _) => (register, session, filing, change) => register.Cancel(session, filing, change));
        return command;
    }

    private static Command Decide()
    {
        var number = NumberArgument();
        var decision = new Argument<string>("decision") { Description = "approve | reject" };
        decision.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, "approve", "reject");
        var command = new Command("decide", "审核待审核的备案 / decide on a filing under review\n"
            + "例 example: gateway filings decide F5301001709200000001 approve --reason 材料齐全 --as 530000 --data data-530000") { number, decision };
        SetChange(command, number, (_, parsed) =>
        {
            var isGranted = parsed.GetRequiredValue(decision).Equals("approve", StringComparison.OrdinalIgnoreCase);
            return (register, session, filing, change) => register.Decide(session, filing, isGranted, change);
        });
        return command;
    }

    private static void SetChange(
        Command command, Argument<string> number, Func<NodeWork, ParseResult, Func<FilingRegister, Session, FilingRow, Change, Refusal?>> prepare) =>
        new OperatorOption().SetChange(
            command,
            (work, parsed) =>
            {
                var (filing, act, register) = (parsed.GetRequiredValue(number), prepare(work, parsed), new FilingRegister(RulesOf(work)));
                return (session, change) =>
                {
                    RecoveryStanding.GateOf(session).Require();
                    return act(register, session, FilingStore.Find(session, filing) ?? throw Unknown(filing), change);
                };
            },
            (work, parsed, asJson) => Tell(work, parsed.GetRequiredValue(number), asJson));

    private static int Tell(NodeWork work, string number, bool asJson)
    {
        var rules = RulesOf(work);
        var shown = work.Database.Read(session =>
        {
            var filing = FilingStore.Find(session, number) ?? throw Unknown(number);
            var person = PersonStore.ByNumber(session, filing.PersonNumber)!;
            return new FilingDetails
            {
                Filing = FilingEntry.Of(filing),
                IsTwoWay = filing.IsLongTerm && rules.For(PersonEventStore.Standing(session, person, work.Time.Today()).Division).TwoWay,
                RestingVisits = [.. FilingStore.RestingVisits(session, filing).Select(visit => visit.VisitNumber)],
                Settlements = FilingStore.SettledWith(session, number),
                Versions = [.. FilingStore.Versions(session, number).Select(FilingVersion.Of)],
            };
        });
        return work.Tell(shown, asJson, details => Write(work, details));
    }

    private static FilingRules RulesOf(NodeWork work) => work.Serving?.Filings
        ?? FilingRules.Load(work.Node.DataFolder, work.Node.Self, out var errors)
        ?? throw new CommandRefusedException(string.Join(Environment.NewLine, errors));

    private static Division AbroadArea(NodeWork work, string text)
    {
        var area = OptionValues.DivisionOf("--area", text);
        return area.Province != work.Node.Self ? area
            : throw new CommandRefusedException($"--area 是本省地区;备案的就医地应在外省。 / --area is in this province; a filing is for treatment in another one.");
    }

    private static FilingStatus StatusOf(string word) => word.ToUpperInvariant() switch
    {
        "EFFECTIVE" => FilingStatus.Effective,
        "UNDER-REVIEW" => FilingStatus.UnderReview,
        "REJECTED" => FilingStatus.Rejected,
        "CANCELLED" => FilingStatus.Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, "Not a state of a filing."),
    };

    private static Argument<string> NumberArgument() => new("number") { Description = "备案号 / filing number" };

    private static CommandRefusedException Unknown(string number) => new($"没有备案 {number};用 filings list 查看。 / there is no filing {number}; see filings list.");

    private static void Write(NodeWork work, List<FilingEntry> entries)
    {
        if (entries.Count == 0)
        {
            work.Out.WriteLine("没有这样的备案 / no such filings");
            return;
        }
        var table = TextTable.Of("备案号 number\n个人编号 person", "类别 kind", "就医地\narea", "有效期 valid", "状态 state", "提交 by\n版本 version");
        foreach (var entry in entries)
        {
            table.Row(
                $"{entry.Number}\n{entry.PersonNumber}", $"{entry.Kind} {entry.KindText}", entry.Area, $"{entry.From}\n{entry.To ?? "长期 open"}", entry.State,
                $"{entry.SubmittedBy ?? "本地 home"}\n{entry.Version}");
        }
        work.OpenScreen().Write(table);
    }

    private static void Write(NodeWork work, FilingDetails details)
    {
        var entry = details.Filing;
        work.Out.WriteLine($"{entry.Number} {entry.State}  {entry.Kind} {entry.KindText}  {entry.Area}  {entry.From} 至 to {entry.To ?? "长期 open"}");
        work.Out.WriteLine($"  个人编号 person      {entry.PersonNumber}");
        work.Out.WriteLine($"  提交 submitted by    {entry.SubmittedBy ?? "本地 home"}");
        work.Out.WriteLine($"  本地待遇 at home too {(details.IsTwoWay ? "是 yes" : "否 no")}");
        work.Out.WriteLine($"  未结算就诊 open visits {(details.RestingVisits.Count == 0 ? "-" : string.Join(' ', details.RestingVisits))}");
        work.Out.WriteLine($"  结算 settlements     {(details.Settlements.Count == 0 ? "-" : string.Join(' ', details.Settlements))}");
        var table = TextTable.Of("版本\nversion", "类别 kind\n就医地 area", "有效期 valid", "状态 state", "何时 when\n何人 who", "原因 why");
        foreach (var version in details.Versions)
        {
            table.Row(
                $"{version.Version}", $"{version.Kind}\n{version.Area}", $"{version.From}\n{version.To ?? "长期 open"}", version.State, $"{version.ChangedAt}\n{version.ChangedBy}", version.Reason);
        }
        work.OpenScreen().Write(table);
    }
}
