using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// What each undo takes back or restores at the insured side, in the caller's transaction. A step either names what stands in its way and has
/// written nothing, or is done.
/// </summary>
internal static class InsuredUndoSteps
{
    /// <summary>Reverses a transaction of the sender that had taken effect.</summary>
    public static Obstacle? Reverse(Session session, OutboundKind kind, Undo undo) => kind switch
    {
        OutboundKind.Admission => UndoAdmission(session, InsuredStore.VisitOf(session, undo.OriginalId), undo),
        OutboundKind.Discharge => ReverseDischarge(session, undo),
        OutboundKind.Settlement => ReverseSettlement(session, undo),
        OutboundKind.SettlementCancellation => Standing(session, undo) ?? RestoreSettlement(session, undo),
        OutboundKind.AdmissionCancellation => Standing(session, undo) ?? RestoreAdmission(session, undo),
        OutboundKind.DischargeCancellation => Standing(session, undo) ?? RestoreDischarge(session, undo),
        _ => throw new InvalidOperationException($"Kind {kind} is not reversible."),
    };

    public static Obstacle? UndoAdmission(Session session, InsuredVisitRow visit, Undo undo)
    {
        if (ObstacleTo(session, visit, InsuredVisitState.Admitted) is { } obstacle)
            return obstacle;
        if (InsuredUndoStore.StandingSettlement(session, visit.VisitNumber) is { } settlement)
            return Obstacles.Settlement(settlement);
        InsuredStore.MoveVisit(session, visit.VisitNumber, InsuredVisitState.Admitted, InsuredVisitState.Undone);
        InsuredUndoStore.Insert(session, undo, OutboundKind.Admission, visit.VisitNumber);
        return null;
    }

    /// <summary>Ends the stay's discharge altogether: what it had corrected does not come back.</summary>
    public static Obstacle? UndoDischarge(Session session, InsuredVisitRow visit, InsuredDischargeRow discharge, Undo undo)
    {
        if (ObstacleTo(session, visit, discharge) is { } obstacle)
            return obstacle;
        InsuredStore.SetDischarge(session, visit.VisitNumber, discharge: null);
        InsuredUndoStore.Insert(session, undo, OutboundKind.Discharge, visit.VisitNumber);
        return null;
    }

    /// <summary>Of the settlements of a stay the last one goes first, and before it the discharge that came after it.</summary>
    public static Obstacle? ObstacleTo(Session session, InsuredSettlementRow settlement)
    {
        var last = InsuredUndoStore.StandingSettlement(session, settlement.VisitNumber)!;
        return last != settlement.SettlementNumber ? Obstacles.Settlement(last)
            : settlement.Interim && InsuredStore.GetVisit(session, settlement.VisitNumber).DischargeId is { } discharge ? Obstacles.Discharge(discharge)
            : null;
    }

    /// <summary>Accumulators, account, visit and ledger of a standing settlement as if it had not been, in rows of their own.</summary>
    public static void TakeBack(Session session, InsuredSettlementRow settlement, Undo undo)
    {
        InsuredStore.CancelSettlement(session, settlement.SettlementNumber, undo.TransactionId, undo.AtMs, undo.On.Iso());
        InsuredStore.Accumulate(session, settlement, InsuredStore.SettlementLayers(session, settlement.SettlementNumber), sign: -1);
        InsuredStore.MoveAccount(session, settlement.PersonNumber, settlement.AccountFen);
        InsuredStore.Unsettle(session, InsuredStore.GetVisit(session, settlement.VisitNumber), settlement);
        InsuredUndoStore.Insert(session, undo, OutboundKind.Settlement, settlement.VisitNumber);
        SettlementPostings.AppendOpposite(
            session, settlement, undo.TransactionId, undo.ByReversal ? PostingEvent.Reversal : PostingEvent.Cancellation, undo.On, undo.AtMs);
        LedgerBook.TakenBack(
            session, undo.ByReversal ? LedgerRowKind.Reversal : LedgerRowKind.Cancellation, undo.TransactionId, settlement.TransactionId, undo.On.Iso());
    }

    /// <summary>As if the discharge had never come: the one it corrected stands again.</summary>
    private static Obstacle? ReverseDischarge(Session session, Undo undo)
    {
        // Of a discharge that was corrected before discharges were kept one by one, only this is known.
        if (InsuredUndoStore.FindDischarge(session, undo.OriginalId) is not { } discharge)
            return Obstacles.Corrected();
        var visit = InsuredStore.GetVisit(session, discharge.VisitNumber);
        if (ObstacleTo(session, visit, discharge) is { } obstacle)
            return obstacle;
        InsuredStore.SetDischarge(session, visit.VisitNumber, discharge.Corrects is null ? null : DischargeOf(session, discharge.Corrects));
        InsuredUndoStore.Insert(session, undo, OutboundKind.Discharge, visit.VisitNumber);
        return null;
    }

    private static Obstacle? ReverseSettlement(Session session, Undo undo)
    {
        var settlement = SettlementOf(session, undo.OriginalId);
        if (settlement.State != 1)
            return Obstacles.UndoneBy(settlement.CancellationId!);
        if (ObstacleTo(session, settlement) is { } obstacle)
            return obstacle;
        TakeBack(session, settlement, undo);
        return null;
    }

    private static Obstacle? RestoreSettlement(Session session, Undo undo)
    {
        var settlement = SettlementOf(session, InsuredUndoStore.UndoneOf(session, undo.OriginalId));
        var visit = InsuredStore.GetVisit(session, settlement.VisitNumber);
        var before = settlement.Interim ? InsuredVisitState.Admitted : visit.BeforeSettlement;
        if (ObstacleTo(session, visit, before) is { } obstacle)
            return obstacle;
        if (before is InsuredVisitState.Discharged && visit.DischargeDate != settlement.ServiceDate)
            return Obstacles.DischargedOn(visit.DischargeDate!);
        // It was decided on what of the stay was settled before it.
        if (InsuredUndoStore.SettlementUndoneSince(session, visit.VisitNumber, undo.OriginalId) is { } undone)
            return Obstacles.SettlementUndone(undone);
        if (InsuredUndoStore.SettlementAfter(session, settlement.PersonNumber, undo.OriginalId) is { } later)
            return later.TreatmentProvince == settlement.TreatmentProvince ? Obstacles.Settlement(later.SettlementNumber) : Obstacles.SettledElsewhere();
        InsuredStore.RestoreSettlement(session, settlement.SettlementNumber, undo.OriginalId);
        InsuredStore.Accumulate(session, settlement, InsuredStore.SettlementLayers(session, settlement.SettlementNumber), sign: 1);
        InsuredStore.MoveAccount(session, settlement.PersonNumber, -settlement.AccountFen);
        InsuredStore.Settle(session, visit, settlement);
        Lift(session, undo, OutboundKind.SettlementCancellation, visit);
        SettlementPostings.Append(session, settlement, undo.TransactionId, PostingEvent.Reversal, undo.On, undo.AtMs);
        LedgerBook.TakenBack(session, LedgerRowKind.Reversal, undo.TransactionId, undo.OriginalId, undo.On.Iso());
        return null;
    }

    private static Obstacle? RestoreAdmission(Session session, Undo undo)
    {
        var visit = InsuredStore.VisitOf(session, InsuredUndoStore.UndoneOf(session, undo.OriginalId));
        if (InsuredUndoStore.OtherVisitOf(session, visit) is { } other)
            return Obstacles.VisitAgain(other);
        InsuredStore.MoveVisit(session, visit.VisitNumber, InsuredVisitState.Undone, InsuredVisitState.Admitted);
        Lift(session, undo, OutboundKind.AdmissionCancellation, visit);
        return null;
    }

    private static Obstacle? RestoreDischarge(Session session, Undo undo)
    {
        var discharge = DischargeOf(session, InsuredUndoStore.UndoneOf(session, undo.OriginalId));
        var visit = InsuredStore.GetVisit(session, discharge.VisitNumber);
        if (ObstacleTo(session, visit, InsuredVisitState.Admitted) is { } obstacle)
            return obstacle;
        // A part of the stay may have been settled since, up to a later day.
        if (InsuredStore.LastServiceDate(session, visit.VisitNumber) is { } settled && string.CompareOrdinal(discharge.DischargeDate, settled) < 0)
            return Obstacles.SettledThrough(settled);
        InsuredStore.SetDischarge(session, visit.VisitNumber, discharge);
        Lift(session, undo, OutboundKind.DischargeCancellation, visit);
        return null;
    }

    private static void Lift(Session session, Undo undo, OutboundKind cancellation, InsuredVisitRow visit)
    {
        InsuredUndoStore.Lift(session, undo.OriginalId);
        InsuredUndoStore.Insert(session, undo, cancellation, visit.VisitNumber);
    }

    /// <summary>A cancellation can be reversed once.</summary>
    private static Obstacle? Standing(Session session, Undo undo) =>
        InsuredUndoStore.UndoneBy(session, undo.OriginalId) is { } earlier ? Obstacles.UndoneBy(earlier) : null;

    private static Obstacle? ObstacleTo(Session session, InsuredVisitRow visit, InsuredDischargeRow discharge) =>
        visit.State is InsuredVisitState.Settled ? ObstacleTo(session, visit, InsuredVisitState.Discharged)
        : visit.DischargeId == discharge.TransactionId ? null
        : InsuredUndoStore.UndoneBy(session, discharge.TransactionId) is { } undone ? Obstacles.UndoneBy(undone)
        : InsuredUndoStore.CorrectionOf(session, discharge.TransactionId) is { } correction ? Obstacles.CorrectedBy(correction)
        : ObstacleTo(session, visit, InsuredVisitState.Discharged);

    /// <summary>What keeps a visit from being in the state an undo needs.</summary>
    private static Obstacle? ObstacleTo(Session session, InsuredVisitRow visit, InsuredVisitState needed) => visit.State switch
    {
        _ when visit.State == needed => null,
        InsuredVisitState.Settled => Obstacles.Settlement(InsuredUndoStore.StandingSettlement(session, visit.VisitNumber)!),
        InsuredVisitState.Discharged => Obstacles.Discharge(visit.DischargeId!),
        InsuredVisitState.Undone when needed is InsuredVisitState.Admitted && InsuredUndoStore.UndoneBy(session, visit.AdmissionId) is { } undone => Obstacles.UndoneBy(undone),
        InsuredVisitState.Undone => Obstacles.AdmissionUndone(),
        InsuredVisitState.Admitted => Obstacles.NotDischarged(),
        _ => throw new InvalidOperationException($"Visit state {visit.State} is not handled."),
    };

    private static InsuredDischargeRow DischargeOf(Session session, string transactionId) => InsuredUndoStore.FindDischarge(session, transactionId)
        ?? throw new InvalidOperationException($"Discharge {transactionId} was accepted and is not stored.");

    private static InsuredSettlementRow SettlementOf(Session session, string transactionId) => InsuredStore.SettlementOf(session, transactionId)
        ?? throw new InvalidOperationException($"Settlement {transactionId} was accepted and is not stored.");
}
