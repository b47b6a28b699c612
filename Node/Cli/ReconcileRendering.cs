using System.Globalization;
using ProvincialGateway.Ledger;
using ProvincialGateway.Reconciliation;
using ProvincialGateway.Values;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary>Reconciliations for people.</summary>
internal static class ReconcileRendering
{
    private static readonly string[] Shown = ["row_count", "charges.total_fen", "payments.fund_total_fen", "payments.account_fen", "payments.personal_total_fen"];

    public static void Write(NodeWork work, IReadOnlyList<RunView> runs)
    {
        if (runs.Count == 0)
        {
            work.Out.WriteLine("没有这样的对账 / no such runs");
            return;
        }
        var table = TextTable.Of("编号 run\n缘由 cause", "对方 partner\n本方 as", "自 from\n至 to", "结果 state\n差异 differences", "开始 begun\n次数 attempts", "报文 messages\n字节 bytes");
        foreach (var run in runs)
        {
            table.Row(
                $"{run.Run}\n{run.Cause}", $"{run.Partner}\n{Words(run.Side)}", $"{run.From}\n{run.To}",
                $"{Words(run.State)}\n{run.DifferencesFound} / {run.DifferencesUnsettled} 未了结 unsettled",
                string.Create(CultureInfo.InvariantCulture, $"{run.BegunAt:yyyy-MM-dd HH:mm}\n{run.Attempts}"),
                string.Create(CultureInfo.InvariantCulture, $"{run.Messages}\n{run.BytesSent + run.BytesReceived:N0}"));
        }
        work.OpenScreen().Write(table);
    }

    public static void Write(NodeWork work, RunView run)
    {
        work.Out.WriteLine($"对账 run {run.Run}: {run.Partner}, 本方 as {Words(run.Side)}, {run.From} – {run.To}");
        work.Out.WriteLine($"  结果 state      {Words(run.State)}");
        if (run.Reason is { } reason)
            work.Out.WriteLine($"  原因 reason     {reason}");
        work.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  往来 traffic    {run.Messages} 条 messages, {run.BytesSent:N0} + {run.BytesReceived:N0} 字节 bytes"));
        // Of a run that was broken off nothing is known, not even that there are no rows.
        if (run.State is RunState.Balanced or RunState.Different)
            WriteCells(work, run.Cells ?? []);
        foreach (var row in run.InFlight ?? [])
            work.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  在途 in flight  {Words(row.Holder)} {row.TransactionId} {row.Kind} {row.SentAt:yyyy-MM-dd HH:mm} {row.VisitNumber} {row.Total}"));
        if (run.Differences is { Count: > 0 } differences)
            Write(work, differences);
    }

    public static void Write(NodeWork work, IReadOnlyList<DifferenceView> differences)
    {
        if (differences.Count == 0)
        {
            work.Out.WriteLine("没有这样的差异 / no such differences");
            return;
        }
        var table = TextTable.Of("编号 no.\n业务日期 date", "对方 partner\n本方 as", "流水 transaction\n结算 settlement", "差异 difference\n状态 state", "本方 ours\n对方 theirs", "建议 proposal");
        foreach (var row in differences)
        {
            table.Row(
                $"{row.Id}\n{row.BusinessDate}", $"{row.Partner}\n{Words(row.Side)}", $"{row.TransactionId}\n{row.SettlementNumber}",
                $"{Words(row.Verdict)}\n{Words(row.State)}", $"{Amount(row.OurTotal)}\n{Amount(row.TheirTotal)}", Words(row.Proposal));
        }
        work.OpenScreen().Write(table);
    }

    public static void Write(NodeWork work, DifferenceView row)
    {
        work.Out.WriteLine($"差异 difference {row.Id}: {row.Partner}, 本方 as {Words(row.Side)}");
        work.Out.WriteLine($"  流水 transaction  {row.TransactionId}  结算 settlement {row.SettlementNumber}  {row.BusinessDate}");
        work.Out.WriteLine($"  状态 state        {Words(row.State)}{(row.IsBalanced ? " 已平 balanced" : "")}");
        work.Out.WriteLine($"  差异 verdict      {Words(row.Verdict)}  本方 ours {Amount(row.OurTotal)}  对方 theirs {Amount(row.TheirTotal)}");
        foreach (var field in row.Fields)
            work.Out.WriteLine($"    {field.Name}: {field.Ours} ↔ {field.Theirs}");
        work.Out.WriteLine($"  建议 proposal     {Words(row.Proposal)}: {row.ProposalReason}");
        foreach (var entry in row.History ?? [])
            work.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {entry.At:yyyy-MM-dd HH:mm:ss} {Words(entry.Event)} {(entry.Decision is { } decision ? Words(decision) : "")} {entry.Who}{(entry.Run is { } run ? $" (对账 run {run})" : "")}: {entry.Why}"));
    }

    private static void WriteCells(NodeWork work, IReadOnlyList<CellView> cells)
    {
        if (cells.Count == 0)
        {
            work.Out.WriteLine("  无数据 no rows on either side");
            return;
        }
        var table = TextTable.Of("日期 date\n险种 类别", "平 equal", "行数 rows", "总额 total", "基金 fund", "账户 account", "个人 personal");
        foreach (var cell in cells)
        {
            table.AddRow([new Text($"{cell.BusinessDate}\n{cell.Scheme} {cell.ClearingType}"), new Text(cell.IsEqual ? "✓" : "✗"), .. Shown.Select(name => new Text(Both(cell.Figures.Single(figure => figure.Name == name))))]);
            foreach (var other in cell.Figures.Where(figure => figure.Ours != figure.Theirs && !Shown.Contains(figure.Name)))
                table.AddRow([new Text(""), new Text(""), new Text(other.Name), new Text(Both(other))]);
        }
        work.OpenScreen().Write(table);
    }

    private static string Both(CellFigure figure) => figure.Ours == figure.Theirs ? Value(figure, figure.Ours) : $"{Value(figure, figure.Ours)}\n≠ {Value(figure, figure.Theirs)}";

    private static string Value(CellFigure figure, long value) => figure.IsMoney ? new Fen(value).ToString() : value.ToString(CultureInfo.InvariantCulture);

    private static string Amount(Fen? amount) => amount?.ToString() ?? "-";

    private static string Words(LedgerSide side) => side is LedgerSide.Treatment ? "就医地 treatment" : "参保地 insured";

    private static string Words(Holder holder) => holder is Holder.Ours ? "本方 ours" : "对方 theirs";

    private static string Words(RunState state) => state switch
    {
        RunState.UnderWay => "进行中 under way",
        RunState.Balanced => "平 balanced",
        RunState.Different => "有差异 different",
        RunState.NotFinished => "未完成 not finished",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state."),
    };

    private static string Words(RowVerdict verdict) => verdict switch
    {
        RowVerdict.OnlyOurs => "仅本方 only ours",
        RowVerdict.OnlyTheirs => "仅对方 only theirs",
        RowVerdict.Differs => "不同 differs",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "Not a verdict."),
    };

    private static string Words(DifferenceState state) => state switch
    {
        DifferenceState.Open => "待核查 open",
        DifferenceState.Checked => "已核查 checked",
        DifferenceState.Settled => "已了结 settled",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state."),
    };

    private static string Words(DifferenceAction action) => action switch
    {
        DifferenceAction.AskAgain => "重查 ask-again",
        DifferenceAction.Reverse => "冲正 reverse",
        DifferenceAction.AcceptInsured => "以参保地为准 accept-insured",
        DifferenceAction.PartnerActs => "对方处理 partner-acts",
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "Not an action."),
    };

    private static string Words(DifferenceEvent happened) => happened switch
    {
        DifferenceEvent.Found => "发现 found",
        DifferenceEvent.FoundOtherwise => "内容变化 found otherwise",
        DifferenceEvent.FoundAgain => "再次发现 found again",
        DifferenceEvent.Checked => "核查 checked",
        DifferenceEvent.CarriedOut => "执行 carried out",
        DifferenceEvent.Settled => "了结 settled",
        DifferenceEvent.Balanced => "已平 balanced",
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "Not an event."),
    };
}
