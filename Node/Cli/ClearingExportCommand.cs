using System.CommandLine;
using System.Text;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Clearing;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway clearing export</c>: a statement, its rows or its receipts as a file.</summary>
internal static class ClearingExportCommand
{
    public static Command Create()
    {
        var number = ClearingCommands.StatementArgument();
        var file = new Argument<FileInfo>("file") { Description = "输出文件，按扩展名 csv、xlsx 或 html / the file; its extension says the format: csv, xlsx or html" };
        var content = new Option<ExportContent>("--content") { Description = "statement 清算单 | rows 明细 | receipts 到账", DefaultValueFactory = _ => ExportContent.Statement };
        var encoding = new Option<string>("--encoding") { Description = "CSV 的编码 / encoding of CSV: utf-8, utf-8-bom, gb18030", DefaultValueFactory = _ => "utf-8-bom" };
        encoding.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, "utf-8", "utf-8-bom", "gb18030");
        var json = CommandJson.Option();
        var command = new Command("export", "导出清算单、明细或到账 / give out a statement, its rows or its receipts\n"
            + "例 example: gateway clearing export B44000017090000001 201709.xlsx --content rows --as 440000 --data data-440000") { number, file, content, encoding, json };
        command.SetAgencyAction((work, _, parsed) =>
        {
            var (statement, target) = (ClearingViews.Find(work, parsed.GetRequiredValue(number), null), parsed.GetRequiredValue(file));
            try
            {
                Write(work, statement, target, parsed.GetValue(content), EncodingOf(parsed.GetRequiredValue(encoding)));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new CommandRefusedException($"不能写入 {target.FullName}：{fault.Message} / {target.FullName} cannot be written: {fault.Message}");
            }
            return work.Tell(
                new { statement.StatementNumber, statement.Revision, Content = parsed.GetValue(content), File = target.FullName }, parsed.GetValue(json), _ => work.Out.WriteLine(target.FullName));
        });
        return command;
    }

    private static void Write(NodeWork work, ClearingStatement statement, FileInfo target, ExportContent content, Encoding encoding)
    {
        Action<Stream, IReadOnlyList<ExportTable>> write = target.Extension.ToLowerInvariant() switch
        {
            ".csv" => (stream, tables) => Text(stream, encoding, writer => ExportFiles.WriteCsv(writer, tables)),
            ".html" => (stream, tables) => Text(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
                writer => ExportFiles.WriteHtml(writer, $"{statement.Period} 跨省异地就医清算 {statement.StatementNumber}", tables)),
            ".xlsx" => ExportFiles.WriteXlsx,
            _ => throw new CommandRefusedException("文件扩展名应为 csv、xlsx 或 html。 / the file's extension must be csv, xlsx or html."),
        };
        // Beside the target first: a file with the name asked for is whole.
        var unfinished = $"{target.FullName}.tmp";
        using (var stream = new FileStream(unfinished, FileMode.Create, FileAccess.ReadWrite))
        {
            work.Database.Read(session =>
            {
                write(stream, StatementExport.Of(session, statement, content));
                return true;
            });
        }
        File.Move(unfinished, target.FullName, overwrite: true);
    }

    private static void Text(Stream stream, Encoding encoding, Action<TextWriter> write)
    {
        using var writer = new StreamWriter(stream, encoding);
        write(writer);
    }

    private static Encoding EncodingOf(string name) => name.ToLowerInvariant() switch
    {
        "gb18030" => LegacyText.Gb18030,
        "utf-8" => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        _ => new UTF8Encoding(encoderShouldEmitUTF8Identifier: true),
    };
}
