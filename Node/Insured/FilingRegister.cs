using Provincial.Exchange.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>What an operator changes about a filing; null leaves a part as it is.</summary>
internal sealed record FilingChange
{
    public string? Kind { get; init; }
    public Division? TargetArea { get; init; }
    public DateOnly? ValidFrom { get; init; }
    public DateOnly? ValidTo { get; init; }

    /// <summary>Makes the filing open-ended.</summary>
    public bool IsOpenEnded { get; init; }
}

/// <summary>
/// Changes of filings that are recorded already, by an operator or by the province that submitted them. Each makes a new version. Every method
/// runs in the caller's transaction and gives the reason why it did nothing, or null.
/// </summary>
internal sealed class FilingRegister(FilingRules rules)
{
    /// <summary>Records a filing that the person made at home; it is effective at once, because who records it decides.</summary>
    /// <param name="lastDay">Null leaves it to the division's rules.</param>
    /// <returns>Its number, or why it was not recorded.</returns>
    public (string? Number, Refusal? Refusal) Record(Session session, FilingRow wanted, DateOnly? lastDay, DateOnly today, Change change)
    {
        if (PersonStore.ByNumber(session, wanted.PersonNumber) is not { } person)
            return (null, InsuredRefusals.PersonNotFound());
        var from = ChinaTime.ParseIso(wanted.ValidFrom);
        if (lastDay < from)
            return (null, InsuredRefusals.InvalidField("valid_to", $"早于 {wanted.ValidFrom}", $"is before {wanted.ValidFrom}"));
        var standing = PersonEventStore.Standing(session, person, from);
        if (!standing.IsInsured)
            return (null, InsuredRefusals.NotInsured(standing));
        var filing = wanted with { ValidTo = (lastDay ?? rules.For(standing.Division).LastDay(wanted.Kind, from, asked: null))?.Iso() };
        return OverlapOf(session, filing) is { } overlap ? (null, overlap) : (Issue(session, filing, standing.Division, today, change).FilingNumber, null);
    }

    /// <summary>Stores a filing under the next number of the division that insures the person.</summary>
    public static FilingRow Issue(Session session, FilingRow filing, Division insured, DateOnly today, Change change)
    {
        var numbered = filing with { FilingNumber = IssuedNumber.Filing(insured, today, Counters.Next(session, $"filing.{insured.Code}.{today.Iso()}")), RecordedAtMs = change.AtMs };
        FilingStore.Insert(session, numbered, change);
        return numbered;
    }

    public Refusal? Cancel(Session session, FilingRow filing, Change change)
    {
        if (!filing.Stands)
            return FilingRefusals.State(filing.State, "有效或待审核", "effective or under review");
        return Replace(session, filing, filing with { State = FilingStatus.Cancelled }, change);
    }

    /// <summary>Ends the wait of a filing under review.</summary>
    public Refusal? Decide(Session session, FilingRow filing, bool isGranted, Change change) => filing.State is FilingStatus.UnderReview
        ? Replace(session, filing, filing with { State = isGranted ? FilingStatus.Effective : FilingStatus.Rejected }, change)
        : FilingRefusals.State(filing.State, "待审核", "under review");

    public Refusal? Change(Session session, FilingRow filing, FilingChange wanted, Change change)
    {
        if (!filing.Stands)
            return FilingRefusals.State(filing.State, "有效或待审核", "effective or under review");
        var next = filing with
        {
            Kind = wanted.Kind ?? filing.Kind,
            TargetArea = wanted.TargetArea?.Code ?? filing.TargetArea,
            ValidFrom = wanted.ValidFrom?.Iso() ?? filing.ValidFrom,
            ValidTo = wanted.IsOpenEnded ? null : wanted.ValidTo?.Iso() ?? filing.ValidTo,
        };
        if (next.SaysTheSameAs(filing))
            return InsuredRefusals.InvalidField("filing", "没有变更", "nothing changes");
        if (string.CompareOrdinal(next.ValidTo ?? next.ValidFrom, next.ValidFrom) < 0)
            return InsuredRefusals.InvalidField("valid_to", $"早于 {next.ValidFrom}", $"is before {next.ValidFrom}");
        return OverlapOf(session, next) ?? Replace(session, filing, next, change);
    }

    /// <summary>A filing that stands in the way of another one of the person.</summary>
    public static Refusal? OverlapOf(Session session, FilingRow filing) =>
        FilingStore.Standing(session, filing.PersonNumber).Find(other => other.FilingNumber != filing.FilingNumber && other.Overlaps(filing)) is { } other
            ? FilingRefusals.Overlap(other)
            : null;

    private Refusal? Replace(Session session, FilingRow filing, FilingRow next, Change change)
    {
        if (FilingStore.RestingVisits(session, filing).Find(visit => Loses(visit, next)) is { } visit)
            return FilingRefusals.VisitRests(visit.VisitNumber);
        FilingStore.Replace(session, filing, next, change);
        return null;
    }

    private bool Loses(InsuredVisitRow visit, FilingRow next) =>
        !next.CountsFor(Division.Parse(visit.TreatmentDivision), visit.AdmissionDate) && !rules.For(IssuedNumber.InsuredOf(visit.VisitNumber)).EndUnderOpenVisit;
}
