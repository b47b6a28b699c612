using System.CommandLine;
using System.Text;
using ProvincialGateway.Cli;
using ProvincialGateway.Storage;

namespace ProvincialGateway;

internal static class Program
{
    // How long a stopping node may finish what is in flight before the process ends.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    private static async Task<int> Main(string[] args)
    {
        Console.OutputEncoding = Encoding.UTF8;
        var root = new RootCommand("ProvincialGateway 跨省异地就医直接结算 省级节点 / provincial node for cross-province direct settlement")
        {
            DemoCommand.Create(),
            InitCommand.Create(),
            CheckCommand.Create(),
            ServeCommand.Create(),
            ImportCommands.Persons(),
            ImportCommands.Filings(),
            ImportCommands.Institutions(),
            AuditCommand.Create(),
        };
        var parsed = root.Parse(args);
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = StopTimeout });
        }
        catch (Exception fault) when (fault is StorageException or NodeRefusedException or CommandRefusedException)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }
}
