using System.CommandLine;
using System.Text;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Insured;
using ProvincialGateway.Storage;
using ProvincialGateway.Tables;

namespace ProvincialGateway.Cli;

/// <summary>
/// <c>gateway persons|filings import FILE</c>: all rows or none, every bad row named.
/// </summary>
internal static class ImportCommands
{
    public static Command Persons()
    {
        var import = new Import("persons.csv", "导入参保人 / import insured persons");
        import.Runs((work, session, file) => new PersonImport(work.Node.Self, new PersonStore(work.Vault), work.Time).Run(session, file), Tell);
        return import.Command;
    }

    public static Command Filings()
    {
        var import = new Import("filings.csv", "导入异地就医备案 / import filings for treatment elsewhere");
        import.Runs((work, session, file) => new FilingImport(work.Node.Self, work.Time).Run(session, file), Tell);
        return import.Command;
    }

    /// <returns>Exit code 0 only when everything was taken.</returns>
    private static int Tell(NodeWork work, ImportReport report, bool asJson)
    {
        work.Tell(report, asJson, _ => Write(work, report));
        return report.Errors.Count == 0 ? 0 : 1;
    }

    internal static void Write(NodeWork work, ImportReport report)
    {
        foreach (var error in report.Errors)
            work.Error.WriteLine(error);
        work.Out.WriteLine(report.Errors.Count == 0
            ? $"新增 {report.Added}，更新 {report.Updated}，未变 {report.Unchanged} / added {report.Added}, updated {report.Updated}, unchanged {report.Unchanged}"
            : $"{report.Errors.Count} 处错误，没有写入任何数据 / {report.Errors.Count} errors, nothing was written");
    }

    /// <summary>What the three imports share: a file, its encoding, and the node it is for.</summary>
    internal sealed class Import
    {
        private readonly NodeSelection _selection = new();
        private readonly Argument<FileInfo> _file = new("file") { Description = "CSV 文件，首行为列名 / CSV file, column names in the first line" };
        private readonly Option<string> _encoding = new("--encoding") { Description = "utf-8 或 gb18030 / utf-8 or gb18030", DefaultValueFactory = _ => "utf-8" };

        private readonly Option<bool> _json = CommandJson.Option();

        public Import(string sample, string description)
        {
            _encoding.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, "utf-8", "gb18030");
            Command = new Command("import", $"{description}\n例 example: gateway {sample.Split('.')[0]} import {sample} --as 530000 --data data-530000") { _file, _encoding, _json };
        }

        public Command Command { get; }

        /// <param name="import">Runs in one transaction.</param>
        /// <param name="show">Runs after its commit: what a person reads, or a script as JSON, has happened. Gives the exit code.</param>
        public void Runs<TReport>(Func<NodeWork, Session, TableFile, TReport> import, Func<NodeWork, TReport, bool, int> show) => Command.SetNodeAction(_selection, async (work, parsed, cancellation) =>
        {
            Encoding encoding = string.Equals(parsed.GetValue(_encoding), "gb18030", StringComparison.OrdinalIgnoreCase) ? LegacyText.Gb18030 : LegacyText.Utf8;
            var file = TableFile.Read(parsed.GetRequiredValue(_file).FullName, encoding);
            return show(work, await work.Database.WriteAsync(session => import(work, session, file), cancellation), parsed.GetValue(_json));
        });
    }
}
