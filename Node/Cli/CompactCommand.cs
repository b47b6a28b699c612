using System.CommandLine;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway compact</c>: gives the room of what was removed back to the disk.</summary>
internal static class CompactCommand
{
    // 4 MiB a step: a few milliseconds for those who wait to write.
    private const int PagesMax = 1_024;

    public static Command Create()
    {
        var json = CommandJson.Option();
        var command = new Command("compact", "把数据库中的空闲空间还给磁盘；运行中分步进行 / give free pages of the database back to the disk, in steps while the node serves\n例 example: gateway compact --as 530000 --data data-530000") { json };
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var before = new FileInfo(work.Database.Path).Length;
            // Nobody waits to write into the folder of a stopped node, and only a rebuild makes an older release's file one that shrinks in steps.
            if (work.Serving is null)
                await work.Database.RebuildAsync();
            else
                await StepAsync(work, cancellation);
            var after = new FileInfo(work.Database.Path).Length;
            return work.Tell(new CompactedFile(before, after), parsed.GetValue(json), file =>
                work.Out.WriteLine($"数据库 database: {file.BytesBefore:N0} → {file.BytesAfter:N0} bytes"));
        });
        return command;
    }

    private static async Task StepAsync(NodeWork work, CancellationToken cancellation)
    {
        for (long left = long.MaxValue, next; ; left = next)
        {
            cancellation.ThrowIfCancellationRequested();
            next = await work.Database.CompactAsync(PagesMax);
            if (next == 0 || next >= left)
                return;
        }
    }

    /// <param name="BytesAfter">While the node serves the file becomes shorter with its next checkpoint.</param>
    private sealed record CompactedFile(long BytesBefore, long BytesAfter);
}
