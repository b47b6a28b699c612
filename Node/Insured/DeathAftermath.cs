using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// What a recorded death leaves to be done. Benefits last until the day of death, so what was charged until then is still settled, once the stay is
/// discharged as of that day or before; a settlement as of a later day stands until it is undone.
/// </summary>
/// <param name="OpenVisits">Not settled yet, whether discharged or not.</param>
/// <param name="SettledLater">Standing settlements as of a day after the death.</param>
internal sealed record DeathAftermath(DateOnly DiedOn, IReadOnlyList<InsuredVisitRow> OpenVisits, IReadOnlyList<InsuredSettlementRow> SettledLater)
{
    public static DeathAftermath Read(Session session, string personNumber, DateOnly diedOn) => new(
        diedOn,
        InsuredStore.OpenVisitsOf(session, personNumber),
        InsuredStore.StandingAsOfLater(session, personNumber, diedOn.Iso()));

    /// <summary>An open visit that began after the day; null when there is none. Whoever died before cannot have been admitted: one of the two is wrong.</summary>
    public static InsuredVisitRow? Contradiction(Session session, string personNumber, DateOnly on) =>
        InsuredStore.OpenVisitsOf(session, personNumber).Find(visit => string.CompareOrdinal(visit.AdmissionDate, on.Iso()) > 0);

    /// <summary>What the treatment province has to do with an open visit before it can be settled.</summary>
    public (string Chinese, string English) NextStepOf(InsuredVisitRow visit) => visit.DischargeDate switch
    {
        null when ClearingTypes.IsOutpatient(visit.VisitKind) => ("请就医地结算", "the treatment province settles it"),
        null => ($"请就医地办理出院(不晚于 {DiedOn.Iso()})并结算", $"the treatment province discharges it, {DiedOn.Iso()} at the latest, and settles"),
        var left when string.CompareOrdinal(left, DiedOn.Iso()) > 0 => ($"出院日期 {left} 晚于死亡日;请就医地更正为不晚于 {DiedOn.Iso()} 后结算", $"discharged on {left}, after the death; the treatment province corrects it to {DiedOn.Iso()} at the latest, then settles"),
        _ => ("请就医地结算", "the treatment province settles it"),
    };
}
