using System.CommandLine;
using System.Globalization;
using ProvincialGateway.Simulation;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary>
/// <c>gateway simulate</c>: the whole country in one process on simulated time and a simulated network, patient journeys while things go wrong, then the
/// audit of all books. The same seed is the same run. Exit code 0 only when every seed is green.
/// </summary>
internal static class SimulateCommand
{
    private const int ShrinkRunsMax = 200;

    public static Command Create()
    {
        var options = new Given();
        var command = new Command("simulate", "确定性仿真全国:模拟时间、网络与故障,恢复后审计 / deterministic simulation of the whole country: simulated time, network and faults, then the audit\n"
            + "例 example: gateway simulate --nodes 32 --settlements 300 --seed 7 --faults harsh");
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(options.Read(parsed), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Request request, CancellationToken cancellation)
    {
        await Task.Yield();
        await using var prepared = await PreparedCountry.PrepareAsync(request.Options.Nodes, cancellation);
        await using var trace = request.TraceFile is { } path ? new StreamWriter(path) : null;
        var options = request.Options with { Trace = trace };
        // One file, one run after another.
        var atOnce = trace is null ? Math.Min(request.Seeds.Count, Environment.ProcessorCount) : 1;
        var series = new SimulationSeries(prepared, options, Math.Max(1, atOnce));
        var runs = Show(request, done => series.Run(request.Seeds, request.AtMost, done, cancellation));
        var failed = runs.FirstOrDefault(run => !run.Report.IsGreen);
        var shortest = failed is not null && request.Shrinks ? Shrink(prepared, options with { Seed = failed.Report.Seed, Trace = null }, failed.Report, cancellation) : null;
        var summary = SimulationSummary.Of(request.Options, runs, shortest);
        if (request.AsJson)
            Console.WriteLine(CommandJson.Of(summary));
        else
            SimulationRendering.Write(summary, Screen.Open());
        return failed is null && runs.Count > 0 ? 0 : 1;
    }

    private static IReadOnlyList<SeriesRun> Show(Request request, Func<Action<SeriesRun>, IReadOnlyList<SeriesRun>> run)
    {
        if (!request.AsJson && !Console.IsOutputRedirected)
        {
            return Screen.Open().Progress()
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
                .Start(bars =>
                {
                    var bar = bars.AddTask("种子 seeds", maxValue: request.Seeds.Count);
                    return run(_ => bar.Increment(1));
                });
        }
        var output = request.AsJson ? Console.Error : Console.Out;
        return run(done => output.WriteLine(Line(done)));
    }

    private static string Line(SeriesRun run) => string.Create(CultureInfo.InvariantCulture,
        $"{run.Report.Seed,11} {(run.Report.IsGreen ? "green" : "FAILED")} {run.Took.TotalSeconds,6:0.00} s {run.Report.Events,8} events {run.Report.Faults.Count,5} faults {run.Report.Hash[..16]}");

    private static Reproduction Shrink(PreparedCountry prepared, SimulationOptions options, SimulationReport failed, CancellationToken cancellation)
    {
        Console.Error.WriteLine($"种子 {failed.Seed} 失败,正在缩小 / seed {failed.Seed} failed, it is being cut down:");
        return new Shrinker(prepared, ShrinkRunsMax).Shrink(options, failed,
            only => Console.Error.WriteLine($"  {only.Journeys.Count} journeys, {only.Faults?.Count} faults"), cancellation);
    }

    /// <summary>A command line as it was understood.</summary>
    private sealed record Request(SimulationOptions Options, IReadOnlyList<int> Seeds, TimeSpan AtMost, string? TraceFile, bool Shrinks, bool AsJson);

    private sealed class Given
    {
        private readonly Option<int> _nodes = new("--nodes") { Description = "省级节点数 2..32 / province nodes", DefaultValueFactory = _ => SimulationOptions.NodesMax };
        private readonly Option<int> _settlements = new("--settlements") { Description = "患者就诊数 1..100000 / patient journeys", DefaultValueFactory = _ => 300 };
        private readonly Option<int> _seed = new("--seed") { Description = "随机种子 / seed", DefaultValueFactory = _ => 1 };
        private readonly Option<string?> _seeds = new("--seeds") { Description = "种子范围 A..B / a range of seeds" };
        private readonly Option<double?> _minutes = new("--minutes") { Description = "超过后不再开始新种子 / no further seed begins later" };
        private readonly Option<string> _faults = new("--faults") { Description = $"故障档 / profile: {Names}", DefaultValueFactory = _ => "harsh" };
        private readonly Option<string?> _only = new("--only") { Description = "只保留这些就诊与故障(缩小结果的写法)/ only these journeys and faults, as a shrunk run prints them" };
        private readonly Option<string?> _trace = new("--trace") { Description = "逐事件写入文件 / every event, to a file" };
        private readonly Option<bool> _whole = new("--no-shrink") { Description = "失败时不缩小 / do not cut a failing run down" };
        private readonly Option<bool> _json = CommandJson.Option();

        private static string Names => string.Join(' ', FaultProfile.All.Select(profile => profile.Name));

        public void AddTo(Command command)
        {
            foreach (var option in (Option[])[_nodes, _settlements, _seed, _seeds, _minutes, _faults, _only, _trace, _whole, _json])
                command.Add(option);
        }

        public Request Read(ParseResult parsed)
        {
            var seeds = parsed.GetValue(_seeds) is { } range ? Range(range) : [parsed.GetValue(_seed)];
            var minutes = parsed.GetValue(_minutes) ?? TimeSpan.FromDays(30).TotalMinutes;
            if (minutes is not (> 0 and <= 43_200))
                throw new CommandRefusedException("--minutes 应大于 0,至多 43200。 / --minutes must be above 0 and at most 43200.");
            if (parsed.GetValue(_trace) is not null && seeds.Count > 1)
                throw new CommandRefusedException("--trace 只用于一个种子;请用 --seed。 / --trace is for one seed; use --seed.");
            return new Request(
                new SimulationOptions
                {
                    Nodes = Within(parsed, _nodes, SimulationOptions.NodesMin, SimulationOptions.NodesMax),
                    Settlements = Within(parsed, _settlements, 1, SimulationOptions.SettlementsMax),
                    Seed = seeds[0],
                    Faults = Profile(parsed.GetRequiredValue(_faults)),
                    Only = parsed.GetValue(_only) is { } text ? Subset(text) : null,
                },
                seeds, TimeSpan.FromMinutes(minutes), parsed.GetValue(_trace), !parsed.GetValue(_whole) && parsed.GetValue(_only) is null, parsed.GetValue(_json));
        }

        private static FaultProfile Profile(string name) => FaultProfile.Find(name)
            ?? throw new CommandRefusedException($"没有故障档 {name};可用:{Names}。 / there is no fault profile {name}; there are {Names}.");

        private static SimulationSubset Subset(string text) => SimulationSubset.TryParse(text) ?? throw new CommandRefusedException(
            "--only 应为就诊序号,分号后为故障名,如 3,17;P2。 / --only takes numbers of journeys and, after a semicolon, names of faults, such as 3,17;P2.");

        private static int Within(ParseResult parsed, Option<int> option, int min, int max) => parsed.GetValue(option) is var value && value >= min && value <= max
            ? value
            : throw new CommandRefusedException($"{option.Name} 应为 {min} 至 {max}。 / {option.Name} takes {min} to {max}.");

        private static IReadOnlyList<int> Range(string text)
        {
            var ends = text.Split("..");
            return ends.Length == 2 && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                && int.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last >= first && last - first < 1_000_000
                ? [.. Enumerable.Range(first, last - first + 1)]
                : throw new CommandRefusedException("--seeds 应为 A..B,如 1..100。 / --seeds takes A..B, such as 1..100.");
        }
    }
}
