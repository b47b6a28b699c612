using ProvincialGateway.Configuration;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Retention;

/// <summary>Each night, an hour after the reconciliation has begun: what is due moves to archive files, and free pages go back to the disk.</summary>
internal sealed partial class NightlyArchive(
    Archivist archivist, ReconciliationOptions reconciliation, TimeProvider time, ILogger<NightlyArchive> logger) : BackgroundService
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMinutes(10);

    private DateOnly _doneOn;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await BackgroundWork.AttemptAsync(() => RunDueAsync(stoppingToken), LogPostponed, logger, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops; the next run goes on where this one was.
        }
    }

    /// <summary>Once a day, after the hour.</summary>
    public async Task RunDueAsync(CancellationToken ct)
    {
        var now = ChinaTime.Local(time.GetUtcNow()).DateTime;
        var hour = (reconciliation.DailyAt ?? new ReconciliationOptions().DailyAt!.Value).ToTimeSpan() + TimeSpan.FromHours(1);
        if (_doneOn == DateOnly.FromDateTime(now) || now.TimeOfDay < hour)
            return;
        var run = await archivist.RunAsync(ct);
        _doneOn = DateOnly.FromDateTime(now);
        if (run.Files.Count > 0)
            LogArchived(run.Values, run.Files.Count, run.Bytes, run.PagesFree);
    }

    [LoggerMessage(1220, LogLevel.Information, "{Values} sealed messages of closed years were moved to {Files} archive files ({Bytes} bytes); {PagesFree} pages of the database are free still / 已归档")]
    private partial void LogArchived(long values, int files, long bytes, long pagesFree);

    [LoggerMessage(1221, LogLevel.Warning, "Closed years are not archived now, the next attempt follows by itself: {Reason} / 归档推迟")]
    private partial void LogPostponed(string reason);
}
