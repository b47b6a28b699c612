using System.CommandLine;
using System.Text;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Insured;
using ProvincialGateway.Storage;
using ProvincialGateway.Tables;
using ProvincialGateway.Treatment;

namespace ProvincialGateway.Cli;

/// <summary>
/// <c>gateway persons|filings|institutions import FILE</c>: all rows or none, every bad row named. They open the data folder themselves, so the
/// node must not be running.
/// </summary>
internal static class ImportCommands
{
    public static Command Persons()
    {
        var import = new Import("persons.csv", "导入参保人 / import insured persons");
        import.Runs((node, file) => WriteAsync(node, (session, vault) =>
            Report(new PersonImport(node.Self, new PersonStore(vault), TimeProvider.System).Run(session, file))));
        return new Command("persons", "参保人 / insured persons") { import.Command };
    }

    public static Command Filings()
    {
        var import = new Import("filings.csv", "导入异地就医备案 / import filings for treatment elsewhere");
        import.Runs((node, file) => WriteAsync(node, (session, _) => Report(new FilingImport(node.Self).Run(session, file))));
        return new Command("filings", "异地就医备案 / filings for treatment elsewhere") { import.Command };
    }

    public static Command Institutions()
    {
        var import = new Import("institutions.csv", "导入定点医药机构；新机构的令牌只显示一次 / import designated institutions; the token of a new one is shown once");
        import.Runs((node, file) =>
        {
            using var loggers = LoggerFactory.Create(_ => { });
            using var adapters = AdapterDirectory.Load(AdapterDirectory.PackedFolder, node.Entry.Adapters, loggers.CreateLogger<AdapterDirectory>());
            return WriteAsync(node, (session, _) => Report(new InstitutionImport(node.Self, id => adapters.Find(id)?.Catalogue.Codes, TimeProvider.System).Run(session, file)));
        });
        return new Command("institutions", "定点医药机构 / designated institutions") { import.Command, RotateToken() };
    }

    private static Command RotateToken()
    {
        var selection = new NodeSelection();
        var code = new Argument<string>("code") { Description = "机构编码 / institution code" };
        var command = new Command("rotate-token", "更换机构令牌，旧令牌立即失效 / issue a new token; the old one stops working at once\n例 example: gateway institutions rotate-token H53010000001 --as 530000 --data data-530000") { code };
        selection.AddTo(command);
        command.SetAction(parsed => WriteAsync(selection.Read(parsed).WithData(), (session, _) =>
        {
            var institution = parsed.GetRequiredValue(code);
            var token = InstitutionStore.RotateToken(session, institution)
                ?? throw new CommandRefusedException($"没有机构 {institution}；请先导入。 / there is no institution {institution}; import it first.");
            Console.WriteLine($"{institution} {token}");
            return 0;
        }));
        return command;
    }

    private static async Task<int> WriteAsync(SelectedNode node, Func<Session, Vault, int> work)
    {
        var vault = DataFolder.OpenVault(node.DataFolder);
        await using var database = DataFolder.OpenDatabase(node.DataFolder, TimeProvider.System);
        return await database.WriteAsync(session =>
        {
            NodeIdentity.Claim(session, node.Self, vault);
            return work(session, vault);
        }, CancellationToken.None);
    }

    private static int Report(InstitutionImportReport report)
    {
        foreach (var (institution, token) in report.NewTokens)
            Console.WriteLine($"{institution} {token}");
        return Report(report.Rows);
    }

    private static int Report(ImportReport report)
    {
        foreach (var error in report.Errors)
            Console.Error.WriteLine(error);
        Console.WriteLine(report.Errors.Count == 0
            ? $"新增 {report.Added}，更新 {report.Updated}，未变 {report.Unchanged} / added {report.Added}, updated {report.Updated}, unchanged {report.Unchanged}"
            : $"{report.Errors.Count} 处错误，没有写入任何数据 / {report.Errors.Count} errors, nothing was written");
        return report.Errors.Count == 0 ? 0 : 1;
    }

    /// <summary>What the three imports share: a file, its encoding, and the node it is for.</summary>
    private sealed class Import
    {
        private readonly NodeSelection _selection = new();
        private readonly Argument<FileInfo> _file = new("file") { Description = "CSV 文件，首行为列名 / CSV file, column names in the first line" };
        private readonly Option<string> _encoding = new("--encoding") { Description = "utf-8 或 gb18030 / utf-8 or gb18030", DefaultValueFactory = _ => "utf-8" };

        public Import(string sample, string description)
        {
            _encoding.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, "utf-8", "gb18030");
            Command = new Command("import", $"{description}\n例 example: gateway {sample.Split('.')[0]} import {sample} --as 530000 --data data-530000") { _file, _encoding };
            _selection.AddTo(Command);
        }

        public Command Command { get; }

        public void Runs(Func<SelectedNode, TableFile, Task<int>> run) => Command.SetAction(parsed =>
        {
            Encoding encoding = string.Equals(parsed.GetValue(_encoding), "gb18030", StringComparison.OrdinalIgnoreCase) ? LegacyText.Gb18030 : LegacyText.Utf8;
            return run(_selection.Read(parsed).WithData(), TableFile.Read(parsed.GetRequiredValue(_file).FullName, encoding));
        });
    }
}
