using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>The value stands in <c>person_event.kind</c>.</summary>
internal enum PersonEventKind
{
    /// <summary>The insurance state is another from a day on.</summary>
    State = 1,

    /// <summary>Benefits are withheld from a day on, until a day or until it is ended.</summary>
    Freeze = 2,

    /// <summary>First day on which benefits are not withheld any more.</summary>
    Unfreeze = 3,

    /// <summary>Another division of this province insures the person from a day on.</summary>
    Transfer = 4,

    /// <summary>The day of death is the last day of insurance.</summary>
    Death = 5,

    /// <summary>A recorded death was an error.</summary>
    DeathWithdrawn = 6,

    /// <summary>Another scheme or person class from a day on.</summary>
    Coverage = 7,
}

/// <summary>One thing that happened to a person's insurance; never changed afterwards.</summary>
internal sealed record PersonEventRow
{
    public long Sequence { get; init; }
    public required string PersonNumber { get; init; }
    public required PersonEventKind Kind { get; init; }

    /// <summary>ISO date.</summary>
    public required string FromDate { get; init; }

    /// <summary>Last day of a freeze, ISO date; null until it is ended.</summary>
    public string? ToDate { get; init; }

    /// <summary>0..4, of <see cref="PersonEventKind.State"/> only.</summary>
    public int? State { get; init; }

    /// <summary>What it was on the day the event was recorded.</summary>
    public int? StateBefore { get; init; }

    /// <summary>Of <see cref="PersonEventKind.Transfer"/> only.</summary>
    public string? Division { get; init; }
    public string? DivisionBefore { get; init; }

    /// <summary>Of <see cref="PersonEventKind.Coverage"/> only, as the three that follow.</summary>
    public string? Scheme { get; init; }
    public string? SchemeBefore { get; init; }
    public string? PersonClass { get; init; }
    public string? PersonClassBefore { get; init; }
    public string Reason { get; init; } = "";
    public string ChangedBy { get; init; } = "";
    public long ChangedAtMs { get; init; }

    public bool HasBegunOn(string day) => string.CompareOrdinal(FromDate, day) <= 0;
}

/// <summary>
/// How a person stands on one day, by what is recorded now. Of the events of one kind, the last recorded one that had begun on the day decides:
/// a later statement holds from its date on, whatever was said of those days before. Pure.
/// </summary>
/// <param name="State">0..4, freezes and death apart.</param>
/// <param name="Freeze">The freeze that covers the day.</param>
/// <param name="DiedOn">Null while no death is recorded.</param>
internal sealed record PersonStanding(DateOnly Day, int State, Division Division, string Scheme, string PersonClass, PersonEventRow? Freeze, DateOnly? DiedOn)
{
    public const int Normal = 1;

    /// <summary>The death is before the day.</summary>
    public bool IsDead => Day > DiedOn;

    /// <summary>The insurance gives benefit on the day.</summary>
    public bool IsInsured => State == Normal && Freeze is null && !IsDead;

    /// <param name="events">Of this person, in the order in which they were recorded.</param>
    public static PersonStanding On(DateOnly day, PersonRow row, IReadOnlyList<PersonEventRow> events)
    {
        var iso = day.Iso();
        var begun = events.Where(happened => happened.HasBegunOn(iso)).ToList();
        var freeze = begun.FindLast(happened => happened.Kind is PersonEventKind.Freeze or PersonEventKind.Unfreeze);
        var coverage = begun.FindLast(happened => happened.Kind is PersonEventKind.Coverage);
        var death = events.LastOrDefault(happened => happened.Kind is PersonEventKind.Death or PersonEventKind.DeathWithdrawn);
        return new PersonStanding(
            day,
            begun.FindLast(happened => happened.Kind is PersonEventKind.State)?.State ?? First(events, PersonEventKind.State)?.StateBefore ?? row.InsuranceState,
            Values.Division.Parse(
                begun.FindLast(happened => happened.Kind is PersonEventKind.Transfer)?.Division ?? First(events, PersonEventKind.Transfer)?.DivisionBefore ?? row.InsuredDivision),
            coverage?.Scheme ?? First(events, PersonEventKind.Coverage)?.SchemeBefore ?? row.Scheme,
            coverage?.PersonClass ?? First(events, PersonEventKind.Coverage)?.PersonClassBefore ?? row.PersonClass,
            freeze is { Kind: PersonEventKind.Freeze } && (freeze.ToDate is null || string.CompareOrdinal(iso, freeze.ToDate) <= 0) ? freeze : null,
            death is { Kind: PersonEventKind.Death } ? ChinaTime.ParseIso(death.FromDate) : null);
    }

    /// <summary>The person as of the day: division, scheme and class.</summary>
    public PersonRow Of(PersonRow row) => row with { InsuredDivision = Division.Code, Scheme = Scheme, PersonClass = PersonClass };

    private static PersonEventRow? First(IReadOnlyList<PersonEventRow> events, PersonEventKind kind) => events.FirstOrDefault(happened => happened.Kind == kind);
}
