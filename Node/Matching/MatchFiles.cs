using System.Globalization;
using CsvHelper;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Values;

namespace ProvincialGateway.Matching;

/// <summary>Writes what a run found: <c>mappings.csv</c> for the adapter, <c>review.csv</c> for people.</summary>
internal static class MatchFiles
{
    public const string MappingsName = "mappings.csv";
    public const string ReviewName = "review.csv";

    // A spreadsheet computes a cell that begins like this, full-width forms included.
    private const string FormulaStarts = "=+-@＝＋－＠\t\r";

    private static readonly string[] MappingColumns = ["local_code", "exchange_code", "exchange_name", "quality", "status", "valid_from", "valid_to"];

    private static readonly string[] ReviewColumns =
    [
        "local_code 本地编码", "local_name 本地名称", "rank 名次", "exchange_code 交换码", "exchange_name 交换名称", "score 得分", "decision 结论", "理由", "reasons",
    ];

    /// <summary>The accepted rows, in the order of the local file. Each half is complete or absent: a file is written beside and then moved.</summary>
    /// <returns>How many rows the file has.</returns>
    public static int WriteMappings(string folder, IEnumerable<CatalogueMatch> matches)
    {
        var mappings = Joined(matches.Where(match => match.Decision == MatchDecision.Accepted).Select(Mapping));
        Write(Path.Combine(folder, MappingsName), new CsvWriterOptions(), MappingColumns, mappings.Select(mapping => (string[])
        [
            mapping.LocalCode, mapping.ExchangeCode, mapping.ExchangeName, mapping.Quality.ToString().ToLowerInvariant(), "valid",
            mapping.Validity.From.Iso(), mapping.Validity.To?.Iso() ?? "",
        ]));
        return mappings.Count;
    }

    /// <summary>One line per proposal, and one for a row without any. UTF-8 with a mark, so that a spreadsheet program sees Chinese.</summary>
    public static void WriteReview(string folder, IEnumerable<CatalogueMatch> matches, MatchOptions options) => Write(
        Path.Combine(folder, ReviewName), new CsvWriterOptions { WriteByteOrderMark = true }, ReviewColumns,
        matches.SelectMany(match => ReviewLines(match, options)).Select(line => Array.ConvertAll(line, Harmless)));

    private static ItemMapping Mapping(CatalogueMatch match)
    {
        var (local, exchange) = (match.Local.Texts, match.Proposals[0].Exchange.Texts);
        return new ItemMapping
        {
            LocalCode = local.Code,
            ExchangeCode = exchange.Code,
            ExchangeName = exchange.Name,
            Quality = match.Proposals[0].Evidence.Quality ?? throw new InvalidOperationException($"'{local.Code}' was accepted although no quality can be stated."),
            Validity = local.Validity.Common(exchange.Validity),
        };
    }

    /// <summary>Rows of one item that follow each other without a gap are one mapping: a new class or price does not change what an item is.</summary>
    private static List<ItemMapping> Joined(IEnumerable<ItemMapping> mappings)
    {
        var joined = new List<ItemMapping>();
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var mapping in mappings)
        {
            if (last.TryGetValue(mapping.LocalCode, out var place) && joined[place] is var earlier && earlier.Validity.To == mapping.Validity.From
                && earlier with { Validity = mapping.Validity } == mapping)
            {
                joined[place] = earlier with { Validity = new Validity(earlier.Validity.From, mapping.Validity.To) };
            }
            else
            {
                last[mapping.LocalCode] = joined.Count;
                joined.Add(mapping);
            }
        }
        return joined;
    }

    private static IEnumerable<string[]> ReviewLines(CatalogueMatch match, MatchOptions options)
    {
        var local = match.Local.Texts;
        if (match.Proposals.Count == 0)
            yield return [local.Code, local.Name, "", "", "", "", Decision(match.Decision), MatchReasons.NothingAlike.Chinese, MatchReasons.NothingAlike.English];
        foreach (var (rank, proposal) in match.Proposals.Take(options.Top).Index())
        {
            var reasons = MatchReasons.Of(match, proposal, options);
            yield return
            [
                local.Code, local.Name, (rank + 1).ToString(CultureInfo.InvariantCulture), proposal.Exchange.Texts.Code, proposal.Exchange.Texts.Name,
                proposal.Score.ToString("0.0", CultureInfo.InvariantCulture),
                match.Decision == MatchDecision.Accepted && rank > 0 ? "其他候选 alternative" : Decision(match.Decision),
                string.Join('；', reasons.Select(reason => reason.Chinese)), string.Join("; ", reasons.Select(reason => reason.English)),
            ];
        }
    }

    private static string Decision(MatchDecision decision) => decision switch
    {
        MatchDecision.Accepted => "接受 accepted",
        MatchDecision.Review => "待审 review",
        MatchDecision.NoMatch => "无匹配 no match",
        _ => throw new ArgumentOutOfRangeException(nameof(decision), decision, null),
    };

    private static string Harmless(string cell) => cell.Length > 0 && FormulaStarts.Contains(cell[0], StringComparison.Ordinal) ? "'" + cell : cell;

    private static void Write(string path, CsvWriterOptions options, string[] header, IEnumerable<string[]> rows)
    {
        var unfinished = path + ".tmp";
        using (var writer = CsvWriter.ToFile(unfinished, options, FileOptions.None))
        {
            writer.WriteRecord(header);
            foreach (var row in rows)
                writer.WriteRecord(row);
        }
        File.Move(unfinished, path, overwrite: true);
    }
}
