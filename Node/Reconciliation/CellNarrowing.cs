using Provincial.Exchange.V1;

namespace ProvincialGateway.Reconciliation;

/// <summary>A row of one cell that the two ledgers do not share.</summary>
/// <param name="IsOurs">This node's ledger has a row with the key in this cell.</param>
/// <param name="Theirs">The partner's row in this cell.</param>
internal sealed record UnequalRow(LedgerCell Cell, string Key, bool IsOurs, LedgerRow? Theirs);

/// <summary>
/// Finds the rows that make a cell unequal: cuts this node's keys into ranges, asks for the digests of them, cuts the unequal ones again and reads
/// what has become small. A range ends at a key of this node and begins after another, so rows that only the partner has lie in one as well.
/// </summary>
internal static class CellNarrowing
{
    /// <summary>Ranges of a cell in the first round, and of an unequal range in each later one: few bytes on the wire against few rounds.</summary>
    internal const int FirstCuts = 64, LaterCuts = 16;

    /// <summary>A range with no more rows of this node is read instead of cut.</summary>
    internal const int ReadAtMost = 12;

    /// <param name="own">This node's keys of the cell, in order.</param>
    /// <param name="asOf">The point at which the partner's ledger is read.</param>
    /// <exception cref="PeerLedgerException">The partner gave no usable answer.</exception>
    public static async Task<List<UnequalRow>> FindAsync(PeerLedger peer, LedgerCell cell, IReadOnlyList<RowKey> own, long asOf, CancellationToken cancellation)
    {
        var unequal = new List<UnequalRow>();
        var segments = new Segment(0, own.Count, "", "").Cut(own, FirstCuts);
        if (own.Count <= ReadAtMost)
        {
            await ReadAsync(new Segment(0, own.Count, "", ""));
            return unequal;
        }
        while (segments.Count > 0)
        {
            var next = new List<Segment>();
            foreach (var asked in segments.Chunk(ReconciliationLimits.RangesMax))
            {
                var digests = await peer.DigestsAsync(cell, [.. asked.Select(segment => segment.Range)], asOf, cancellation);
                foreach (var (segment, theirs) in asked.Zip(digests))
                {
                    if (theirs.RowCount == segment.Count && theirs.RowsSha256.Span.SequenceEqual(segment.DigestOf(own)))
                        continue;
                    if (theirs.RowCount == 0)
                        unequal.AddRange(segment.KeysOf(own).Select(row => new UnequalRow(cell, row.Key, IsOurs: true, null)));
                    else if (segment.Count <= ReadAtMost)
                        await ReadAsync(segment);
                    else
                        next.AddRange(segment.Cut(own, LaterCuts));
                }
            }
            segments = next;
        }
        return unequal;

        async Task ReadAsync(Segment segment) =>
            unequal.AddRange(Compare(cell, segment.KeysOf(own), await peer.RowsAsync(cell, segment.Range, asOf, cancellation)));
    }

    private static IEnumerable<UnequalRow> Compare(LedgerCell cell, IEnumerable<RowKey> own, IEnumerable<LedgerRow> theirs)
    {
        var ours = own.ToDictionary(row => row.Key, row => row.Sha256);
        foreach (var row in theirs)
        {
            if (!ours.Remove(row.TransactionId, out var digest))
                yield return new UnequalRow(cell, row.TransactionId, IsOurs: false, row);
            else if (!row.RowSha256.Span.SequenceEqual(digest))
                yield return new UnequalRow(cell, row.TransactionId, IsOurs: true, row);
        }
        foreach (var key in ours.Keys)
            yield return new UnequalRow(cell, key, IsOurs: true, null);
    }

    /// <summary>Some of this node's keys, one after another, and the range of keys around them.</summary>
    private readonly record struct Segment(int First, int End, string After, string Through)
    {
        public int Count => End - First;

        public KeyRange Range => new() { AfterKey = After, ThroughKey = Through };

        public IEnumerable<RowKey> KeysOf(IReadOnlyList<RowKey> own)
        {
            for (var index = First; index < End; index++)
                yield return own[index];
        }

        public byte[] DigestOf(IReadOnlyList<RowKey> own) => RowDigest.Over(KeysOf(own).Select(row => (ReadOnlyMemory<byte>)row.Sha256));

        public List<Segment> Cut(IReadOnlyList<RowKey> own, int cuts)
        {
            var pieces = Math.Max(1, Math.Min(cuts, Count));
            var cut = new List<Segment>(pieces);
            var (first, after) = (First, After);
            for (var piece = 1; piece <= pieces; piece++)
            {
                var end = First + (int)((long)Count * piece / pieces);
                var through = piece == pieces ? Through : own[end - 1].Key;
                cut.Add(new Segment(first, end, after, through));
                (first, after) = (end, through);
            }
            return cut;
        }
    }
}
