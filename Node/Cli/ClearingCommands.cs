using System.CommandLine;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Ledger;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway clearing cut|deduct|revise|discard|propose|confirm|dispute|resolve|pay|receive|close-year</c>: what changes something. The rest: <see cref="ClearingViews"/>.</summary>
internal static class ClearingCommands
{
    public static Command Create() => new("clearing", "月度清算 / monthly clearing")
    {
        Cut(), Propose(), ClearingViews.List(), ClearingViews.Show(), ClearingViews.Rows(), Confirm(), Dispute(), Deduct(), Revise(), Discard(), Resolve(), Pay(), Receive(), ClearingViews.Net(), CloseYear(),
        ClearingMessageCommands.Messages(), ClearingMessageCommands.Release(), ClearingExportCommand.Create(),
    };

    private static Option<bool> AcceptObjections() =>
        new("--accept-objections") { Description = "按参保地所要求的金额扣款 / deduct what the insured side objects to, by its amounts" };

    public static Argument<string> StatementArgument() => new("statement") { Description = "清算单号 / the statement number" };

    private static Command Cut()
    {
        var (partner, json) = (ClearingWork.Partner(), CommandJson.Option());
        var period = new Option<string>("--period") { Description = "清算期 yyyy-MM / the clearing month", Required = true };
        var offset = new Option<string>("--offset") { Description = "以预付金抵扣的金额，all 为尽可用余额 / to be paid out of the prepayment; all takes what there is", DefaultValueFactory = _ => "0" };
        var command = new Command("cut", "就医地：按台账序号切单，草稿可重切 / treatment side: cut the next statement; a draft may be cut again\n"
            + "例 example: gateway clearing cut --partner 530000 --period 2017-09 --offset all --as 440000 --data data-440000") { partner, period, offset, json };
        command.SetAgencyAction(async (work, desk, parsed, cancellation) =>
        {
            if (!StatementRules.TryPeriod(parsed.GetRequiredValue(period), out var month))
                throw new CommandRefusedException("--period 应为 yyyy-MM。 / --period must be yyyy-MM.");
            var wanted = parsed.GetRequiredValue(offset);
            using var progress = new RowProgress(work);
            var statement = await new StatementDesk(desk).CutAsync(
                ClearingWork.Province(parsed, partner), month, wanted == "all" ? null : OptionValues.YuanNotNegative(offset.Name, wanted), progress.Tell, cancellation);
            return ClearingViews.Write(work, statement, parsed.GetValue(json));
        });
        return command;
    }

    private static Command Propose()
    {
        var (number, accept, who, json) = (StatementArgument(), AcceptObjections(), ClearingWork.Operator(), CommandJson.Option());
        var command = new Command("propose", "就医地：向参保地提出；有异议的提出修订版 / treatment side: propose it; a disputed one as its next revision\n"
            + "例 example: gateway clearing propose B44000017090000001 --as 440000 --data data-440000") { number, accept, who, json };
        command.SetAgencyAction(async (work, desk, parsed, cancellation) =>
        {
            // A draft has no objections to accept: what is proposed for the first time goes over as it is.
            if (parsed.GetValue(accept) && ClearingViews.Find(work, parsed.GetRequiredValue(number), null).State is StatementStage.Disputed)
                await new StatementDesk(desk).ReviseAsync(parsed.GetRequiredValue(number), acceptObjections: true, cancellation);
            return work.Tell(await new StatementDesk(desk).ProposeAsync(parsed.GetRequiredValue(number), parsed.GetRequiredValue(who), cancellation), parsed.GetValue(json));
        });
        return command;
    }

    private static Command Revise()
    {
        var (number, accept, json) = (StatementArgument(), AcceptObjections(), CommandJson.Option());
        var command = new Command("revise", "就医地：对有异议的清算单开始下一修订版，先看后提 / treatment side: begin the next revision of a disputed statement, to be looked at and then proposed\n"
            + "例 example: gateway clearing revise B44000017090000001 --accept-objections --as 440000 --data data-440000") { number, accept, json };
        command.SetAgencyAction(async (work, desk, parsed, cancellation) =>
        {
            return ClearingViews.Write(work, await new StatementDesk(desk).ReviseAsync(parsed.GetRequiredValue(number), parsed.GetValue(accept), cancellation), parsed.GetValue(json));
        });
        return command;
    }

    private static Command Discard()
    {
        var (number, json) = (StatementArgument(), CommandJson.Option());
        var command = new Command("discard", "就医地：作废对方未见过的草稿；修订版草稿作废后仍为有异议 / treatment side: take a draft away that the other side has not seen\n"
            + "例 example: gateway clearing discard B44000017090000001 --as 440000 --data data-440000") { number, json };
        command.SetAgencyAction(async (work, desk, parsed, cancellation) =>
        {
            var statement = parsed.GetRequiredValue(number);
            await new StatementDesk(desk).DiscardAsync(statement, cancellation);
            return work.Tell(new { discarded = statement }, parsed.GetValue(json), _ => work.Out.WriteLine($"草稿已作废 discarded: {statement}"));
        });
        return command;
    }

    private static Command Resolve()
    {
        var (partner, who, json) = (ClearingWork.Partner(), ClearingWork.Operator(), CommandJson.Option());
        var row = new Argument<string>("row") { Description = "被扣的台账行流水号，见 clearing list / the row held back, see clearing list" };
        var reason = new Option<string>("--reason") { Description = "如何解决的 / how it was resolved", Required = true };
        var command = new Command("resolve", "就医地：该行争议已解决，下次切单提出恢复 / treatment side: the dispute of a row is resolved; the next cut proposes to restore it\n"
            + "例 example: gateway clearing resolve 440000201709201000020000000007 --partner 530000 --reason 参保地已补录 --as 440000 --data data-440000") { row, partner, reason, who, json };
        command.SetAgencyAction(async (work, _, parsed, cancellation) =>
        {
            var (id, other, why) = (parsed.GetRequiredValue(row), ClearingWork.Province(parsed, partner), parsed.GetRequiredValue(reason));
            if (ClearingFields.Required("reason", why) is { } wrong)
                throw ClearingRefusedException.Of(wrong);
            if (await work.Database.WriteAsync(session => HeldBack.Resolve(session, other, id, why, parsed.GetRequiredValue(who), work.Time.NowMs()), cancellation) == 0)
                throw ClearingRefusedException.Of($"与 {other} 已确认的清算单没有扣着行 {id}；请看 clearing list", $"no closed statement with {other} holds row {id} back; see clearing list");
            return work.Tell(new { resolved = id }, parsed.GetValue(json), _ => work.Out.WriteLine($"下次切单恢复 restored in the next cut: {id}"));
        });
        return command;
    }

    private static Command Confirm()
    {
        var (number, who, json) = (StatementArgument(), ClearingWork.Operator(), CommandJson.Option());
        var leave = new Option<bool>("--leave-findings") { Description = "未计入的明细审核结果留待下期 / what the line audit found and the statement does not take up is left to the next one" };
        var command = new Command("confirm", "参保地：核对无误，确认 / insured side: agree, after the own check found it right\n"
            + "例 example: gateway clearing confirm B44000017090000001 --as 530000 --data data-530000") { number, leave, who, json };
        command.SetAgencyAction(async (work, desk, parsed, cancellation) =>
        {
            var (statements, name, by) = (new StatementDesk(desk), parsed.GetRequiredValue(number), parsed.GetRequiredValue(who));
            return work.Tell(await (parsed.GetValue(leave) ? statements.ConfirmLeavingFindingsAsync(name, by, cancellation) : statements.ConfirmAsync(name, by, cancellation)), parsed.GetValue(json));
        });
        return command;
    }

    private static Command Dispute()
    {
        var (number, who, json) = (StatementArgument(), ClearingWork.Operator(), CommandJson.Option());
        var row = new Option<string[]>("--row") { Description = "有异议的台账行流水号，省略则为核对所发现的各行 / rows objected to; without it those the check found", AllowMultipleArgumentsPerToken = true };
        var amount = new Option<string?>("--amount") { Description = "要求扣除的金额，省略为全额 / what to deduct for each row; without it all of it" };
        var reason = new Option<string>("--reason") { Description = "理由 / why", DefaultValueFactory = _ => "" };
        var kind = new Option<string>("--kind") { Description = "audit 终审扣款 | detail-missing 明细不全，下期可恢复 / audit is final; what detail-missing holds back may be restored", DefaultValueFactory = _ => "audit" };
        kind.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, "audit", "detail-missing");
        var audited = new Option<bool>("--line-audit") { Description = "明细审核尚未计入的各行，含已关闭清算期的，按其金额 / the rows for which the line audit wants more or gives back, closed periods included, by that amount" };
        var command = new Command("dispute", "参保地：对若干行或整单提出异议 / insured side: object to single rows or to the whole\n"
            + "例 example: gateway clearing dispute B44000017090000001 --row 440000201709201000020000000007 --amount 120.00 --reason 重复收费 --as 530000 --data data-530000")
        { number, row, amount, kind, audited, reason, who, json };
        command.SetAgencyAction(async (work, desk, parsed, cancellation) =>
        {
            var (named, why) = (parsed.GetValue(row) ?? [], parsed.GetRequiredValue(reason));
            IReadOnlyList<ObjectionRow>? objections = named.Length == 0 ? null : [.. named.Select(id => new ObjectionRow
            {
                RowTransactionId = id,
                Kind = parsed.GetRequiredValue(kind).Equals("audit", StringComparison.OrdinalIgnoreCase) ? DisputeKind.Audit : DisputeKind.DetailMissing,
                AmountFen = parsed.GetValue(amount) is { } yuan ? OptionValues.YuanAboveZero(amount.Name, yuan) : LeftOf(work, parsed.GetRequiredValue(number), id),
                Field = "",
                Reason = why,
            })];
            if (parsed.GetValue(audited))
            {
                objections = work.Database.Read(session => LineAuditObjections.Of(session, StatementDesk.Known(session, parsed.GetRequiredValue(number), LedgerSide.Insured)));
                if (named.Length > 0 || objections.Count == 0)
                    throw new CommandRefusedException("--line-audit 不能与 --row 同用，且须有尚未计入的审核结果；用 details audit list --open 查看。 / --line-audit does not go with --row, and needs findings that no statement takes up; see details audit list --open.");
            }
            return work.Tell(await new StatementDesk(desk).DisputeAsync(
                parsed.GetRequiredValue(number), objections, objections is null ? why : "", parsed.GetRequiredValue(who), cancellation), parsed.GetValue(json));
        });
        return command;
    }

    /// <summary>All that is left of a row; nothing of one that the step will refuse.</summary>
    private static long LeftOf(NodeWork work, string number, string row) =>
        work.Database.Read(session => new ObjectedRows(session, StatementDesk.Known(session, number, LedgerSide.Insured)).Find(row)?.LeftFen ?? 0);

    private static Command Deduct()
    {
        var (number, json) = (StatementArgument(), CommandJson.Option());
        var kind = new Option<string?>("--kind") { Description = "10 审核 20 检查 40 预留 99 其他 / 10 audit, 20 inspection, 40 reserve, 99 other" };
        var amount = new Option<string?>("--amount") { Description = "金额（元），负数为恢复，须有 --source / yuan; negative restores what was deducted before and needs --source" };
        var row = new Option<string?>("--row") { Description = "所指台账行 / the ledger row meant" };
        var line = new Option<int?>("--line") { Description = "所指费用明细行 / the fee line meant" };
        var responsible = new Option<string?>("--responsible") { Description = "01 个人 02 医师 03 医院 11 共同 / 01 person, 02 doctor, 03 hospital, 11 shared" };
        var source = new Option<string?>("--source") { Description = "恢复时：原扣款的清算单 / when restoring: the statement it was deducted in" };
        var reason = new Option<string?>("--reason") { Description = "理由 / why" };
        var remove = new Option<int?>("--remove") { Description = "改为去掉第几项扣款，见 clearing show / instead takes out the deduction with this number, see clearing show" };
        var command = new Command("deduct", "就医地：在草稿或有异议的清算单上扣款或恢复 / treatment side: deduct from a draft or a disputed statement, or restore\n"
            + "例 example: gateway clearing deduct B44000017090000001 --kind 10 --amount 120.00 --row 440000201709201000020000000007 --reason 重复收费 --as 440000 --data data-440000")
        { number, kind, amount, row, line, responsible, source, reason, remove, json };
        command.SetAgencyAction(async (work, desk, parsed, cancellation) =>
        {
            if (parsed.GetValue(remove) is { } place)
                return ClearingViews.Write(work, await new StatementDesk(desk).RemoveDeductionAsync(parsed.GetRequiredValue(number), place, cancellation), parsed.GetValue(json));
            if (parsed.GetValue(kind) is not { } ofKind || parsed.GetValue(amount) is not { } yuan || parsed.GetValue(reason) is not { } why)
                throw new CommandRefusedException("须有 --kind、--amount 和 --reason，或 --remove。 / --kind, --amount and --reason are needed, or --remove.");
            var deduction = new Deduction
            {
                Kind = ofKind,
                AmountFen = OptionValues.Yuan(amount.Name, yuan),
                RowTransactionId = parsed.GetValue(row) ?? "",
                Responsible = parsed.GetValue(responsible) ?? "",
                SourceStatementNumber = parsed.GetValue(source) ?? "",
                Reason = why,
            };
            if (parsed.GetValue(line) is { } lineNumber)
                deduction.LineNumber = lineNumber;
            return ClearingViews.Write(work, await new StatementDesk(desk).DeductAsync(parsed.GetRequiredValue(number), deduction, cancellation), parsed.GetValue(json));
        });
        return command;
    }

    private static Command Pay()
    {
        var numbers = new Argument<string[]>("statements") { Description = "清算单号，每个可写为 号=金额 / statement numbers, each may be NUMBER=AMOUNT", Arity = ArgumentArity.OneOrMore };
        var (bank, who, json, paidOn) = (ClearingWork.Bank(), ClearingWork.Operator(), CommandJson.Option(), ClearingWork.On("--paid-on", "付款日", "date of the bank order"));
        var again = ClearingWork.Again();
        var source = new Option<string>("--source") { Description = "201 清算 203 预留释放 204 年终 99902 跨省清算 / payment source", DefaultValueFactory = _ => "99902" };
        var command = new Command("pay", "参保地：已汇出，通知就医地 / insured side: the money has been sent\n"
            + "例 example: gateway clearing pay B44000017090000001 --bank HD20171030-3 --as 530000 --data data-530000") { numbers, bank, again, paidOn, source, who, json };
        command.SetAgencyAction(async (work, desk, parsed, cancellation) =>
        {
            var shares = parsed.GetRequiredValue(numbers).Select(Share).ToList();
            var partner = work.Database.Read(session => StatementDesk.Known(session, shares[0].Number, LedgerSide.Insured)).Partner;
            work.AskAboutReference(parsed, Division.Parse(partner), bank, again);
            return work.Tell(await new StatementDesk(desk).PayAsync(Division.Parse(partner), shares, parsed.GetRequiredValue(source),
                OptionValues.DateOrToday(work, parsed, paidOn), parsed.GetRequiredValue(bank), parsed.GetRequiredValue(who), cancellation), parsed.GetValue(json));
        });
        return command;
    }

    private static Command Receive()
    {
        var notice = new Argument<string>("notice") { Description = "付款通知的流水号 / the payment notice's transaction id" };
        var share = new Option<string[]>("--share") { Description = "实际到账 号=金额，省略为全额 / what arrived, NUMBER=AMOUNT; without it everything as notified", AllowMultipleArgumentsPerToken = true };
        var (bank, who, json, on) = (ClearingWork.Bank(required: false), ClearingWork.Operator(), CommandJson.Option(), ClearingWork.On("--received-on", "到账日", "date of the credit"));
        var nothing = new Option<bool>("--nothing") { Description = "未到账（退汇）：参保地重新付款 / nothing arrived, the bank sent it back: the insured side pays anew" };
        var command = new Command("receive", "就医地：按银行到账确认 / treatment side: the receipt, with what the bank credited\n"
            + "例 example: gateway clearing receive 530000201710301000000000000044 --share B44000017090000001=26680.00 --as 440000 --data data-440000") { notice, share, nothing, on, bank, who, json };
        command.SetAgencyAction(async (work, desk, parsed, cancellation) =>
        {
            var shares = (parsed.GetValue(share) ?? []).Select(Share).Select(found => (found.Number, found.AmountFen
                ?? throw new CommandRefusedException("--share 应为 号=金额。 / --share must be NUMBER=AMOUNT."))).ToList();
            if (parsed.GetValue(nothing) && shares.Count > 0)
                throw new CommandRefusedException("--nothing 不能与 --share 同用。 / --nothing does not go with --share.");
            return work.Tell(await new StatementDesk(desk).ReceiveAsync(parsed.GetRequiredValue(notice), parsed.GetValue(nothing) ? [] : shares.Count == 0 ? null : shares,
                OptionValues.DateOrToday(work, parsed, on), parsed.GetValue(bank) ?? "", parsed.GetRequiredValue(who), cancellation), parsed.GetValue(json));
        });
        return command;
    }

    private static Command CloseYear()
    {
        var year = new Argument<int>("year") { Description = "年度 / the year" };
        var (partner, side, json) = (ClearingWork.Partner(), ClearingWork.Side(), CommandJson.Option());
        var command = new Command("close-year", "全年各期结清后关闭年度 / close a year whose statements are all paid\n"
            + "例 example: gateway clearing close-year 2017 --partner 530000 --side treatment --as 440000 --data data-440000") { year, partner, side, json };
        command.SetAgencyAction(async (work, _, parsed, cancellation) =>
        {
            var (own, other) = (ClearingWork.SideOf(parsed, side), ClearingWork.Province(parsed, partner));
            var closed = await work.Database.WriteAsync(session => ClearingYears.Close(session, own, other, parsed.GetRequiredValue(year), work.Time.NowMs()), cancellation);
            return work.Tell(closed, parsed.GetValue(json), _ => work.Out.WriteLine(
                $"{closed.Year} 年度已关闭 closed: {closed.StatementCount} 期 statements, 申请 claimed {new Fen(closed.ClaimedFen)}, 扣款 deducted {new Fen(closed.DeductedFen)}, 应付 payable {new Fen(closed.PayableFen)}"));
        });
        return command;
    }

    private static (string Number, long? AmountFen) Share(string text) =>
        text.Split('=', 2) is [var number, var amount] ? (number, OptionValues.YuanNotNegative(text, amount)) : (text, null);
}
