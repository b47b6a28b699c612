using System.CommandLine;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Tables;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway catalogue diff A B</c>: rows that two versions do not share, field by field.</summary>
internal sealed class CatalogueDiffCommand
{
    private readonly CatalogueSelection _selection = new();
    private readonly Argument<string> _older = CatalogueSelection.Version("older", "旧版本 / the older version");
    private readonly Argument<string> _newer = CatalogueSelection.Version("newer", "新版本 / the newer version");
    private readonly Option<string[]> _only = new("--only") { Description = "只比较这些表：items mappings codes ratios / only these tables", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int> _limit = new("--limit") { Description = "显示的行数 / rows shown", DefaultValueFactory = _ => 50 };
    private readonly Option<FileInfo?> _csv = new("--csv") { Description = "把全部差异写入该 CSV / write every difference into this CSV" };
    private readonly Option<bool> _json = CommandJson.Option();

    private CatalogueDiffCommand() => _only.AcceptOnlyFromAmong([.. CatalogueTable.All.Select(table => table.Name)]);

    public static Command Create()
    {
        var diff = new CatalogueDiffCommand();
        var command = new Command("diff",
            "比较两个版本 / compare two versions\n例 example: gateway catalogue diff current 0123456789ab --only items --as 530000 --data data-530000")
        {
            diff._older, diff._newer, diff._only, diff._limit, diff._csv, diff._json,
        };
        diff._selection.SetAction(command, (work, parsed, _) => Task.FromResult(diff.Run(work, parsed)));
        return command;
    }

    private int Run(CatalogueWork work, ParseResult parsed)
    {
        var (older, newer) = (work.Find(parsed.GetRequiredValue(_older)), work.Find(parsed.GetRequiredValue(_newer)));
        var only = parsed.GetValue(_only) is { Length: > 0 } some ? some : [.. CatalogueTable.All.Select(table => table.Name)];
        var differences = CatalogueDiff.Of(older.Files, newer.Files).Where(difference => only.Contains(difference.Table)).ToList();
        if (parsed.GetValue(_csv) is { } csv)
            Write(csv.FullName, differences);
        if (parsed.GetValue(_json))
            work.Node.Out.WriteLine(CommandJson.Of(new { Older = older.Version, Newer = newer.Version, Differences = differences }));
        else
            Write(work.Node.OpenScreen(), older.Version, newer.Version, differences, parsed.GetValue(_limit));
        return 0;
    }

    private static void Write(IAnsiConsole console, string older, string newer, List<CatalogueDifference> differences, int limit)
    {
        var table = CatalogueTables.New($"目录差异 Differences {older} → {newer}", "表 table", "行 row", "变化 change", "字段 fields");
        foreach (var difference in differences.Take(limit))
            table.AddRow(new Text(difference.Table), new Text(difference.Key), new Text(Describe(difference.Kind)), new Text(string.Join('\n', difference.Fields.Select(Describe))));
        console.Write(table);
        if (differences.Count > limit)
            console.WriteLine(CatalogueTables.More(differences.Count - limit));
        foreach (var group in differences.GroupBy(difference => difference.Table))
        {
            var counts = group.GroupBy(difference => difference.Kind).OrderBy(kind => kind.Key).Select(kind => $"{Describe(kind.Key)} {kind.Count():N0}");
            console.WriteLine($"{group.Key}: {string.Join(", ", counts)}");
        }
        if (differences.Count == 0)
            console.WriteLine("两个版本相同。 / The versions are the same.");
    }

    private static void Write(string path, List<CatalogueDifference> differences)
    {
        using var csv = new PeopleCsv(path, "table", "row", "change", "column", "old", "new");
        foreach (var difference in differences)
        {
            foreach (var field in difference.Fields)
                csv.Row(difference.Table, difference.Key, difference.Kind.ToString(), field.Column, field.Old ?? "", field.New ?? "");
        }
    }

    private static string Describe(FieldDifference field) => field switch
    {
        { Old: null } => $"{field.Column}: {field.New}",
        { New: null } => $"{field.Column}: {field.Old}",
        _ => $"{field.Column}: {field.Old} → {field.New}",
    };

    private static string Describe(RowDifference kind) => kind switch
    {
        RowDifference.Added => "新增 added",
        RowDifference.Removed => "删除 removed",
        RowDifference.Changed => "变化 changed",
        _ => throw new InvalidOperationException($"Difference {kind} is not described."),
    };
}
