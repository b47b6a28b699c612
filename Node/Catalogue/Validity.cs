using ProvincialGateway.Tables;
using ProvincialGateway.Values;

namespace ProvincialGateway.Catalogue;

/// <summary>Business dates on which a row applies: from <see cref="From"/> up to, not including, <see cref="To"/>; null is open.</summary>
public readonly record struct Validity(DateOnly From, DateOnly? To)
{
    public bool Contains(DateOnly day) => From <= day && !EndsBy(day);

    public bool Overlaps(Validity other) => !EndsBy(other.From) && !other.EndsBy(From);

    public bool EndsBy(DateOnly day) => To is { } end && end <= day;

    public bool EndsAfter(Validity other) => To is null ? other.To is not null : other.To is { } end && To > end;

    /// <summary>The days of both. They must overlap.</summary>
    public Validity Common(Validity other) => new(From > other.From ? From : other.From, EndsAfter(other) ? other.To : To);

    public override string ToString() => To is { } end ? $"{From:yyyy-MM-dd}..{end:yyyy-MM-dd}" : $"{From:yyyy-MM-dd}..";
}

internal interface IDated
{
    Validity Validity { get; }
}

internal static class ValidityColumns
{
    /// <summary>The columns <c>valid_from</c> and <c>valid_to</c> of a catalogue table.</summary>
    public static Validity Validity(this CsvRow row)
    {
        var from = row.Date("valid_from") ?? DateOnly.MinValue;
        var to = row.OptionalDate("valid_to");
        if (to <= from)
            row.Fault("valid_to", $"失效日期 {to.Value.Iso()} 不晚于生效日期 {from.Iso()}。", $"the end {to.Value.Iso()} is not after the start {from.Iso()}.");
        return new Validity(from, to);
    }
}
