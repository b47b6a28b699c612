using System.Globalization;

namespace ProvincialGateway.Values;

/// <summary>Line numbers from 1 on as ranges, ascending, neither touching nor overlapping; written <c>1-1500,2001-2600</c>.</summary>
public sealed class LineRanges
{
    public static readonly LineRanges None = new([]);

    private readonly IReadOnlyList<LineSpan> _spans;

    private LineRanges(IReadOnlyList<LineSpan> spans) => _spans = spans;

    public IReadOnlyList<LineSpan> Spans => _spans;

    /// <summary>Of all lines in the ranges.</summary>
    public int Count => _spans.Sum(span => span.Count);

    /// <exception cref="FormatException">Not the text of ranges: a damaged store, not bad input.</exception>
    public static LineRanges Parse(string text) => text.Length == 0 ? None : text.Split(',').Select(ParseSpan).Aggregate(None, (ranges, span) => ranges.With(span));

    /// <summary>These lines as well; what was there before counts once.</summary>
    public LineRanges With(LineSpan added)
    {
        var spans = new List<LineSpan>(_spans.Count + 1);
        var (first, last) = (added.First, added.Last);
        foreach (var span in _spans)
        {
            if (span.Last < first - 1 || span.First > last + 1)
                spans.Add(span);
            else
                (first, last) = (Math.Min(first, span.First), Math.Max(last, span.Last));
        }
        spans.Add(new LineSpan(first, last));
        spans.Sort(static (left, right) => left.First.CompareTo(right.First));
        return new LineRanges(spans);
    }

    /// <summary>What of lines 1 to <paramref name="lineCount"/> is not in the ranges, in line order.</summary>
    public IEnumerable<LineSpan> Missing(int lineCount)
    {
        var next = 1;
        foreach (var span in _spans.Where(span => span.First <= lineCount))
        {
            if (span.First > next)
                yield return new LineSpan(next, span.First - 1);
            next = span.Last + 1;
        }
        if (next <= lineCount)
            yield return new LineSpan(next, lineCount);
    }

    public override string ToString() => string.Join(',', _spans);

    private static LineSpan ParseSpan(string text) => text.Split('-') is [var first, var last]
        ? new LineSpan(int.Parse(first, CultureInfo.InvariantCulture), int.Parse(last, CultureInfo.InvariantCulture))
        : throw new FormatException("Stored line ranges are not of the form 1-500,1001-1500.");
}

/// <summary>Line numbers, both inclusive.</summary>
public readonly record struct LineSpan
{
    /// <exception cref="ArgumentOutOfRangeException">Line numbers begin at 1 and the last is not before the first.</exception>
    public LineSpan(int first, int last)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        (First, Last) = (first, last);
    }

    public int First { get; }

    public int Last { get; }

    public int Count => Last - First + 1;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
