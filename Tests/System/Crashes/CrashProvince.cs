using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Crashes;

/// <summary>One province's node as a process that is killed and started again on the same data.</summary>
/// <param name="code">The province.</param>
/// <param name="country">Holds its data folder and its nodes.json, in which the other province stands at the end of a line.</param>
internal sealed class CrashProvince(string code, string country) : IAsyncDisposable
{
    private GatewayProcess? _process;

    public string Code => code;

    public string DataFolder => Path.Combine(country, code);

    public string NodesFile => Path.Combine(country, $"nodes-{code}.json");

    /// <summary>Starts that ended in serving, and how long they took altogether.</summary>
    public (int Count, TimeSpan Time) Starts { get; private set; }

    public async Task ServeAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        if (_process is { } dead)
            await dead.DisposeAsync();
        _process = GatewayProcess.Start(country, "serve", "--nodes", NodesFile, "--as", code, "--data", DataFolder);
        await _process.WaitForLineAsync($"node {code} serves: ");
        Starts = (Starts.Count + 1, Starts.Time + TimeProvider.System.GetElapsedTime(started));
    }

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _process!.KillAsync();

    /// <param name="name">STOP or CONT.</param>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.That(kill.ExitCode, Is.Zero, $"kill -{name} of the node of {code}");
    }

    /// <summary>What it said last, for a failure.</summary>
    public string Describe() => _process?.Describe() ?? $"{code} was never started.";

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
            await process.DisposeAsync();
    }
}
