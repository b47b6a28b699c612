using System.Runtime.CompilerServices;
using Provincial.Exchange.V1;
using Row = Provincial.Exchange.V1.StatementRow;

namespace ProvincialGateway.Clearing;

/// <summary>At most <paramref name="max"/> rows after a sequence number, or why they could not be had.</summary>
internal delegate Task<(StatementRowPage? Page, string? Reason)> FetchRows(long after, int max, CancellationToken cancellation);

/// <summary>
/// The rows of a statement after a sequence number, in order. A few pages are asked for before they are needed: the numbers have no gaps, so that
/// each page's beginning is known, and the way to the other side and back is waited for once, not for every page.
/// </summary>
internal sealed class StatementPages(FetchRows fetch, long after, long last, int pageSize)
{
    /// <summary>Under way at once. Few, for the other side has few readers and serves its hospitals with them.</summary>
    private const int AheadMax = 3;

    /// <summary>Ends after the last row, after a page that says that there are no more, or after a reason.</summary>
    public async IAsyncEnumerable<StatementPage> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ahead = new Queue<Task<StatementPage>>(AheadMax);
        try
        {
            for (var (next, more) = (after, true); more && (next < last || ahead.Count > 0);)
            {
                for (; next < last && ahead.Count < AheadMax; next = Math.Min(next + pageSize, last))
                    ahead.Enqueue(FillAsync(next, Math.Min(next + pageSize, last), given.Token));
                var page = await ahead.Dequeue();
                more = page.More && page.Reason is null;
                yield return page;
            }
        }
        finally
        {
            await given.CancelAsync();
            foreach (Task unread in ahead)
                await unread.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>All rows of a stretch: the other side may give fewer at a time than it was asked for.</summary>
    private async Task<StatementPage> FillAsync(long from, long through, CancellationToken cancellation)
    {
        var rows = new List<Row>();
        while (from < through)
        {
            var (page, reason) = await fetch(from, (int)(through - from), cancellation);
            if (page is null)
                return new StatementPage(rows, More: false, reason);
            rows.AddRange(page.Rows);
            // Rows that lead nowhere are the examination's to find fault with, and end the asking.
            if (!page.More || page.Rows.Count == 0 || page.Rows[^1].Sequence <= from)
                return new StatementPage(rows, More: false, null);
            from = page.Rows[^1].Sequence;
        }
        return new StatementPage(rows, More: true, null);
    }
}

/// <param name="More">The other side has said that further rows follow.</param>
/// <param name="Reason">Why no rows could be had.</param>
internal sealed record StatementPage(IReadOnlyList<Row> Rows, bool More, string? Reason);
