using System.CommandLine;
using Microsoft.Extensions.Logging.Console;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway serve</c>: one node, until SIGTERM or Ctrl-C.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var selection = new NodeSelection();
        var command = new Command("serve", "运行本省节点 / run this province's node\n例 example: gateway serve --nodes nodes.json --as 530000 --data data-530000");
        selection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            // A stop signal waits for what runs only once this action has returned its task.
            await Task.Yield();
            var node = selection.Read(parsed).WithData();
            await using var host = await NodeHost.StartAsync(
                new NodeOptions { Configuration = node.Configuration, Self = node.Self, DataFolder = node.DataFolder, Logging = ToConsole }, cancellation);
            Console.WriteLine($"节点 {node.Self.Code} {node.Entry.Name} 正在运行 / node {node.Self.Code} serves: peers {node.Entry.Address}, hospitals {node.Entry.HisAddress}");
            await host.WaitForShutdownAsync(cancellation);
            Console.WriteLine($"节点 {node.Self.Code} 正在停止 / node {node.Self.Code} stops");
            return 0;
        });
        return command;
    }

    public static void ToConsole(ILoggingBuilder logging) => logging
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        })
        .SetMinimumLevel(LogLevel.Information)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("Grpc", LogLevel.Warning);
}
