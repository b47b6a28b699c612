using System.CommandLine;
using System.Globalization;
using ProvincialGateway.Matching;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway unmapped list|show|suggest|assign|dismiss|reopen</c>: the work queue of local codes without a mapping.</summary>
internal static class UnmappedCommands
{
    public static Command Create() => new("unmapped", "没有目录对照的编码 / local codes without a mapping") { List(), Show(), UnmappedSuggestCommand.Create(), Assign(), Dismiss(), Reopen() };

    /// <summary>What is said of a code that the assistant found no counterpart for.</summary>
    public const string NoMatch = "无匹配 no match";

    /// <summary>A mapping is in force today.</summary>
    public static bool IsMapped(NodeWork work, UnmappedCode code) =>
        work.Adapters.Find(code.Adapter)?.Catalogue.At(work.Time.Today()).FindMapping(code.LocalCode, work.Time.Today()) is not null;

    public static string Words(IReadOnlyList<MatchReason> reasons) =>
        $"{string.Join('；', reasons.Select(reason => reason.Chinese))} / {string.Join("; ", reasons.Select(reason => reason.English))}";

    private static Command List()
    {
        var state = new Option<string?>("--state") { Description = "只列出该状态 / only this state: open | assigned | dismissed | mapped" };
        state.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, "open", "assigned", "dismissed", "mapped");
        var json = CommandJson.Option();
        var command = new Command("list", "等待对照的编码，滞留金额大者在前 / codes that wait, most money held up first\n例 example: gateway unmapped list --state open --as 440000 --data data-440000") { state, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var wanted = parsed.GetValue(state);
            var entries = work.Database.Read(UnmappedQueue.List).Select(code => Entry(work, code))
                .Where(entry => wanted is null || entry.State.Equals(wanted, StringComparison.OrdinalIgnoreCase)).ToList();
            return work.Tell(entries, parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    private static Command Show()
    {
        var code = CodeArgument();
        var json = CommandJson.Option();
        var command = new Command("show", "一个编码的全部情况 / everything about one code\n例 example: gateway unmapped show Y999999 --as 440000 --data data-440000") { code, Adapter, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var entry = Entry(work, Find(work, parsed, code));
            return work.Tell(entry, parsed.GetValue(json), found => WriteOne(work, found));
        });
        return command;
    }

    private static Command Assign()
    {
        var owner = new Option<string>("--owner") { Description = "负责人或科室 / who looks after it", Required = true };
        return Change("assign", "交给某人处理 / hand a code to somebody\n例 example: gateway unmapped assign Y999999 --owner 药品目录科 --as 440000 --data data-440000",
            UnmappedState.Assigned, owner, note: null);
    }

    private static Command Dismiss()
    {
        var reason = new Option<string>("--reason") { Description = "理由 / why it will not be mapped", Required = true };
        return Change("dismiss", "不再对照；等待它的费用须由医院撤销 / will not be mapped; uploads that wait for it must be withdrawn by the hospital\n"
            + "例 example: gateway unmapped dismiss Y999999 --reason 非医保项目 --as 440000 --data data-440000", UnmappedState.Dismissed, owner: null, reason);
    }

    private static Command Reopen() => Change(
        "reopen", "重新打开 / open again\n例 example: gateway unmapped reopen Y999999 --as 440000 --data data-440000", UnmappedState.Open, owner: null, note: null);

    private static Command Change(string name, string description, UnmappedState state, Option<string>? owner, Option<string>? note)
    {
        var (code, json) = (CodeArgument(), CommandJson.Option());
        var command = new Command(name, description) { code, Adapter, json };
        foreach (var option in new[] { owner, note }.OfType<Option<string>>())
            command.Add(option);
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var found = Find(work, parsed, code);
            await work.Database.WriteAsync(session => UnmappedQueue.SetState(
                session, found.Adapter, found.LocalCode, state, owner is null ? null : parsed.GetRequiredValue(owner), note is null ? null : parsed.GetRequiredValue(note), work.Time.NowMs()),
                cancellation);
            return work.Tell(Entry(work, Find(work, parsed, code)), parsed.GetValue(json), entry => WriteOne(work, entry));
        });
        return command;
    }

    private static Argument<string> CodeArgument() => new("code") { Description = "医院端编码 / the local code" };

    private static Option<string?> Adapter { get; } = new("--adapter") { Description = "适配器，仅当多个适配器有同一编码时需要 / needed only where two adapters have the code" };

    private static UnmappedCode Find(NodeWork work, ParseResult parsed, Argument<string> code)
    {
        var (wanted, adapter) = (parsed.GetRequiredValue(code), parsed.GetValue(Adapter));
        var found = work.Database.Read(UnmappedQueue.List).Where(entry => entry.LocalCode == wanted && (adapter is null || entry.Adapter == adapter)).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new CommandRefusedException($"队列中没有编码 {wanted}；用 unmapped list 查看。 / code {wanted} is not in the queue; see unmapped list."),
            _ => throw new CommandRefusedException($"编码 {wanted} 属于多个适配器，请加 --adapter。 / code {wanted} is in several adapters, add --adapter: {string.Join(", ", found.Select(entry => entry.Adapter))}."),
        };
    }

    private static QueueEntry Entry(NodeWork work, UnmappedCode code)
    {
        var (suggestions, without) = work.Database.Read(session =>
            (SuggestionStore.Suggestions(session, code.Adapter, code.LocalCode), SuggestionStore.NoMatch(session, code.Adapter, code.LocalCode)));
        return new QueueEntry
        {
            Adapter = code.Adapter,
            LocalCode = code.LocalCode,
            LocalName = code.LocalName,
            FirstSeen = ChinaTime.FromMs(code.FirstSeenAtMs),
            LastSeen = ChinaTime.FromMs(code.LastSeenAtMs),
            Institutions = code.Institutions.Split(','),
            LineCount = code.LineCount,
            AmountFen = code.AmountFen,
            WaitingUploads = code.WaitingCount,
            HeldFen = code.HeldFen,
            State = IsMapped(work, code) ? "mapped" : code.State.ToString().ToLowerInvariant(),
            Owner = code.Owner,
            Note = code.Note,
            Suggestions = suggestions,
            NoMatch = without,
        };
    }

    private static void Write(NodeWork work, IReadOnlyList<QueueEntry> entries)
    {
        if (entries.Count == 0)
        {
            work.Out.WriteLine("没有这样的编码 / no such codes");
            return;
        }
        var table = TextTable.Of("编码 code\n名称 name", "首见 first\n末见 last", "医院 hospitals\n行数 lines", "滞留 held\n出现 seen", "状态 state\n负责人 owner", "建议 suggestion");
        foreach (var entry in entries)
        {
            table.Row(
                $"{entry.LocalCode}\n{entry.LocalName}",
                $"{Day(entry.FirstSeen)}\n{Day(entry.LastSeen)}",
                $"{string.Join(' ', entry.Institutions)}\n{entry.LineCount}",
                $"{new Fen(entry.HeldFen)}\n{new Fen(entry.AmountFen)}",
                $"{entry.State}\n{entry.Owner ?? "-"}",
                Best(entry));
        }
        work.OpenScreen().Write(table);
    }

    private static void WriteOne(NodeWork work, QueueEntry entry)
    {
        work.Out.WriteLine($"{entry.LocalCode} {entry.LocalName} ({entry.Adapter})");
        work.Out.WriteLine($"  状态 state          {entry.State} {entry.Owner} {entry.Note}".TrimEnd());
        work.Out.WriteLine($"  首见 first seen     {entry.FirstSeen:yyyy-MM-dd HH:mm}");
        work.Out.WriteLine($"  末见 last seen      {entry.LastSeen:yyyy-MM-dd HH:mm}");
        work.Out.WriteLine($"  医院 hospitals      {string.Join(' ', entry.Institutions)}");
        work.Out.WriteLine($"  出现 seen           {entry.LineCount} 行 lines, {new Fen(entry.AmountFen)}");
        work.Out.WriteLine($"  滞留 held up        {entry.WaitingUploads} 批 uploads, {new Fen(entry.HeldFen)}");
        foreach (var suggestion in entry.Suggestions)
        {
            work.Out.WriteLine($"  建议 suggestion {suggestion.Rank}   {suggestion.ExchangeCode} {suggestion.ExchangeName} {Score(suggestion.Score)}");
            if (suggestion.Reasons is { } reasons)
                work.Out.WriteLine($"                      {Words(reasons)}");
        }
        if (entry.NoMatch is { } without)
            work.Out.WriteLine($"  建议 suggestion     {NoMatch}: {Words(without)}");
    }

    private static string Score(decimal score) => score.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Day(DateTimeOffset time) => $"{time:yyyy-MM-dd}";

    private static string Best(QueueEntry entry) => entry.Suggestions is [var best, ..] ? $"{best.ExchangeCode} {best.ExchangeName} {Score(best.Score)}" : entry.NoMatch is null ? "-" : NoMatch;

    /// <summary>What a person or a script sees of one code.</summary>
    private sealed record QueueEntry
    {
        public required string Adapter { get; init; }
        public required string LocalCode { get; init; }
        public required string LocalName { get; init; }
        public required DateTimeOffset FirstSeen { get; init; }
        public required DateTimeOffset LastSeen { get; init; }
        public required IReadOnlyList<string> Institutions { get; init; }
        public required long LineCount { get; init; }
        public required long AmountFen { get; init; }
        public required long WaitingUploads { get; init; }
        public required long HeldFen { get; init; }

        /// <summary>open, assigned, dismissed; mapped when a mapping is in force today.</summary>
        public required string State { get; init; }
        public string? Owner { get; init; }
        public string? Note { get; init; }
        public required IReadOnlyList<UnmappedSuggestion> Suggestions { get; init; }

        /// <summary>Why the assistant found no counterpart; null when it found one, or has not looked.</summary>
        public IReadOnlyList<MatchReason>? NoMatch { get; init; }
    }
}
