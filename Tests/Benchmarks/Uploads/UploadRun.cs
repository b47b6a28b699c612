using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using ProvincialGateway.Cli;
using ProvincialGateway.Oversight;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Uploads;

/// <summary>
/// Fee lines from the bytes of a hospital's message to the stored split and back to the bytes of the reply, over HTTP, on one node: a large message alone,
/// large ones from several hospitals' workplaces, and many small ones. Exit code 0 when every target is met and the books are right.
/// </summary>
internal static class UploadRun
{
    private const double LinesPerSecondMin = 50_000;

    private static readonly UploadLoad[] Loads =
    [
        new("2,000 lines, one message at a time", LinesPerMessage: 2_000, Clients: 1, Messages: 30),
        new("2,000 lines, 4 at a time", LinesPerMessage: 2_000, Clients: 4, Messages: 60),
        new("100 lines, 16 at a time", LinesPerMessage: 100, Clients: 16, Messages: 1_000),
        new("20 lines, 64 at a time", LinesPerMessage: 20, Clients: 64, Messages: 4_000),
    ];

    public static async Task<int> RunAsync()
    {
        var today = TimeProvider.System.Today();
        var country = await PilotCountry.StartAsync(new PilotOptions
        {
            Provinces = [PilotCountry.Shanghai, PilotCountry.Chongqing],
            Logging = (_, logging) => logging.SetMinimumLevel(LogLevel.Error),
        }, CancellationToken.None);
        await using var _ = country;
        var figures = await MeasureAsync(country, today);
        foreach (var province in country.Provinces)
            await province.StopAsync();
        var report = Audit.Run([.. country.Provinces.Select(province => province.DataFolder)], TimeProvider.System);
        if (!report.IsClean)
        {
            Console.WriteLine("the audit of both nodes found faults: no figures are reported");
            return 1;
        }
        var baseline = RawInserts.Measure(DataFolder.DatabasePath(country[PilotCountry.Shanghai].DataFolder), commitEvery: Loads[0].LinesPerMessage);
        return Print(figures, baseline);
    }

    private static async Task<List<UploadFigures>> MeasureAsync(PilotCountry country, DateOnly today)
    {
        var shanghai = country[PilotCountry.Shanghai];
        // The visits of one load: about 2,000 lines each, as after a long stay.
        var visits = Loads.Max(load => load.LinesPerMessage * load.Messages) / 2_000;
        var stays = await UploadHospital.AdmitAsync(country, visits * (Loads.Length + 1), today);
        using var hospital = await UploadHospital.OpenAsync(shanghai, today);
        await SendAsync(hospital, Messages(hospital, new("", 2_000, 1, 60), [.. stays.Take(visits)]), clients: 2);
        await SendAsync(hospital, Messages(hospital, new("", 20, 1, 400), [.. stays.Take(visits)]), clients: 64);
        var figures = new List<UploadFigures>();
        foreach (var (index, load) in Loads.Index())
        {
            var messages = Messages(hospital, load, [.. stays.Skip(visits * (index + 1)).Take(visits)]);
            figures.Add(await MeasureAsync(hospital, load, messages, shanghai.Host));
            Console.WriteLine($"  {load.Name}: {figures[^1].LinesPerSecond:N0} lines/s");
        }
        return figures;
    }

    private static Queue<byte[]> Messages(UploadHospital hospital, UploadLoad load, IReadOnlyList<Stay> stays) =>
        new(Enumerable.Range(0, load.Messages).Select(message => hospital.Upload(stays[message % stays.Count], load.LinesPerMessage)));

    private static async Task<UploadFigures> MeasureAsync(UploadHospital hospital, UploadLoad load, Queue<byte[]> messages, NodeHost node)
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var (cpu, commits, allocated) = (process.TotalProcessorTime, node.Database.Statistics.Commits, GC.GetTotalAllocatedBytes());
        var started = Stopwatch.GetTimestamp();
        var latencies = await SendAsync(hospital, messages, load.Clients);
        var elapsed = Stopwatch.GetElapsedTime(started);
        process.Refresh();
        latencies.Sort();
        return new UploadFigures(
            load, load.Lines / elapsed.TotalSeconds, latencies[latencies.Count / 2], latencies[latencies.Count * 99 / 100],
            (process.TotalProcessorTime - cpu).TotalMicroseconds / load.Lines, (GC.GetTotalAllocatedBytes() - allocated) / load.Lines,
            (double)load.Messages / (node.Database.Statistics.Commits - commits));
    }

    private static async Task<List<double>> SendAsync(UploadHospital hospital, Queue<byte[]> messages, int clients)
    {
        var latencies = new List<double>(messages.Count);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                byte[]? message;
                lock (messages)
                {
                    if (!messages.TryDequeue(out message))
                        return;
                }
                var started = Stopwatch.GetTimestamp();
                await hospital.PostAsync(message);
                lock (latencies)
                    latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        })));
        return latencies;
    }

    private static int Print(List<UploadFigures> figures, double baseline)
    {
        Console.WriteLine();
        Console.WriteLine($"{"",-36}{"lines/s",10}{"p50 ms",9}{"p99 ms",9}{"µs cpu/line",13}{"bytes/line",12}{"messages/commit",17}{"of baseline",13}");
        foreach (var row in figures)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{row.Load.Name,-36}{row.LinesPerSecond,10:N0}{row.P50Ms,9:N1}{row.P99Ms,9:N1}{row.CpuMicrosecondsPerLine,13:N1}{row.BytesPerLine,12:N0}{row.MessagesPerCommit,17:N1}{row.LinesPerSecond / baseline,13:P0}"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"baseline: the same rows, raw SQLite",-36}{baseline,10:N0}"));
        var met = figures.All(row => row.LinesPerSecond > LinesPerSecondMin);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the audit of both nodes is clean; target {LinesPerSecondMin:N0} lines/s: {(met ? "met" : "missed")}"));
        return met ? 0 : 1;
    }
}

internal sealed record UploadLoad(string Name, int LinesPerMessage, int Clients, int Messages)
{
    public int Lines => LinesPerMessage * Messages;
}

/// <param name="CpuMicrosecondsPerLine">Of the whole process: both nodes and the hospital.</param>
/// <param name="BytesPerLine">Allocated, likewise.</param>
internal sealed record UploadFigures(
    UploadLoad Load, double LinesPerSecond, double P50Ms, double P99Ms, double CpuMicrosecondsPerLine, long BytesPerLine, double MessagesPerCommit);
