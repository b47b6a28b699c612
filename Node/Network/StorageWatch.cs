using ProvincialGateway.Storage;

namespace ProvincialGateway.Network;

/// <summary>
/// While the storage refuses work the node is not serving, for probes too, and this tries at an interval whether the cause is gone. What waits to be sent
/// is on disk and stays there; everything goes on by itself.
/// </summary>
/// <param name="interval">Between two tries.</param>
internal sealed partial class StorageWatch(Database database, HealthStatuses statuses, TimeSpan interval, TimeProvider time, ILogger<StorageWatch> logger) : BackgroundService
{
    private static readonly TimeSpan CheckPauseMax = TimeSpan.FromHours(1);

    /// <summary>Raised when the storage takes work again: what it did not take may be tried at once.</summary>
    public event EventHandler? Recovered;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the node is said to be started.
        TellHealth(database.Condition.Cause);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TellLastStop();
        try
        {
            await Task.WhenAll(WatchAsync(stoppingToken), CheckAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private async Task WatchAsync(CancellationToken ct)
    {
        while (true)
        {
            var (cause, changed) = database.Condition.Observe();
            TellHealth(cause);
            if (cause is not null)
                await OutlastAsync(cause, ct);
            else
                await changed.WaitAsync(ct);
        }
    }

    private async Task OutlastAsync(StorageUnavailableException cause, CancellationToken ct)
    {
        LogRefuses(cause.Message);
        var (said, started, works) = (cause.Fault, time.GetTimestamp(), false);
        do
        {
            await Task.Delay(interval, time, ct);
            await BackgroundWork.AttemptAsync(async () => works = await database.ProbeAsync(ct), LogRefuses, logger, ct);
            // What the probe met may be another cause, with another thing to do about it.
            if (!works && database.Condition.Cause is { } now && now.Fault != said)
            {
                said = now.Fault;
                LogRefuses(now.Message);
            }
        }
        while (!works);
        LogGoesOn(time.GetElapsedTime(started).TotalSeconds);
        Recovered?.Invoke(this, EventArgs.Empty);
    }

    // Nobody else tells it: of two who do, one may have looked before the other.
    private void TellHealth(StorageUnavailableException? cause) => statuses.Set(NotServingCause.Storage, cause is not null);

    private void TellLastStop()
    {
        var stop = database.LastStop;
        if (stop.Damage is { } damage)
            LogDamaged(damage.Offset, damage.Commits);
        if (stop.Checked is { } took)
            LogChecked(stop.LogBytes, stop.FileBytes, took.TotalMilliseconds);
        else if (stop.IsUnchecked)
            LogToBeChecked(stop.LogBytes, stop.FileBytes);
    }

    /// <summary>A disk that fails in the middle leaves the file to be looked at, more and more seldom; one that is damaged is not looked at again.</summary>
    private async Task CheckAsync(CancellationToken ct)
    {
        for (var pause = interval; !await BackgroundWork.AttemptAsync(CheckOnceAsync, LogNotWhole, logger, ct) && database.Condition.Cause is not { Fault: StorageFault.Damaged };)
        {
            await Task.Delay(pause, time, ct);
            pause = pause * 2 < CheckPauseMax ? pause * 2 : CheckPauseMax;
        }

        async Task CheckOnceAsync()
        {
            if (await database.CheckAsync(ct) is { } took)
                LogFoundWhole(took.TotalMilliseconds);
        }
    }

    [LoggerMessage(1200, LogLevel.Error, "No more work is taken until the cause is gone: {Reason}")]
    private partial void LogRefuses(string reason);

    [LoggerMessage(1201, LogLevel.Information, "The storage works again, work is taken again after {Elapsed:0.0} s / 存储恢复，继续受理业务")]
    private partial void LogGoesOn(double elapsed);

    [LoggerMessage(1206, LogLevel.Error, LogDamage.Said)]
    private partial void LogDamaged(long offset, int commits);

    [LoggerMessage(1202, LogLevel.Warning, "The node was not stopped cleanly. Its log ({LogBytes} bytes) was read as far as it is whole, its database ({FileBytes} bytes) was checked in {Elapsed:0} ms and is whole. / 上次未正常停止，数据库检查无误")]
    private partial void LogChecked(long logBytes, long fileBytes, double elapsed);

    [LoggerMessage(1203, LogLevel.Warning, "The node was not stopped cleanly. Its log ({LogBytes} bytes) was read as far as it is whole, its database ({FileBytes} bytes) is checked while the node serves. / 上次未正常停止，运行中检查数据库")]
    private partial void LogToBeChecked(long logBytes, long fileBytes);

    [LoggerMessage(1204, LogLevel.Information, "The database was checked in {Elapsed:0} ms while the node served, and is whole / 数据库检查无误")]
    private partial void LogFoundWhole(double elapsed);

    [LoggerMessage(1205, LogLevel.Error, "The check of the database after the unclean stop did not end well: {Reason}")]
    private partial void LogNotWhole(string reason);
}
