using System.Globalization;
using ProvincialGateway.Network;
using ProvincialGateway.Treatment;

namespace ProvincialGateway.Cli;

/// <summary>Transactions as people read them.</summary>
internal static class TransactionRendering
{
    public static void Write(NodeWork work, IReadOnlyList<TransactionEntry> rows)
    {
        if (rows.Count == 0)
        {
            work.Out.WriteLine("没有这样的交易 no such transactions");
            return;
        }
        var table = TextTable.Of("流水号 transaction\n对方 to", "业务 kind\n就诊 visit", "状态 state\n次数 attempts", "下次 next", "说明 note");
        foreach (var row in rows)
        {
            table.Row($"{row.TransactionId}\n{row.Peer} {row.StoredAt}", $"{Name(row.Kind)}\n{row.HospitalVisitNumber ?? "-"}",
                $"{Name(row.State)}{(row.Overdue ? " ✗" : "")}\n{Number(row.Attempts)}", Next(row), row.Note ?? "-");
        }
        work.OpenScreen().Write(table);
    }

    public static void Write(NodeWork work, IReadOnlyList<TransactionTotalEntry> totals)
    {
        if (totals.Count == 0)
        {
            work.Out.WriteLine("✓ 没有待答或搁置的交易 no transaction waits or is parked");
            return;
        }
        var table = TextTable.Of("对方 to", "状态 state", "笔数 count", "超时 overdue", "最早 oldest");
        foreach (var total in totals)
            table.Row(total.Peer, Name(total.State), Number(total.Count), total.Overdue == 0 ? "-" : $"✗ {Number(total.Overdue)}", total.OldestAt);
        work.OpenScreen().Write(table);
        if (totals.Any(total => total.NeedsOperator))
            work.Out.WriteLine("✗ 有交易需人工处理,见 transactions list / some need an operator, see transactions list");
    }

    public static void Write(NodeWork work, TransactionDetails details)
    {
        var row = details.Transaction;
        var table = TextTable.Of("项目 what", "内容 content");
        table.Row("流水号 transaction", $"{row.TransactionId} → {row.Peer}");
        table.Row("业务 kind", $"{Name(row.Kind)} {row.Institution} {row.HospitalVisitNumber} {row.VisitNumber}".TrimEnd());
        table.Row("状态 state", $"{Name(row.State)}{(row.Overdue ? " ✗ 超时 overdue" : "")}");
        table.Row("存入 stored", row.StoredAt);
        table.Row("发送 sent", $"{Number(row.Attempts)} 次 times, 末次 last {row.AttemptedAt ?? "-"}, 下次 next {Next(row)}");
        if (row.AnsweredAt is { } answered)
            table.Row("应答 answered", answered);
        if (row.OriginalId is { } original)
            table.Row("原交易 undoes", original);
        if (row.ReversalId is { } reversal)
            table.Row("冲正在途 reversal", reversal);
        table.Row("说明 note", row.Note ?? "-");
        table.Row("对方记录 at the peer", details.Peer is { } peer ? Describe(peer) : "节点未运行,未查询 not asked: the node does not serve");
        foreach (var act in details.Acts)
            table.Row($"{act.At}\n{act.By}", $"{Name(act.Act)}: {act.Reason}{(act.ReversalId is { } by ? $" ({by})" : "")}{(act.Contradiction is { } doubt ? $"\n{doubt}" : "")}");
        work.OpenScreen().Write(table);
    }

    private static string Describe(PeerEntry peer) => peer.State switch
    {
        "not-seen" => "从未收到 never seen",
        "void" => "已作废 void",
        "granted" => $"已办理 done{Doubt(peer)}",
        "refused" => $"已拒绝 refused {peer.Refusal}{Doubt(peer)}",
        _ => $"不明 unknown: {peer.Note}",
    };

    private static string Doubt(PeerEntry peer) => peer.IsAnswerWeDoubt switch
    {
        _ when peer.IsAnswerWeApplied is false => ",与本节点已入账的应答不同,请对账并联系对方 and by another answer than the one this node has booked: reconcile, call the peer",
        true => ",仍是不可信的应答 and still the answer that cannot be true",
        false => ",应答已不同,可以 release / by another answer now: release it",
        null => "",
    };

    private static string Next(TransactionEntry row) => row switch
    {
        { AskedBy: { } holder } => $"正在询问 being asked ({Name(holder)})",
        { ReversalId: not null } => "待冲正 its reversal first",
        { NextAttemptAt: { } at } => at,
        _ => "-",
    };

    private static string Name(OutboundHolder holder) => holder switch
    {
        OutboundHolder.Caller => "医院 hospital",
        OutboundHolder.Resolver => "节点 node",
        OutboundHolder.Operator => "经办 operator",
        _ => throw new ArgumentOutOfRangeException(nameof(holder), holder, "Not a holder."),
    };

    private static string Name(TransactionActKind act) => act switch
    {
        TransactionActKind.Retry => "再问 retry",
        TransactionActKind.Release => "释放 release",
        TransactionActKind.Reverse => "冲正 reverse",
        _ => throw new ArgumentOutOfRangeException(nameof(act), act, "Not an act."),
    };

    private static string Name(OutboundState state) => state switch
    {
        OutboundState.Awaiting => "待答 awaiting",
        OutboundState.Answered => "已应答 answered",
        OutboundState.Rejected => "未受理 rejected",
        OutboundState.Parked => "搁置 parked",
        OutboundState.Void => "作废 void",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state."),
    };

    private static string Name(TransactionKind kind) => kind switch
    {
        TransactionKind.Admission => "入院或登记 admission",
        TransactionKind.Discharge => "出院 discharge",
        TransactionKind.Settlement => "结算 settlement",
        TransactionKind.SettlementCancellation => "结算撤销 cancellation",
        TransactionKind.AdmissionCancellation => "入院撤销 cancelled admission",
        TransactionKind.DischargeCancellation => "出院撤销 cancelled discharge",
        TransactionKind.Reversal => "冲正 reversal",
        TransactionKind.FilingSubmission => "备案提交 filing",
        TransactionKind.FilingCancellation => "备案撤销 cancelled filing",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind."),
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
