using System.CommandLine;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway institutions import|list|suspend|resume|rotate-token</c>: the registry of designated institutions.</summary>
internal static class InstitutionCommands
{
    public static Command Create() => new("institutions", "定点医药机构 / designated institutions") { Import(), List(), Suspend(), Resume(), RotateToken() };

    private static Command Import()
    {
        var import = new ImportCommands.Import("institutions.csv", "导入定点医药机构；新机构的令牌只显示一次 / import designated institutions; the token of a new one is shown once");
        import.Runs(
            (work, session, file) => new InstitutionImport(work.Node.Self, id => AdapterOf(work, id), work.Time).Run(session, file),
            (work, report, asJson) =>
            {
                work.Tell(new { report.Rows, Tokens = report.NewTokens.Select(made => new { made.Code, made.Token }) }, asJson, _ =>
                {
                    foreach (var (institution, token) in report.NewTokens)
                        work.Out.WriteLine($"{institution} {token}");
                    ImportCommands.Write(work, report.Rows);
                });
                return report.Rows.Errors.Count == 0 ? 0 : 1;
            });
        return import.Command;
    }

    private static Command List()
    {
        var state = new Option<string?>("--state") { Description = "只列出该状态 / only this state: active | suspended" };
        state.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, "active", "suspended");
        var adapter = new Option<string?>("--adapter") { Description = "只列出使用该适配器的 / only those of this adapter" };
        var division = new Option<string?>("--division") { Description = "只列出该区划的，如 530100 / only those of this division, e.g. 530100" };
        var json = CommandJson.Option();
        var command = new Command("list", "列出定点医药机构 / list designated institutions\n例 example: gateway institutions list --state suspended --as 530000 --data data-530000") { state, adapter, division, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var entries = work.Database.Read(InstitutionStore.All).Select(institution => Entry(work, institution))
                .Where(entry => parsed.GetValue(state) is not { } wanted || entry.State.Equals(wanted, StringComparison.OrdinalIgnoreCase))
                .Where(entry => parsed.GetValue(adapter) is not { } wanted || entry.Adapter == wanted)
                .Where(entry => parsed.GetValue(division) is not { } wanted || entry.Division == wanted)
                .ToList();
            return work.Tell(entries, parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    private static Command Suspend()
    {
        var (code, json) = (CodeArgument(), CommandJson.Option());
        var reason = new Option<string>("--reason") { Description = "原因，医院会看到 / why; the hospital is told it", Required = true };
        var until = new Option<string?>("--until") { Description = "暂停的最后一天 yyyy-MM-dd，省略则须用 resume 恢复 / the last day; without it the suspension lasts until resumed" };
        var command = new Command("suspend", "暂停一家机构的新业务，立即生效 / an institution may begin nothing new, at once\n"
            + "例 example: gateway institutions suspend H53010000001 --reason 协议到期未续签 --until 2026-12-31 --as 530000 --data data-530000") { code, reason, until, json };
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var (why, last) = (ReasonOf(parsed.GetRequiredValue(reason)), LastDay(work, parsed.GetValue(until)));
            return await ChangeAsync(work, parsed.GetRequiredValue(code),
                (session, institution) => Suspensions.Suspend(session, institution.Code, why, last, work.Time.NowMs()), parsed.GetValue(json), cancellation);
        });
        return command;
    }

    private static Command Resume()
    {
        var (code, json) = (CodeArgument(), CommandJson.Option());
        var command = new Command("resume", "恢复一家被暂停的机构，立即生效 / end a suspension, at once\n例 example: gateway institutions resume H53010000001 --as 530000 --data data-530000") { code, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed, cancellation) => ChangeAsync(work, parsed.GetRequiredValue(code), (session, institution) =>
        {
            if (!institution.IsSuspendedOn(work.Time.Today()))
                throw new CommandRefusedException($"机构 {institution.Code} 没有被暂停。 / institution {institution.Code} is not suspended.");
            Suspensions.End(session, institution.Code, work.Time.NowMs());
        }, parsed.GetValue(json), cancellation));
        return command;
    }

    private static Command RotateToken()
    {
        var (code, json) = (CodeArgument(), CommandJson.Option());
        var command = new Command("rotate-token", "更换机构令牌，旧令牌立即失效 / issue a new token; the old one stops working at once\n例 example: gateway institutions rotate-token H53010000001 --as 530000 --data data-530000") { code, json };
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var institution = parsed.GetRequiredValue(code);
            var token = await work.Database.WriteAsync(session => InstitutionStore.RotateToken(session, institution), cancellation) ?? throw Unknown(institution);
            return work.Tell(new { Code = institution, Token = token }, parsed.GetValue(json), _ => work.Out.WriteLine($"{institution} {token}"));
        });
        return command;
    }

    /// <summary>Changes one institution in one transaction and shows it as it is after the commit.</summary>
    private static async Task<int> ChangeAsync(NodeWork work, string code, Action<Session, InstitutionRow> change, bool asJson, CancellationToken cancellation)
    {
        await work.Database.WriteAsync(session => change(session, InstitutionStore.ByCode(session, code) ?? throw Unknown(code)), cancellation);
        return work.Tell(Entry(work, work.Database.Read(session => InstitutionStore.ByCode(session, code))!), asJson, entry => Write(work, [entry]));
    }

    private static Argument<string> CodeArgument() => new("code") { Description = "机构编码 / institution code" };

    private static CommandRefusedException Unknown(string code) => new($"没有机构 {code}；请先导入。 / there is no institution {code}; import it first.");

    private static string ReasonOf(string reason) => reason.Trim() is { Length: > 0 and <= Suspensions.ReasonLengthMax } why && !why.Any(char.IsControl)
        ? why
        : throw new CommandRefusedException(
            $"--reason 应为 1 至 {Suspensions.ReasonLengthMax} 个字符，不含换行：医院会看到它。 / --reason takes 1 to {Suspensions.ReasonLengthMax} characters in one line: the hospital is told it.");

    private static DateOnly? LastDay(NodeWork work, string? until)
    {
        if (until is null)
            return null;
        if (!ChinaTime.TryParseIso(until, out var last))
            throw new CommandRefusedException("--until 应为 yyyy-MM-dd 格式的日期。 / --until takes a date of the form yyyy-MM-dd.");
        return last >= work.Time.Today()
            ? last
            : throw new CommandRefusedException($"--until {until} 已经过去，今天是 {work.Time.Today().Iso()}。 / --until {until} is past, today is {work.Time.Today().Iso()}.");
    }

    private static InstitutionAdapter? AdapterOf(NodeWork work, string id) =>
        work.Adapters.Find(id) is { } adapter ? new InstitutionAdapter(adapter.Catalogue.Codes, adapter.Dialect.Name) : null;

    private static InstitutionEntry Entry(NodeWork work, InstitutionRow institution)
    {
        var isSuspended = institution.IsSuspendedOn(work.Time.Today());
        return new InstitutionEntry
        {
            Code = institution.Code,
            Name = institution.Name,
            Division = institution.Division,
            Level = institution.Level,
            PriceLevel = institution.PriceLevel ?? institution.Level,
            DeductibleLevel = institution.DeductibleLevel ?? institution.Level,
            VisitKinds = VisitKindList.Of(institution.VisitKinds),
            Adapter = institution.Adapter,
            Dialect = institution.Dialect,
            SpokenDialect = work.Adapters.Find(institution.Adapter)?.Dialect.Name,
            State = isSuspended ? "suspended" : "active",
            Reason = isSuspended ? institution.SuspensionReason : null,
            Until = isSuspended ? institution.SuspendedUntil : null,
        };
    }

    private static void Write(NodeWork work, IReadOnlyList<InstitutionEntry> entries)
    {
        var table = new Table().Border(TableBorder.Rounded).Title("定点医药机构 Designated institutions").Caption("等级：本级/限价/起付线，交换码 levels: own/price limits/deductible, exchange codes");
        table.AddColumns("编码 code", "名称 name", "区划 division", "等级 levels", "就诊类别 visit kinds", "适配器 adapter", "状态 state");
        foreach (var entry in entries)
        {
            table.AddRow(
                new Text(entry.Code), new Text(entry.Name), new Text(entry.Division), new Text($"{entry.Level}/{entry.PriceLevel}/{entry.DeductibleLevel}"),
                new Text(string.Join(' ', entry.VisitKinds)), new Text($"{entry.Adapter} {DialectText(entry)}"), StateText(entry));
        }
        work.OpenScreen().Write(table);
    }

    // The registered dialect and what the adapter speaks now differ after an adapter was replaced: the hospital's messages would not be understood.
    private static string DialectText(InstitutionEntry entry) => entry.SpokenDialect switch
    {
        null => "✗ 未加载 not loaded",
        var spoken when entry.Dialect is null || entry.Dialect == spoken => spoken,
        var spoken => $"✗ {entry.Dialect} ≠ {spoken}",
    };

    private static Text StateText(InstitutionEntry entry) => entry.Reason is null
        ? new Text("正常 active")
        : new Text($"暂停 suspended {(entry.Until is null ? "" : $"至 until {entry.Until} ")}{entry.Reason}", Color.Red);

    /// <summary>What a person or a script sees of one institution; levels and kinds are exchange codes.</summary>
    private sealed record InstitutionEntry
    {
        public required string Code { get; init; }
        public required string Name { get; init; }
        public required string Division { get; init; }
        public required string Level { get; init; }
        public required string PriceLevel { get; init; }
        public required string DeductibleLevel { get; init; }
        public required IReadOnlyList<string> VisitKinds { get; init; }
        public required string Adapter { get; init; }

        /// <summary>As registered; null before it was kept.</summary>
        public string? Dialect { get; init; }

        /// <summary>What the adapter speaks now; null when it is not loaded.</summary>
        public string? SpokenDialect { get; init; }

        /// <summary>active or suspended.</summary>
        public required string State { get; init; }
        public string? Reason { get; init; }

        /// <summary>ISO date, inclusive; null until resumed.</summary>
        public string? Until { get; init; }
    }
}
