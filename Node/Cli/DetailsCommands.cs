using System.CommandLine;
using System.Globalization;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway details list|show|resend|audit</c>: the lines behind settled bills, sent as treatment side and received as insured side.</summary>
internal static class DetailsCommands
{
    public static Command Create() => new("details", "结算后的费用明细传输 / the fee lines that follow settlements") { List(), Show(), Resend(), LineAuditCommands.Create() };

    private static Command List()
    {
        var state = new Option<string?>("--state") { Description = "只列出该状态 / only this state: owed | receiving | complete | refused | withdrawn" };
        state.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, "owed", "receiving", "complete", "refused", "withdrawn");
        var partner = new Option<string?>("--partner") { Description = "只列出与该省的 / only those with this province, e.g. 530000" };
        var json = CommandJson.Option();
        var command = new Command("list", "明细传输的状态,未完成的在前 / the transfers, those that are not complete first\n例 example: gateway details list --state owed --as 440000 --data data-440000") { state, partner, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var (wanted, with) = (parsed.GetValue(state), OptionValues.Province(parsed, partner));
            var entries = work.Database.Read(DetailTransfers.List)
                .Where(entry => (wanted is null || entry.State.Equals(wanted, StringComparison.OrdinalIgnoreCase)) && (with is null || entry.Partner == with.Value.Code)).ToList();
            return work.Tell(entries, parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    private static Command Show()
    {
        var (settlement, json) = (SettlementArgument(), CommandJson.Option());
        var command = new Command("show", "一笔结算的明细:本地编码与交换码对照 / the lines of one settlement, local beside exchange code\n"
            + "例 example: gateway details show A5301001709200000001 --as 530000 --data data-530000") { settlement, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var number = parsed.GetRequiredValue(settlement);
            var details = work.Database.Read(session => DetailTransfers.Find(session, number)) ?? throw Unknown(number);
            return work.Tell(details, parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    private static Command Resend()
    {
        var (settlement, json) = (SettlementArgument(), CommandJson.Option());
        var command = new Command("resend", "原因排除后,以新的交易流水号重传被拒的明细 / sends refused lines again with a new transaction id, once the cause is mended\n"
            + "例 example: gateway details resend A5301001709200000001 --as 440000 --data data-440000") { settlement, json };
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var number = parsed.GetRequiredValue(settlement);
            var isOwed = await work.Database.WriteAsync(session => FeeTransfers.Find(session, number) is { State: FeeTransferState.Refused }
                && FeeTransfers.OweAgain(session, number, work.Time.NowMs()), cancellation);
            if (!isOwed)
                throw new CommandRefusedException($"结算 {number} 没有被拒的明细传输;用 details list --state refused 查看。 / settlement {number} has no refused transfer; see details list --state refused.");
            work.Serving?.Services.GetRequiredService<FeeDetailSender>().Wake();
            var transfer = work.Database.Read(session => DetailTransfers.Find(session, number))!.Transfer;
            return work.Tell(transfer, parsed.GetValue(json), _ => work.Out.WriteLine($"{number} 将重传 will be sent again"));
        });
        return command;
    }

    private static Argument<string> SettlementArgument() => new("settlement") { Description = "结算业务号 / the settlement number" };

    private static CommandRefusedException Unknown(string number) =>
        new($"本节点没有结算 {number} 的明细传输;用 details list 查看。 / this node has no transfer of settlement {number}; see details list.");

    private static void Write(NodeWork work, List<DetailTransfer> entries)
    {
        if (entries.Count == 0)
        {
            work.Out.WriteLine("没有这样的明细传输 / no such transfers");
            return;
        }
        var table = TextTable.Of("结算 settlement\n传输 transfer", "对方 partner\n本方 as", "状态 state\n结算状态", "行数 lines\n已到 arrived", "原因 reason");
        foreach (var entry in entries)
        {
            table.Row(
                $"{entry.SettlementNumber}\n{entry.TransactionId ?? "-"}",
                $"{entry.Partner}\n{(entry.IsTreatment ? "就医地 treatment" : "参保地 insured")}",
                $"{entry.State}\n{(entry.IsUndone ? "已撤销 undone" : "有效 standing")}",
                $"{entry.LineCount?.ToString(CultureInfo.InvariantCulture) ?? "-"}\n{entry.Arrived}",
                entry.Reason ?? "-");
        }
        work.OpenScreen().Write(table);
    }

    private static void Write(NodeWork work, DetailsOfSettlement details)
    {
        var transfer = details.Transfer;
        work.Out.WriteLine($"{transfer.SettlementNumber} {(transfer.IsTreatment ? "就医地 treatment" : "参保地 insured")} ↔ {transfer.Partner}");
        work.Out.WriteLine($"  状态 state       {transfer.State}{(transfer.IsUndone ? "  结算已撤销 the settlement is undone" : "")}");
        work.Out.WriteLine($"  传输 transfer    {transfer.TransactionId ?? "-"}");
        work.Out.WriteLine($"  行数 lines       {transfer.LineCount?.ToString(CultureInfo.InvariantCulture) ?? "-"}  已到 arrived {transfer.Arrived}");
        if (transfer.Reason is { } reason)
            work.Out.WriteLine($"  原因 reason      {reason}");
        if (details.Lines.Count == 0)
            return;
        var table = TextTable.Of("行 line\n日期 date", "本地 local", "交换码 exchange", "类 class\n大类 category", "单价×数量\n金额 amount", "自付 self-pay\n范围内 in scope");
        foreach (var line in details.Lines)
        {
            table.Row(
                $"{line.LineNumber}\n{line.FeeDate}",
                $"{line.LocalCode}\n{line.LocalName}",
                line.ExchangeCode.Length == 0 ? "无对照\nunmapped" : $"{line.ExchangeCode}\n{line.ExchangeName}",
                $"{line.ItemClass}\n{line.FeeCategory}",
                $"{line.UnitPrice.ToString("0.00##", CultureInfo.InvariantCulture)}×{line.Quantity.ToString("0.##", CultureInfo.InvariantCulture)}\n{new Fen(line.AmountFen)}",
                $"{new Fen(checked(line.AmountFen - line.InScopeFen))}\n{new Fen(line.InScopeFen)}");
        }
        work.OpenScreen().Write(table);
    }
}
