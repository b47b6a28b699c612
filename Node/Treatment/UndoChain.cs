using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Treatment;

/// <summary>What stands in the way of an undo at the treatment side, in words that name it; null when nothing does. Undo runs in reverse order.</summary>
internal sealed class UndoChain(Outbox outbox)
{
    public static readonly (string Chinese, string English) IsReversal = ("它本身是冲正", "it is a reversal itself");

    /// <summary>What keeps an answered transaction of a visit from being reversed.</summary>
    public (string Chinese, string English)? OnReversal(Session session, VisitRow visit, OutboundRow original) => original.Kind switch
    {
        OutboundKind.Admission => OnAdmission(session, visit),
        OutboundKind.Discharge => OnDischarge(session, visit, original.TransactionId),
        OutboundKind.Settlement => OnSettlement(session, visit, VisitStore.SettlementOf(session, original.TransactionId)!),
        OutboundKind.SettlementCancellation => OnSettlementCancellation(session, visit, original),
        OutboundKind.AdmissionCancellation => OnAdmissionCancellation(session, visit),
        OutboundKind.DischargeCancellation => OnDischargeCancellation(session, visit, original),
        OutboundKind.Reversal => IsReversal,
        _ => throw new InvalidOperationException($"Outbound kind {original.Kind} is not handled."),
    };

    /// <summary>Of the settlements of a stay the last one goes first, and before it whatever came after it.</summary>
    public static (string Chinese, string English)? OnSettlement(Session session, VisitRow visit, TreatmentSettlementRow settlement)
    {
        if (Unless(VisitMachine.Around(settlement.CourseOf(visit)).After, session, visit) is { } obstacle)
            return obstacle;
        return VisitStore.LastStanding(session, visit.Id) is var last && last?.SettlementNumber != settlement.SettlementNumber ? StandingOf(last) : null;
    }

    public static (string Chinese, string English)? OnAdmission(Session session, VisitRow visit) => Unless(VisitState.Admitted, session, visit)
        ?? StandingOf(VisitStore.LastStanding(session, visit.Id))
        ?? (FeeLineStore.Count(session, visit.Id) is > 0 and var lines
            ? ($"该就诊有 {lines} 条费用明细", $"the visit has {lines} fee lines")
            : Waiting(session, visit));

    /// <summary>The step of the visit that was taken last, and whether it is answered.</summary>
    public static (string Chinese, string English) LastStep(Session session, VisitRow visit) => visit.State switch
    {
        VisitState.Admitted when !visit.IsOutpatient && UndoStore.LastOf(session, visit.Id, OutboundKind.Discharge) is { } undone => Undone(("出院登记", "the discharge"), undone),
        VisitState.Admitted when VisitStore.LastStanding(session, visit.Id) is { } interim => Standing(interim),
        VisitState.Admitted => Step(OpeningOf(visit), visit.AdmissionId),
        VisitState.Discharged => Step(("出院登记", "the discharge"), visit.DischargeId!),
        VisitState.Settled => Standing(VisitStore.LastStanding(session, visit.Id)!),
        VisitState.AdmissionUndone when UndoStore.StandingOn(session, visit.AdmissionId) is { } undone => Undone(OpeningOf(visit), undone.TransactionId),
        VisitState.AdmissionUndone or VisitState.AdmissionRefused => ($"{OpeningOf(visit).Chinese}没有生效", $"{OpeningOf(visit).English} never took effect"),
        VisitState.AdmissionSent => Sent(OpeningOf(visit), visit.AdmissionId),
        VisitState.DischargeSent or VisitState.CorrectionSent => Sent(("出院登记", "the discharge"), Last(session, visit, OutboundKind.Discharge)),
        VisitState.SettlementSent => Sent(("结算", "the settlement"), visit.SettlementId!),
        VisitState.CancellationSent => Sent(("撤销结算", "the cancellation of the settlement"), visit.CancellationId!),
        VisitState.AdmissionCancellationSent => Sent(("撤销" + OpeningOf(visit).Chinese, "the cancellation of " + OpeningOf(visit).English), Last(session, visit, OutboundKind.AdmissionCancellation)),
        VisitState.DischargeCancellationSent => Sent(("撤销出院", "the cancellation of the discharge"), Last(session, visit, OutboundKind.DischargeCancellation)),
        VisitState.ReversalSent => Sent(("冲正", "the reversal"), visit.ReversalId!),
        _ => throw new InvalidOperationException($"Visit state {visit.State} is not handled."),
    };

    public static (string Chinese, string English)? OnDischarge(Session session, VisitRow visit, string dischargeId) => visit.State switch
    {
        VisitState.Discharged when visit.DischargeId == dischargeId => null,
        VisitState.Discharged => ($"它已由出院登记（流水 {visit.DischargeId}）更正", $"discharge {visit.DischargeId} has corrected it"),
        _ => LastStep(session, visit),
    };

    private (string Chinese, string English)? OnSettlementCancellation(Session session, VisitRow visit, OutboundRow cancellation)
    {
        var mirror = VisitStore.SettlementOf(session, cancellation.OriginalId!)!;
        if (Unless(VisitMachine.Around(mirror.CourseOf(visit)).Before, session, visit) is { } obstacle)
            return obstacle;
        var settled = SettleRequest.Parser.ParseFrom(outbox.RequestOf(Outbox.Find(session, cancellation.OriginalId!)!)).Bill;
        if (mirror.CourseOf(visit) is SettlementCourse.Final && visit.DischargeDate != settled.ServiceDate)
            return ($"出院日期已更正为 {visit.DischargeDate}", $"the discharge date is {visit.DischargeDate} now");
        if (BusinessPeriods.ClosedWith(session, cancellation.TransactionId) is { } period)
            return ($"撤销已计入已签退的业务周期 {period}", $"the cancellation counts in business period {period}, which is closed");
        return settled.CategorySums.SequenceEqual(FeeLineStore.CategorySums(session, visit.Id).Select(VisitIntents.ToMessage))
            && (mirror.CatalogueVersions is null || mirror.CatalogueVersions == FeeLineStore.CatalogueVersions(session, visit.Id))
                ? Waiting(session, visit)
                : ("撤销结算之后费用明细有变化", "the fee lines have changed since the cancellation");
    }

    private static (string Chinese, string English)? OnAdmissionCancellation(Session session, VisitRow visit) => Unless(VisitState.AdmissionUndone, session, visit)
        ?? (VisitStore.Find(session, visit.InstitutionCode, new() { HospitalVisitNumber = visit.HospitalVisitNumber }) is { } again
            ? ($"住院号 {visit.HospitalVisitNumber} 已另行登记（流水 {again.AdmissionId}）", $"hospital number {visit.HospitalVisitNumber} is registered again by {again.AdmissionId}")
            : null);

    private static (string Chinese, string English)? OnDischargeCancellation(Session session, VisitRow visit, OutboundRow cancellation)
    {
        if (Unless(VisitState.Admitted, session, visit) is { } obstacle)
            return obstacle;
        var leftOn = UndoStore.GetDischarge(session, cancellation.OriginalId!).DischargeDate;
        return FeeLineStore.LastFeeDate(session, visit.Id) is { } last && string.CompareOrdinal(last, leftOn) > 0
            ? ($"有晚于出院日期 {leftOn} 的费用明细（{last}）", $"there are fee lines of {last}, after the discharge date {leftOn}")
            : null;
    }

    private static (string Chinese, string English)? Waiting(Session session, VisitRow visit) => HeldUploads.CodesOf(session, visit).Count > 0
        ? ("该就诊有等待目录对照的费用明细", "fee lines of the visit wait for a mapping")
        : null;

    private static (string Chinese, string English)? Unless(VisitState needed, Session session, VisitRow visit) => visit.State == needed ? null : LastStep(session, visit);

    private static string Last(Session session, VisitRow visit, OutboundKind kind) => Outbox.LastOf(session, visit.Id, kind)
        ?? throw new InvalidOperationException($"Visit {visit.Id} waits for a request that is not stored.");

    private static (string Chinese, string English)? StandingOf(TreatmentSettlementRow? settlement) => settlement is null ? null : Standing(settlement);

    private static (string Chinese, string English) Standing(TreatmentSettlementRow settlement) =>
        ($"结算 {settlement.SettlementNumber} 有效", $"settlement {settlement.SettlementNumber} stands");

    private static (string Chinese, string English) OpeningOf(VisitRow visit) => visit.IsOutpatient ? ("门诊登记", "the registration") : ("入院登记", "the admission");

    private static (string Chinese, string English) Step((string Chinese, string English) step, string transactionId) =>
        ($"{step.Chinese}（流水 {transactionId}）有效", $"{step.English} {transactionId} stands");

    private static (string Chinese, string English) Sent((string Chinese, string English) step, string transactionId) =>
        ($"{step.Chinese}（流水 {transactionId}）尚无应答", $"{step.English} {transactionId} is not answered yet");

    private static (string Chinese, string English) Undone((string Chinese, string English) step, string transactionId) =>
        ($"{step.Chinese}已由流水 {transactionId} 撤销或冲正", $"{step.English} is undone by {transactionId}");
}
