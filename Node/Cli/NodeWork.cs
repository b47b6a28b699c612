using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Storage;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary>
/// What a command on one node's data works with. Everything a person reads goes to <see cref="Out"/> and <see cref="Error"/>: the command may
/// run in the node that serves, with its reader at the other end of the control channel.
/// </summary>
internal sealed record NodeWork
{
    public required SelectedNode Node { get; init; }

    public required Database Database { get; init; }

    public required Vault Vault { get; init; }

    public required AdapterDirectory Adapters { get; init; }

    public required TimeProvider Time { get; init; }

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>The node that serves and carries out this command; null when the command has opened the folder of a stopped node.</summary>
    public NodeHost? Serving { get; init; }

    /// <summary>What the reader of <see cref="Out"/> has before them.</summary>
    public Terminal Terminal { get; init; } = Terminal.None;

    /// <summary><see cref="Out"/> for tables.</summary>
    public IAnsiConsole OpenScreen() => Screen.Open(Out, Terminal);
}

/// <summary>A node that serves, as commands see it.</summary>
internal sealed record RunningNode
{
    public required SelectedNode Node { get; init; }

    public required NodeHost Host { get; init; }

    public required TimeProvider Time { get; init; }
}

/// <summary>Says that a command line is carried out in a running node, and for whom.</summary>
internal sealed class LiveInvocation : InvocationConfiguration
{
    public LiveInvocation()
    {
        EnableDefaultExceptionHandler = false;
        // Signals are for the node.
        ProcessTerminationTimeout = null;
    }

    public required RunningNode Node { get; init; }

    public required Terminal Terminal { get; init; }
}

/// <summary>
/// Work on the data of one node; its result is the exit code. While a node serves the data folder the node itself does the work, else this
/// process opens the folder.
/// </summary>
internal sealed class NodeAction(NodeSelection selection, Func<NodeWork, ParseResult, CancellationToken, Task<int>> work) : AsynchronousCommandLineAction
{
    /// <summary>For a command that needs a node only when asked to: its exit code where it needs none, or null. Never asked in a running node.</summary>
    public Func<ParseResult, int?> WithoutNode { get; init; } = _ => null;

    public override Task<int> InvokeAsync(ParseResult parsed, CancellationToken cancellation) => parsed.InvocationConfiguration is LiveInvocation live
        ? InNodeAsync(live, parsed, cancellation)
        : WithoutNode(parsed) is { } exitCode ? Task.FromResult(exitCode)
        : InvokeAsync(selection.Read(parsed).WithData(), parsed, cancellation);

    private Task<int> InNodeAsync(LiveInvocation live, ParseResult parsed, CancellationToken cancellation)
    {
        selection.Require(live.Node.Node, parsed);
        return work(new NodeWork
        {
            Node = live.Node.Node,
            Database = live.Node.Host.Database,
            Vault = live.Node.Host.Vault,
            Adapters = live.Node.Host.Adapters,
            Time = live.Node.Time,
            Out = live.Output,
            Error = live.Error,
            Serving = live.Node.Host,
            Terminal = live.Terminal,
        }, parsed, cancellation);
    }

    private async Task<int> InvokeAsync(SelectedNode node, ParseResult parsed, CancellationToken cancellation)
    {
        var patience = new FolderPatience();
        while (true)
        {
            if (await ControlClient.TryRunAsync(node.DataFolder, parsed, cancellation) is { } exitCode)
                return exitCode;
            try
            {
                var vault = DataFolder.OpenVault(node.DataFolder);
                await using var database = DataFolder.OpenDatabase(node.DataFolder, TimeProvider.System);
                // The next start finds a clean stop: whoever opens the folder first has to say it.
                if (database.LastStop.Damage is { } damage)
                    await parsed.InvocationConfiguration.Error.WriteLineAsync($"{damage}");
                return await HereAsync(node, vault, database, parsed, cancellation);
            }
            catch (StorageRefusedException held) when (held.IsHeld && patience.IsLeft)
            {
                await FolderPatience.PauseAsync(cancellation);
            }
        }
    }

    private async Task<int> HereAsync(SelectedNode node, Vault vault, Database database, ParseResult parsed, CancellationToken cancellation)
    {
        await database.WriteAsync(session => NodeIdentity.Claim(session, node.Self, vault), cancellation);
        using var loggers = LoggerFactory.Create(_ => { });
        var passed = new PassedSelfChecks(database);
        using var adapters = AdapterDirectory.Load(node.AdaptersFolder, node.Entry.Adapters,
            new CatalogueArchive(database, DataFolder.CataloguePath(node.DataFolder), TimeProvider.System), passed, loggers.CreateLogger<AdapterDirectory>());
        await passed.KeepAsync(adapters, cancellation);
        return await work(new NodeWork
        {
            Node = node,
            Database = database,
            Vault = vault,
            Adapters = adapters,
            Time = TimeProvider.System,
            Out = parsed.InvocationConfiguration.Output,
            Error = parsed.InvocationConfiguration.Error,
            Terminal = Terminal.OfThisProcess(),
        }, parsed, cancellation);
    }
}

internal static class NodeWorkActions
{
    /// <summary>The command's action is work on the data of the node that <paramref name="selection"/> names; its result is the exit code.</summary>
    public static void SetNodeAction(this Command command, NodeSelection selection, Func<NodeWork, ParseResult, CancellationToken, Task<int>> work)
    {
        selection.AddTo(command);
        command.Action = new NodeAction(selection, work);
    }

    /// <summary>As the other, for work that waits for nothing.</summary>
    public static void SetNodeAction(this Command command, NodeSelection selection, Func<NodeWork, ParseResult, int> work) =>
        command.SetNodeAction(selection, (node, parsed, _) => Task.FromResult(work(node, parsed)));

    /// <summary>The command's words without the program's, e.g. <c>persons import</c>: what may be logged of a command line.</summary>
    public static string Path(this CommandResult command) =>
        command.Parent is CommandResult { Parent: not null } parent ? $"{parent.Path()} {command.Command.Name}" : command.Command.Name;
}
