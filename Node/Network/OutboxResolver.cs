using ProvincialGateway.Storage;

namespace ProvincialGateway.Network;

/// <summary>
/// Asks again, with the same bytes, for every stored request that was never answered: after a timeout, a cut, or a restart of this node.
/// A repeat is safe because the peer answers a known id from disk.
/// </summary>
internal sealed partial class OutboxResolver(Outbox outbox, TimeSpan interval, TimeProvider time, ILogger<OutboxResolver> logger) : BackgroundService
{
    private const int RowsMax = 256, AtOnceMax = 8;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        do
        {
            try
            {
                await BackgroundWork.AttemptAsync(() => ResolveDueAsync(stoppingToken), LogPostponed, logger, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
        while (await WaitAsync(timer, stoppingToken));
    }

    /// <summary>One round over what is due.</summary>
    public Task ResolveDueAsync(CancellationToken cancellation) => BackgroundWork.ForEachAsync(
        outbox.Due(RowsMax),
        AtOnceMax,
        // Each by itself: one that fails does not take the round away from the others.
        transactionId => BackgroundWork.AttemptAsync(async () =>
        {
            await outbox.BeginRetryAsync(transactionId, cancellation);
            await outbox.SendAsync(transactionId, cancellation);
        }, LogPostponed, logger, cancellation),
        cancellation);

    private static async ValueTask<bool> WaitAsync(PeriodicTimer timer, CancellationToken cancellation)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(1110, LogLevel.Warning, "Unanswered transactions are not asked for now: {Reason}")]
    private partial void LogPostponed(string reason);
}
