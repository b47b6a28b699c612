using System.Collections.Concurrent;
using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Reconciliation;

/// <summary>
/// Runs reconciliations: begins one on disk, compares, and stores everything it found in one transaction, or why it did not finish. Two runs over
/// the same ledger are never under way at once.
/// </summary>
internal sealed partial class Reconciler(
    NodesConfiguration configuration, Division self, Database database, Vault vault, TransactionIdSource ids, PeerDirectory peers, TimeProvider time, ILogger<Reconciler> logger)
{
    /// <summary>Runs that are over although the storage did not take their end, and why. They end with the next one: until then they would hold up their ledger.</summary>
    private readonly ConcurrentDictionary<long, string> _unrecorded = new();

    /// <returns>The finished run, whatever came of it; null when one is under way over the same ledger, or the day's daily run is done.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The partner has no node, or the days are not 1 to 31.</exception>
    public async Task<RunRow?> RunAsync(RunScope scope, RunCause cause, Action<ComparisonProgress> progress, CancellationToken cancellation)
    {
        var days = scope.To.DayNumber - scope.From.DayNumber + 1;
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1, nameof(scope));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(days, ReconciliationLimits.DaysMax, nameof(scope));
        if (await BeginAsync(scope, cause, cancellation) is not { } run)
            return null;
        var ledger = LedgerOf(scope.Partner, scope.Side);
        try
        {
            var found = await new LedgerComparison(database, vault, scope.Side, scope.Partner, ledger).RunAsync(scope.From, scope.To, progress, cancellation);
            await database.WriteAsync(session => Store(session, run, scope, found, ledger.Traffic, time.NowMs()), CancellationToken.None);
            Tell(run, scope, found, ledger);
        }
        catch (PeerLedgerException fault)
        {
            await FailAsync(run, scope, ledger, fault.Message);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await FailAsync(run, scope, ledger, "对账被中止 / the run was broken off");
            throw;
        }
        catch (Exception fault)
        {
            await FailAsync(run, scope, ledger, $"本节点故障 / a fault of this node: {fault.GetType().Name}");
            throw;
        }
        return database.Read(session => RunStore.Find(session, run));
    }

    /// <summary>The partner's ledger of one relation.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The partner has no node.</exception>
    public PeerLedger LedgerOf(Division partner, LedgerSide side)
    {
        var peer = peers.Find(partner) ?? throw new ArgumentOutOfRangeException(nameof(partner), partner, "Not a node of nodes.json.");
        return new PeerLedger(configuration, side, self, partner, ids.NextAsync, peer.CallAsync, time);
    }

    /// <summary>Everything a run found, and what ends with it.</summary>
    internal static void Store(Session session, long run, RunScope scope, ComparedLedgers found, (long Messages, long BytesSent, long BytesReceived) traffic, long now)
    {
        foreach (var cell in found.Cells)
        {
            if (cell.Ours is { } ours)
                RunStore.Add(session, run, ours, Holder.Ours);
            if (cell.Theirs is { } theirs)
                RunStore.Add(session, run, theirs, Holder.Theirs);
        }
        foreach (var row in found.OwnInFlight)
            RunStore.Add(session, run, row, Holder.Ours);
        foreach (var row in found.PeerInFlight)
            RunStore.Add(session, run, row, Holder.Theirs);
        foreach (var difference in found.Differences)
            DifferenceStore.Take(session, run, scope, difference, now);
        var notDecided = found.Differences.Select(difference => difference.Key)
            .Concat(found.OwnInFlight.Concat(found.PeerInFlight).Select(row => row.TransactionId)).ToHashSet(StringComparer.Ordinal);
        DifferenceStore.EndBalanced(session, run, scope, notDecided, now);
        RunStore.Finish(session, run, found, traffic, now);
    }

    private async Task<long?> BeginAsync(RunScope scope, RunCause cause, CancellationToken cancellation)
    {
        // Taken out by the write that ends them: another run that begins at the same time must not end what this one begins again under the same id.
        var taken = new List<(long Id, string Reason)>();
        try
        {
            return await database.WriteAsync(session =>
            {
                foreach (var id in _unrecorded.Keys)
                {
                    if (!_unrecorded.TryRemove(id, out var reason))
                        continue;
                    taken.Add((id, reason));
                    RunStore.EndUnrecorded(session, id, reason, time.NowMs());
                }
                return RunStore.Begin(session, scope, cause, time.NowMs());
            }, cancellation);
        }
        catch
        {
            foreach (var (id, reason) in taken)
                _unrecorded[id] = reason;
            throw;
        }
    }

    private void Tell(long run, RunScope scope, ComparedLedgers found, PeerLedger ledger)
    {
        if (found.Differences.Count == 0)
            LogBalanced(run, scope.Partner, scope.Side, scope.From.Iso(), scope.To.Iso(), found.Cells.Sum(cell => cell.Ours?.Sums.RowCount ?? 0), ledger.Traffic.Messages);
        else
            LogDifferent(run, scope.Partner, scope.Side, scope.From.Iso(), scope.To.Iso(), found.Differences.Count);
    }

    private async Task FailAsync(long run, RunScope scope, PeerLedger ledger, string reason)
    {
        LogNotFinished(run, scope.Partner, scope.Side, scope.From.Iso(), scope.To.Iso(), reason);
        try
        {
            await database.WriteAsync(session => RunStore.Fail(session, run, reason, ledger.Traffic, time.NowMs()), CancellationToken.None);
        }
        catch (StorageException)
        {
            _unrecorded[run] = reason;
            throw;
        }
    }

    [LoggerMessage(5001, LogLevel.Information, "Reconciliation {Run} with {Partner} (this node's side: {Side}), {From} to {To}: balanced, {Rows} rows, {Messages} messages / 对账平")]
    private partial void LogBalanced(long run, Division partner, LedgerSide side, string from, string to, long rows, long messages);

    [LoggerMessage(5002, LogLevel.Warning, "Reconciliation {Run} with {Partner} (this node's side: {Side}), {From} to {To}: {Differences} differences. See gateway reconcile show {Run}. / 对账有差异")]
    private partial void LogDifferent(long run, Division partner, LedgerSide side, string from, string to, int differences);

    [LoggerMessage(5003, LogLevel.Warning, "Reconciliation {Run} with {Partner} (this node's side: {Side}), {From} to {To} did not finish: {Reason}. Nothing was decided. / 对账未完成")]
    private partial void LogNotFinished(long run, Division partner, LedgerSide side, string from, string to, string reason);
}
