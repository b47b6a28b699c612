using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json;

namespace ProvincialGateway.Cli;

/// <summary>
/// Carries out commands of the same user in a running node, with its own database, keys and adapters: the same root command parses the
/// same words and runs the same action, only its output goes back over the channel.
/// </summary>
internal sealed partial class ControlServer : IAsyncDisposable
{
    private static readonly TimeSpan RequestWithin = TimeSpan.FromSeconds(10), AcceptPause = TimeSpan.FromSeconds(1);

    private readonly RunningNode _node;
    private readonly Func<RootCommand> _commands;
    private readonly Socket _listener;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _serving = [];
    private readonly Task _accepting;

    private ControlServer(RunningNode node, Func<RootCommand> commands, Socket listener, ILogger log)
    {
        (_node, _commands, _listener, _log) = (node, commands, listener, log);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Null when the data folder's file system has no sockets: the node serves all the same, and commands wait until it is stopped.</summary>
    /// <param name="node">Outlives the channel.</param>
    /// <param name="commands">Makes the root command, new for every command line.</param>
    public static ControlServer? Start(RunningNode node, Func<RootCommand> commands)
    {
        var log = node.Host.Services.GetRequiredService<ILoggerFactory>().CreateLogger<ControlServer>();
        try
        {
            return new ControlServer(node, commands, ControlSocket.Listen(node.Node.DataFolder), log);
        }
        catch (Exception fault) when (fault is SocketException or IOException or UnauthorizedAccessException)
        {
            LogNoChannel(log, node.Node.DataFolder, fault.Message);
            return null;
        }
    }

    /// <summary>Takes no further command, asks those that run to give up, and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        Task[] serving;
        lock (_gate)
            serving = [.. _serving];
        await Task.WhenAll(serving);
        _listener.Dispose();
        File.Delete(ControlSocket.PathIn(_node.Node.DataFolder));
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                await AcceptOneAsync();
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task AcceptOneAsync()
    {
        try
        {
            Serve(await _listener.AcceptAsync(_stopping.Token));
        }
        catch (SocketException fault)
        {
            // The process has no descriptor or memory left for a connection: the next command waits until it has.
            LogBrokenOff(_log, fault.Message);
            await Task.Delay(AcceptPause, _stopping.Token);
        }
    }

    private void Serve(Socket socket)
    {
        lock (_gate)
        {
            _serving.RemoveWhere(task => task.IsCompleted);
            // Commands may work for long without an await.
            _serving.Add(Task.Run(() => ServeAsync(socket)));
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new ControlStream(socket);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        try
        {
            var request = await RequestAsync(stream, cancelled.Token);
            var watching = CancelWhenToldAsync(stream, cancelled);
            await using (var output = new ControlOutput(stream, cancelled.Cancel))
                output.Exit(await RunAsync(request, output, cancelled.Token));
            await cancelled.CancelAsync();
            await watching;
        }
        catch (Exception fault) when (fault is IOException or JsonException or OperationCanceledException)
        {
            LogBrokenOff(_log, fault.Message);
        }
    }

    private static async Task<ControlRequest> RequestAsync(ControlStream stream, CancellationToken cancellation)
    {
        using var within = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        within.CancelAfter(RequestWithin);
        return await stream.ReadAsync(within.Token) is (ControlFrame.Request, var payload)
            ? JsonSerializer.Deserialize<ControlRequest>(payload) ?? throw new JsonException("The request is null.")
            : throw new IOException("A connection begins with a request.");
    }

    private static async Task CancelWhenToldAsync(ControlStream stream, CancellationTokenSource cancelled)
    {
        try
        {
            // Whatever comes after the request means the same: Ctrl-C, or nobody is there any more.
            await stream.ReadAsync(cancelled.Token);
            await cancelled.CancelAsync();
        }
        catch (IOException)
        {
            await cancelled.CancelAsync();
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task<int> RunAsync(ControlRequest request, ControlOutput output, CancellationToken cancellation)
    {
        if (request.Version != Program.Version)
        {
            await output.Error.WriteLineAsync($"正在运行的节点是 {Program.Version} 版，本命令是 {request.Version} 版；请使用同一版本，或重启节点。 / "
                + $"the running node is version {Program.Version}, this command is {request.Version}; use the same version, or restart the node.");
            return 1;
        }
        var started = _node.Time.GetTimestamp();
        var parsed = _commands().Parse(request.Arguments);
        var invocation = new LiveInvocation { Node = _node, Terminal = request.Terminal, Output = output.Out, Error = output.Error };
        var exitCode = await RunAsync(parsed, invocation, cancellation);
        LogRan(_log, parsed.CommandResult.Path(), exitCode, _node.Time.GetElapsedTime(started).TotalMilliseconds);
        return exitCode;
    }

    private async Task<int> RunAsync(ParseResult parsed, LiveInvocation invocation, CancellationToken cancellation)
    {
        if (parsed is { Errors.Count: 0, Action: not NodeAction })
        {
            await invocation.Error.WriteLineAsync("此命令不在运行中的节点内执行。 / a running node does not carry out this command.");
            return 1;
        }
        try
        {
            return await Program.RunAsync(parsed, invocation, cancellation);
        }
        // Whatever a command stumbles over must not end the node.
        catch (Exception fault)
        {
            LogFailed(_log, fault, parsed.CommandResult.Path());
            await invocation.Error.WriteLineAsync($"节点执行该命令时出错（{fault.GetType().Name}）；请查看节点日志。 / the node failed on this command ({fault.GetType().Name}); read the node's log.");
            return 1;
        }
    }

    [LoggerMessage(4001, LogLevel.Information, "Command '{Command}' was carried out for this user with exit code {ExitCode} in {Elapsed:0} ms")]
    private static partial void LogRan(ILogger log, string command, int exitCode, double elapsed);

    [LoggerMessage(4002, LogLevel.Error, "Command '{Command}' failed in the node")]
    private static partial void LogFailed(ILogger log, Exception fault, string command);

    [LoggerMessage(4003, LogLevel.Information, "A connection of the control channel broke off: {Reason}")]
    private static partial void LogBrokenOff(ILogger log, string reason);

    [LoggerMessage(4004, LogLevel.Warning, "Commands cannot reach this node while it serves, {Folder} takes no socket: {Reason}")]
    private static partial void LogNoChannel(ILogger log, string folder, string reason);
}
