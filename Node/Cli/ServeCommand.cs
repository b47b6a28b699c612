using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Console;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway serve</c>: one node, until SIGTERM or Ctrl-C.</summary>
internal static class ServeCommand
{
    // As a shell says of a process that SIGTERM has ended.
    private const int EndedAtOnce = 128 + 15;

    public static Command Create()
    {
        var selection = new NodeSelection();
        var command = new Command("serve", "运行本省节点 / run this province's node\n例 example: gateway serve --nodes nodes.json --as 530000 --data data-530000");
        selection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            // In this order: the first signal waits for this action, and would hold up whoever listens after it.
            using var terminate = EndAtTheSecond(PosixSignal.SIGTERM);
            using var interrupt = EndAtTheSecond(PosixSignal.SIGINT);
            // A stop signal waits for what runs only once this action has returned its task.
            await Task.Yield();
            var node = selection.Read(parsed).WithData();
            await using var host = await StartAsync(node, cancellation);
            GiveBackWhatTheStartNeeded();
            await using var control = ControlServer.Start(new RunningNode { Node = node, Host = host, Time = TimeProvider.System }, Program.Root);
            Console.WriteLine($"节点 {node.Self.Code} {node.Entry.Name} 正在运行 / node {node.Self.Code} serves: peers {node.Entry.Address}, hospitals {node.Entry.HisAddress}");
            await host.WaitForShutdownAsync(cancellation);
            Console.WriteLine($"节点 {node.Self.Code} 正在停止 / node {node.Self.Code} stops");
            await host.DrainAsync();
            return 0;
        });
        return command;
    }

    /// <summary>Whoever says it twice does not want to wait: nothing is lost, what is on disk goes on at the next start.</summary>
    private static PosixSignalRegistration EndAtTheSecond(PosixSignal signal)
    {
        var said = 0;
        return PosixSignalRegistration.Create(signal, _ =>
        {
            if (Interlocked.Increment(ref said) > 1)
                Environment.Exit(EndedAtOnce);
        });
    }

    /// <summary>Catalogues, schemas and filings are read in pieces that are soon garbage; a node that stands idle would keep their room for days.</summary>
    public static void GiveBackWhatTheStartNeeded() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    private static async Task<NodeHost> StartAsync(SelectedNode node, CancellationToken cancellation)
    {
        var patience = new FolderPatience();
        while (true)
        {
            try
            {
                return await NodeHost.StartAsync(
                    new NodeOptions { Configuration = node.Configuration, Self = node.Self, DataFolder = node.DataFolder, AdaptersFolder = node.AdaptersFolder, Logging = ToConsole },
                    cancellation);
            }
            catch (StorageRefusedException held) when (held.IsHeld && patience.IsLeft)
            {
                using var served = await ControlSocket.ConnectAsync(node.DataFolder, cancellation);
                // A command will be done soon; a node that serves will not.
                if (served is not null)
                    throw;
                await FolderPatience.PauseAsync(cancellation);
            }
        }
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
