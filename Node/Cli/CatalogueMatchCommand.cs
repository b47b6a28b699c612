using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Matching;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway catalogue match FILE</c>: proposes exchange codes for a province's items. It works on files only; no node is needed or touched.</summary>
internal sealed class CatalogueMatchCommand
{
    private const string Description = """
        为本地目录各行提出交换码并说明理由：达到接受线且无矛盾的写入 mappings.csv，全部候选写入 review.csv 供人工审核
        propose exchange codes for every row of a local catalogue, with reasons: what reaches the score uncontradicted goes into mappings.csv, every proposal into review.csv
        例 example: gateway catalogue match items.csv --exchange exchange.csv --out matched
        """;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Argument<FileInfo> _local = new("file") { Description = "本地目录 items.csv / the local catalogue, items.csv" };
    private readonly Option<FileInfo> _exchange = new("--exchange") { Description = "交换目录 CSV / the exchange catalogue, CSV", Required = true };
    private readonly Option<DirectoryInfo> _out = new("--out") { Description = "结果目录 / the folder for mappings.csv and review.csv", Required = true };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "替换结果目录中已有的文件 / replace the files of an earlier run" };
    private readonly Option<string> _encoding = EncodingOption("--encoding", "FILE 与 --truth 的编码 / encoding of FILE and --truth");
    private readonly Option<string> _exchangeEncoding = EncodingOption("--exchange-encoding", "交换目录的编码 / encoding of the exchange catalogue");
    private readonly Option<bool> _json = new("--json") { Description = "以 JSON 输出汇总 / print the summary as JSON" };

    private readonly Option<FileInfo?> _truth = new("--truth")
    {
        Description = "标准答案 CSV，用于评测：local_code,exchange_code，无对应项时交换码为空 / right answers, to measure the result; no exchange_code where there is no counterpart",
    };

    private readonly Option<decimal> _accept = new("--accept")
    {
        Description = "自动接受的最低得分，0..100 / score from which a proposal is accepted, 0..100",
        DefaultValueFactory = _ => MatchOptions.AcceptDefault,
        CustomParser = result => Within(result, 0m, 100m),
    };

    private readonly Option<int> _top = new("--top")
    {
        Description = $"每行列出的候选数，1..{MatchOptions.TopMax} / proposals listed for a row, 1..{MatchOptions.TopMax}",
        DefaultValueFactory = _ => MatchOptions.TopDefault,
        CustomParser = result => Within(result, 1, MatchOptions.TopMax),
    };

    public static Command Create()
    {
        var match = new CatalogueMatchCommand();
        var command = new Command("match", Description) { match._local };
        foreach (var option in (Option[])[match._exchange, match._out, match._overwrite, match._accept, match._top, match._encoding, match._exchangeEncoding, match._truth, match._json])
            command.Add(option);
        command.SetAction((parsed, cancellation) => Task.Run(() => match.Invoke(parsed, cancellation), cancellation));
        return command;
    }

    private int Invoke(ParseResult parsed, CancellationToken cancellation)
    {
        var run = new MatchRun
        {
            Local = new MatchInput(parsed.GetRequiredValue(_local).FullName, EncodingOf(parsed, _encoding)),
            Exchange = new MatchInput(parsed.GetRequiredValue(_exchange).FullName, EncodingOf(parsed, _exchangeEncoding)),
            Truth = parsed.GetValue(_truth) is { } truth ? new MatchInput(truth.FullName, EncodingOf(parsed, _encoding)) : null,
            Folder = parsed.GetRequiredValue(_out).FullName,
            Options = new MatchOptions { Accept = parsed.GetValue(_accept), Top = parsed.GetValue(_top) },
        };
        if (!parsed.GetValue(_overwrite))
            RefuseToOverwrite(run.Folder);
        var asJson = parsed.GetValue(_json);
        var outcome = Execute(run, showsProgress: !asJson && !Console.IsOutputRedirected, cancellation);
        foreach (var error in outcome.Errors)
            Console.Error.WriteLine(error);
        if (outcome.Summary is not { } summary)
        {
            Console.Error.WriteLine($"{outcome.Errors.Count} 处错误，没有写入任何文件 / {outcome.Errors.Count} errors, nothing was written");
            return 1;
        }
        Console.WriteLine(asJson ? JsonSerializer.Serialize(summary, Json) : Text(summary, run));
        return 0;
    }

    private static MatchOutcome Execute(MatchRun run, bool showsProgress, CancellationToken cancellation)
    {
        try
        {
            return showsProgress
                ? MatchBars.Run(Screen.Open(), progress => run.Execute(progress, cancellation))
                : run.Execute(MatchBars.Silent, cancellation);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException($"无法写入 {run.Folder}：{fault.Message} / cannot write to {run.Folder}: {fault.Message}");
        }
    }

    /// <summary>A review file may hold a person's work of weeks.</summary>
    private static void RefuseToOverwrite(string folder)
    {
        foreach (var name in (string[])[MatchFiles.MappingsName, MatchFiles.ReviewName])
        {
            var path = Path.Combine(folder, name);
            if (File.Exists(path))
                throw new CommandRefusedException($"{path} 已存在；请另选目录，或加 --overwrite 替换。 / {path} exists; choose another folder or replace it with --overwrite.");
        }
    }

    private static string Text(MatchSummary summary, MatchRun run)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"本地 {summary.LocalRows} 行，交换目录 {summary.ExchangeRows} 行，接受线 {summary.AcceptScore} / {summary.LocalRows} local rows, {summary.ExchangeRows} exchange rows, accepted from {summary.AcceptScore}");
        if (summary.UnreadColumns.Count > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"未使用的列 columns not used: {string.Join(", ", summary.UnreadColumns)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"接受 {summary.Accepted}，待审 {summary.Review}，无匹配 {summary.NoMatch} / accepted {summary.Accepted}, to review {summary.Review}, no match {summary.NoMatch}");
        if (summary.Measured is { } measured)
            text.Append(Text(measured));
        text.AppendLine(CultureInfo.InvariantCulture, $"{Path.Combine(run.Folder, MatchFiles.MappingsName)}: {summary.MappingRows} 行 rows");
        text.Append(CultureInfo.InvariantCulture, $"{Path.Combine(run.Folder, MatchFiles.ReviewName)}: 请人工审核 for a person to look through");
        return text.ToString();
    }

    private static string Text(MatchMeasurement measured) => string.Create(CultureInfo.InvariantCulture, $"""
        评测 measured:
          有对应项 with a counterpart     {measured.WithCounterpart,7}: 首位正确 top-1 {measured.FirstRightPercent}%, 前五含正确 top-5 {measured.AmongFirstFivePercent}%, 误报无匹配 wrongly "no match" {measured.WronglyNoMatch}
          无对应项 without a counterpart  {measured.WithoutCounterpart,7}: 报无匹配 said "no match" {measured.RightlyNoMatch}
          自动接受 accepted automatically {measured.Accepted,7}: 其中错误 of these wrong {measured.WronglyAccepted} {string.Join(' ', measured.WronglyAcceptedCodes)}

        """);

    private static T Within<T>(ArgumentResult result, T least, T most)
        where T : IParsable<T>, IComparable<T>
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (T.TryParse(text, CultureInfo.InvariantCulture, out var value) && value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0)
            return value;
        result.AddError($"“{text}”不在 {least} 至 {most} 之间。 / '{text}' is not between {least} and {most}.");
        return least;
    }

    private static Option<string> EncodingOption(string name, string description)
    {
        var option = new Option<string>(name) { Description = $"{description}: utf-8, gb18030", DefaultValueFactory = _ => "utf-8" };
        option.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, "utf-8", "gb18030");
        return option;
    }

    private static Encoding EncodingOf(ParseResult parsed, Option<string> option) =>
        LegacyText.ByLabel(parsed.GetRequiredValue(option)) ?? throw new InvalidOperationException($"{option.Name} admits encodings that are not known.");
}
