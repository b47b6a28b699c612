using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace ProvincialGateway.Tests.Catalogue;

/// <summary>300,000 catalogue rows and 300,000 mappings: load, memory, lines per second, each beside its baseline. Exit code 0 when every target is met.</summary>
internal static class CatalogueRun
{
    private const double LoadMsMax = 2_000;
    private const double ResidentMbMax = 400;
    private const double LinesPerSecondMin = 1_000_000;
    private const int Loads = 3;
    private const int Repetitions = 20;

    public static int Run()
    {
        var folder = Directory.CreateTempSubdirectory("benchmark-");
        try
        {
            CatalogueData.Write(folder.FullName);
            Console.WriteLine($"{CatalogueData.Rows:N0} items, {CatalogueData.Rows:N0} mappings, {Directory.GetFiles(folder.FullName).Sum(file => new FileInfo(file).Length) / 1e6:0.0} MB of CSV");
            var ours = Worst(LoadMeasurement.Ours, folder.FullName);
            var baseline = Worst(LoadMeasurement.Baseline, folder.FullName);
            var (lines, baselineLines) = LinesPerSecond();
            var (cpuLines, baselineCpuLines) = LinesPerCpuSecond();
            Console.WriteLine();
            Console.WriteLine(Row("", "target", "measured", "baseline"));
            var met = Figure("load, worst of 3 fresh processes", "ms", "<", LoadMsMax, ours.LoadMs, baseline.LoadMs);
            Figure("  of it processor time", "ms", null, 0, ours.CpuMs, baseline.CpuMs);
            met &= Figure("resident memory", "MB", "<", ResidentMbMax, ours.ResidentMb, baseline.ResidentMb);
            met &= Figure("peak memory while loading", "MB", "<", ResidentMbMax, ours.PeakMb, baseline.PeakMb);
            met &= Figure("lookup and split on one core", "lines/s", ">", LinesPerSecondMin, lines, baselineLines);
            Figure("  per second of processor time", "lines/s", null, 0, cpuLines, baselineCpuLines);
            Console.WriteLine(met ? "every target is met" : "a target is missed");
            return met ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static LoadFigures Worst(string kind, string folder)
    {
        var loads = Enumerable.Range(0, Loads).Select(_ => LoadMeasurement.InFreshProcess(kind, folder)).ToList();
        return new LoadFigures(loads.Max(load => load.LoadMs), loads.Max(load => load.CpuMs), loads.Max(load => load.ResidentMb), loads.Max(load => load.PeakMb));
    }

    private static (double Ours, double Baseline) LinesPerSecond()
    {
        // In this process: a benchmark of its own project would have to be restored and built first.
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.Default.WithToolchain(InProcessNoEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(8))
            .AddColumnProvider(BenchmarkDotNet.Columns.DefaultColumnProviders.Instance)
            .AddLogger(ConsoleLogger.Default)
            .WithOptions(ConfigOptions.DisableLogFile)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "benchmark-artifacts"));
        var summary = BenchmarkRunner.Run<TranslationBenchmark>(config);
        return (PerSecond(summary, nameof(TranslationBenchmark.Translate)), PerSecond(summary, nameof(TranslationBenchmark.DictionariesAndSplit)));
    }

    /// <summary>What one core does, also on a machine on which others work at the same time: they take wall-clock time and no processor time.</summary>
    private static (double Ours, double Baseline) LinesPerCpuSecond()
    {
        var benchmark = new TranslationBenchmark();
        benchmark.Load();
        return (PerCpuSecond(benchmark.Translate), PerCpuSecond(benchmark.DictionariesAndSplit));
    }

    private static double PerCpuSecond(Func<long> translate)
    {
        using var process = Process.GetCurrentProcess();
        TimeSpan Cpu()
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
        for (var warmup = 0; warmup < Repetitions; warmup++)
            translate();
        var started = Cpu();
        for (var repetition = 0; repetition < Repetitions; repetition++)
            translate();
        return (double)TranslationBenchmark.Lines * Repetitions / (Cpu() - started).TotalSeconds;
    }

    private static double PerSecond(Summary summary, string method)
    {
        var report = summary.Reports.Single(report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name == method);
        return 1e9 / (report.ResultStatistics ?? throw new InvalidOperationException($"{method} was not measured.")).Mean;
    }

    /// <param name="relation">Null: no target, only for information.</param>
    /// <returns>Whether the target is met.</returns>
    private static bool Figure(string name, string unit, string? relation, double target, double measured, double baseline)
    {
        Console.WriteLine(Row(name, relation is null ? "" : $"{relation} {Number(target)} {unit}", $"{Number(measured)} {unit}", $"{Number(baseline)} {unit}"));
        return relation switch { null => true, "<" => measured < target, _ => measured > target };
    }

    private static string Row(string name, string target, string measured, string baseline) => $"{name,-34}{target,22}{measured,22}{baseline,22}";

    private static string Number(double figure) => figure.ToString("N0", CultureInfo.InvariantCulture);
}
