using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Clearing;
using ProvincialGateway.Insured;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway details audit list|show|run|decide</c>: what the insured side finds in received lines, and what people decide about them.</summary>
internal static class LineAuditCommands
{
    private const int ShownByDefault = 100, ShownMax = 100_000, ReasonLengthMax = 500, ByLengthMax = 50;

    private static readonly string[] Outcomes = ["pass", "deduct", "refuse", "delay", "restore"];

    public static Command Create() => new("audit", "参保地对明细的审核 / what the insured side finds in the lines") { List(), Show(), Run(), Decide() };

    private static Command List()
    {
        var partner = new Option<string?>("--partner") { Description = "只列出该就医省的 / only of this treatment province, e.g. 440000" };
        var outcome = new Option<string?>("--outcome") { Description = $"只列出该结果 / only this outcome: {string.Join(" | ", Outcomes)}" };
        outcome.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, Outcomes);
        var limit = new Option<int>("--limit") { Description = "最多列出多少行 / at most so many lines", DefaultValueFactory = _ => ShownByDefault };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > ShownMax)
                result.AddError($"--limit 应为 1 至 {ShownMax} / --limit must be 1 to {ShownMax}");
        });
        var open = new Option<bool>("--open") { Description = "按结算列出尚未计入清算单的金额 / by settlement: the amounts that no statement takes up yet" };
        var json = CommandJson.Option();
        var command = new Command("list", "每一有疑点的行及其现状,最近的在前 / every line in doubt and what became of it, latest first\n"
            + "例 example: gateway details audit list --outcome delay --as 530000 --data data-530000") { partner, outcome, open, limit, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            if (parsed.GetValue(open))
            {
                if (parsed.GetValue(outcome) is not null)
                    throw new CommandRefusedException("--open 按结算列出,不能与 --outcome 同用。 / --open lists settlements and does not go with --outcome.");
                var findings = work.Database.Read(session => LineAuditObjections.Open(session, parsed.GetValue(partner)));
                return work.Tell(findings, parsed.GetValue(json), found => Write(work, found, parsed.GetValue(limit)));
            }
            LineAuditOutcome? wanted = parsed.GetValue(outcome) is { } word ? Outcome(word) : null;
            var rows = work.Database.Read(session => LineAuditStore.Standing(session, parsed.GetValue(partner), wanted, parsed.GetValue(limit)));
            return work.Tell(rows, parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    private static Command Show()
    {
        var settlement = SettlementArgument();
        var json = CommandJson.Option();
        var command = new Command("show", "一笔结算的全部审核记录 / everything found and decided about one settlement\n"
            + "例 example: gateway details audit show A5301001709200000001 --as 530000 --data data-530000") { settlement, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var number = parsed.GetRequiredValue(settlement);
            var rows = work.Database.Read(session => InsuredStore.FindSettlement(session, number) is null
                ? throw new CommandRefusedException($"本省没有结算 {number};用 settlements list --side insured 查看。 / this province has made no settlement {number}; see settlements list --side insured.")
                : LineAuditStore.Of(session, number));
            return work.Tell(rows, parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    private static Command Run()
    {
        var json = CommandJson.Option();
        var command = new Command("run", "审核已收齐而尚未审核的明细;服务中的节点会自动进行 / audits complete lines that were not yet; a node that serves does it by itself\n"
            + "例 example: gateway details audit run --as 530000 --data data-530000") { json };
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var (bills, findings) = await AuditsOf(work).RunAsync(cancellation);
            return work.Tell(new { bills, findings }, parsed.GetValue(json), done => work.Out.WriteLine($"审核 {done.bills} 笔结算,{done.findings} 处疑点 / {done.bills} bills audited, {done.findings} findings"));
        });
        return command;
    }

    private static Command Decide()
    {
        var (settlement, json) = (SettlementArgument(), CommandJson.Option());
        var line = new Argument<int>("line") { Description = "行号 / the line number" };
        var outcome = new Argument<string>("outcome") { Description = string.Join(" | ", Outcomes) };
        outcome.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, Outcomes);
        var amount = new Option<string?>("--amount") { Description = "扣减或恢复的金额(元),缺省为全部 / yuan to deduct or restore; all there is when absent" };
        var responsible = new Option<string>("--responsible") { Description = "责任方 / who is responsible: 01 个人 person, 02 医师 doctor, 03 机构 hospital, 11 共同 shared", DefaultValueFactory = _ => "" };
        responsible.AcceptOnlyFromAmong("", "01", "02", "03", "11");
        var reason = new Option<string>("--reason") { Description = "理由,不含个人信息 / why, without personal data", Required = true };
        var by = new Option<string>("--by") { Description = "经办人 / who decides", DefaultValueFactory = _ => Environment.UserName };
        var command = new Command("decide", "对一行作出决定 / decides about one line\n"
            + "例 example: gateway details audit decide A5301001709200000001 12 deduct --amount 30.00 --responsible 03 --reason 超量 --as 530000 --data data-530000")
        {
            settlement, line, outcome, amount, responsible, reason, by, json,
        };
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var decision = new LineDecision(
                parsed.GetRequiredValue(settlement), parsed.GetRequiredValue(line), Outcome(parsed.GetRequiredValue(outcome)), parsed.GetValue(amount) is { } yuan ? OptionValues.YuanAboveZero("--amount", yuan) : null,
                parsed.GetRequiredValue(responsible), OptionValues.Line("--reason", parsed.GetRequiredValue(reason), ReasonLengthMax), OptionValues.Line("--by", parsed.GetRequiredValue(by), ByLengthMax));
            try
            {
                await AuditsOf(work).DecideAsync(decision, cancellation);
            }
            catch (LineDecisionRefusedException refused)
            {
                throw new CommandRefusedException(refused.Message);
            }
            var (rows, closed) = work.Database.Read(session => (LineAuditStore.Of(session, decision.SettlementNumber), LineAuditObjections.ClosedStatementOf(session, decision.SettlementNumber)));
            if (closed is not null)
            {
                await work.Error.WriteLineAsync(
                    $"该结算已在已确认的清算单 {closed} 中;所差金额以 gateway clearing dispute --line-audit 计入与该省的下一张待确认清算单。 / "
                    + $"the settlement is in statement {closed}, which is confirmed: gateway clearing dispute --line-audit takes the difference into the next statement of that province.");
            }
            return work.Tell(rows, parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    private static LineAudits AuditsOf(NodeWork work)
    {
        if (work.Serving?.Services.GetRequiredService<LineAudits>() is { } serving)
            return serving;
        var rules = LineAuditRules.Load(work.Node.DataFolder, out var errors) ?? throw new CommandRefusedException(string.Join(Environment.NewLine, errors));
        var exchange = new CatalogueArchive(work.Database, DataFolder.CataloguePath(work.Node.DataFolder), work.Time).ExchangePath;
        return new LineAudits(work.Database, rules, exchange, work.Time, NullLogger<LineAudits>.Instance);
    }

    private static LineAuditOutcome Outcome(string word) => Enum.Parse<LineAuditOutcome>(word, ignoreCase: true);

    private static Argument<string> SettlementArgument() => new("settlement") { Description = "结算业务号 / the settlement number" };

    private static void Write(NodeWork work, IReadOnlyList<OpenFinding> findings, int max)
    {
        if (findings.Count == 0)
        {
            work.Out.WriteLine("审核结果已全部计入清算单 / statements take up everything that was found");
            return;
        }
        var table = TextTable.Of("结算 settlement\n台账行 row", "对方 partner\n清算单 statement", "审核扣 audited\n已计 deducted", "待计 due\n行数 lines");
        foreach (var finding in findings.Take(max))
        {
            table.Row($"{finding.SettlementNumber}{(finding.IsUndone ? " 已撤销 undone" : "")}\n{finding.TransactionId}", $"{finding.Partner}\n{finding.StatementNumber ?? "-"}",
                $"{new Fen(finding.AuditedFen)}\n{new Fen(finding.DeductedFen)}", string.Create(CultureInfo.InvariantCulture, $"{new Fen(finding.DueFen)}\n{finding.Lines}"));
        }
        work.OpenScreen().Write(table);
        work.Out.WriteLine($"共 {findings.Count} 笔,合计 {new Fen(findings.Sum(finding => finding.DueFen))} / {findings.Count} settlements, that much in all; clearing dispute --line-audit 计入待确认的清算单 puts it into the proposed statement");
    }

    private static void Write(NodeWork work, IReadOnlyList<StandingLineAudit> rows)
    {
        if (rows.Count == 0)
        {
            work.Out.WriteLine("没有这样的行 / no such lines");
            return;
        }
        var table = TextTable.Of("结算 settlement\n行 line", "项目 item\n日期 date", "结果 outcome\n规则 rule", "已扣 deducted\n责任 responsible", "理由 reason\n经办 by");
        foreach (var row in rows)
        {
            table.Row(
                $"{row.SettlementNumber}\n{row.LineNumber}", $"{row.LocalCode} {row.LocalName}\n{row.FeeDate}", $"{Words(row.Outcome)}\n{Words(row.Rule)}",
                $"{new Fen(row.DeductedFen)}\n{Responsible(row.Responsible)}", $"{Reason(row.ReasonZh, row.ReasonEn)}\n{row.DecidedBy}");
        }
        work.OpenScreen().Write(table);
    }

    private static void Write(NodeWork work, IReadOnlyList<LineAuditRow> rows)
    {
        if (rows.Count == 0)
        {
            work.Out.WriteLine("没有疑点,或明细尚未收齐 / nothing was found, or the lines are not complete");
            return;
        }
        var table = TextTable.Of("序号 no.\n行 line", "结果 outcome\n规则 rule", "金额 amount\n责任 responsible", "理由 reason", "经办 by\n时间 at");
        foreach (var row in rows)
        {
            table.Row(
                $"{row.Sequence}\n{row.LineNumber}", $"{Words(row.Outcome)}\n{Words(row.Rule)}", $"{new Fen(row.AmountFen)}\n{Responsible(row.Responsible)}",
                Reason(row.ReasonZh, row.ReasonEn), string.Create(CultureInfo.InvariantCulture, $"{row.DecidedBy}\n{ChinaTime.FromMs(row.DecidedAtMs):yyyy-MM-dd HH:mm}"));
        }
        work.OpenScreen().Write(table);
    }

    private static string Reason(string chinese, string english) => chinese == english ? chinese : $"{chinese}\n{english}";

    private static string Responsible(string code) => code switch
    {
        "01" => "个人 person",
        "02" => "医师 doctor",
        "03" => "机构 hospital",
        "11" => "共同 shared",
        _ => "-",
    };

    private static string Words(LineAuditOutcome outcome) => outcome switch
    {
        LineAuditOutcome.Pass => "通过 pass",
        LineAuditOutcome.Deduct => "扣减 deduct",
        LineAuditOutcome.Refuse => "拒付 refuse",
        LineAuditOutcome.Delay => "缓审 delay",
        LineAuditOutcome.Restore => "恢复 restore",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
    };

    private static string Words(LineAuditRule? rule) => rule switch
    {
        null => "人工 decided",
        LineAuditRule.Class => "类别 class",
        LineAuditRule.Restricted => "限制使用 restricted",
        LineAuditRule.Quantity => "日用量 quantity",
        LineAuditRule.Duplicate => "重复 duplicate",
        LineAuditRule.OutsideStay => "住院期外 outside stay",
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, null),
    };
}
