using System.Globalization;
using ProvincialGateway.Cli;
using Spectre.Console;

namespace ProvincialGateway.Bench;

/// <summary>The report as people read it.</summary>
internal static class BenchRendering
{
    public static void Write(BenchReport report, IAnsiConsole console)
    {
        console.WriteLine($"{report.Counted}");
        console.WriteLine(Invariant($"省间报文 between the provinces: {report.RequestBytes} + {report.ReplyBytes} bytes; {report.Processors} CPU; {report.Runtime}"));
        console.Write(Rates(report));
        console.Write(Costs(report));
        console.WriteLine(Invariant(
            $"(c) 裸写入 raw inserts: {report.Inserts.Clients} 个客户端 clients, {report.Inserts.RowBytes} bytes a row, {report.Inserts.Latencies.PerSecond:N0} /s, p99 {report.Inserts.Latencies.P99Ms:0.0} ms, {report.Inserts.RowsPerCommit:0.0} a commit"));
        console.WriteLine(Invariant($"新目录首次启动 first start of new folders: {report.Idle.ReadyMs:0} ms，空闲常驻 resident when idle: {report.Idle.ResidentBytes / 1e6:0} MB"));
        if (report.Soak is { } soak)
            console.WriteLine(Invariant($"连续运行 soak: {soak.Settlements} 笔 settlements，两节点常驻 MB both nodes resident: {string.Join(" ", soak.ResidentBytes.Select(bytes => Invariant($"{bytes / 1e6:0}")))}"));
        foreach (var target in report.Targets)
            console.WriteLine(Invariant($"{(target.IsMet ? "✓" : "✗")} {target.Chinese} {target.English}: {target.Measured:0.###} (目标 target {target.Target})"));
        console.WriteLine(Invariant($"✓ 审计无问题，{report.Audited} 笔结算 the audit is clean, {report.Audited} settlements"));
        console.WriteLine("报文存证尚未实现，未计入 there is no journal of signed messages yet: none is counted");
        if (report.Folder is not null)
            console.WriteLine(report.Folder);
    }

    private static Table Rates(BenchReport report)
    {
        var table = TextTable.Of("客户端\nclients", "", "每秒\na second", "p50 ms", "p95 ms", "p99 ms", "p99.9 ms", "b/a", "b/c");
        foreach (var level in report.Levels)
        {
            Row(table, Invariant($"{level.Clients}"), "(a) 回显 echo", level.Echo, "", "");
            Row(table, "", "(b) 结算 settlement", level.Settlement, Invariant($"{level.RateToEcho:0.000}"), Invariant($"{level.Settlement.PerSecond / report.Inserts.Latencies.PerSecond:0.000}"));
        }
        return table;
    }

    private static void Row(Table table, string clients, string what, BenchLatencies latencies, string toEcho, string toInserts) => table.Row(
        clients, what, Invariant($"{latencies.PerSecond:N0}"), Invariant($"{latencies.P50Ms:0.00}"), Invariant($"{latencies.P95Ms:0.00}"), Invariant($"{latencies.P99Ms:0.00}"),
        Invariant($"{latencies.P999Ms:0.00}"), toEcho, toInserts);

    private static Table Costs(BenchReport report)
    {
        var table = TextTable.Of("每笔结算\na settlement", "侧\nside", "CPU ms", "分配 KiB\nallocated", "事务\nworks", "提交=落盘\ncommits", "每次落盘笔数\nfor each sync", "入库字节\nstored bytes");
        foreach (var level in report.Levels)
        {
            Row(table, Invariant($"{level.Clients}"), "就医地 treatment", level.Treatment);
            Row(table, "", "参保地 insured", level.Insured);
        }
        return table;
    }

    private static void Row(Table table, string clients, string side, BenchCost cost) => table.Row(
        clients, side, Invariant($"{cost.CpuMs:0.000}"), Invariant($"{cost.AllocatedBytes / 1024:0.0}"), Invariant($"{cost.Works:0.00}"), Invariant($"{cost.Commits:0.000}"),
        Invariant($"{1 / cost.Commits:0.0}"), Invariant($"{cost.DatabaseBytes:0}"));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
