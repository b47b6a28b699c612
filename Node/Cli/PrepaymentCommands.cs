using System.CommandLine;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway prepayment show|list|deposit|confirm|top-up|answer|adjust|return</c>: the deposits between provinces.</summary>
internal static class PrepaymentCommands
{
    public static Command Create() => new("prepayment", "预付金 / prepayments") { Show(), List(), Deposit(), Confirm(), TopUp(), Answer(), Adjust(), Return() };

    private static Command Show()
    {
        var (partner, json) = (ClearingWork.AnyPartner(), CommandJson.Option());
        var command = new Command("show", "各省预付金余额、使用率、可用天数 / balance, usage and days left of each prepayment\n例 example: gateway prepayment show --as 440000 --data data-440000") { partner, json };
        command.SetAgencyAction((work, desk, parsed) =>
        {
            var accounts = work.Database.Read(session => Relations(session)
                .Where(relation => parsed.GetValue(partner) is not { } wanted || relation.Partner.Code == wanted)
                .Select(relation => Entry(session, new PrepaymentDesk(desk), relation.Side, relation.Partner)).ToList());
            return work.Tell(accounts, parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    private static Command List()
    {
        var (partner, side, json) = (ClearingWork.Partner(), ClearingWork.Side(), CommandJson.Option());
        var command = new Command("list", "一个预付金的分录、通知和补充请求 / entries, notices and top-up requests of one prepayment\n"
            + "例 example: gateway prepayment list --partner 530000 --side treatment --as 440000 --data data-440000") { partner, side, json };
        command.SetAgencyAction((work, _, parsed) =>
        {
            var (own, other) = (ClearingWork.SideOf(parsed, side), ClearingWork.Province(parsed, partner));
            var (entries, notices, topUps) = work.Database.Read(session =>
                (PrepaymentBook.Entries(session, own, other, 0, int.MaxValue), PrepaymentBook.Notices(session, own, other), PrepaymentBook.TopUps(session, own, other)));
            return work.Tell(new { entries, notices, topUps }, parsed.GetValue(json), _ => Write(work, entries, notices, topUps));
        });
        return command;
    }

    private static Command Deposit()
    {
        var (partner, amount, bank, json, who) = (ClearingWork.Partner(), Amount(), ClearingWork.Bank(), CommandJson.Option(), ClearingWork.Operator());
        var (paidOn, again) = (ClearingWork.On("--paid-on", "付款日", "date of the bank order"), ClearingWork.Again());
        var topUp = new Option<string?>("--top-up") { Description = "所付的补充请求流水号，省略为首次预付 / the top-up request it pays; without it the first deposit" };
        var command = new Command("deposit", "参保地：已汇出预付金，通知就医地 / insured side: a deposit has been sent\n"
            + "例 example: gateway prepayment deposit --partner 440000 --amount 500000.00 --bank HD20170901-1 --as 530000 --data data-530000") { partner, amount, bank, again, paidOn, topUp, who, json };
        command.SetAgencyAction(async (work, desk, parsed, cancellation) =>
        {
            work.AskAboutReference(parsed, ClearingWork.Province(parsed, partner), bank, again);
            return work.Tell(await new PrepaymentDesk(desk).NotifyAsync(
                LedgerSide.Insured, ClearingWork.Province(parsed, partner), parsed.GetValue(topUp) is null ? PrepaymentEntryKind.FirstDeposit : PrepaymentEntryKind.UrgentTopUp,
                OptionValues.YuanAboveZero(amount.Name, parsed.GetRequiredValue(amount)), parsed.GetValue(topUp) ?? "", OptionValues.DateOrToday(work, parsed, paidOn), parsed.GetRequiredValue(bank),
                parsed.GetRequiredValue(who), cancellation), parsed.GetValue(json));
        });
        return command;
    }

    private static Command Confirm()
    {
        var notice = new Argument<string>("notice") { Description = "预付通知的流水号 / the notice's transaction id" };
        var amount = new Option<string?>("--amount") { Description = "实际到账金额，默认为通知金额，0 为未到账（退汇）/ what the bank credited; default what was notified; 0: nothing arrived" };
        var (bank, who, json, on) = (ClearingWork.Bank(required: false), ClearingWork.Operator(), CommandJson.Option(), ClearingWork.On("--received-on", "到账日", "date of the credit"));
        var command = new Command("confirm", "收款方：款已到账，双方记账 / payee: the money has arrived; both sides book it\n"
            + "例 example: gateway prepayment confirm 530000201709011000000000000012 --as 440000 --data data-440000") { notice, amount, on, bank, who, json };
        command.SetAgencyAction(async (work, desk, parsed, cancellation) => work.Tell(await new PrepaymentDesk(desk).ConfirmAsync(
            parsed.GetRequiredValue(notice), parsed.GetValue(amount) is { } credited ? OptionValues.YuanNotNegative(amount.Name, credited) : null, OptionValues.DateOrToday(work, parsed, on), parsed.GetValue(bank) ?? "", parsed.GetRequiredValue(who), cancellation),
            parsed.GetValue(json)));
        return command;
    }

    private static Command TopUp()
    {
        var (partner, amount, who, json) = (ClearingWork.Partner(), Amount(), ClearingWork.Operator(), CommandJson.Option());
        var reason = new Option<string>("--reason") { Description = "理由 / why", Required = true };
        var command = new Command("top-up", "就医地：使用率到红线，请求紧急补充 / treatment side: usage is red, ask for more\n"
            + "例 example: gateway prepayment top-up --partner 530000 --amount 200000.00 --reason 本月使用率已达红线 --as 440000 --data data-440000") { partner, amount, reason, who, json };
        command.SetAgencyAction(async (work, desk, parsed, cancellation) => work.Tell(await new PrepaymentDesk(desk).RequestTopUpAsync(
            ClearingWork.Province(parsed, partner), OptionValues.YuanAboveZero(amount.Name, parsed.GetRequiredValue(amount)), parsed.GetRequiredValue(reason), parsed.GetRequiredValue(who), cancellation), parsed.GetValue(json)));
        return command;
    }

    private static Command Answer()
    {
        var request = new Argument<string>("request") { Description = "补充请求的流水号 / the request's transaction id" };
        var grant = new Option<string>("--grant") { Description = "同意的金额，0 为拒绝 / what is granted; 0 declines", Required = true };
        var payBy = new Option<string?>("--pay-by") { Description = "付款期限 yyyy-MM-dd，默认为所请求的 / by when it will be paid; default as asked for" };
        var reason = new Option<string>("--reason") { Description = "少于所请求时必填 / obligatory when less is granted than asked", DefaultValueFactory = _ => "" };
        var (who, json) = (ClearingWork.Operator(), CommandJson.Option());
        var command = new Command("answer", "参保地：答复补充请求 / insured side: answer a top-up request\n"
            + "例 example: gateway prepayment answer 440000201709181000000000000031 --grant 200000.00 --as 530000 --data data-530000") { request, grant, payBy, reason, who, json };
        command.SetAgencyAction(async (work, desk, parsed, cancellation) => work.Tell(await new PrepaymentDesk(desk).AnswerTopUpAsync(
            parsed.GetRequiredValue(request), OptionValues.YuanNotNegative(grant.Name, parsed.GetRequiredValue(grant)), OptionValues.Date(parsed, payBy),
            parsed.GetRequiredValue(reason), parsed.GetRequiredValue(who), cancellation), parsed.GetValue(json)));
        return command;
    }

    private static Command Adjust()
    {
        var (partner, side, who, json) = (ClearingWork.Partner(), ClearingWork.Side(), ClearingWork.Operator(), CommandJson.Option());
        var year = new Option<int?>("--year") { Description = "年度，默认今年 / the year; default this one" };
        var send = new Option<bool>("--send") { Description = "差额已汇出，通知对方 / the difference has been sent: notify the other side" };
        var (bank, again, paidOn) = (ClearingWork.Bank(required: false), ClearingWork.Again(), ClearingWork.On("--paid-on", "付款日", "date of the bank order"));
        var command = new Command("adjust", "按上年四季度月均基金支出计算年度调整 / the yearly adjustment, from the fourth quarter's monthly average\n"
            + "例 example: gateway prepayment adjust --partner 440000 --side insured --year 2018 --as 530000 --data data-530000") { partner, side, year, send, bank, again, paidOn, who, json };
        command.SetAgencyAction(async (work, desk, parsed, cancellation) =>
        {
            var (own, other, prepayments) = (ClearingWork.SideOf(parsed, side), ClearingWork.Province(parsed, partner), new PrepaymentDesk(desk));
            var adjustment = work.Database.Read(session => prepayments.Adjustment(session, own, other, parsed.GetValue(year) ?? work.Time.Today().Year));
            if (!parsed.GetValue(send))
                return work.Tell(adjustment, parsed.GetValue(json), found => Write(work, found));
            if (adjustment.DifferenceFen == 0 || (adjustment.DifferenceFen > 0) != (own is LedgerSide.Insured))
                throw new CommandRefusedException("没有应由本方支付的差额。 / there is no difference for this side to pay.");
            work.AskAboutReference(parsed, other, bank, again);
            return work.Tell(await prepayments.NotifyAsync(own, other, PrepaymentEntryKind.YearlyAdjustment, Math.Abs(adjustment.DifferenceFen), "",
                OptionValues.DateOrToday(work, parsed, paidOn), parsed.GetValue(bank) ?? "", parsed.GetRequiredValue(who), cancellation), parsed.GetValue(json));
        });
        return command;
    }

    private static Command Return()
    {
        var (partner, amount, bank, who, json) = (ClearingWork.Partner(), Amount(), ClearingWork.Bank(), ClearingWork.Operator(), CommandJson.Option());
        var (paidOn, again) = (ClearingWork.On("--paid-on", "付款日", "date of the bank order"), ClearingWork.Again());
        var command = new Command("return", "就医地：已退还预付金，通知参保地 / treatment side: a return has been sent\n"
            + "例 example: gateway prepayment return --partner 530000 --amount 100000.00 --bank HD20171231-9 --as 440000 --data data-440000") { partner, amount, bank, again, paidOn, who, json };
        command.SetAgencyAction(async (work, desk, parsed, cancellation) =>
        {
            work.AskAboutReference(parsed, ClearingWork.Province(parsed, partner), bank, again);
            return work.Tell(await new PrepaymentDesk(desk).NotifyAsync(
                LedgerSide.Treatment, ClearingWork.Province(parsed, partner), PrepaymentEntryKind.Return, OptionValues.YuanAboveZero(amount.Name, parsed.GetRequiredValue(amount)), "",
                OptionValues.DateOrToday(work, parsed, paidOn), parsed.GetRequiredValue(bank), parsed.GetRequiredValue(who), cancellation), parsed.GetValue(json));
        });
        return command;
    }

    private static Option<string> Amount() => new("--amount") { Description = "金额（元）/ yuan, e.g. 500000.00", Required = true };

    private static List<(LedgerSide Side, Division Partner)> Relations(Session session) => session.Query<RelationRow>(
        "SELECT DISTINCT side, partner FROM (SELECT side, partner FROM prepayment_entry UNION SELECT side, partner FROM prepayment_notice UNION SELECT side, partner FROM ledger_row) ORDER BY partner, side")
        .ConvertAll(row => (row.Side, Division.Parse(row.Partner)));

    private static AccountEntry Entry(Session session, PrepaymentDesk desk, LedgerSide side, Division partner)
    {
        var account = desk.Account(session, side, partner);
        var forecast = desk.Forecast(session, side, partner, account);
        return new AccountEntry
        {
            Side = side,
            Partner = partner.Code,
            Agreed = new Fen(account.AgreedFen),
            Balance = new Fen(account.BalanceFen),
            Used = new Fen(account.UsedFen),
            UsagePercent = account.HasUsageBasisPoints ? account.UsageBasisPoints / 100m : null,
            Level = account.Level,
            OnTheWay = new Fen(account.OnTheWayFen),
            DailyBurn = new Fen(forecast.DailyFen),
            DaysLeft = forecast.DaysLeft,
        };
    }

    private static void Write(NodeWork work, List<AccountEntry> accounts)
    {
        var table = TextTable.Of("对方 partner\n本方 as", "约定 agreed\n余额 balance", "未清算 used\n使用率 usage", "等级 level\n在途 on the way", "日均 daily\n可用天数 days left");
        foreach (var account in accounts)
            table.Row($"{account.Partner}\n{ClearingWork.Name(account.Side)}", $"{account.Agreed}\n{account.Balance}", $"{account.Used}\n{(account.UsagePercent is { } usage ? $"{usage:0.##}%" : "-")}",
                $"{account.Level}\n{account.OnTheWay}", $"{account.DailyBurn}\n{account.DaysLeft?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-"}");
        if (accounts.Count == 0)
            work.Out.WriteLine("没有预付金往来 / no prepayments");
        else
            work.OpenScreen().Write(table);
    }

    private static void Write(NodeWork work, IReadOnlyList<PrepaymentEntryRow> entries, IReadOnlyList<PrepaymentNoticeRow> notices, IReadOnlyList<TopUpRow> topUps)
    {
        var screen = work.OpenScreen();
        var table = TextTable.Of("号 no.", "种类 kind", "日期 date", "金额 amount", "余额 balance", "依据 reference");
        foreach (var entry in entries)
            table.Row(ClearingWork.Number(entry.EntryNumber), $"{entry.Kind}", entry.BusinessDate, ClearingWork.Money(entry.AmountFen), ClearingWork.Money(entry.BalanceFen), entry.Reference);
        screen.Write(table);
        table = TextTable.Of("通知 notice", "种类 kind", "付款日 paid on", "通知 notified\n到账 received", "状态 state");
        foreach (var notice in notices)
            table.Row(notice.NoticeId, $"{notice.Kind}", notice.PaidOn, $"{ClearingWork.Money(notice.AmountFen)}\n{ClearingWork.Money(notice.ReceivedFen)}", $"{notice.State}");
        screen.Write(table);
        if (topUps.Count == 0)
            return;
        table = TextTable.Of("补充请求 top-up", "请求 asked\n同意 granted", "期限 due", "状态 state", "理由 reason");
        foreach (var topUp in topUps)
            table.Row(topUp.RequestId, $"{ClearingWork.Money(topUp.RequestedFen)}\n{ClearingWork.Money(topUp.GrantedFen)}", topUp.PayByDate ?? topUp.DueDate, $"{topUp.State}", topUp.AnswerReason is { Length: > 0 } answer ? answer : topUp.Reason);
        screen.Write(table);
    }

    private static void Write(NodeWork work, PrepaymentAdjustment adjustment)
    {
        work.Out.WriteLine($"{adjustment.Year} 年度调整 yearly adjustment");
        work.Out.WriteLine($"  基期基金支出 fund payments {adjustment.BaseFrom}..{adjustment.BaseTo}  {new Fen(adjustment.BaseFen)}");
        work.Out.WriteLine($"  月均 × {adjustment.Months} 个月 monthly average × {adjustment.Months}  {new Fen(adjustment.TargetFen)}");
        work.Out.WriteLine($"  现约定 agreed  {new Fen(adjustment.AgreedFen)}");
        work.Out.WriteLine($"  差额 difference  {new Fen(adjustment.DifferenceFen)}  {(adjustment.DifferenceFen >= 0 ? "参保地补付 the insured side pays" : "就医地退还 the treatment side returns")}");
    }

    private sealed class RelationRow
    {
        public required LedgerSide Side { get; init; }
        public required string Partner { get; init; }
    }

    private sealed record AccountEntry
    {
        public required LedgerSide Side { get; init; }
        public required string Partner { get; init; }
        public required Fen Agreed { get; init; }
        public required Fen Balance { get; init; }
        public required Fen Used { get; init; }
        public decimal? UsagePercent { get; init; }
        public required PrepaymentLevel Level { get; init; }
        public required Fen OnTheWay { get; init; }
        public required Fen DailyBurn { get; init; }
        public int? DaysLeft { get; init; }
    }
}
