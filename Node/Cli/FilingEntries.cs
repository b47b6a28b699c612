using System.Globalization;
using ProvincialGateway.Insured;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>What a person or a script sees of a filing.</summary>
internal sealed record FilingEntry
{
    public required string Number { get; init; }
    public required string PersonNumber { get; init; }

    /// <summary>Exchange code.</summary>
    public required string Kind { get; init; }
    public required string KindText { get; init; }
    public required string Area { get; init; }
    public required string From { get; init; }

    /// <summary>Inclusive; null while open.</summary>
    public string? To { get; init; }

    /// <summary>effective, under-review, rejected or cancelled.</summary>
    public required string State { get; init; }
    public required int Version { get; init; }

    /// <summary>Null when the person filed at home.</summary>
    public string? SubmittedBy { get; init; }
    public string? VisitNumber { get; init; }

    public static FilingEntry Of(FilingRow filing) => new()
    {
        Number = filing.FilingNumber,
        PersonNumber = filing.PersonNumber,
        Kind = filing.Kind,
        KindText = BenefitCodes.FilingText(filing.Kind).Chinese,
        Area = filing.TargetArea,
        From = filing.ValidFrom,
        To = filing.ValidTo,
        State = Word(filing.State),
        Version = filing.Version,
        SubmittedBy = filing.SubmittedBy,
        VisitNumber = filing.VisitNumber,
    };

    public static string Word(FilingStatus state) => state switch
    {
        FilingStatus.Effective => "effective",
        FilingStatus.UnderReview => "under-review",
        FilingStatus.Rejected => "rejected",
        FilingStatus.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state of a filing."),
    };
}

internal sealed record FilingVersion
{
    public required int Version { get; init; }
    public required string Kind { get; init; }
    public required string Area { get; init; }
    public required string From { get; init; }
    public string? To { get; init; }
    public required string State { get; init; }

    /// <summary>Local time, or <c>-</c> of versions older than the history.</summary>
    public required string ChangedAt { get; init; }
    public required string ChangedBy { get; init; }
    public required string Reason { get; init; }

    public static FilingVersion Of(FilingVersionRow row) => new()
    {
        Version = row.Version,
        Kind = row.Kind,
        Area = row.TargetArea,
        From = row.ValidFrom,
        To = row.ValidTo,
        State = FilingEntry.Word(row.State),
        ChangedAt = row.ChangedAtMs == 0 ? "-" : ChinaTime.FromMs(row.ChangedAtMs).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        ChangedBy = row.ChangedBy,
        Reason = row.ChangeReason,
    };
}

internal sealed record FilingDetails
{
    public required FilingEntry Filing { get; init; }

    /// <summary>The person has benefits at home as well.</summary>
    public required bool IsTwoWay { get; init; }

    /// <summary>Visits that are not settled and count on the filing.</summary>
    public required IReadOnlyList<string> RestingVisits { get; init; }

    /// <summary>Standing settlements that were decided with it.</summary>
    public required IReadOnlyList<string> Settlements { get; init; }
    public required IReadOnlyList<FilingVersion> Versions { get; init; }
}
