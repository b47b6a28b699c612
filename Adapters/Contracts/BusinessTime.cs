namespace ProvincialGateway.Adapters.Contracts;

/// <summary>The wall clock of every hospital message: +08:00, without daylight saving.</summary>
public static class BusinessTime
{
    private static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    /// <summary>Never throws: what lies behind the end of the calendar is its end.</summary>
    public static DateTime Local(DateTimeOffset moment) =>
        moment.UtcDateTime is var utc && utc < DateTime.MaxValue - Offset ? utc + Offset : DateTime.MaxValue;
}
