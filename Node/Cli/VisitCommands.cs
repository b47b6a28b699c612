using System.CommandLine;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway visits list|show</c>: the stays and outpatient visits this node has part in, as treatment and as insured side.</summary>
internal static class VisitCommands
{
    public static Command Create() => new("visits", "就诊：本省收治的与本省参保人在外省的 / visits: treated here, and of this province's people elsewhere") { List(), Show() };

    private static Command List()
    {
        var (json, filter) = (CommandJson.Option(), new CareFilter(
            new DealingsFilter("入院或就诊日期", "admission or visit dates"), "waiting", "admitted", "discharged", "settled", "refused", "undone"));
        var command = new Command("list", "就诊，入院日期近的在前 / visits, latest admission first\n"
            + "例 example: gateway visits list --state discharged --partner 440000 --as 530000 --data data-530000") { json };
        filter.AddTo(command);
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var wanted = filter.Read(parsed);
            return work.Tell(work.Database.Read(session => CareViews.ListVisits(session, wanted)), parsed.GetValue(json), visits => Write(work, visits));
        });
        return command;
    }

    private static Command Show()
    {
        var (json, number) = (CommandJson.Option(), new Argument<string>("number") { Description = "就诊登记号（S 开头）或住院号 / visit number (it begins with S) or the hospital's own" });
        var hospital = new Option<string?>("--hospital") { Description = "机构编码，仅当几家医院有同一住院号时需要 / needed only where several hospitals gave the same number" };
        var command = new Command("show", "一次就诊及其结算，个人信息遮蔽 / one visit and its settlements, personal data masked\n"
            + "例 example: gateway visits show S5301001709200000001 --as 440000 --data data-440000") { number, hospital, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var (wanted, place) = (parsed.GetRequiredValue(number), parsed.GetValue(hospital));
            var visit = work.Database.Read(session => CareViews.Describe(session, One(wanted, CareViews.FindVisits(session, wanted, place)), work.Vault));
            return work.Tell(visit, parsed.GetValue(json), details => Write(work, details));
        });
        return command;
    }

    private static VisitEntry One(string number, List<VisitEntry> found) => found switch
    {
        [] => throw new CommandRefusedException($"本节点没有就诊 {number}；用 visits list 查看。 / this node has no visit {number}; see visits list."),
        [var only] => only,
        // Under a hospital's own number refused and undone visits may stand beside the one that is meant.
        _ when found.FindAll(visit => visit.State is not ("refused" or "undone")) is [var standing] => standing,
        _ => throw new CommandRefusedException(
            $"{number} 指 {found.Count} 次就诊，请用就诊登记号，或加 --hospital。 / {number} means {found.Count} visits; give the visit number, or add --hospital: "
            + string.Join(", ", found.Select(visit => $"{visit.VisitNumber ?? "-"} ({visit.Institution})"))),
    };

    private static void Write(NodeWork work, List<VisitEntry> visits)
    {
        if (visits.Count == 0)
        {
            work.Out.WriteLine("没有这样的就诊 / no such visits");
            return;
        }
        var table = TextTable.Of("就诊 visit\n住院号 hospital's number", "对方 partner\n本方 as", "机构 institution\n个人编号 person", "类别 kind\n病种 disease", "自 from\n至 to", "状态 state\n结算 settlements");
        foreach (var visit in visits)
        {
            table.Row(
                $"{visit.VisitNumber ?? "-"}\n{visit.HospitalVisitNumber}", $"{visit.Partner}\n{ClearingWork.Name(visit.Side)}", $"{visit.Institution}\n{visit.PersonNumber ?? "-"}",
                $"{visit.Kind}\n{visit.ChronicDisease ?? "-"}", $"{visit.From}\n{visit.To ?? "-"}", $"{visit.State}\n{visit.Settlements}");
        }
        work.OpenScreen().Write(table);
    }

    private static void Write(NodeWork work, VisitDetails details)
    {
        var visit = details.Visit;
        work.Out.WriteLine($"{visit.VisitNumber ?? "-"} {ClearingWork.Name(visit.Side)} ↔ {visit.Partner}  {details.StateZh} {details.StateEn}");
        work.Out.WriteLine($"  机构 institution     {visit.Institution}  住院号 hospital's number {visit.HospitalVisitNumber}");
        work.Out.WriteLine($"  类别 kind            {visit.Kind} {visit.ChronicDisease}".TrimEnd());
        work.Out.WriteLine($"  自 from 至 to        {visit.From} .. {visit.To ?? "-"}");
        if (details.Person is { } person)
            work.Out.WriteLine($"  参保人 person        {person.Number} {person.Name} {person.Certificate}  {person.Division} {person.Scheme}/{person.PersonClass}");
        work.Out.WriteLine($"  备案 filing          {details.FilingNumber ?? "-"}");
        if (details is { Charged: { } charged, Unsettled: { } unsettled })
            work.Out.WriteLine($"  费用 charged         {charged}  未结算 unsettled {unsettled}");
        if (details.Settlements.Count > 0)
            SettlementCommands.Write(work, details.Settlements);
    }
}
