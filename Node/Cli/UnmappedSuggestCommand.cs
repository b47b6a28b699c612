using System.CommandLine;
using System.Globalization;
using System.Text;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Matching;
using ProvincialGateway.Tables;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway unmapped suggest</c>: what the codes of the queue may mean. It maps nothing: a mapping comes into force with a catalogue version.</summary>
internal sealed class UnmappedSuggestCommand
{
    private readonly NodeSelection _selection = new();
    private readonly Option<FileInfo?> _exchange = new("--exchange") { Description = "交换码目录（CSV 或 XLSX）；默认用本节点存放的 / exchange catalogue (CSV or XLSX); by default the one this node keeps" };
    private readonly Option<string> _encoding = new("--encoding") { Description = "CSV 的编码：utf-8 或 gb18030 / encoding of the CSV file: utf-8 or gb18030", DefaultValueFactory = _ => "utf-8" };
    private readonly Option<string?> _adapter = new("--adapter") { Description = "只看该适配器的编码 / only the codes of this adapter" };
    private readonly Option<int> _limit = new("--limit") { Description = "显示的编码数 / codes shown", DefaultValueFactory = _ => 20 };
    private readonly Option<bool> _json = CommandJson.Option();

    private UnmappedSuggestCommand() => _encoding.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, "utf-8", "gb18030");

    public static Command Create()
    {
        var suggest = new UnmappedSuggestCommand();
        var command = new Command("suggest",
            "为队列中未对照、未搁置的编码提出交换码并说明理由，取代其原有建议；不建立对照 / propose exchange items, with reasons, for the codes of the queue that are neither mapped nor dismissed; replaces their earlier suggestions and maps nothing\n"
            + "例 example: gateway unmapped suggest --exchange exchange.csv --as 440000 --data data-440000")
        {
            suggest._exchange, suggest._encoding, suggest._adapter, suggest._limit, suggest._json,
        };
        command.SetNodeAction(suggest._selection, suggest.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(NodeWork work, ParseResult parsed, CancellationToken cancellation)
    {
        var words = Words(work, parsed.GetValue(_adapter));
        var asJson = parsed.GetValue(_json);
        var codes = words.Count == 0 ? [] : await MatchAsync(work, words, Exchange(work, parsed), asJson, cancellation);
        await work.Database.WriteAsync(session => UnmappedMatching.Store(session, codes), cancellation);
        if (asJson)
            await work.Out.WriteLineAsync(CommandJson.Of(codes));
        else
            Write(work, codes, parsed.GetValue(_limit));
        return 0;
    }

    /// <summary>What is known of the codes that wait for somebody, of every adapter that is loaded.</summary>
    private static List<WordedCode> Words(NodeWork work, string? adapter)
    {
        var (held, today) = (new HeldUploads(work.Vault, work.Time), work.Time.Today());
        var words = new List<WordedCode>();
        var queue = work.Database.Read(UnmappedQueue.List).Where(code => code.State != UnmappedState.Dismissed && (adapter is null || code.Adapter == adapter));
        foreach (var group in queue.GroupBy(code => code.Adapter))
        {
            if (work.Adapters.Find(group.Key) is { } loaded)
                words.AddRange(work.Database.Read(session => new UnmappedWords(held, loaded, today).Of(session, [.. group.Where(code => !UnmappedCommands.IsMapped(work, code))])));
            else
                work.Error.WriteLine($"适配器 {group.Key} 没有装入，跳过其 {group.Count()} 个编码 / adapter {group.Key} is not loaded, its {group.Count()} codes are left out");
        }
        return words;
    }

    private List<CatalogueTexts> Exchange(NodeWork work, ParseResult parsed)
    {
        var kept = new CatalogueArchive(work.Database, DataFolder.CataloguePath(work.Node.DataFolder), work.Time).ExchangePath;
        Encoding encoding = string.Equals(parsed.GetValue(_encoding), "gb18030", StringComparison.OrdinalIgnoreCase) ? LegacyText.Gb18030 : LegacyText.Utf8;
        var source = parsed.GetValue(_exchange) is { } file
            ? new TableSource(file.FullName) { Encodings = [encoding], PreferredSheet = CatalogueTable.Exchange.Name }
            : File.Exists(kept) ? new TableSource(kept) : throw new CommandRefusedException(
                "本节点没有存放交换码目录；请用 --exchange 给出，或先用 catalogue import --exchange 存放。 / this node keeps no exchange catalogue; give one with --exchange, or keep one with catalogue import --exchange.");
        var errors = new List<TableError>();
        var items = new MatchingTables(errors).Exchange(source.Read(), work.Time.Today());
        return errors.Count == 0 ? items : throw new CommandRefusedException(string.Join(Environment.NewLine, errors.Take(50)));
    }

    private static Task<IReadOnlyList<ExplainedCode>> MatchAsync(NodeWork work, List<WordedCode> words, List<CatalogueTexts> exchange, bool asJson, CancellationToken cancellation) => Task.Run(
        () => asJson
            ? UnmappedMatching.Match(words, exchange, MatchBars.Silent, cancellation)
            : MatchBars.Run(work.OpenScreen(), progress => UnmappedMatching.Match(words, exchange, progress, cancellation)),
        cancellation);

    private static void Write(NodeWork work, IReadOnlyList<ExplainedCode> codes, int limit)
    {
        if (codes.Count == 0)
        {
            work.Out.WriteLine("没有待对照的编码 / no codes wait for a mapping");
            return;
        }
        var screen = work.OpenScreen();
        var table = CatalogueTables.New("对照建议 Suggestions", "编码 code\n名称 name", "交换码 exchange", "得分 score", "理由 reasons");
        foreach (var code in codes.Take(limit))
        {
            var best = code.Decision == MatchDecision.NoMatch ? null : code.Proposals[0];
            table.AddRow(
                new Text($"{code.LocalCode}\n{code.LocalName}"),
                new Text(best is null ? UnmappedCommands.NoMatch : $"{best.ExchangeCode}\n{best.ExchangeName}"),
                new Text(best is null ? "-" : best.Score.ToString("0.0", CultureInfo.InvariantCulture)),
                new Text(UnmappedCommands.Words(code.Proposals is [var first, ..] ? first.Reasons : [MatchReasons.NothingAlike])));
        }
        screen.Write(table);
        if (codes.Count > limit)
            screen.WriteLine(CatalogueTables.More(codes.Count - limit));
        var without = codes.Count(code => code.Decision == MatchDecision.NoMatch);
        screen.WriteLine($"{codes.Count - without} 个有建议，{without} 个无匹配；详见 unmapped show / {codes.Count - without} with suggestions, {without} without a match; see unmapped show");
    }
}
