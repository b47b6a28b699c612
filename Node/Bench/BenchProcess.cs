using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ProvincialGateway.Values;

namespace ProvincialGateway.Bench;

/// <summary>One of the measurement's other processes, the same program. Ended with this object, in good order where it still can.</summary>
internal sealed class BenchProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;

    private BenchProcess(Process process) => _process = process;

    /// <summary>What it had used when it was ready.</summary>
    public required BenchUse Ready { get; init; }

    public int Id => _process.Id;

    /// <exception cref="NodeRefusedException">It did not become ready; its own words are the message.</exception>
    public static async Task<BenchProcess> StartAsync(string role, string country, Division self, int replyBytes, CancellationToken cancellation)
    {
        string[] words = ["bench", "role", role, country, self.Code, replyBytes.ToString(System.Globalization.CultureInfo.InvariantCulture)];
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path.");
        // Started by "dotnet gateway.dll" this process's path is that of dotnet.
        var assembly = Path.Combine(AppContext.BaseDirectory, "gateway.dll");
        var isHost = Path.GetFileNameWithoutExtension(program).Equals("gateway", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(isHost ? program : "dotnet", isHost ? words : [assembly, .. words])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var said = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var line = await process.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(Patience, cancellation);
        if (line is not null)
            return new BenchProcess(process) { Ready = JsonSerializer.Deserialize<BenchUse>(line)! };
        var fault = await said;
        process.Dispose();
        throw new NodeRefusedException($"测量用的进程未能启动 / a process of the measurement did not start: {role} {self}\n{fault}");
    }

    public async Task<BenchUse> UseAsync(CancellationToken cancellation)
    {
        await _process.StandardInput.WriteLineAsync("use".AsMemory(), cancellation);
        await _process.StandardInput.FlushAsync(cancellation);
        var line = await _process.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(Patience, cancellation);
        return JsonSerializer.Deserialize<BenchUse>(line ?? throw new InvalidOperationException("A process of the measurement ended."))!;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (Exception fault) when (fault is IOException or TimeoutException)
        {
            _process.Kill();
        }
        _process.Dispose();
    }
}
