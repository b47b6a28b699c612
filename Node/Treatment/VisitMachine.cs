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
        (VisitState.AdmissionSent or VisitState.Admitted or VisitState.DischargeSent or VisitState.Discharged or VisitState.SettlementSent
            or VisitState.Settled or VisitState.CancellationSent or VisitState.AdmissionRefused or VisitState.CorrectionSent, _) => null,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state of a visit."),
    };

    /// <summary>Fee lines may change while nothing that depends on them is under way or done.</summary>
    public static bool AllowsFeeChanges(VisitState state) => state is VisitState.Admitted or VisitState.DischargeSent or VisitState.Discharged or VisitState.CorrectionSent;

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
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state of a visit."),
    };
}
