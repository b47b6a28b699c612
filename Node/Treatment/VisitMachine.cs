namespace ProvincialGateway.Treatment;

/// <summary>Where a visit stands at the treatment side; the value stands in <c>treatment_visit.state</c>. A "sent" state means: asked, answer unknown.</summary>
internal enum VisitState
{
    AdmissionSent = 1,
    Admitted = 2,
    DischargeSent = 3,
    Discharged = 4,
    SettlementSent = 5,
    Settled = 6,
    CancellationSent = 7,
    AdmissionRefused = 8,

    /// <summary>A discharge is on record and a corrected one is on its way.</summary>
    CorrectionSent = 9,

    AdmissionCancellationSent = 10,

    /// <summary>Cancelled or reversed; without a visit number when a reversal came before the admission was answered.</summary>
    AdmissionUndone = 11,

    DischargeCancellationSent = 12,

    /// <summary>
    /// A reversal is on its way and bars every other step. What is known of the visit apart from it goes on beneath: the reversed transaction may
    /// still be answered itself.
    /// </summary>
    ReversalSent = 13,
}

internal enum VisitEvent
{
    AdmissionAccepted = 1,
    AdmissionRefused = 2,
    DischargeSent = 3,
    DischargeAccepted = 4,
    DischargeRefused = 5,
    SettlementSent = 6,
    SettlementAccepted = 7,
    SettlementRefused = 8,
    CancellationSent = 9,
    CancellationAccepted = 10,
    CancellationRefused = 11,
    AdmissionCancellationSent = 12,
    AdmissionCancellationAccepted = 13,
    AdmissionCancellationRefused = 14,
    DischargeCancellationSent = 15,
    DischargeCancellationAccepted = 16,
    DischargeCancellationRefused = 17,

    // What a reversal was about is as if it had never been, whether its own answer is known or not.
    AdmissionReversed = 18,
    DischargeReversed = 19,
    CorrectionReversed = 20,
    SettlementReversed = 21,
    CancellationReversed = 22,
    AdmissionCancellationReversed = 23,
    DischargeCancellationReversed = 24,
}

/// <summary>Between which states a settlement moves its visit, and its undo moves it back.</summary>
internal enum SettlementCourse
{
    /// <summary>The stay has ended: from discharged to settled.</summary>
    Final = 1,

    /// <summary>An outpatient visit has no discharge: from registered to settled.</summary>
    Outpatient = 2,

    /// <summary>中途结算: the stay goes on, admitted before and after.</summary>
    Interim = 3,
}

/// <summary>The one place that says which step may follow which. Undo runs in reverse order.</summary>
internal static class VisitMachine
{
    /// <summary>The state after an event, or null when the event is not allowed in this state.</summary>
    public static VisitState? Next(SettlementCourse course, VisitState state, VisitEvent happened) =>
        Settling(course, state, happened) ?? (course is SettlementCourse.Outpatient && IsDischarge(happened) ? null : Staying(state, happened));

    /// <summary>The states a settlement leads from and to.</summary>
    public static (VisitState Before, VisitState After) Around(SettlementCourse course) => course switch
    {
        SettlementCourse.Final => (VisitState.Discharged, VisitState.Settled),
        SettlementCourse.Outpatient => (VisitState.Admitted, VisitState.Settled),
        SettlementCourse.Interim => (VisitState.Admitted, VisitState.Admitted),
        _ => throw new ArgumentOutOfRangeException(nameof(course), course, "Not a course of a settlement."),
    };

    private static VisitState? Settling(SettlementCourse course, VisitState state, VisitEvent happened)
    {
        var (before, after) = Around(course);
        return happened switch
        {
            VisitEvent.SettlementSent when state == before => VisitState.SettlementSent,
            VisitEvent.SettlementAccepted when state is VisitState.SettlementSent => after,
            VisitEvent.SettlementRefused when state is VisitState.SettlementSent => before,
            VisitEvent.SettlementReversed when state is VisitState.SettlementSent || state == after => before,
            VisitEvent.CancellationSent when state == after => VisitState.CancellationSent,
            VisitEvent.CancellationAccepted when state is VisitState.CancellationSent => before,
            VisitEvent.CancellationRefused when state is VisitState.CancellationSent => after,
            VisitEvent.CancellationReversed when state is VisitState.CancellationSent || state == before => after,
            _ => null,
        };
    }

    private static bool IsDischarge(VisitEvent happened) => happened is VisitEvent.DischargeSent or VisitEvent.DischargeAccepted or VisitEvent.DischargeRefused
        or VisitEvent.DischargeReversed or VisitEvent.CorrectionReversed or VisitEvent.DischargeCancellationSent or VisitEvent.DischargeCancellationAccepted
        or VisitEvent.DischargeCancellationRefused or VisitEvent.DischargeCancellationReversed;

    private static VisitState? Staying(VisitState state, VisitEvent happened) => (state, happened) switch
    {
        (VisitState.AdmissionSent, VisitEvent.AdmissionAccepted) => VisitState.Admitted,
        (VisitState.AdmissionSent, VisitEvent.AdmissionRefused) => VisitState.AdmissionRefused,
        (VisitState.Admitted, VisitEvent.DischargeSent) => VisitState.DischargeSent,
        (VisitState.DischargeSent, VisitEvent.DischargeAccepted) => VisitState.Discharged,
        (VisitState.DischargeSent, VisitEvent.DischargeRefused) => VisitState.Admitted,
        (VisitState.Discharged, VisitEvent.DischargeSent) => VisitState.CorrectionSent,
        (VisitState.CorrectionSent, VisitEvent.DischargeAccepted) => VisitState.Discharged,
        (VisitState.CorrectionSent, VisitEvent.DischargeRefused) => VisitState.Discharged,
        (VisitState.Admitted, VisitEvent.AdmissionCancellationSent) => VisitState.AdmissionCancellationSent,
        (VisitState.AdmissionCancellationSent, VisitEvent.AdmissionCancellationAccepted) => VisitState.AdmissionUndone,
        (VisitState.AdmissionCancellationSent, VisitEvent.AdmissionCancellationRefused) => VisitState.Admitted,
        (VisitState.Discharged, VisitEvent.DischargeCancellationSent) => VisitState.DischargeCancellationSent,
        (VisitState.DischargeCancellationSent, VisitEvent.DischargeCancellationAccepted) => VisitState.Admitted,
        (VisitState.DischargeCancellationSent, VisitEvent.DischargeCancellationRefused) => VisitState.Discharged,
        (VisitState.AdmissionSent or VisitState.Admitted, VisitEvent.AdmissionReversed) => VisitState.AdmissionUndone,
        (VisitState.DischargeSent or VisitState.Discharged, VisitEvent.DischargeReversed) => VisitState.Admitted,
        (VisitState.CorrectionSent or VisitState.Discharged, VisitEvent.CorrectionReversed) => VisitState.Discharged,
        (VisitState.AdmissionCancellationSent or VisitState.AdmissionUndone, VisitEvent.AdmissionCancellationReversed) => VisitState.Admitted,
        (VisitState.DischargeCancellationSent or VisitState.Admitted, VisitEvent.DischargeCancellationReversed) => VisitState.Discharged,
        (VisitState.AdmissionSent or VisitState.Admitted or VisitState.DischargeSent or VisitState.Discharged or VisitState.SettlementSent
            or VisitState.Settled or VisitState.CancellationSent or VisitState.AdmissionRefused or VisitState.CorrectionSent
            or VisitState.AdmissionCancellationSent or VisitState.AdmissionUndone or VisitState.DischargeCancellationSent or VisitState.ReversalSent, _) => null,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state of a visit."),
    };

    /// <summary>Fee lines may change while nothing that depends on them is under way or done.</summary>
    public static bool AllowsFeeChanges(VisitState state) => state is VisitState.Admitted or VisitState.DischargeSent or VisitState.Discharged or VisitState.CorrectionSent
        or VisitState.DischargeCancellationSent;

    /// <summary>In the words of a stay, or of a visit without one.</summary>
    public static (string Chinese, string English) Describe(VisitState state, bool isOutpatient) => (isOutpatient, state) switch
    {
        (true, VisitState.AdmissionSent) => ("门诊登记已发出待确认", "registration sent, not answered"),
        (true, VisitState.Admitted) => ("已登记未结算", "registered, not settled"),
        (true, VisitState.AdmissionRefused) => ("门诊登记被拒绝", "registration refused"),
        (true, VisitState.AdmissionCancellationSent) => ("撤销门诊登记已发出待确认", "cancellation of the registration sent, not answered"),
        (true, VisitState.AdmissionUndone) => ("门诊登记已撤销", "registration undone"),
        _ => Describe(state),
    };

    private static (string Chinese, string English) Describe(VisitState state) => state switch
    {
        VisitState.AdmissionSent => ("入院登记已发出待确认", "admission sent, not answered"),
        VisitState.Admitted => ("在院", "admitted"),
        VisitState.DischargeSent => ("出院登记已发出待确认", "discharge sent, not answered"),
        VisitState.Discharged => ("已出院未结算", "discharged, not settled"),
        VisitState.SettlementSent => ("结算已发出待确认", "settlement sent, not answered"),
        VisitState.Settled => ("已结算", "settled"),
        VisitState.CancellationSent => ("撤销结算已发出待确认", "cancellation sent, not answered"),
        VisitState.AdmissionRefused => ("入院登记被拒绝", "admission refused"),
        VisitState.CorrectionSent => ("出院更正已发出待确认", "corrected discharge sent, not answered"),
        VisitState.AdmissionCancellationSent => ("撤销入院已发出待确认", "cancellation of the admission sent, not answered"),
        VisitState.AdmissionUndone => ("入院登记已撤销", "admission undone"),
        VisitState.DischargeCancellationSent => ("撤销出院已发出待确认", "cancellation of the discharge sent, not answered"),
        VisitState.ReversalSent => ("冲正已发出待确认", "reversal sent, not answered"),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state of a visit."),
    };
}
