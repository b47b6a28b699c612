using System.CommandLine;
using System.Globalization;
using ProvincialGateway.Retention;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway archive run|list</c>: sealed messages of closed years, moved out of the database into files.</summary>
internal static class ArchiveCommands
{
    public static Command Create() => new("archive", "已关账年度的报文归档 / the messages of closed years, in files of their own") { Run(), List() };

    private static Command Run()
    {
        var json = CommandJson.Option();
        var command = new Command("run", "立即归档到期的年度；节点每夜自动进行 / archives the years that are due now; the node does it by itself each night\n"
            + "例 example: gateway archive run --as 530000 --data data-530000") { json };
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var run = await RunAsync(work, cancellation);
            var made = new ArchivedRun([.. run.Files.Select(ArchiveShelf.NameOf)], run.Values, run.Bytes, run.PagesFree);
            return work.Tell(made, parsed.GetValue(json), told => work.Out.WriteLine(told.Files.Count == 0
                ? "没有到期的年度。 / Nothing is due."
                : $"已归档 archived: {told.Values:N0} 份报文 messages, {told.Bytes:N0} bytes → {string.Join(", ", told.Files)}"));
        });
        return command;
    }

    private static async Task<ArchiveRun> RunAsync(NodeWork work, CancellationToken cancellation)
    {
        if (work.Serving is { } host)
            return await host.Services.GetRequiredService<Archivist>().RunAsync(cancellation);
        using var archivist = new Archivist(work.Database, DataFolder.ArchivePath(work.Node.DataFolder), work.Node.Configuration.Retention, work.Time);
        return await archivist.RunAsync(cancellation);
    }

    private static Command List()
    {
        var json = CommandJson.Option();
        var command = new Command("list", "归档文件及已归档年度 / archive files and the years that are in them\n例 example: gateway archive list --as 530000 --data data-530000") { json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var (files, periods) = work.Database.Read(session => (ArchiveStore.Files(session), ArchiveStore.Archived(session)));
            var entries = new ArchiveContent(
                files.ConvertAll(file => new ArchiveEntry(ArchiveShelf.NameOf(file.Number), ChinaTime.FromMs(file.WrittenAtMs), file.ValueCount, file.ByteCount, file.State == ArchiveFileState.Finished, file.Sha256)),
                periods.ConvertAll(period => new ArchivedYear(period.Year, Names[period.Side].Json, period.Partner)));
            return work.Tell(entries, parsed.GetValue(json), content => Write(work, content));
        });
        return command;
    }

    private static readonly (string Json, string Screen)[] Names = [("hospitals", "医院请求 hospitals"), ("treatment", "就医地 treatment"), ("insured", "参保地 insured")];

    private static void Write(NodeWork work, ArchiveContent content)
    {
        var files = TextTable.Of("文件 file", "时间 written", "报文 messages", "字节 bytes", "状态 state", "SHA-256");
        foreach (var file in content.Files)
        {
            files.Row(file.File, file.WrittenAt.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), $"{file.Values:N0}", $"{file.Bytes:N0}",
                file.IsFinished ? "完成 finished" : "进行中 under way", file.Sha256[..16]);
        }
        var years = TextTable.Of("年度 year", "角色 side", "对方 partner");
        foreach (var year in content.Years)
            years.Row($"{year.Year}", Array.Find(Names, name => name.Json == year.Side).Screen, year.Partner);
        var screen = work.OpenScreen();
        screen.Write(files);
        screen.Write(years);
    }

    private sealed record ArchivedRun(IReadOnlyList<string> Files, long Values, long Bytes, long FreePages);

    private sealed record ArchiveContent(IReadOnlyList<ArchiveEntry> Files, IReadOnlyList<ArchivedYear> Years);

    private sealed record ArchiveEntry(string File, DateTimeOffset WrittenAt, long Values, long Bytes, bool IsFinished, string Sha256);

    /// <param name="Side">hospitals, treatment or insured.</param>
    /// <param name="Partner">Empty with hospitals.</param>
    private sealed record ArchivedYear(int Year, string Side, string Partner);
}
