using System.Diagnostics;
using System.Globalization;
using CsvHelper;
using ProvincialGateway.Catalogue;

namespace ProvincialGateway.Tests.Catalogue;

/// <param name="LoadMs">From the first byte read until lookups are answered, in a fresh process.</param>
/// <param name="CpuMs">The same in time of the processor, compiling included: what remains of it on a machine that others use too.</param>
/// <param name="ResidentMb">Of the process while it holds the catalogue, after a collection.</param>
/// <param name="PeakMb">Highest of the process so far.</param>
internal sealed record LoadFigures(double LoadMs, double CpuMs, double ResidentMb, double PeakMb)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{LoadMs:0.0} {CpuMs:0.0} {ResidentMb:0.0} {PeakMb:0.0}");

    public static LoadFigures Parse(string line)
    {
        var figures = line.Split(' ');
        return new LoadFigures(Figure(figures[0]), Figure(figures[1]), Figure(figures[2]), Figure(figures[3]));
    }

    private static double Figure(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>Loads one catalogue in this process and prints what it took. Memory can only be measured in a process that did nothing else.</summary>
internal static class LoadMeasurement
{
    public const string Ours = "ours";
    public const string Baseline = "baseline";

    public static int Run(string kind, string folder)
    {
        using var process = Process.GetCurrentProcess();
        var (started, cpuBefore) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
        object loaded = kind == Ours ? Load(folder) : LoadBaseline(folder);
        var elapsed = Stopwatch.GetElapsedTime(started);
        process.Refresh();
        var cpu = process.TotalProcessorTime - cpuBefore;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        process.Refresh();
        Console.WriteLine(new LoadFigures(elapsed.TotalMilliseconds, cpu.TotalMilliseconds, process.WorkingSet64 / 1e6, process.PeakWorkingSet64 / 1e6));
        GC.KeepAlive(loaded);
        return 0;
    }

    public static LoadFigures InFreshProcess(string kind, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["catalogue-load", kind, folder]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? LoadFigures.Parse(output.Trim()) : throw new InvalidOperationException($"The load of kind {kind} failed: {output}");
    }

    public static LocalCatalogue Load(string folder) =>
        LocalCatalogue.Load(CatalogueFiles.In(folder)) is { Catalogue: { } catalogue } ? catalogue : throw new InvalidOperationException("The catalogue made for the benchmark does not load.");

    /// <summary>What one would write first: every field a string, one dictionary per table.</summary>
    private static List<Dictionary<string, string[]>> LoadBaseline(string folder) => new[] { "items", "mappings" }.Select(table =>
    {
        using var reader = CsvReader.FromText(File.ReadAllText(Path.Combine(folder, $"{table}.csv")), CsvReaderOptions.Default);
        var rows = new Dictionary<string, string[]>();
        while (reader.Read())
            rows.Add(reader.GetString(0), [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
        return rows;
    }).ToList();
}
