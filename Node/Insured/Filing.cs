using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>The value stands in <c>filing.state</c>.</summary>
internal enum FilingStatus
{
    Effective = 1,

    /// <summary>Waits for a decision; gives no benefit yet, and keeps others of its family from overlapping it.</summary>
    UnderReview = 2,
    Rejected = 3,
    Cancelled = 9,
}

/// <summary>Who changes something, why, and when.</summary>
/// <param name="By">An operator's name, the division of a peer, or <c>import</c>.</param>
/// <param name="Reason">Without personal data.</param>
internal sealed record Change(string By, string Reason, long AtMs);

/// <summary>A filing as it stands: its last version.</summary>
internal sealed record FilingRow
{
    private const string LastLongTermKind = "03";

    public required string FilingNumber { get; init; }
    public required string PersonNumber { get; init; }

    /// <summary>Exchange code 01..06.</summary>
    public required string Kind { get; init; }
    public required string TargetArea { get; init; }
    public required string ValidFrom { get; init; }

    /// <summary>Inclusive; null while open.</summary>
    public string? ValidTo { get; init; }

    public required FilingStatus State { get; init; }

    /// <summary>From 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The treatment division that submitted it; null when the person filed at home.</summary>
    public string? SubmittedBy { get; init; }

    /// <summary>Of the submission.</summary>
    public string? TransactionId { get; init; }

    /// <summary>The visit it was made for after the admission.</summary>
    public string? VisitNumber { get; init; }

    /// <summary>0 when it is older than the column.</summary>
    public long RecordedAtMs { get; init; }
    public long ChangedAtMs { get; init; }
    public string ChangedBy { get; init; } = "";
    public string ChangeReason { get; init; } = "";

    /// <summary>01..03; the others are temporary.</summary>
    public bool IsLongTerm => IsLongTermKind(Kind);

    /// <summary>Neither rejected nor cancelled.</summary>
    public bool Stands => State is FilingStatus.Effective or FilingStatus.UnderReview;

    public static bool IsLongTermKind(string kind) => string.CompareOrdinal(kind, LastLongTermKind) <= 0;

    /// <summary>Of one family (01..03 long-term, 04..06 temporary), one area inside the other, and a day in common.</summary>
    public bool Overlaps(FilingRow other) => IsLongTerm == other.IsLongTerm && SharesArea(other) && SharesDay(other);

    public bool IsValidOn(string day) => string.CompareOrdinal(ValidFrom, day) <= 0 && (ValidTo is null || string.CompareOrdinal(day, ValidTo) <= 0);

    public bool Covers(Division treatment) => Division.Parse(TargetArea).Covers(treatment);

    /// <summary>Whether it gives benefit to a stay that began on a day at a place.</summary>
    public bool CountsFor(Division treatment, string admissionDate) => State is FilingStatus.Effective && IsValidOn(admissionDate) && Covers(treatment);

    /// <summary>The same permission in the same state, whatever its history.</summary>
    public bool SaysTheSameAs(FilingRow other) =>
        (PersonNumber, Kind, TargetArea, ValidFrom, ValidTo, State) == (other.PersonNumber, other.Kind, other.TargetArea, other.ValidFrom, other.ValidTo, other.State);

    private bool SharesArea(FilingRow other)
    {
        var (mine, theirs) = (Division.Parse(TargetArea), Division.Parse(other.TargetArea));
        return mine.Covers(theirs) || theirs.Covers(mine);
    }

    // Of two periods with a day in common, one begins inside the other.
    private bool SharesDay(FilingRow other) => IsValidOn(other.ValidFrom) || other.IsValidOn(ValidFrom);
}

/// <summary>One version of a filing, and who made it.</summary>
internal sealed class FilingVersionRow
{
    public required int Version { get; init; }
    public required string Kind { get; init; }
    public required string TargetArea { get; init; }
    public required string ValidFrom { get; init; }
    public string? ValidTo { get; init; }
    public required FilingStatus State { get; init; }
    public required long ChangedAtMs { get; init; }
    public required string ChangedBy { get; init; }
    public required string ChangeReason { get; init; }
}

/// <summary>How long filings last.</summary>
internal static class FilingValidity
{
    /// <summary>
    /// The last day of a period of months that begins on a day: the day before the same day of the last month, or the last day of that month when
    /// it has no such day. From 2019-08-31, six months end on 2020-02-29; from 2020-02-29, twelve on 2021-02-28.
    /// </summary>
    /// <param name="months">1 or more.</param>
    public static DateOnly LastDay(DateOnly from, int months)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(months);
        // AddMonths puts a day that the month does not have on the month's last day.
        var same = from.AddMonths(months);
        return same.Day == from.Day ? same.AddDays(-1) : same;
    }
}
