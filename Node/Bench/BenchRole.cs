using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using ProvincialGateway.Cli;
using ProvincialGateway.Configuration;
using ProvincialGateway.Values;

namespace ProvincialGateway.Bench;

/// <summary>
/// The other processes of a measurement: a node or an echo server. They say on standard output when they are ready, answer each line of standard input
/// with what they have used so far, and stop in good order at its end.
/// </summary>
internal static class BenchRole
{
    public const string Node = "node", Echo = "echo";

    public static Command Create()
    {
        var role = new Argument<string>("role") { Description = "node, echo" };
        var country = new Argument<string>("country") { Description = "the prepared folder" };
        var self = new Argument<string>("division") { Description = "of the node, or of the node whose port and certificate the echo takes" };
        var replyBytes = new Argument<int>("reply-bytes") { Description = "of each echo", DefaultValueFactory = _ => 0 };
        var json = CommandJson.Option();
        var command = new Command("role", "bench 自行启动的进程 / a process that bench starts itself\n例 example: gateway bench role node FOLDER 310000") { role, country, self, replyBytes, json };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellation) =>
        {
            await Task.Yield();
            var division = Division.Parse(parsed.GetRequiredValue(self));
            return parsed.GetRequiredValue(role) == Echo
                ? await EchoAsync(parsed.GetRequiredValue(country), division, parsed.GetValue(replyBytes), cancellation)
                : await NodeAsync(parsed.GetRequiredValue(country), division, cancellation);
        });
        return command;
    }

    /// <summary>As every node of a measurement reads it.</summary>
    /// <exception cref="NodeRefusedException">The file is wrong.</exception>
    public static NodesConfiguration ConfigurationIn(string country)
    {
        var path = Path.Combine(country, "nodes.json");
        var read = NodesFile.Parse(File.ReadAllText(path), path);
        var configuration = read.Configuration ?? throw new NodeRefusedException(string.Join(Environment.NewLine, read.Errors));
        return configuration with
        {
            Reconciliation = configuration.Reconciliation with { DailyAt = null },
            // One hospital and one peer stand for all of a province and a country here: what one of many may ask for is not what is measured.
            Limits = configuration.Limits with
            {
                HospitalConcurrentCallsMax = LimitOptions.ConcurrentCallsCeiling,
                HospitalCallsPerSecondMax = LimitOptions.CallsPerSecondCeiling,
                PeerConcurrentCallsMax = LimitOptions.ConcurrentCallsCeiling,
                PeerCallsPerSecondMax = LimitOptions.CallsPerSecondCeiling,
            },
        };
    }

    private static async Task<int> NodeAsync(string country, Division self, CancellationToken cancellation)
    {
        var answers = Console.Out;
        // The log goes where a service's log goes, into a file: nobody of the measurement has to read it meanwhile.
        await using var log = new StreamWriter(Path.Combine(country, $"{self}.log"), append: true);
        Console.SetOut(log);
        var host = await NodeHost.StartAsync(new NodeOptions
        {
            Configuration = ConfigurationIn(country),
            Self = self,
            DataFolder = Path.Combine(country, self.Code),
            Logging = ServeCommand.ToConsole,
        }, cancellation);
        ServeCommand.GiveBackWhatTheStartNeeded();
        await using (host)
        {
            await TellAsync(answers, () => BenchUse.OfThisProcess() with
            {
                Commits = host.Database.Statistics.Commits,
                Works = host.Database.Statistics.Works,
                DatabaseBytes = host.Database.Read(session => session.QuerySingle<long>("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")),
                OwedTransfers = host.Database.Read(session => session.QuerySingle<long>("SELECT count(*) FROM fee_transfer WHERE state IN (1, 2)")),
            }, cancellation);
        }
        return 0;
    }

    private static async Task<int> EchoAsync(string country, Division self, int replyBytes, CancellationToken cancellation)
    {
        await using var echo = await EchoServer.StartAsync(ConfigurationIn(country), self, Path.Combine(country, self.Code), replyBytes, cancellation);
        await TellAsync(Console.Out, BenchUse.OfThisProcess, cancellation);
        return 0;
    }

    private static async Task TellAsync(TextWriter answers, Func<BenchUse> use, CancellationToken cancellation)
    {
        do
        {
            await answers.WriteLineAsync(JsonSerializer.Serialize(use()).AsMemory(), cancellation);
            await answers.FlushAsync(cancellation);
        }
        while (await Console.In.ReadLineAsync(cancellation) is not null);
    }
}

/// <summary>What a process has used since it began.</summary>
internal sealed record BenchUse
{
    /// <summary>From the start of the process until it served, ms.</summary>
    public required double ReadyMs { get; init; }

    public required double CpuMs { get; init; }

    public required long AllocatedBytes { get; init; }

    public required long ResidentBytes { get; init; }

    /// <summary>Transactions of the database's one writer, each with one disk sync of the log.</summary>
    public long Commits { get; init; }

    /// <summary>Works that shared them.</summary>
    public long Works { get; init; }

    /// <summary>Of the database with what is still in its log.</summary>
    public long DatabaseBytes { get; init; }

    /// <summary>Settlements whose fee lines have not all arrived at the insured side.</summary>
    public long OwedTransfers { get; init; }

    private static readonly double Ready = TimeSinceStart();

    public static BenchUse OfThisProcess()
    {
        using var process = Process.GetCurrentProcess();
        return new BenchUse
        {
            ReadyMs = Ready,
            CpuMs = process.TotalProcessorTime.TotalMilliseconds,
            AllocatedBytes = GC.GetTotalAllocatedBytes(),
            ResidentBytes = process.WorkingSet64,
        };
    }

    public static BenchUse operator -(BenchUse after, BenchUse before) => after with
    {
        CpuMs = after.CpuMs - before.CpuMs,
        AllocatedBytes = after.AllocatedBytes - before.AllocatedBytes,
        Commits = after.Commits - before.Commits,
        Works = after.Works - before.Works,
        DatabaseBytes = after.DatabaseBytes - before.DatabaseBytes,
    };

    public static BenchUse operator +(BenchUse one, BenchUse other) => one with
    {
        CpuMs = one.CpuMs + other.CpuMs,
        AllocatedBytes = one.AllocatedBytes + other.AllocatedBytes,
        Commits = one.Commits + other.Commits,
        Works = one.Works + other.Works,
        DatabaseBytes = one.DatabaseBytes + other.DatabaseBytes,
    };

    private static double TimeSinceStart()
    {
        using var process = Process.GetCurrentProcess();
        return (TimeProvider.System.GetUtcNow() - process.StartTime.ToUniversalTime()).TotalMilliseconds;
    }
}
