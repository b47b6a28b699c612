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

/// <summary>The one place that says which step may follow which. Undo runs in reverse order.</summary>
internal static class VisitMachine
{
    /// <summary>The state after an event, or null when the event is not allowed in this state.</summary>
    public static VisitState? Next(VisitState state, VisitEvent happened) => (state, happened) switch
    {
        (VisitState.AdmissionSent, VisitEvent.AdmissionAccepted) => VisitState.Admitted,
        (VisitState.AdmissionSent, VisitEvent.AdmissionRefused) => VisitState.AdmissionRefused,
        (VisitState.Admitted, VisitEvent.DischargeSent) => VisitState.DischargeSent,
        (VisitState.DischargeSent, VisitEvent.DischargeAccepted) => VisitState.Discharged,
        (VisitState.DischargeSent, VisitEvent.DischargeRefused) => VisitState.Admitted,
        (VisitState.Discharged, VisitEvent.DischargeSent) => VisitState.CorrectionSent,
        (VisitState.CorrectionSent, VisitEvent.DischargeAccepted) => VisitState.Discharged,
        (VisitState.CorrectionSent, VisitEvent.DischargeRefused) => VisitState.Discharged,
        (VisitState.Discharged, VisitEvent.SettlementSent) => VisitState.SettlementSent,
        (VisitState.SettlementSent, VisitEvent.SettlementAccepted) => VisitState.Settled,
        (VisitState.SettlementSent, VisitEvent.SettlementRefused) => VisitState.Discharged,
        (VisitState.Settled, VisitEvent.CancellationSent) => VisitState.CancellationSent,
        (VisitState.CancellationSent, VisitEvent.CancellationAccepted) => VisitState.Discharged,
        (VisitState.CancellationSent, VisitEvent.CancellationRefused) => VisitState.Settled,
        (VisitState.Admitted, VisitEvent.AdmissionCancellationSent) => VisitState.AdmissionCancellationSent,
        (VisitState.AdmissionCancellationSent, VisitEvent.AdmissionCancellationAccepted) => VisitState.AdmissionUndone,
        (VisitState.AdmissionCancellationSent, VisitEvent.AdmissionCancellationRefused) => VisitState.Admitted,
        (VisitState.Discharged, VisitEvent.DischargeCancellationSent) => VisitState.DischargeCancellationSent,
        (VisitState.DischargeCancellationSent, VisitEvent.DischargeCancellationAccepted) => VisitState.Admitted,
        (VisitState.DischargeCancellationSent, VisitEvent.DischargeCancellationRefused) => VisitState.Discharged,
        (VisitState.AdmissionSent or VisitState.Admitted, VisitEvent.AdmissionReversed) => VisitState.AdmissionUndone,
        (VisitState.DischargeSent or VisitState.Discharged, VisitEvent.DischargeReversed) => VisitState.Admitted,
        (VisitState.CorrectionSent or VisitState.Discharged, VisitEvent.CorrectionReversed) => VisitState.Discharged,
        (VisitState.SettlementSent or VisitState.Settled, VisitEvent.SettlementReversed) => VisitState.Discharged,
        (VisitState.CancellationSent or VisitState.Discharged, VisitEvent.CancellationReversed) => VisitState.Settled,
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

    public static (string Chinese, string English) Describe(VisitState state) => state switch
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
