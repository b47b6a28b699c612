using System.CommandLine;
using ProvincialGateway.Oversight;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway audit DIR...</c>: every invariant of money and of exactly-once, over one or several nodes' folders.</summary>
internal static class AuditCommand
{
    public static Command Create()
    {
        var folders = new Argument<DirectoryInfo[]>("data")
        {
            Description = "一个或多个节点的数据目录；两省同时给出时核对双方账目 / data folders of one or several nodes; given both, the two sides are compared",
            Arity = ArgumentArity.OneOrMore,
        };
        var json = CommandJson.Option();
        var command = new Command("audit", "核对账目与“恰好一次”的全部不变量 / check every invariant of money and exactly-once\n例 example: gateway audit data-530000 data-440000") { folders, json };
        command.SetAction(parsed =>
        {
            var report = Audit.Run([.. parsed.GetRequiredValue(folders).Select(folder => folder.FullName)], TimeProvider.System);
            if (parsed.GetValue(json))
                Console.WriteLine(AuditRendering.ToJson(report));
            else
                AuditRendering.Write(report, Screen.Open());
            return report.IsClean ? 0 : 1;
        });
        return command;
    }
}
