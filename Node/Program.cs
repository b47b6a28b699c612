using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using System.Text;
using ProvincialGateway.Bench;
using ProvincialGateway.Cli;
using ProvincialGateway.Storage;

namespace ProvincialGateway;

internal static class Program
{
    // How long a stopping node may finish what is in flight before the process ends.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Of this program, e.g. <c>1.0.0</c>.</summary>
    public static string Version { get; } = typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>All commands. The same for a shell and for a running node that carries out a command.</summary>
    public static RootCommand Root() =>
        new("ProvincialGateway 跨省异地就医直接结算 省级节点 / provincial node for cross-province direct settlement")
        {
            DemoCommand.Create(),
            SimulateCommand.Create(),
            InitCommand.Create(),
            CheckCommand.Create(),
            ServeCommand.Create(),
            PersonCommands.Create(),
            FilingCommands.Create(),
            InstitutionCommands.Create(),
            VisitCommands.Create(),
            SettlementCommands.Create(),
            CatalogueCommands.Create(),
            UnmappedCommands.Create(),
            DetailsCommands.Create(),
            TransactionCommands.Create(),
            PolicyCommands.Create(),
            ReconcileCommands.Create(),
            PrepaymentCommands.Create(),
            ClearingCommands.Create(),
            LedgerCommands.Create(),
            PeerCommands.Create(),
            RecoveryCommands.Create(),
            AdapterCommands.Create(),
            AuditCommand.Create(),
            BackupCommands.Backup(),
            BackupCommands.Restore(),
            ArchiveCommands.Create(),
            CompactCommand.Create(),
            BenchCommand.Create(),
        };

    /// <returns>The exit code. What refuses a command is written to its standard error.</returns>
    public static async Task<int> RunAsync(ParseResult parsed, InvocationConfiguration configuration, CancellationToken cancellation)
    {
        try
        {
            if (parsed.Action is ParseErrorAction)
            {
                await ParseFaults.WriteAsync(parsed, configuration.Error);
                return 1;
            }
            return await parsed.InvokeAsync(configuration, cancellation);
        }
        catch (Exception fault) when (fault is StorageException or NodeRefusedException or CommandRefusedException)
        {
            await configuration.Error.WriteLineAsync(fault.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    private static Task<int> Main(string[] args)
    {
        Console.OutputEncoding = Encoding.UTF8;
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = StopTimeout };
        return RunAsync(Root().Parse(args), configuration, CancellationToken.None);
    }
}
