using System.Diagnostics;
using System.Globalization;
using System.Text;
using NUnit.Framework;

namespace ProvincialGateway.Tests.Support;

/// <summary>
/// A program as a process of its own, as an operator starts it: its output is captured, and it never outlives the test that started it.
/// </summary>
public sealed class GatewayProcess : IAsyncDisposable
{
    /// <summary>Far above what a loaded machine needs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A start is most of what such a process takes, and it is the just-in-time compiler's. A process that lives for seconds gains nothing from counting its calls to
    /// compile them better later (the delay is in hexadecimal milliseconds, about a minute), nor from pages of code that are never writable.
    /// </summary>
    private static readonly Dictionary<string, string> ShortLived = new(StringComparer.Ordinal)
    {
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_TC_CallCountingDelayMs"] = "FFFF",
        ["DOTNET_EnableWriteXorExecute"] = "0",
    };

    // Compiled ahead of time where the build of the tests could do that; it is the same code.
    private static readonly string Ahead = Path.Combine(AppContext.BaseDirectory, "ahead", "gateway.dll");

    /// <summary>The built node.</summary>
    public static readonly string Program = File.Exists(Ahead) ? Ahead : Path.Combine(AppContext.BaseDirectory, "gateway.dll");

    private readonly Lock _gate = new();
    private readonly List<(string Text, bool IsError)> _lines = [];
    private readonly Process _process;
    private TaskCompletionSource _changed = NewChange();

    private GatewayProcess(ProcessStartInfo start)
    {
        foreach (var (name, value) in ShortLived)
            start.Environment[name] = value;
        Command = $"{Path.GetFileName(start.FileName)} {string.Join(' ', start.ArgumentList)}";
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardOutputEncoding = start.StandardErrorEncoding = Encoding.UTF8;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Add(line.Data, isError: false);
        _process.ErrorDataReceived += (_, line) => Add(line.Data, isError: true);
        _process.Start();
        Id = _process.Id;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id { get; }

    /// <summary>For messages.</summary>
    public string Command { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>What it has taken so far; zero once it has ended.</summary>
    public TimeSpan ProcessorTime => HasExited ? TimeSpan.Zero : _process.TotalProcessorTime;

    public string Output => Text(isError: false);

    public string Error => Text(isError: true);

    /// <summary>The built node, which stands beside the tests.</summary>
    /// <param name="workingFolder">What relative paths of the arguments are relative to.</param>
    public static GatewayProcess Start(string workingFolder, params IEnumerable<string> arguments)
    {
        Assert.That(Program, Does.Exist, "The built node is not beside the tests.");
        return Start("dotnet", workingFolder, [Program, .. arguments]);
    }

    /// <summary>The built node with something more in its environment.</summary>
    public static GatewayProcess StartWith(IReadOnlyDictionary<string, string> environment, string workingFolder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments]) { WorkingDirectory = workingFolder };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new(start);
    }

    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    public static GatewayProcess Start(string program, string workingFolder, IEnumerable<string> arguments) =>
        new(new ProcessStartInfo(program, arguments) { WorkingDirectory = workingFolder });

    /// <summary>Runs the node's program to its end.</summary>
    public static async Task<GatewayProcess> RunAsync(string workingFolder, params IEnumerable<string> arguments)
    {
        var process = Start(workingFolder, arguments);
        await process.WaitForExitAsync(Patience);
        return process;
    }

    /// <returns>The first line of standard output or error that contains the text; waits for it while the process runs.</returns>
    public async Task<string> WaitForLineAsync(string text)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            // Read before the lines, so that a process that ended has written its last one.
            var isOver = HasExited || patience.IsCancellationRequested;
            Task changed;
            lock (_gate)
            {
                if (_lines.Find(line => line.Text.Contains(text, StringComparison.Ordinal)) is { Text: { } found })
                    return found;
                changed = _changed.Task;
            }
            Assert.That(isOver, Is.False, () => $"{Command} did not write '{text}'. {Describe()}");
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
            pause.CancelAfter(TimeSpan.FromMilliseconds(200));
            await changed.WaitAsync(pause.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>The exit code; the output is complete.</returns>
    public async Task<int> WaitForExitAsync(TimeSpan within)
    {
        using var patience = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new AssertionException($"{Command} did not end within {within.TotalSeconds} s. {Describe()}");
        }
    }

    /// <summary>SIGKILL: nothing in the process runs any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitForExitAsync(Patience);
    }

    /// <summary>SIGTERM, as a service manager sends it.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>The processes that this one started and that run now, and theirs.</summary>
    public IReadOnlyList<int> Descendants()
    {
        var parents = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).ToDictionary(id => id, ParentOf);
        var found = new List<int> { Id };
        for (var next = 0; next < found.Count; next++)
            found.AddRange(parents.Where(process => process.Value == found[next]).Select(process => process.Key));
        return found[1..];
    }

    public string Describe() => $"Exit code {(HasExited ? _process.ExitCode.ToString(CultureInfo.InvariantCulture) : "none yet")}.\n{Output}\n{Error}";

    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private static int ParentOf(int id)
    {
        try
        {
            // pid (name) state ppid: the name may hold blanks and parentheses.
            var status = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It ended while the list was made.
            return 0;
        }
    }

    private void Add(string? line, bool isError)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (line is not null)
                _lines.Add((line, isError));
            changed = _changed;
            _changed = NewChange();
        }
        changed.TrySetResult();
    }

    private string Text(bool isError)
    {
        lock (_gate)
            return string.Join('\n', _lines.Where(line => line.IsError == isError).Select(line => line.Text));
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
