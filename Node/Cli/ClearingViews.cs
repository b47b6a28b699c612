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
            var (statements, duties) = work.Database.Read(session => (
                StatementBook.All(session).Select(row => Entry(session, row)).ToList(),
                ClearingDeadlines.Duties(session, work.Node.Self, desk.Configuration.Clearing, work.Time.Today())));
            statements = statements.FindAll(entry => (parsed.GetValue(partner) is not { } with || entry.Partner == with)
                && (parsed.GetValue(state) is not { } wanted || entry.State.ToString().Equals(wanted, StringComparison.OrdinalIgnoreCase)));
            var due = duties.Select(duty => new { duty.Side, Partner = duty.Partner.Code, duty.Period, duty.StatementNumber, duty.What, duty.Due, Overdue = duty.IsOverdue(work.Time.Today()) });
            return work.Tell(new { statements, duties = due }, parsed.GetValue(json), _ => Write(work, statements, duties));
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
            var rows = work.Database.Read(session => ClearedRows.Page(session, statement, parsed.GetValue(after), Math.Clamp(parsed.GetValue(max), 1, 100_000)))
                .Select(found => LedgerCommands.Entry(found.Sequence, found.Row)).ToList();
            return work.Tell(rows, parsed.GetValue(json), found => LedgerCommands.Write(work, found));
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
        var statement = row.ToStatement();
        return work.Tell(
            new { statement = entry, sums = statement.Sums, deductions = statement.Deductions, check, findings = found, objections = disputed, payments }, json, _ =>
            {
                WriteHead(work, row, entry, check);
                WriteParts(work, statement, [.. found, .. disputed], payments);
            });
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
        table = TextTable.Of("扣款 kind", "金额 amount", "行 row\n来源 source", "理由 reason");
        foreach (var deduction in statement.Deductions)
            table.Row(deduction.Kind, ClearingWork.Money(deduction.AmountFen), $"{deduction.RowTransactionId}\n{deduction.SourceStatementNumber}", deduction.Reason);
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

    private static void Write(NodeWork work, List<StatementEntry> statements, IReadOnlyList<ClearingDuty> duties)
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
            work.Out.WriteLine($"{(duty.IsOverdue(work.Time.Today()) ? "逾期 OVERDUE" : "待办 due")} {duty.Due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}  {duty.Partner} {duty.Period} {duty.StatementNumber ?? ""} {duty.Chinese} / {duty.English}");
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
