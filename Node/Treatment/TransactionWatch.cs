using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// Reminds of what only a person can end: requests whose answer cannot be true, and those unanswered for longer than an outage should last. At every
/// start, once a day, and within the hour when there are more.
/// </summary>
internal sealed partial class TransactionWatch(Database database, TimeProvider time, ILogger<TransactionWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private static readonly TimeSpan RemindAfter = TimeSpan.FromDays(1);

    private readonly Dictionary<(string Peer, OutboundState State), (int Count, long AtMs)> _said = [];

    /// <summary>One look.</summary>
    public void Look()
    {
        var now = time.NowMs();
        var totals = database.Read(session => TransactionBook.Totals(session, now));
        // What has ended is not held against what comes after it.
        foreach (var gone in _said.Keys.Except(totals.Select(total => (total.Peer, total.State))).ToList())
            _said.Remove(gone);
        foreach (var total in totals)
        {
            var count = total.State is OutboundState.Parked ? total.Count : total.Overdue;
            if (_said.TryGetValue((total.Peer, total.State), out var said) && count <= said.Count && now - said.AtMs < RemindAfter.TotalMilliseconds)
            {
                _said[(total.Peer, total.State)] = (count, said.AtMs);
                continue;
            }
            if (count == 0)
                continue;
            _said[(total.Peer, total.State)] = (count, now);
            var since = ChinaTime.FromMs(total.OldestAtMs).ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);
            if (total.State is OutboundState.Parked)
                LogParked(count, total.Peer, since);
            else
                LogOverdue(count, total.Peer, TransactionBook.OverdueAfter.TotalHours, since);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
                await BackgroundWork.AttemptAsync(() =>
                {
                    Look();
                    return Task.CompletedTask;
                }, LogPostponed, logger, stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops; the next start looks at once.
        }
    }

    [LoggerMessage(1121, LogLevel.Warning, "{Count} transactions to {Peer} are parked, the oldest since {Since}: their answers cannot be true, nothing was applied. See gateway transactions list --state parked and gateway clearing messages. / 搁置待核查")]
    private partial void LogParked(int count, string peer, string since);

    [LoggerMessage(1122, LogLevel.Warning, "{Count} transactions to {Peer} are unanswered for more than {Hours} hours, the oldest since {Since}. The node goes on asking; find out why. See gateway transactions list and gateway clearing messages. / 长时间无应答")]
    private partial void LogOverdue(int count, string peer, double hours, string since);

    [LoggerMessage(1123, LogLevel.Warning, "Unanswered transactions are not counted now: {Reason}")]
    private partial void LogPostponed(string reason);
}
