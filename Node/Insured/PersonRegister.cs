using Provincial.Exchange.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// Changes of a person's insurance: each is a dated event with who, when and why, and none is ever overwritten. A change that would say nothing
/// new is refused. Every method runs in the caller's transaction and gives the reason why it did nothing, or null.
/// </summary>
internal sealed class PersonRegister(Division province, PersonStore persons)
{
    public Refusal? SetState(Session session, string personNumber, int state, DateOnly from, Change change)
    {
        if (Find(session, personNumber, from) is not var (row, standing))
            return InsuredRefusals.PersonNotFound();
        if (standing.State == state)
            return PersonRefusals.NothingChanges("state", $"{from.Iso()} 起已是该状态", $"it is that state on {from.Iso()} already");
        PersonEventStore.Append(session, new PersonEventRow
        {
            PersonNumber = personNumber,
            Kind = PersonEventKind.State,
            FromDate = from.Iso(),
            State = state,
            StateBefore = standing.State,
        }, change);
        persons.SetState(session, row, state);
        return null;
    }

    /// <param name="to">Last day; null until unfrozen.</param>
    public static Refusal? Freeze(Session session, string personNumber, DateOnly from, DateOnly? to, Change change)
    {
        if (to < from)
            return InsuredRefusals.InvalidField("to", "早于 from", "is before from");
        if (Find(session, personNumber, from) is null)
            return InsuredRefusals.PersonNotFound();
        if (OverlappingFreeze(session, personNumber, from, to) is { } other)
            return PersonRefusals.FrozenAlready(other);
        PersonEventStore.Append(session, new PersonEventRow
        {
            PersonNumber = personNumber,
            Kind = PersonEventKind.Freeze,
            FromDate = from.Iso(),
            ToDate = to?.Iso(),
        }, change);
        return null;
    }

    /// <param name="from">First day on which benefits are not withheld any more.</param>
    public static Refusal? Unfreeze(Session session, string personNumber, DateOnly from, Change change)
    {
        if (Find(session, personNumber, from) is not var (_, standing))
            return InsuredRefusals.PersonNotFound();
        if (standing.Freeze is null)
            return PersonRefusals.NothingChanges("from", $"{from.Iso()} 没有冻结", $"nothing is frozen on {from.Iso()}");
        PersonEventStore.Append(session, new PersonEventRow { PersonNumber = personNumber, Kind = PersonEventKind.Unfreeze, FromDate = from.Iso() }, change);
        return null;
    }

    /// <summary>Another division of this province insures the person from a day on. Stays that began before stay with the old one.</summary>
    public Refusal? Transfer(Session session, string personNumber, Division to, DateOnly from, Change change)
    {
        if (to.Province != province)
            return InsuredRefusals.InvalidField("to", $"不是本省 {province} 的统筹区;转往外省请用 state ended", $"no insured division of this province {province}; who leaves for another one gets the state ended");
        if (Find(session, personNumber, from) is not var (row, standing))
            return InsuredRefusals.PersonNotFound();
        if (standing.Division == to)
            return PersonRefusals.NothingChanges("to", $"{from.Iso()} 起已在该统筹区", $"it is that division on {from.Iso()} already");
        PersonEventStore.Append(session, new PersonEventRow
        {
            PersonNumber = personNumber,
            Kind = PersonEventKind.Transfer,
            FromDate = from.Iso(),
            Division = to.Code,
            DivisionBefore = standing.Division.Code,
        }, change);
        persons.SetDivision(session, row, to);
        return null;
    }

    /// <summary>Another scheme or person class from a day on: bills of a service date before it are still decided by the old one. Null leaves a part as it is.</summary>
    public Refusal? Cover(Session session, string personNumber, string? scheme, string? personClass, DateOnly from, Change change)
    {
        if (Find(session, personNumber, from) is not var (row, standing))
            return InsuredRefusals.PersonNotFound();
        var next = (Scheme: scheme ?? standing.Scheme, Class: personClass ?? standing.PersonClass);
        if (next == (standing.Scheme, standing.PersonClass))
            return PersonRefusals.NothingChanges("scheme", $"{from.Iso()} 起已是险种 {next.Scheme}、类别 {next.Class}", $"it is scheme {next.Scheme}, class {next.Class} on {from.Iso()} already");
        PersonEventStore.Append(session, new PersonEventRow
        {
            PersonNumber = personNumber,
            Kind = PersonEventKind.Coverage,
            FromDate = from.Iso(),
            Scheme = next.Scheme,
            SchemeBefore = standing.Scheme,
            PersonClass = next.Class,
            PersonClassBefore = standing.PersonClass,
        }, change);
        persons.SetCoverage(session, row, next.Scheme, next.Class);
        return null;
    }

    /// <summary>
    /// Open stays stay open: <see cref="DeathAftermath"/> says what is to be done about them. One that began after the day contradicts the death, and the
    /// treatment province can still take it back: nothing is recorded until it has, or the day is corrected.
    /// </summary>
    /// <param name="on">The last day of insurance.</param>
    public static Refusal? Die(Session session, string personNumber, DateOnly on, Change change)
    {
        if (Find(session, personNumber, on) is not var (_, standing))
            return InsuredRefusals.PersonNotFound();
        if (standing.DiedOn is { } recorded)
            return PersonRefusals.NothingChanges("on", $"已登记于 {recorded.Iso()} 死亡", $"a death on {recorded.Iso()} is recorded already");
        if (DeathAftermath.Contradiction(session, personNumber, on) is { } visit)
            return PersonRefusals.AdmittedAfterDeath(visit, on);
        PersonEventStore.Append(session, new PersonEventRow { PersonNumber = personNumber, Kind = PersonEventKind.Death, FromDate = on.Iso() }, change);
        return null;
    }

    /// <summary>Back to normal insurance from a day on: a recorded death is withdrawn, a freeze ended, another state than normal ended.</summary>
    public Refusal? Restore(Session session, string personNumber, DateOnly from, Change change)
    {
        if (Find(session, personNumber, from) is not var (row, standing))
            return InsuredRefusals.PersonNotFound();
        if (standing is { DiedOn: null, Freeze: null, State: PersonStanding.Normal })
            return PersonRefusals.NothingChanges("from", $"{from.Iso()} 参保正常", $"the insurance is normal on {from.Iso()}");
        if (standing.DiedOn is not null)
            PersonEventStore.Append(session, new PersonEventRow { PersonNumber = row.PersonNumber, Kind = PersonEventKind.DeathWithdrawn, FromDate = from.Iso() }, change);
        if (standing.Freeze is not null)
            Unfreeze(session, personNumber, from, change);
        if (standing.State != PersonStanding.Normal)
            SetState(session, personNumber, PersonStanding.Normal, from, change);
        return null;
    }

    private static (PersonRow Row, PersonStanding Standing)? Find(Session session, string personNumber, DateOnly day) =>
        PersonStore.ByNumber(session, personNumber) is { } row ? (row, PersonEventStore.Standing(session, row, day)) : null;

    // A freeze inside another would end the outer one with itself, since the last recorded decides.
    private static PersonEventRow? OverlappingFreeze(Session session, string personNumber, DateOnly from, DateOnly? to)
    {
        var events = PersonEventStore.Of(session, personNumber);
        var row = PersonStore.ByNumber(session, personNumber)!;
        return events.Where(happened => happened.Kind is PersonEventKind.Freeze)
            .Select(happened => PersonStanding.On(Later(from, ChinaTime.ParseIso(happened.FromDate)), row, events))
            .FirstOrDefault(standing => standing.Freeze is not null && (to is null || standing.Day <= to))?.Freeze;
    }

    private static DateOnly Later(DateOnly left, DateOnly right) => left > right ? left : right;
}

/// <summary>Why a change of a person's insurance is refused to an operator.</summary>
internal static class PersonRefusals
{
    public static Refusal NothingChanges(string field, string zh, string en) => InsuredRefusals.Of(RefusalCode.InvalidField, field,
        $"没有变更:{zh}。", $"nothing changes: {en}.", "请用 gateway persons show 核对。", "Look with gateway persons show.");

    public static Refusal AdmittedAfterDeath(InsuredVisitRow visit, DateOnly on) => InsuredRefusals.Of(RefusalCode.InvalidField, "on",
        $"死亡日 {on.Iso()} 早于未结算就诊 {visit.VisitNumber} 的入院日 {visit.AdmissionDate}(就医地 {visit.TreatmentDivision},机构 {visit.InstitutionCode})。",
        $"a death on {on.Iso()} is before the admission of the open visit {visit.VisitNumber} on {visit.AdmissionDate} (division {visit.TreatmentDivision}, institution {visit.InstitutionCode}).",
        "请与就医地核实:入院有误的由就医地撤销后再登记,死亡日有误的更正 --from。",
        "Ask the treatment province: if the admission is wrong it cancels it, then record the death; if the day is wrong, correct --from.");

    public static Refusal FrozenAlready(PersonEventRow freeze) => InsuredRefusals.Of(RefusalCode.InvalidField, "from",
        $"与 {freeze.FromDate} 至 {freeze.ToDate ?? "解冻"} 的冻结重叠。", $"a freeze from {freeze.FromDate} to {freeze.ToDate ?? "its end"} covers part of it.",
        "请先用 gateway persons unfreeze 结束前一冻结。", "End that freeze first with gateway persons unfreeze.");
}
