using Provincial.Exchange.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// What the answer to a reversal changes here, whichever of the two answers came first. When the original's own is still out, the reversal's
/// stands for both: what the insured side did and undid is booked here as two rows as well, and the original is void.
/// </summary>
internal static class ReversalReply
{
    /// <summary>Why the reversal cannot be true beside what is known of its original, or null.</summary>
    public static string? ContradictionIn(Session session, Reversal? reversal, OutboundRow row)
    {
        if (reversal is not { Effect: ReversalEffect.Undone or ReversalEffect.Voided or ReversalEffect.NothingToUndo })
            return "既非拒绝，也不是本版所知的结果 / neither a refusal nor an effect this release knows";
        if (!ChinaTime.IsOn(reversal.ReversedAtMs, reversal.BusinessDate))
            return "业务日期与冲正时间不符 / a business date that is not the reversal time's";
        var (original, visit) = (OriginalOf(session, row), VisitStore.Get(session, row.VisitId));
        var isUndone = reversal.Effect is ReversalEffect.Undone;
        if (!original.IsOpen && isUndone != IsInForce(session, visit, original))
            return isUndone ? "撤销了并未生效的交易 / it undoes what did not take effect" : "未撤销已生效的交易 / it does not undo what took effect";
        if ((reversal.Settlement is not null) != (isUndone && original.Kind is OutboundKind.Settlement))
            return "撤销结算时须附结算，否则不得附 / a settlement is enclosed exactly when one is undone";
        if ((reversal.Cancellation is not null) != (isUndone && original.Kind is OutboundKind.SettlementCancellation))
            return "撤销取消时须附取消，否则不得附 / a cancellation is enclosed exactly when one is undone";
        return reversal.Settlement is { } settlement ? ContradictionIn(session, settlement, original, visit)
            : reversal.Cancellation is { } cancellation ? ContradictionIn(session, cancellation, original)
            : null;
    }

    public static void Apply(Session session, OutboundRow row, VisitRow visit, Reversal reversal, long nowMs)
    {
        var original = OriginalOf(session, row);
        var isUndone = reversal.Effect is ReversalEffect.Undone;
        VisitEvent? happened = original.IsOpen || isUndone ? EventOf(session, visit, original) : null;
        if (isUndone)
            Undo(session, original, visit, reversal, UndoOf(row, original, reversal), nowMs);
        else if (original is { IsOpen: true, Kind: OutboundKind.SettlementCancellation })
            VisitStore.ClearCancellationId(session, visit.Id);
        if (original.IsOpen)
            Outbox.EndAsVoid(session, original.TransactionId, nowMs);
        var voided = new VoidRow { OriginalId = original.TransactionId, ReversalId = row.TransactionId, Effect = (HisReversalEffect)reversal.Effect };
        UndoStore.InsertVoid(session, visit.InstitutionCode, voided, nowMs);
        VisitStore.EndReversal(session, visit, happened);
    }

    private static void Undo(Session session, OutboundRow original, VisitRow visit, Reversal reversal, UndoRow undo, long nowMs)
    {
        switch (original.Kind)
        {
            case OutboundKind.Admission:
                UndoStore.Insert(session, undo);
                break;
            case OutboundKind.Discharge:
                if (!original.IsOpen)
                    Discharges.TakeBack(session, visit);
                UndoStore.Insert(session, undo);
                break;
            case OutboundKind.Settlement:
                if (original.IsOpen)
                    SettlementMirror.Book(session, original, visit, reversal.Settlement, nowMs);
                SettlementMirror.TakeBack(session, VisitStore.SettlementOf(session, original.TransactionId)!, undo, nowMs);
                break;
            case OutboundKind.SettlementCancellation:
                RestoreSettlement(session, original, visit, reversal.Cancellation, undo, nowMs);
                break;
            case OutboundKind.AdmissionCancellation:
                Lift(session, original, OutboundKind.Admission, undo);
                break;
            case OutboundKind.DischargeCancellation:
                Lift(session, original, OutboundKind.Discharge, undo);
                if (!original.IsOpen)
                    Discharges.Restore(session, visit, original.OriginalId!);
                break;
            default:
                throw new InvalidOperationException($"Outbound kind {original.Kind} is not reversible.");
        }
    }

    private static void RestoreSettlement(Session session, OutboundRow original, VisitRow visit, Cancellation cancellation, UndoRow undo, long nowMs)
    {
        var mirror = VisitStore.FindSettlement(session, cancellation.SettlementNumber)!;
        if (original.IsOpen)
            SettlementMirror.BookUndo(session, mirror, CancellationOf(original, OutboundKind.Settlement, cancellation.CancelledAtMs, cancellation.BusinessDate), nowMs);
        else
        {
            VisitStore.RestoreSettlement(session, mirror.SettlementNumber, original.TransactionId, FeeLineStore.CatalogueVersions(session, visit.Id));
            FeeLineStore.Settle(session, visit.Id, mirror.SettlementNumber);
        }
        UndoStore.Lift(session, original.TransactionId);
        SettlementMirror.BookRestoration(session, mirror, undo, nowMs);
        VisitStore.SetSettlementId(session, visit.Id, mirror.TransactionId);
    }

    /// <summary>A cancellation that took effect and was reversed is on record like one that was answered in time.</summary>
    private static void Lift(Session session, OutboundRow original, OutboundKind kind, UndoRow undo)
    {
        if (original.IsOpen)
            UndoStore.Insert(session, CancellationOf(original, kind, undo.UndoneAtMs, undo.BusinessDate));
        UndoStore.Lift(session, original.TransactionId);
        UndoStore.Insert(session, undo);
    }

    private static UndoRow UndoOf(OutboundRow row, OutboundRow original, Reversal reversal) => new()
    {
        TransactionId = row.TransactionId,
        OriginalId = original.TransactionId,
        OriginalKind = original.Kind,
        ByReversal = true,
        VisitId = row.VisitId,
        UndoneAtMs = reversal.ReversedAtMs,
        BusinessDate = reversal.BusinessDate,
    };

    private static UndoRow CancellationOf(OutboundRow original, OutboundKind kind, long atMs, string businessDate) => new()
    {
        TransactionId = original.TransactionId,
        OriginalId = original.OriginalId!,
        OriginalKind = kind,
        ByReversal = false,
        VisitId = original.VisitId,
        UndoneAtMs = atMs,
        BusinessDate = businessDate,
    };

    private static string? ContradictionIn(Session session, Settlement settlement, OutboundRow original, VisitRow visit)
    {
        if (original.IsOpen)
            return SettlementMirror.ContradictionIn(
                session, settlement, original.Peer, visit.VisitNumber!, VisitIntents.ChargesOf(FeeLineStore.CategorySums(session, visit.Id)));
        var stored = VisitStore.SettlementOf(session, original.TransactionId);
        return settlement is { Decision: { Charges: not null, Payments: not null } } && settlement.VisitNumber == visit.VisitNumber
            && SettlementMirror.Of(original, visit, settlement, stored?.CatalogueVersions, stored?.Interim ?? false, stored?.FeeVersion) == stored
                ? null
                : "与先前应答的结算不同 / another settlement than was answered before";
    }

    private static string? ContradictionIn(Session session, Cancellation cancellation, OutboundRow original)
    {
        if (VisitStore.SettlementOf(session, original.OriginalId!)?.SettlementNumber != cancellation.SettlementNumber)
            return "取消的是另一笔结算 / a cancellation of another settlement";
        if (!ChinaTime.IsOn(cancellation.CancelledAtMs, cancellation.BusinessDate))
            return "业务日期与取消时间不符 / a business date that is not the cancellation time's";
        return original.IsOpen || UndoStore.Find(session, original.TransactionId) is { } known && (known.UndoneAtMs, known.BusinessDate) == (cancellation.CancelledAtMs, cancellation.BusinessDate)
            ? null
            : "与先前应答的取消不同 / another cancellation than was answered before";
    }

    /// <summary>The original was answered with data, and that is how the visit stands now.</summary>
    private static bool IsInForce(Session session, VisitRow visit, OutboundRow original) => original.State is OutboundState.Answered && original.Kind switch
    {
        OutboundKind.Discharge => visit.DischargeId == original.TransactionId,
        // A stay may have several settlements, so its state says nothing of a single one.
        OutboundKind.Settlement => VisitStore.SettlementOf(session, original.TransactionId) is { State: 1 },
        OutboundKind.SettlementCancellation => UndoStore.IsStanding(session, original.TransactionId),
        _ => VisitMachine.Next(visit.Course, visit.Known, EventOf(session, visit, original)) is not null,
    };

    private static VisitEvent EventOf(Session session, VisitRow visit, OutboundRow original) => original.Kind switch
    {
        OutboundKind.Admission => VisitEvent.AdmissionReversed,
        OutboundKind.Discharge => IsCorrection(session, visit, original) ? VisitEvent.CorrectionReversed : VisitEvent.DischargeReversed,
        OutboundKind.Settlement => VisitEvent.SettlementReversed,
        OutboundKind.SettlementCancellation => VisitEvent.CancellationReversed,
        OutboundKind.AdmissionCancellation => VisitEvent.AdmissionCancellationReversed,
        OutboundKind.DischargeCancellation => VisitEvent.DischargeCancellationReversed,
        _ => throw new InvalidOperationException($"Outbound kind {original.Kind} is not reversible."),
    };

    private static bool IsCorrection(Session session, VisitRow visit, OutboundRow original) => original.IsOpen
        ? visit.Known is VisitState.CorrectionSent
        : UndoStore.GetDischarge(session, original.TransactionId).Corrects is not null;

    private static OutboundRow OriginalOf(Session session, OutboundRow row) => Outbox.Find(session, row.OriginalId!)
        ?? throw new InvalidOperationException($"Reversal {row.TransactionId} names a transaction that is not stored.");
}
