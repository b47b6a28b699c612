using System.Globalization;

namespace ProvincialGateway.Values;

/// <summary>Business dates and printed times are at +08:00 everywhere in the country; storage is UTC milliseconds.</summary>
public static class ChinaTime
{
    public static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    // 9999-01-01: a year short of what a DateTimeOffset can hold.
    private const long StatedMsMax = 253_370_764_800_000;

    public static DateTimeOffset Local(DateTimeOffset at) => at.ToOffset(Offset);

    public static DateOnly DateOf(DateTimeOffset at) => DateOnly.FromDateTime(Local(at).DateTime);

    public static DateOnly Today(this TimeProvider time) => DateOf(time.GetUtcNow());

    public static long NowMs(this TimeProvider time) => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Time and business date of one reading of the clock: two readings could lie on both sides of midnight.</summary>
    public static (long NowMs, DateOnly Today) Moment(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return (now.ToUnixTimeMilliseconds(), DateOf(now));
    }

    public static DateTimeOffset FromMs(long utcMs) => Local(DateTimeOffset.FromUnixTimeMilliseconds(utcMs));

    /// <summary>Whether a time that somebody else states is of this business date; false for a time beyond the calendar and for a text that is no date.</summary>
    public static bool IsOn(long utcMs, string businessDate) =>
        utcMs is > 0 and < StatedMsMax && TryParseIso(businessDate, out var date) && DateOf(FromMs(utcMs)) == date;

    /// <summary>ISO date, the form of business dates in SQL, protos and files.</summary>
    public static string Iso(this DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A date this node has checked or written itself.</summary>
    /// <exception cref="FormatException">The text is not an ISO date: a bug or a damaged store, not bad input.</exception>
    public static DateOnly ParseIso(string text) => TryParseIso(text, out var date) ? date : throw new FormatException("A stored date is not yyyy-MM-dd.");

    public static bool TryParseIso(string? text, out DateOnly date) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
}
