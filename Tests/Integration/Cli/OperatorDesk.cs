using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;

namespace ProvincialGateway.Tests.Cli;

/// <summary>An operator of a province that serves: command lines, carried out in the node through its control channel.</summary>
internal sealed class OperatorDesk(PilotProvince province, TimeProvider time) : IAsyncDisposable
{
    private readonly ControlServer _control = ControlServer.Start(
        new RunningNode
        {
            Node = new SelectedNode(province.Configuration, new EffectiveConfiguration([]), province.Configuration.Find(province.Division)!, province.DataFolder),
            Host = province.Host,
            Time = time,
        },
        Program.Root)!;

    public ValueTask DisposeAsync() => _control.DisposeAsync();

    public async Task<(int ExitCode, string Output, string Error)> RunAsync(params IEnumerable<string> command)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        string[] words = [.. command, "--nodes", Path.Combine(Path.GetDirectoryName(province.DataFolder)!, "nodes.json"), "--as", province.Division.Code, "--data", province.DataFolder];
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = error };
        var exitCode = await Program.RunAsync(Program.Root().Parse(words), invocation, CancellationToken.None);
        return (exitCode, output.ToString(), error.ToString());
    }

    /// <returns>What it printed.</returns>
    public async Task<string> SucceedAsync(params IEnumerable<string> command)
    {
        var (exitCode, output, error) = await RunAsync(command);
        Assert.That(exitCode, Is.Zero, $"{string.Join(' ', command)}: {output}{error}");
        return output;
    }

    /// <returns>What it printed, with <c>--json</c>.</returns>
    public async Task<JsonNode> AskAsync(params IEnumerable<string> command) => JsonNode.Parse(await SucceedAsync([.. command, "--json"]))!;

    /// <returns>Why it refused.</returns>
    public async Task<string> RefuseAsync(params IEnumerable<string> command)
    {
        var (exitCode, output, error) = await RunAsync(command);
        Assert.That(exitCode, Is.EqualTo(1), $"{string.Join(' ', command)}: {output}{error}");
        return error;
    }
}
