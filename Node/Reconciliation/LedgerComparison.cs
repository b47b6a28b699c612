using System.Globalization;
using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Reconciliation;

/// <summary>One cell as either side counted it; null where a side has no rows.</summary>
internal sealed record ComparedCell(LedgerCell Cell, CellTotal? Ours, CellTotal? Theirs)
{
    public bool IsEqual => Ours is not null && Ours.Equals(Theirs);
}

/// <summary>What a comparison of some days found.</summary>
internal sealed record ComparedLedgers
{
    public required long OwnSequence { get; init; }

    public required long PeerSequence { get; init; }

    public required IReadOnlyList<ComparedCell> Cells { get; init; }

    /// <summary>Sent by this node on these days or met among the rows, and not answered.</summary>
    public required IReadOnlyList<InFlightRow> OwnInFlight { get; init; }

    /// <summary>The same of the partner.</summary>
    public required IReadOnlyList<InFlightRow> PeerInFlight { get; init; }

    public required IReadOnlyList<RowDifference> Differences { get; init; }
}

/// <summary>How far a comparison has come.</summary>
internal readonly record struct ComparisonProgress(int CellsDone, int CellsUnequal, int RowsUnequal);

/// <summary>
/// Compares this node's ledger of one relation with the partner's: totals, then digests where totals differ, then rows. Both ledgers are read at
/// one point each, and what is unequal there is looked at once more: the insured side books first, the treatment side when it has the answer, so a
/// row that only one of them has may be on its way.
/// </summary>
internal sealed class LedgerComparison(Database database, Vault vault, LedgerSide side, Division partner, PeerLedger peer)
{
    /// <summary>How long before the days compared a request may have been sent that is still not answered.</summary>
    private const int OutageDaysMax = 92;

    /// <exception cref="PeerLedgerException">The partner gave no usable answer; nothing was stored.</exception>
    public async Task<ComparedLedgers> RunAsync(DateOnly from, DateOnly to, Action<ComparisonProgress> progress, CancellationToken cancellation)
    {
        // First: what the partner counts afterwards can only have become more.
        var point = database.Read(session => new LedgerPoint(side, partner, LedgerRows.Last(session, side, partner)));
        var asking = peer.TotalsAsync(from, to, cancellation);
        var (own, ownInFlight) = database.Read(session =>
            (CellScan.Totals(session, point, from, to), InFlightRows.List(session, vault, side, partner, from, to, "", int.MaxValue)));
        var totals = await asking;
        var cells = Pair(own, totals.Cells);
        var peerInFlight = totals.InFlight.RowCount > 0 ? await peer.InFlightAsync(from, to, cancellation) : [];
        var unequal = new List<UnequalRow>();
        var differing = cells.FindAll(cell => !cell.IsEqual);
        foreach (var (done, cell) in differing.Index())
        {
            progress(new(done, differing.Count, unequal.Count));
            unequal.AddRange(await NarrowAsync(cell, point, totals.AsOfSequence, cancellation));
        }
        progress(new(differing.Count, differing.Count, unequal.Count));
        var look = new SecondLook(point, totals.AsOfSequence, from, to, ownInFlight, peerInFlight);
        return new ComparedLedgers
        {
            OwnSequence = point.AsOf,
            PeerSequence = totals.AsOfSequence,
            Cells = cells,
            Differences = await LookAgainAsync(look, unequal, cancellation),
            OwnInFlight = look.OwnInFlight,
            PeerInFlight = look.PeerInFlight,
        };
    }

    private static List<ComparedCell> Pair(IEnumerable<CellTotal> own, IEnumerable<CellTotal> theirs)
    {
        var (ours, others) = (own.ToDictionary(total => total.Cell), theirs.ToDictionary(total => total.Cell));
        return [.. ours.Keys.Union(others.Keys)
            .OrderBy(cell => cell.BusinessDate, StringComparer.Ordinal).ThenBy(cell => cell.Scheme, StringComparer.Ordinal).ThenBy(cell => cell.ClearingType, StringComparer.Ordinal)
            .Select(cell => new ComparedCell(cell, ours.GetValueOrDefault(cell), others.GetValueOrDefault(cell)))];
    }

    private async Task<IEnumerable<UnequalRow>> NarrowAsync(ComparedCell cell, LedgerPoint point, long peerAsOf, CancellationToken cancellation)
    {
        var keys = cell.Ours is null ? [] : database.Read(session => CellScan.Keys(session, point, cell.Cell));
        return cell.Theirs is null
            ? keys.Select(row => new UnequalRow(cell.Cell, row.Key, IsOurs: true, null))
            : await CellNarrowing.FindAsync(peer, cell.Cell, keys, peerAsOf, cancellation);
    }

    /// <summary>Joins the halves of rows that lie in two cells, and leaves out what is in flight or has arrived meanwhile.</summary>
    private async Task<IReadOnlyList<RowDifference>> LookAgainAsync(SecondLook look, List<UnequalRow> unequal, CancellationToken cancellation)
    {
        var theirs = new Dictionary<string, LedgerRow>(StringComparer.Ordinal);
        foreach (var row in unequal.Where(row => row.Theirs is not null))
        {
            if (!theirs.TryAdd(row.Key, row.Theirs!))
                throw new PeerLedgerException($"{partner}: 同一行 {row.Key} 出现在两个汇总单元 / one row, {row.Key}, lies in two cells");
        }
        var keys = unequal.Select(row => row.Key).Distinct().Order(StringComparer.Ordinal).ToList();
        var found = new List<RowDifference>();
        foreach (var chunk in keys.Chunk(ReconciliationLimits.PageMax))
            found.AddRange(database.Read(session => chunk.Select(key => Own(session, look, key, theirs.GetValueOrDefault(key))).OfType<RowDifference>().ToList()));
        // The insured side answers before the treatment side can book: what only the treatment side has cannot be on its way.
        var late = side is LedgerSide.Insured ? await NotYetTheirsAsync(look, found.FindAll(row => row.Theirs is null), cancellation) : [];
        return [.. found.Where(row => !late.ContainsKey(row.Key)).Concat(late.Values.OfType<RowDifference>()).OrderBy(row => row.Key, StringComparer.Ordinal)];
    }

    /// <returns>Null when it is no difference.</returns>
    private RowDifference? Own(Session session, SecondLook look, string key, LedgerRow? theirs)
    {
        var own = LedgerRows.Find(session, key) is { } record && record.Side == side && record.Partner == partner ? record.Row : null;
        if (own is not null)
            return theirs is not null && own.RowSha256.Equals(theirs.RowSha256) ? null : new RowDifference(key, own, theirs);
        if (Outbox.Find(session, key) is not { State: OutboundState.Awaiting })
            return new RowDifference(key, null, theirs);
        if (!look.OwnInFlight.Exists(row => row.TransactionId == key))
            look.OwnInFlight.AddRange(InFlightRows.List(session, vault, side, partner, DayOf(key).AddDays(-1), DayOf(key).AddDays(1), "", int.MaxValue).Where(row => row.TransactionId == key));
        return null;
    }

    /// <summary>Of rows that the treatment side did not have: which it awaits the answer of, and which it has booked since.</summary>
    /// <returns>By key, those that are not what they looked like: null is no difference.</returns>
    private async Task<Dictionary<string, RowDifference?>> NotYetTheirsAsync(SecondLook look, List<RowDifference> missing, CancellationToken cancellation)
    {
        var late = new Dictionary<string, RowDifference?>(StringComparer.Ordinal);
        if (missing.Count == 0)
            return late;
        var sent = new Dictionary<string, InFlightRow>(StringComparer.Ordinal);
        foreach (var row in await peer.InFlightAsync(Earliest(missing, look), look.To.AddDays(1), cancellation))
        {
            if (!sent.TryAdd(row.TransactionId, row))
                throw new PeerLedgerException($"{partner}: 在途交易 {row.TransactionId} 列出两次 / transaction {row.TransactionId} is listed in flight twice");
        }
        foreach (var row in missing.Where(row => sent.ContainsKey(row.Key)))
        {
            late.Add(row.Key, null);
            if (!look.PeerInFlight.Exists(known => known.TransactionId == row.Key))
                look.PeerInFlight.Add(sent[row.Key]);
        }
        var rest = missing.FindAll(row => !late.ContainsKey(row.Key));
        // Asked after the list: what has left it is in the ledger by now, and an unchanged ledger has none of them.
        if (rest.Count == 0 || (await peer.TotalsAsync(look.From, look.To, cancellation)).AsOfSequence == look.PeerAsOf)
            return late;
        foreach (var cell in rest.GroupBy(row => row.Ours!.Cell))
        {
            foreach (var rows in cell.OrderBy(row => row.Key, StringComparer.Ordinal).Chunk(ReconciliationLimits.RangesMax))
            {
                var digests = await peer.DigestsAsync(cell.Key, [.. rows.Select(row => Alone(row.Key))], asOf: null, cancellation);
                foreach (var (row, digest) in rows.Zip(digests).Where(pair => pair.Second.RowCount > 0))
                    late.Add(row.Key, await NowAsync(row, digest, cancellation));
            }
        }
        return late;
    }

    private async Task<RowDifference?> NowAsync(RowDifference row, RangeDigest digest, CancellationToken cancellation) =>
        digest.RowsSha256.Span.SequenceEqual(RowDigest.Over([row.Ours!.RowSha256.Memory])) ? null
        : row with { Theirs = (await peer.RowsAsync(row.Ours.Cell, Alone(row.Key), asOf: null, cancellation)).FirstOrDefault() };

    /// <summary>An id is made just before its request is stored and sent. What claims to be older than any outage is not asked for.</summary>
    private static DateOnly Earliest(List<RowDifference> missing, SecondLook look)
    {
        var (first, floor) = (missing.Min(row => DayOf(row.Key)), look.From.AddDays(-OutageDaysMax));
        return first < floor ? floor : first > look.To ? look.To : first;
    }

    /// <summary>The range of one key: keys are numbers of a fixed length, so the one before is the number before.</summary>
    private static KeyRange Alone(string key) => new()
    {
        AfterKey = (UInt128.Parse(key, CultureInfo.InvariantCulture) - 1).ToString($"D{TransactionId.Length}", CultureInfo.InvariantCulture),
        ThroughKey = key,
    };

    /// <summary>The day an id was made, which is in it; an id of another make counts as made on any day.</summary>
    private static DateOnly DayOf(string key) =>
        DateOnly.TryParseExact(key.AsSpan(6, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is > 1 and < 9999 ? day : new DateOnly(2000, 1, 1);

    private sealed record SecondLook(LedgerPoint Point, long PeerAsOf, DateOnly From, DateOnly To, List<InFlightRow> OwnInFlight, List<InFlightRow> PeerInFlight);
}
