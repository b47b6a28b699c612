using System.CommandLine;
using System.Globalization;
using ProvincialGateway.Clearing;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway clearing list|show|rows|net</c>: what stands in the books.</summary>
internal static class ClearingViews
{
    public static Command List()
    {
        var (partner, json) = (ClearingWork.AnyPartner(), CommandJson.Option());
        var state = new Option<string?>("--state") { Description = "只列出该状态 / only this state: draft | proposed | disputed | confirmed | paid" };
        state.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, "draft", "proposed", "disputed", "confirmed", "paid");
        var command = new Command("list", "清算单及待办期限 / statements, and what is due by when\n例 example: gateway clearing list --state proposed --as 530000 --data data-530000") { partner, state, json };
        command.SetAgencyAction((work, desk, parsed) =>
        {
            var today = work.Time.Today();
            var (statements, duties, held) = work.Database.Read(session => (
                StatementBook.All(session).Select(row => Entry(session, row)).ToList(),
                ClearingDeadlines.Duties(session, work.Node.Self, desk.Configuration.Clearing, today).ToList(), HeldBack.All(session).ToList()));
            statements = statements.FindAll(entry => (parsed.GetValue(partner) is not { } with || entry.Partner == with)
                && (parsed.GetValue(state) is not { } wanted || entry.State.ToString().Equals(wanted, StringComparison.OrdinalIgnoreCase)));
            if (parsed.GetValue(partner) is { } only)
                (duties, held) = (duties.FindAll(duty => duty.Partner.Code == only), held.FindAll(row => row.Partner == only));
            return work.Tell(new { statements, duties = duties.Select(duty => Entry(duty, today)), held }, parsed.GetValue(json), _ => Write(work, statements, duties, held));
        });
        return command;
    }

    public static Command Show()
    {
        var (number, json) = (ClearingCommands.StatementArgument(), CommandJson.Option());
        var revision = new Option<int?>("--revision") { Description = "修订版，默认最新 / the revision; default the latest" };
        var command = new Command("show", "一张清算单：分项、扣款、核对、异议、付款 / a statement with its sums, deductions, check, objections and payments\n"
            + "例 example: gateway clearing show B44000017090000001 --as 530000 --data data-530000") { number, revision, json };
        command.SetAgencyAction((work, _, parsed) =>
        {
            return Write(work, Find(work, parsed.GetRequiredValue(number), parsed.GetValue(revision)), parsed.GetValue(json));
        });
        return command;
    }

    public static Command Rows()
    {
        var (number, json) = (ClearingCommands.StatementArgument(), CommandJson.Option());
        var after = new Option<long>("--after") { Description = "从该序号之后 / after this sequence number", DefaultValueFactory = _ => 0 };
        var max = new Option<int>("--max") { Description = "至多行数 / at most so many rows", DefaultValueFactory = _ => 100 };
        var command = new Command("rows", "清算单各行，按就医地台账序号 / the rows of a statement by the treatment side's sequence\n"
            + "例 example: gateway clearing rows B44000017090000001 --max 50 --as 440000 --data data-440000") { number, after, max, json };
        command.SetAgencyAction((work, _, parsed) =>
        {
            var statement = Find(work, parsed.GetRequiredValue(number), null);
            var rows = work.Database.Read(session => ClearedRows.Page(session, statement, parsed.GetValue(after), Math.Clamp(parsed.GetValue(max), 1, 100_000)));
            return work.Tell(
                rows.Select(found => found.Row is { } row ? LedgerCommands.Entry(found.Sequence, row) : (object)new { found.Sequence, found.TransactionId, Kind = "unknown" }).ToList(),
                parsed.GetValue(json), _ => Write(work, rows));
        });
        return command;
    }

    public static Command Net()
    {
        var (partner, json) = (ClearingWork.Partner(), CommandJson.Option());
        var command = new Command("net", "两省双向应收应付轧差（仅供参考） / what two provinces owe each other in both directions; a view only\n"
            + "例 example: gateway clearing net --partner 530000 --as 440000 --data data-440000") { partner, json };
        command.SetAgencyAction((work, _, parsed) =>
        {
            var net = work.Database.Read(session => ClearingNet.Of(session, ClearingWork.Province(parsed, partner)));
            return work.Tell(net, parsed.GetValue(json), _ =>
            {
                work.Out.WriteLine($"{work.Node.Self} ↔ {net.Partner}");
                work.Out.WriteLine($"  应收 owed to us  {new Fen(net.OwedToUsFen)}");
                work.Out.WriteLine($"  应付 owed by us  {new Fen(net.OwedByUsFen)}");
                work.Out.WriteLine($"  轧差 net         {new Fen(net.NetFen)}  {(net.NetFen >= 0 ? "对方付 the partner pays" : "本方付 this side pays")}");
            });
        });
        return command;
    }

    public static ClearingStatement Find(NodeWork work, string number, int? revision) =>
        work.Database.Read(session => revision is { } wanted ? StatementBook.Find(session, number, wanted) : StatementBook.Latest(session, number)) ?? throw StatementDesk.Unknown(number);

    public static int Write(NodeWork work, ClearingStatement row, bool json)
    {
        var (entry, check, found, disputed, payments) = work.Database.Read(session => (
            Entry(session, row), StatementBook.Check(session, row.StatementNumber, row.Revision),
            StatementBook.Objections(session, row.StatementNumber, row.Revision, ObjectionOrigin.Check),
            StatementBook.Objections(session, row.StatementNumber, row.Revision, ObjectionOrigin.Dispute), PaymentBook.Of(session, row.StatementNumber)));
        var held = work.Database.Read(session => HeldBack.Rows(session, row.Side, Division.Parse(row.Partner), long.MaxValue, "")).Where(of => of.SourceStatementNumber == row.StatementNumber && of.Kind != Deductions.Audit).ToList();
        var statement = row.ToStatement();
        return work.Tell(
            new { statement = entry, sums = statement.Sums, deductions = statement.Deductions, check, findings = found, objections = disputed, held, payments }, json, _ =>
            {
                WriteHead(work, row, entry, check);
                WriteParts(work, statement, [.. found, .. disputed], payments);
                Write(work, held);
            });
    }

    private static void Write(NodeWork work, IReadOnlyList<ClearedRow> rows)
    {
        LedgerCommands.Write(work, [.. rows.Where(found => found.Row is not null).Select(found => LedgerCommands.Entry(found.Sequence, found.Row!))]);
        foreach (var unknown in rows.Where(found => found.Row is null))
            work.Out.WriteLine($"本方台账无此行 not in this side's ledger: {unknown.Sequence} {unknown.TransactionId}");
    }

    private static void WriteHead(NodeWork work, ClearingStatement row, StatementEntry entry, CheckRow? check)
    {
        work.Out.WriteLine($"{row.StatementNumber} 第 {row.Revision} 版 revision {row.Revision}  {row.Period}  {ClearingWork.Name(row.Side)} ↔ {row.Partner}");
        work.Out.WriteLine($"  状态 state            {row.Describe().Chinese} {row.Describe().English}");
        work.Out.WriteLine($"  台账序号 sequence     {row.FirstSequence}..{row.LastSequence}  共 {row.RowCount} 行 rows");
        work.Out.WriteLine($"  申请 claimed          {new Fen(row.ClaimedFen)}");
        work.Out.WriteLine($"  扣款 deducted         {new Fen(row.DeductedFen)}");
        work.Out.WriteLine($"  预付金抵扣 offset     {new Fen(row.PrepaymentOffsetFen)}");
        work.Out.WriteLine($"  应付 payable          {new Fen(row.PayableFen)}  未付 open {new Fen(entry.OpenFen)}");
        if (check is not null)
            work.Out.WriteLine($"  核对 check            {check.RowCount} 行 rows, {check.FindingCount} 处差异 findings {check.Reason}".TrimEnd());
    }

    private static void WriteParts(NodeWork work, Provincial.Exchange.V1.Statement statement, IReadOnlyList<ObjectionRow> objections, IReadOnlyList<PaymentRow> payments)
    {
        var screen = work.OpenScreen();
        var table = TextTable.Of("险种 scheme", "类别 type", "行数 rows", "人数 persons\n人次 visits", "总额 total", "基金 fund", "账户 account");
        foreach (var sum in statement.Sums)
            table.Row(sum.Scheme, sum.ClearingType, ClearingWork.Number(sum.Sums.RowCount), $"{sum.PersonCount}\n{sum.VisitCount}",
                ClearingWork.Money(sum.Sums.Charges.TotalFen), ClearingWork.Money(sum.Sums.Payments.FundTotalFen), ClearingWork.Money(sum.Sums.Payments.AccountFen));
        if (statement.Sums.Count > 0)
            screen.Write(table);
        table = TextTable.Of("号 no.", "扣款 kind", "金额 amount", "行 row\n来源 source", "理由 reason");
        foreach (var (deduction, place) in statement.Deductions.Select((deduction, place) => (deduction, place + 1)))
            table.Row(ClearingWork.Number(place), deduction.Kind, ClearingWork.Money(deduction.AmountFen), $"{deduction.RowTransactionId}\n{deduction.SourceStatementNumber}", deduction.Reason);
        if (statement.Deductions.Count > 0)
            screen.Write(table);
        table = TextTable.Of("异议 objection", "金额 amount\n字段 field", "行 row", "理由 reason");
        foreach (var objection in objections)
            table.Row($"{objection.Kind}", $"{ClearingWork.Money(objection.AmountFen)}\n{objection.Field}", objection.RowTransactionId, objection.Reason);
        if (objections.Count > 0)
            screen.Write(table);
        table = TextTable.Of("付款通知 payment", "付款日 paid on", "通知 notified\n到账 received", "状态 state");
        foreach (var payment in payments)
            table.Row(payment.NoticeId, payment.PaidOn, $"{ClearingWork.Money(payment.AmountFen)}\n{ClearingWork.Money(payment.ReceivedFen)}", $"{payment.State}");
        if (payments.Count > 0)
            screen.Write(table);
    }

    private static object Entry(ClearingDuty duty, DateOnly today) =>
        new { duty.Side, Partner = duty.Partner.Code, duty.Period, StatementNumber = duty.Subject, duty.What, duty.Due, State = duty.StateOn(today), Overdue = duty.StateOn(today) is DutyState.Overdue };

    private static string Name(DutyState state) => state switch
    {
        DutyState.Overdue => "逾期 OVERDUE",
        DutyState.Due => "待办 due",
        _ => "将到期 upcoming",
    };

    /// <summary>Rows that disputes hold back, for the next period to restore or to leave.</summary>
    private static void Write(NodeWork work, IReadOnlyList<HeldRow> held)
    {
        if (held.Count == 0)
            return;
        var table = TextTable.Of("扣着的行 held back\n清算单 statement", "对方 partner\n本方 as", "金额 amount\n种类 kind", "处理 what follows", "理由 reason");
        foreach (var row in held)
            table.Row($"{row.RowTransactionId}\n{row.SourceStatementNumber} {row.Period}", $"{row.Partner}\n{ClearingWork.Name(row.Side)}", $"{ClearingWork.Money(row.HeldFen)}\n{row.Kind}",
                row.IsNegated ? "已撤销，下期退回\nundone, given back" : row.Resolution is not null ? "已解决，下期恢复\nresolved, restored next" : "仍扣着\nstays held", $"{row.Reason}\n{row.Resolution}".TrimEnd());
        work.OpenScreen().Write(table);
    }

    private static void Write(NodeWork work, List<StatementEntry> statements, IReadOnlyList<ClearingDuty> duties, IReadOnlyList<HeldRow> held)
    {
        if (statements.Count == 0)
            work.Out.WriteLine("没有清算单 / no statements");
        var table = TextTable.Of("清算单 statement\n清算期 period", "对方 partner\n本方 as", "状态 state\n版 revision", "行数 rows", "申请 claimed\n扣款 deducted", "应付 payable\n未付 open");
        foreach (var entry in statements)
            table.Row($"{entry.StatementNumber}\n{entry.Period}", $"{entry.Partner}\n{ClearingWork.Name(entry.Side)}", $"{entry.State}\n{entry.Revision}", ClearingWork.Number(entry.RowCount),
                $"{ClearingWork.Money(entry.ClaimedFen)}\n{ClearingWork.Money(entry.DeductedFen)}", $"{ClearingWork.Money(entry.PayableFen)}\n{ClearingWork.Money(entry.OpenFen)}");
        if (statements.Count > 0)
            work.OpenScreen().Write(table);
        foreach (var duty in duties)
            work.Out.WriteLine($"{Name(duty.StateOn(work.Time.Today()))} {duty.Due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}  {duty.Partner} {duty.Period} {duty.Subject ?? ""} {duty.Chinese} / {duty.English}");
        Write(work, held);
    }

    private static StatementEntry Entry(Session session, ClearingStatement row) => new()
    {
        StatementNumber = row.StatementNumber,
        Revision = row.Revision,
        Side = row.Side,
        Partner = row.Partner,
        Period = row.Period,
        State = row.State,
        FirstSequence = row.FirstSequence,
        LastSequence = row.LastSequence,
        RowCount = row.RowCount,
        ClaimedFen = row.ClaimedFen,
        DeductedFen = row.DeductedFen,
        PrepaymentOffsetFen = row.PrepaymentOffsetFen,
        PayableFen = row.PayableFen,
        OpenFen = StatementBook.OpenFen(session, row),
    };

    private sealed record StatementEntry
    {
        public required string StatementNumber { get; init; }
        public required int Revision { get; init; }
        public required LedgerSide Side { get; init; }
        public required string Partner { get; init; }
        public required string Period { get; init; }
        public required StatementStage State { get; init; }
        public required long FirstSequence { get; init; }
        public required long LastSequence { get; init; }
        public required long RowCount { get; init; }
        public required long ClaimedFen { get; init; }
        public required long DeductedFen { get; init; }
        public required long PrepaymentOffsetFen { get; init; }
        public required long PayableFen { get; init; }
        public required long OpenFen { get; init; }
    }
}
