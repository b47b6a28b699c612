using System.CommandLine;
using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway ledger balance|postings|rows</c>: the node's books.</summary>
internal static class LedgerCommands
{
    public static Command Create() => new("ledger", "台账：试算平衡、分录、明细 / the ledger: trial balance, postings, rows") { Balance(), Postings(), Rows() };

    /// <summary>What a person or a script sees of one row of the ledger. No name, no certificate.</summary>
    public static RowEntry Entry(long sequence, LedgerRow row) => new()
    {
        Sequence = sequence,
        TransactionId = row.TransactionId,
        Kind = row.Kind,
        BusinessDate = row.Cell.BusinessDate,
        Scheme = row.Cell.Scheme,
        ClearingType = row.Cell.ClearingType,
        SettlementNumber = row.SettlementNumber,
        VisitNumber = row.VisitNumber,
        InstitutionCode = row.InstitutionCode,
        TotalFen = row.Charges.TotalFen,
        FundFen = row.Payments.FundTotalFen,
        AccountFen = row.Payments.AccountFen,
        CashFen = row.Payments.CashFen,
    };

    public static void Write(NodeWork work, IReadOnlyList<RowEntry> rows)
    {
        if (rows.Count == 0)
        {
            work.Out.WriteLine("没有台账行 / no rows");
            return;
        }
        var table = TextTable.Of("序号 seq.\n日期 date", "结算 settlement\n流水 transaction", "险种 scheme\n类别 type", "种类 kind\n机构 institution", "总额 total", "基金 fund\n账户 account");
        foreach (var row in rows)
        {
            table.Row($"{row.Sequence}\n{row.BusinessDate}", $"{row.SettlementNumber}\n{row.TransactionId}", $"{row.Scheme}\n{row.ClearingType}", $"{row.Kind}\n{row.InstitutionCode}",
                ClearingWork.Money(row.TotalFen), $"{ClearingWork.Money(row.FundFen)}\n{ClearingWork.Money(row.AccountFen)}");
        }
        work.OpenScreen().Write(table);
    }

    private static Command Balance()
    {
        var at = new Option<long?>("--at") { Description = "截至该分录序号（一组分录不拆开），默认全部 / up to this posting's sequence number, no posting set cut in two; default all" };
        var (partner, json) = (ClearingWork.AnyPartner(), CommandJson.Option());
        var command = new Command("balance", "试算平衡表 / the trial balance\n例 example: gateway ledger balance --at 120 --as 440000 --data data-440000") { at, partner, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var rows = work.Database.Read(session => TrialBalance.Of(session, parsed.GetValue(at)))
                .Where(row => parsed.GetValue(partner) is not { } wanted || row.Partner == wanted).ToList();
            return work.Tell(rows, parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    private static Command Postings()
    {
        var (partner, json) = (ClearingWork.AnyPartner(), CommandJson.Option());
        var subject = new Option<string?>("--subject") { Description = "只列出该结算、清算单或通知的 / only those of this settlement, statement or notice" };
        var account = new Option<Account?>("--account") { Description = "只列出该科目 / only this account, e.g. Bank" };
        var posted = new Option<PostingEvent?>("--event") { Description = "只列出该事项 / only this event, e.g. PaymentReceived" };
        var after = new Option<long>("--after") { Description = "从该序号之后 / after this sequence number", DefaultValueFactory = _ => 0 };
        var max = new Option<int>("--max") { Description = "至多行数 / at most so many", DefaultValueFactory = _ => 100 };
        var command = new Command("postings", "分录 / the postings\n例 example: gateway ledger postings --subject B44000017090000001 --as 440000 --data data-440000")
        { partner, subject, account, posted, after, max, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var rows = work.Database.Read(session => session.Query<PostingEntry>(
                """
                SELECT sequence, transaction_id, event, subject, partner, account, amount_fen, business_date FROM posting
                WHERE sequence > @after AND (@partner IS NULL OR partner = @partner) AND (@subject IS NULL OR subject = @subject)
                  AND (@account IS NULL OR account = @account) AND (@posted IS NULL OR event = @posted) ORDER BY sequence LIMIT @max
                """,
                new
                {
                    after = parsed.GetValue(after),
                    partner = parsed.GetValue(partner),
                    subject = parsed.GetValue(subject),
                    account = (int?)parsed.GetValue(account),
                    posted = (int?)parsed.GetValue(posted),
                    max = parsed.GetValue(max),
                }));
            return work.Tell(rows, parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    private static Command Rows()
    {
        var (partner, side, json) = (ClearingWork.Partner(), ClearingWork.Side(), CommandJson.Option());
        var after = new Option<long>("--after") { Description = "从该序号之后 / after this sequence number", DefaultValueFactory = _ => 0 };
        var max = new Option<int>("--max") { Description = "至多行数 / at most so many", DefaultValueFactory = _ => 100 };
        var command = new Command("rows", "与一省的台账行，按序号 / the rows of the ledger with one province, by sequence\n"
            + "例 example: gateway ledger rows --partner 530000 --side treatment --as 440000 --data data-440000") { partner, side, after, max, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var rows = work.Database.Read(session => LedgerRows.InSequence(
                session, ClearingWork.SideOf(parsed, side), ClearingWork.Province(parsed, partner), parsed.GetValue(after), long.MaxValue, Math.Clamp(parsed.GetValue(max), 1, 100_000)))
                .Select(record => Entry(record.Sequence, record.Row)).ToList();
            return work.Tell(rows, parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    private static void Write(NodeWork work, IReadOnlyList<TrialBalanceRow> rows)
    {
        var table = TextTable.Of("对方 partner", "科目 account", "借方 debit", "贷方 credit", "余额 balance");
        foreach (var row in rows)
            table.Row(row.Partner, Name(row.Account), ClearingWork.Money(row.DebitFen), ClearingWork.Money(row.CreditFen), ClearingWork.Money(row.BalanceFen));
        table.Row("", "合计 total", ClearingWork.Money(rows.Sum(row => row.DebitFen)), ClearingWork.Money(rows.Sum(row => row.CreditFen)), ClearingWork.Money(rows.Sum(row => row.BalanceFen)));
        work.OpenScreen().Write(table);
    }

    private static void Write(NodeWork work, IReadOnlyList<PostingEntry> rows)
    {
        if (rows.Count == 0)
        {
            work.Out.WriteLine("没有分录 / no postings");
            return;
        }
        var table = TextTable.Of("序号 seq.\n日期 date", "事项 event\n对方 partner", "对象 subject\n流水 transaction", "科目 account", "借方 debit", "贷方 credit");
        foreach (var row in rows)
            table.Row($"{row.Sequence}\n{row.BusinessDate}", $"{row.Event}\n{row.Partner}", $"{row.Subject}\n{row.TransactionId}", Name(row.Account),
                row.AmountFen > 0 ? ClearingWork.Money(row.AmountFen) : "", row.AmountFen < 0 ? ClearingWork.Money(-row.AmountFen) : "");
        work.OpenScreen().Write(table);
    }

    private static string Name(Account account)
    {
        var (chinese, english) = AccountNames.Of(account);
        return $"{chinese} {english}";
    }

    internal sealed record RowEntry
    {
        public required long Sequence { get; init; }
        public required string TransactionId { get; init; }
        public required LedgerRowKind Kind { get; init; }
        public required string BusinessDate { get; init; }
        public required string Scheme { get; init; }
        public required string ClearingType { get; init; }
        public required string SettlementNumber { get; init; }
        public required string VisitNumber { get; init; }
        public required string InstitutionCode { get; init; }
        public required long TotalFen { get; init; }
        public required long FundFen { get; init; }
        public required long AccountFen { get; init; }
        public required long CashFen { get; init; }
    }

    private sealed class PostingEntry
    {
        public required long Sequence { get; init; }
        public required string TransactionId { get; init; }
        public required PostingEvent Event { get; init; }
        public required string Subject { get; init; }
        public required string Partner { get; init; }
        public required Account Account { get; init; }
        public required long AmountFen { get; init; }
        public required string BusinessDate { get; init; }
    }
}
