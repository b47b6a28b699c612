using System.CommandLine;
using System.Globalization;
using System.Text;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Tables;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway catalogue import</c>: all rows of all tables or none, every bad row named.</summary>
internal sealed class CatalogueImportCommand
{
    /// <summary>Errors a screen shows; all are in the report file.</summary>
    private const int ShownMax = 200;

    private readonly CatalogueSelection _selection = new();
    private readonly Option<FileInfo?> _items = Table("items", "本地目录与限价 / local catalogue and limits");
    private readonly Option<FileInfo?> _mappings = Table("mappings", "对照表 / mappings");
    private readonly Option<FileInfo?> _codes = Table("codes", "代码表 / code tables");
    private readonly Option<FileInfo?> _ratios = Table("ratios", "按人员类别与价格区间的自付比例 / ratios by person class and price");
    private readonly Option<FileInfo?> _exchange = Table("exchange", "交换码目录，供核对，不属于任何版本 / exchange catalogue to check against; part of no version");
    private readonly Option<string> _base = new("--base") { Description = "未给出的表取自该版本，默认今天有效的版本 / version that tables left out are taken from; by default the one in force today", DefaultValueFactory = _ => "current" };
    private readonly Option<string> _encoding = new("--encoding") { Description = "CSV 的编码：utf-8 或 gb18030 / encoding of CSV files: utf-8 or gb18030", DefaultValueFactory = _ => "utf-8" };
    private readonly Option<string?> _sheet = new("--sheet") { Description = "XLSX 的工作表；默认与表同名者，否则第一张 / sheet of XLSX files; by default the one named like the table, else the first" };
    private readonly Option<FileInfo?> _report = new("--report") { Description = "把全部错误写入该 CSV / write every error into this CSV" };
    private readonly Option<bool> _json = CommandJson.Option();

    private CatalogueImportCommand() => _encoding.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, "utf-8", "gb18030");

    public static Command Create() => new CatalogueImportCommand().Build();

    private Command Build()
    {
        var command = new Command("import",
            "导入目录的新版本（CSV 或 XLSX）；只存放，不生效 / import a new version (CSV or XLSX); it is stored and not in force\n"
            + "例 example: gateway catalogue import --items items.xlsx --mappings mappings.csv --adapter yunnan --as 530000 --data data-530000")
        {
            _items, _mappings, _codes, _ratios, _exchange, _base, _encoding, _sheet, _report, _json,
        };
        _selection.SetAction(command, RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CatalogueWork work, ParseResult parsed, CancellationToken cancellation)
    {
        var exchange = SourceOf(parsed, _exchange, CatalogueTable.Exchange);
        if (exchange is not null)
        {
            var refused = StoreExchange(work, exchange);
            if (refused.Count > 0)
                return Refuse(work, parsed, refused);
            if (new[] { _items, _mappings, _codes, _ratios }.All(table => parsed.GetValue(table) is null))
                return 0;
        }
        var @base = work.Find(parsed.GetRequiredValue(_base));
        var files = new CatalogueFiles
        {
            Items = SourceOf(parsed, _items, CatalogueTable.Items) ?? @base.Files.Items,
            Mappings = SourceOf(parsed, _mappings, CatalogueTable.Mappings) ?? @base.Files.Mappings,
            Codes = SourceOf(parsed, _codes, CatalogueTable.Codes) ?? @base.Files.Codes,
            Ratios = SourceOf(parsed, _ratios, CatalogueTable.Ratios) ?? @base.Files.Ratios,
        };
        var import = new CatalogueImport(work.Node.Database, work.Archive, work.Node.Time);
        var report = await import.RunAsync(work.Adapter.Id, files, work.Adapter.Catalogue.Packed, @base, cancellation);
        if (report.Errors.Count > 0)
            return Refuse(work, parsed, report.Errors);
        if (parsed.GetValue(_json))
            await work.Node.Out.WriteLineAsync(CommandJson.Of(new { report.Result, report.Version }));
        else
            await work.Node.Out.WriteLineAsync(Text(report));
        return 0;
    }

    private static List<TableError> StoreExchange(CatalogueWork work, TableSource source)
    {
        var errors = new List<TableError>();
        var file = source.Read();
        if (ExchangeCatalogue.Load(file, errors) is not { } exchange)
            return errors;
        work.Archive.PutExchange(CanonicalTable.Write(file, CatalogueTable.Exchange).Utf8);
        work.Node.Error.WriteLine($"交换码目录 {exchange.Items.Count} 行已存放 / exchange catalogue stored, {exchange.Items.Count} rows");
        return [];
    }

    private int Refuse(CatalogueWork work, ParseResult parsed, IReadOnlyList<TableError> errors)
    {
        if (parsed.GetValue(_report) is { } path)
        {
            using var csv = new PeopleCsv(path.FullName, "file", "line", "column", "reason_zh", "reason_en");
            foreach (var error in errors)
                csv.Row(error.File, error.Line.ToString(CultureInfo.InvariantCulture), error.Column, error.Chinese, error.English);
        }
        if (parsed.GetValue(_json))
            work.Node.Out.WriteLine(CommandJson.Of(new { errors }));
        else
            Write(work.Node.Error, errors);
        work.Node.Error.WriteLine($"{errors.Count} 处错误，没有存放任何数据 / {errors.Count} errors, nothing was stored");
        return 1;
    }

    private static void Write(TextWriter output, IReadOnlyList<TableError> errors)
    {
        foreach (var error in errors.Take(ShownMax))
            output.WriteLine(error);
        if (errors.Count > ShownMax)
            output.WriteLine($"另有 {errors.Count - ShownMax} 处，见 --report / and {errors.Count - ShownMax} more, see --report");
    }

    private static string Text(CatalogueImportReport report) => report switch
    {
        { Result: CatalogueImportResult.SameAsPacked } => "内容与适配器自带的目录相同，未存放 / the content is that of the adapter's own tables, nothing was stored",
        { Result: CatalogueImportResult.AlreadyStored, Version: { } version } => $"版本 {version.Version} 已存放，内容相同 / version {version.Version} with this content is stored already",
        { Result: CatalogueImportResult.Stored, Version: { } version } =>
            $"版本 {version.Version} 已存放：目录 {version.ItemCount}，对照 {version.MappingCount}，代码 {version.CodeCount}，比例 {version.RatioCount} 行；用 catalogue activate 使其生效 / "
            + $"version {version.Version} stored: {version.ItemCount} items, {version.MappingCount} mappings, {version.CodeCount} codes, {version.RatioCount} ratios; catalogue activate puts it in force",
        _ => throw new InvalidOperationException($"Import result {report.Result} is not handled."),
    };

    private TableSource? SourceOf(ParseResult parsed, Option<FileInfo?> option, CatalogueTable table)
    {
        Encoding encoding = string.Equals(parsed.GetValue(_encoding), "gb18030", StringComparison.OrdinalIgnoreCase) ? LegacyText.Gb18030 : LegacyText.Utf8;
        return parsed.GetValue(option) is { } file
            ? new TableSource(file.FullName) { Encodings = [encoding], Sheet = parsed.GetValue(_sheet), PreferredSheet = table.Name }
            : null;
    }

    private static Option<FileInfo?> Table(string name, string description) => new($"--{name}") { Description = $"{description}（CSV 或 XLSX）" };
}
