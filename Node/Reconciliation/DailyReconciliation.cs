using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Reconciliation;

/// <summary>
/// Reconciles by itself: once a business day is over, after the configured time of day, with every partner and in both directions; days the node
/// slept through together with it; days of unsettled differences once more. A partner that does not answer is asked again until it does.
/// </summary>
internal sealed partial class DailyReconciliation(
    Reconciler reconciler, PeerDirectory peers, Database database, ReconciliationOptions options, TimeProvider time, ILogger<DailyReconciliation> logger) : BackgroundService
{
    private static readonly LedgerSide[] Sides = [LedgerSide.Treatment, LedgerSide.Insured];

    /// <summary>What is due now, each ledger once; returns when all of it has been tried.</summary>
    public async Task RunDueAsync(CancellationToken cancellation)
    {
        if (options.DailyAt is not { } at || TimeOnly.FromDateTime(ChinaTime.Local(time.GetUtcNow()).DateTime) < at)
            return;
        // One partner that is slow or down does not hold up the others.
        await Task.WhenAll(peers.All.Select(peer => RunDueAsync(peer.Entry.Division, cancellation)));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.DailyAt is null)
            return;
        using var timer = new PeriodicTimer(options.RetryInterval, time);
        try
        {
            do
                await TryAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops; what is due still is at the next start.
        }
    }

    private Task<bool> TryAsync(CancellationToken cancellation) => BackgroundWork.AttemptAsync(() => RunDueAsync(cancellation), LogPostponed, logger, cancellation);

    private async Task RunDueAsync(Division partner, CancellationToken cancellation)
    {
        foreach (var side in Sides)
        {
            // A range that the partner never answers properly does not hold up the days after it; a partner that is down does.
            foreach (var scope in Unfinished(partner, side))
            {
                if (!await IsDoneAsync(scope, cancellation) && IsDown(partner))
                    return;
            }
            while (NewDays(partner, side) is { } scope)
            {
                if (!await IsDoneAsync(scope, cancellation))
                    return;
            }
            foreach (var day in DaysAgain(partner, side))
                await reconciler.RunAsync(new RunScope(partner, side, day, day), RunCause.Again, _ => { }, cancellation);
        }
    }

    private async Task<bool> IsDoneAsync(RunScope scope, CancellationToken cancellation) =>
        await reconciler.RunAsync(scope, RunCause.Daily, _ => { }, cancellation) is { State: RunState.Balanced or RunState.Different };

    private bool IsDown(Division partner) => peers.Find(partner)?.State.Status.Availability is PeerAvailability.Down;

    private List<RunScope> Unfinished(Division partner, LedgerSide side) => database.Read(session => RunStore.Unfinished(session, partner, side).ConvertAll(run => run.Scope));

    /// <summary>The days since the last daily run up to yesterday, at most a month of them; null when all are done.</summary>
    private RunScope? NewDays(Division partner, LedgerSide side) => database.Read(session =>
    {
        var yesterday = time.Today().AddDays(-1);
        var from = RunStore.LastDay(session, partner, side) is { } last ? ChinaTime.ParseIso(last).AddDays(1) : yesterday;
        if (from > yesterday)
            return null;
        var to = from.AddDays(ReconciliationLimits.DaysMax - 1);
        return new RunScope(partner, side, from, to < yesterday ? to : yesterday);
    });

    /// <summary>Days before today with unsettled differences that no run has looked at since today began.</summary>
    private List<DateOnly> DaysAgain(Division partner, LedgerSide side) => database.Read(session =>
    {
        var midnight = new DateTimeOffset(time.Today().ToDateTime(TimeOnly.MinValue), ChinaTime.Offset).ToUnixTimeMilliseconds();
        return DifferenceStore.Unsettled(session, partner, side).Select(row => row.BusinessDate).Distinct()
            .Where(day => string.CompareOrdinal(day, time.Today().Iso()) < 0 && !RunStore.HasBegunSince(session, partner, side, day, midnight))
            .Take(ReconciliationLimits.DaysMax).Select(ChinaTime.ParseIso).ToList();
    });

    [LoggerMessage(5004, LogLevel.Warning, "Nothing is reconciled now: {Reason} / 暂不对账")]
    private partial void LogPostponed(string reason);
}
