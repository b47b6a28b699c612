using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Crashes;

/// <summary>One province's node as a process that is killed and started again on the same data.</summary>
/// <param name="code">The province.</param>
/// <param name="country">Holds its data folder and its nodes.json, in which the other province stands at the end of a line.</param>
internal sealed class CrashProvince(string code, string country) : IAsyncDisposable
{
    private const int LinesShown = 20;

    private GatewayProcess? _process;

    public string Code => code;

    public string DataFolder => Path.Combine(country, code);

    public string NodesFile => Path.Combine(country, $"nodes-{code}.json");

    /// <summary>Starts that ended in serving, and how long they took altogether.</summary>
    public (int Count, TimeSpan Time) Starts { get; private set; }

    /// <summary>What its processes have taken, except the one that runs.</summary>
    public TimeSpan ProcessorTime { get; private set; }

    public async Task ServeAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        await StartAsync();
        await _process!.WaitForLineAsync($"node {code} serves: ");
        Starts = (Starts.Count + 1, Starts.Time + TimeProvider.System.GetElapsedTime(started));
    }

    /// <summary>Starts it, and kills it some time after.</summary>
    /// <param name="part">Of the time that a start takes, from 0 to 1.</param>
    public async Task StartInVainAsync(double part)
    {
        await StartAsync();
        await Task.Delay(Starts.Time / Starts.Count * part);
        await KillAsync();
    }

    /// <summary>SIGKILL.</summary>
    public Task KillAsync()
    {
        ProcessorTime += _process!.ProcessorTime;
        return _process.KillAsync();
    }

    /// <param name="name">STOP or CONT.</param>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.That(kill.WaitForExit(TimeSpan.FromSeconds(20)), Is.True, $"kill -{name} did not end.");
        Assert.That(kill.ExitCode, Is.Zero, $"kill -{name} of the node of {code}");
    }

    /// <summary>What it said last, for a failure.</summary>
    public string Describe()
    {
        var lines = _process?.Describe().Split('\n') ?? [$"{code} was never started."];
        return $"{code}: {lines[0]}\n{string.Join('\n', lines.Skip(1).TakeLast(LinesShown))}";
    }

    /// <summary>Requests to the other province without an answer on record.</summary>
    public long Unanswered() => Scalar<long>("SELECT count(*) FROM outbound WHERE state IN (1, 4)");

    /// <summary>What a province still waits for, in its own words.</summary>
    public string Open() => Scalar<string>(
        """
        SELECT coalesce(group_concat(transaction_id || ' ' || method || ' state ' || state || ', ' || attempts || ' attempts, next in ' || (next_attempt_at_ms - unixepoch() * 1000)
          || ' ms: ' || coalesce(last_error, ''), char(10)), '') FROM outbound WHERE state IN (1, 4)
        """) is { Length: > 0 } open ? $"{Code} waits for\n{open}" : $"{Code} waits for nothing";

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
            await process.DisposeAsync();
    }

    private async Task StartAsync()
    {
        await DisposeAsync();
        _process = GatewayProcess.Start(country, "serve", "--nodes", NodesFile, "--as", code, "--data", DataFolder);
    }

    private T Scalar<T>(string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(DataFolder, "gateway.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (T)command.ExecuteScalar()!;
    }
}
