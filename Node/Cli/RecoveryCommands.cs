using System.CommandLine;
using System.Globalization;
using ProvincialGateway.Recovery;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway recovery status|report|skip|retry|set-aside</c>: a node that was restored from an older backup.</summary>
internal static class RecoveryCommands
{
    public static Command Create() => new("recovery", "从较早备份恢复后向其他省补齐 / recovery of a node restored from an older backup") { Status(), Report(), Skip(), Retry(), SetAside() };

    private static Command Status()
    {
        var json = CommandJson.Option();
        var command = new Command("status", "恢复到哪一步、还等哪些省 / how far the recovery is and which provinces it waits for\n例 example: gateway recovery status --as 530000 --data data-530000") { json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) => Show(work, parsed.GetValue(json), WriteStatus));
        return command;
    }

    private static Command Report()
    {
        var json = CommandJson.Option();
        var command = new Command("report", "补回了什么、有何差异、还须由医院或经办人补做什么 / what was recovered, what differs, what hospitals or operators have to repeat\n"
            + "例 example: gateway recovery report --as 530000 --data data-530000") { json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) => Show(work, parsed.GetValue(json), WriteReport));
        return command;
    }

    private static Command Skip()
    {
        var province = new Argument<string>("province") { Description = "省级区划代码，如 440000 / province code, e.g. 440000" };
        var command = new Command("skip", "不等该省：其余省恢复业务，与该省待其应答补齐后再办 / does not wait for a province: the others are served, this one once it could be asked\n"
            + "例 example: gateway recovery skip 440000 --operator 测试经办 --reason 专线中断至明日 --as 530000 --data data-530000") { province };
        new OperatorOption().SetChange(command, (_, parsed) =>
        {
            var code = parsed.GetRequiredValue(province);
            return (session, change) =>
            {
                if (RecoveryStore.UnderWay(session) is not { } recovery || !RecoveryStore.LeaveOut(session, recovery.Id, code, change.By, change.Reason, change.AtMs))
                    throw new CommandRefusedException($"没有等待 {code} 的恢复；请看 recovery status / no recovery waits for {code}; see recovery status");
                return null;
            };
        }, (work, _, asJson) => Show(work, asJson, WriteStatus));
        return command;
    }

    private static Command Retry()
    {
        var command = new Command("retry", "原因消除后，再次补入搁置的往来 / once the cause is mended: parked exchanges are taken in again\n"
            + "例 example: gateway recovery retry --operator 测试经办 --reason 已导入机构 --as 530000 --data data-530000");
        new OperatorOption().SetChange(command, (_, _) => (session, _) =>
        {
            if (RecoveryStore.UnderWay(session) is not { } recovery || RecoveryStore.Release(session, recovery.Id) == 0)
                throw new CommandRefusedException("没有搁置的往来 / no exchange is parked");
            return null;
        }, (work, _, asJson) => Show(work, asJson, WriteStatus));
        return command;
    }

    private static Command SetAside()
    {
        var id = new Argument<string>("transaction") { Description = "流水号 / transaction id" };
        var command = new Command("set-aside", "与对方核对后，不再补入一笔搁置的往来 / after comparing with that province: a parked exchange is not taken in\n"
            + "例 example: gateway recovery set-aside 440000201709201000020000000007 --operator 测试经办 --reason 对方确认误报 --as 530000 --data data-530000") { id };
        new OperatorOption().SetChange(command, (_, parsed) =>
        {
            var transaction = parsed.GetRequiredValue(id);
            return (session, change) => RecoveryStore.SetAside(session, transaction, change.By, change.Reason, change.AtMs)
                ? null
                : throw new CommandRefusedException($"没有搁置的往来 {transaction} / no exchange {transaction} is parked");
        }, (work, _, asJson) => Show(work, asJson, WriteStatus));
        return command;
    }

    private static int Show(NodeWork work, bool asJson, Action<NodeWork, RecoveryReport> write)
    {
        var report = work.Database.Read(session => new Shown(RecoveryReport.Of(session)));
        if (report.Recovery is null && !asJson)
        {
            work.Out.WriteLine("本节点没有恢复记录 / this node has never had to recover");
            return 0;
        }
        return work.Tell(report, asJson, shown => write(work, shown.Recovery!));
    }

    private static void WriteStatus(NodeWork work, RecoveryReport report)
    {
        work.Out.WriteLine(report switch
        {
            { FinishedAt: { } at } => $"恢复 {report.Number} 已于 {at} 完成 / recovery {report.Number} was finished at {at}",
            { ServedAt: { } at } => $"恢复 {report.Number}：{at} 起办理业务，尚有省份未补齐 / recovery {report.Number}: serves since {at}, provinces are still missing",
            _ => $"恢复 {report.Number} 正在进行，暂不办理业务 / recovery {report.Number} is under way, nothing is settled",
        });
        work.Out.WriteLine($"始于 {report.BegunAt}，发现者 {report.FoundBy}，备份时间 {report.BackupTakenAt ?? "-"} / begun {report.BegunAt}, found by {report.FoundBy}, backup of {report.BackupTakenAt ?? "-"}");
        var table = TextTable.Of("省 province", "状态 state", "往来 exchanges\n搁置 parked", "说明 note");
        foreach (var peer in report.Peers)
            table.Row(peer.Peer, Describe(peer.State), $"{Number(peer.Exchanges)}\n{Number(peer.Parked)}", NoteOf(peer));
        work.OpenScreen().Write(table);
    }

    private static void WriteReport(NodeWork work, RecoveryReport report)
    {
        WriteStatus(work, report);
        var kinds = TextTable.Of("省 province", "方向 direction", "步骤 step", "笔数 count", "基金与账户 cleared");
        foreach (var kind in report.Kinds)
            kinds.Row(kind.Peer, kind.Direction is Direction.AskedHere ? "对方所发 asked here" : "本省所发 asked there", kind.Method, Number(kind.Count), kind.Cleared?.ToString() ?? "-");
        work.OpenScreen().Write(kinds);
        foreach (var remark in report.Remarks)
            work.Out.WriteLine($"{remark.TransactionId} {remark.Peer} {remark.Method} {remark.Subject}: {Describe(remark.State)}: {remark.Chinese} / {remark.English}");
        if (report.SettlementsWithoutLines.Count > 0)
            work.Out.WriteLine($"以下结算缺费用明细，请医院核对 / settlements without fee lines, the hospital has them: {string.Join(", ", report.SettlementsWithoutLines)}");
        if (report.Gaps.Count > 0)
            work.Out.WriteLine($"丢失或跳过的号码 / numbers lost or passed over: {string.Join(", ", report.Gaps)}");
        work.Out.WriteLine(
            "其他省不知道、须补做的：备份后导入的人员、备案、机构、目录与政策；医院上传而未结算的费用明细；签到签退；本省经办人在本机所作的决定（明细审核、备案审核、差异处理、年度关账）。 / "
            + "Not known elsewhere and to be repeated: persons, filings, institutions, catalogues and policies imported after the backup; fee lines uploaded and not settled; sign-ins and "
            + "sign-outs; decisions of this agency's operators on this machine (line audit, filings under review, differences, closed years).");
    }

    private static string NoteOf(RecoveredPeer peer)
    {
        string?[] notes = [peer.LeftOutBy is null ? null : $"{peer.LeftOutBy}: {peer.LeftOutReason}", peer.LastError];
        return notes.OfType<string>().ToList() is { Count: > 0 } said ? string.Join('\n', said) : "-";
    }

    private static string Describe(PeerPart state) => state switch
    {
        PeerPart.Asking => "等待应答 being asked",
        PeerPart.Gathered => "已取得 gathered",
        PeerPart.LeftOut => "暂不等待 left out",
        PeerPart.TakenIn => "已补齐 taken in",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state of a province's part."),
    };

    private static string Describe(ExchangePart state) => state switch
    {
        ExchangePart.Waiting => "待补入 waiting",
        ExchangePart.Same => "一致 same",
        ExchangePart.Different => "有差异 differs",
        ExchangePart.Parked => "搁置 parked",
        ExchangePart.SetAside => "不补入 set aside",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state of an exchange."),
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <param name="Recovery">The last one; absent when there was none.</param>
    private sealed record Shown(RecoveryReport? Recovery);
}
