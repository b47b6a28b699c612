using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// Undo at the insured side. A cancellation undoes what both sides know, a reversal whatever became of the sender's own id. Either runs only
/// while nothing rests on what it undoes, and takes back in one transaction everything that was done in one.
/// </summary>
internal sealed class InsuredUndo(Inbox inbox, TimeProvider time)
{
    private static readonly Dictionary<string, (OutboundKind Kind, MessageParser Reply)> Reversible = new()
    {
        [PeerMethod.RegisterAdmission.Path] = (OutboundKind.Admission, RegisterAdmissionResponse.Parser),
        [PeerMethod.RegisterOutpatient.Path] = (OutboundKind.Admission, RegisterOutpatientResponse.Parser),
        [PeerMethod.RegisterDischarge.Path] = (OutboundKind.Discharge, RegisterDischargeResponse.Parser),
        [PeerMethod.Settle.Path] = (OutboundKind.Settlement, SettleResponse.Parser),
        [PeerMethod.CancelSettlement.Path] = (OutboundKind.SettlementCancellation, CancelSettlementResponse.Parser),
        [PeerMethod.CancelAdmission.Path] = (OutboundKind.AdmissionCancellation, CancelAdmissionResponse.Parser),
        [PeerMethod.CancelDischarge.Path] = (OutboundKind.DischargeCancellation, CancelDischargeResponse.Parser),
    };

    public CancelSettlementResponse CancelSettlement(Session session, CancelSettlementRequest request, Division sender)
    {
        if (InsuredStore.FindSettlement(session, request.SettlementNumber) is not { } settlement || settlement.TreatmentProvince != sender.Code)
            return new() { Refusal = InsuredRefusals.SettlementNotFound() };
        if (settlement.TransactionId != request.SettlementTransactionId)
            return new() { Refusal = InsuredRefusals.InvalidField("settlement_transaction_id", "与该结算的交易流水号不符", "not the transaction of this settlement") };
        if (settlement.State != 1)
            return new() { Refusal = InsuredRefusals.SettlementCancelled() };
        if (InsuredUndoSteps.ObstacleTo(session, settlement) is { } obstacle)
            return new() { Refusal = InsuredRefusals.UndoFirst(obstacle) };
        var undo = Cancelling(request.Header, settlement.TransactionId);
        InsuredUndoSteps.TakeBack(session, settlement, undo);
        return new()
        {
            Cancellation = new Cancellation { SettlementNumber = settlement.SettlementNumber, CancelledAtMs = undo.AtMs, BusinessDate = undo.On.Iso() },
        };
    }

    public CancelAdmissionResponse CancelAdmission(Session session, CancelAdmissionRequest request, Division sender)
    {
        if (InsuredStore.FindVisit(session, request.VisitNumber) is not { } visit || visit.TreatmentProvince != sender.Code)
            return new() { Refusal = InsuredRefusals.VisitNotFound() };
        if (visit.AdmissionId != request.AdmissionTransactionId)
            return new() { Refusal = InsuredRefusals.InvalidField("admission_transaction_id", "与该入院登记的交易流水号不符", "not the transaction of this admission") };
        return InsuredUndoSteps.UndoAdmission(session, visit, Cancelling(request.Header, visit.AdmissionId)) is { } obstacle
            ? new() { Refusal = InsuredRefusals.UndoFirst(obstacle) }
            : new() { Undone = new VisitUndone { VisitNumber = visit.VisitNumber } };
    }

    public CancelDischargeResponse CancelDischarge(Session session, CancelDischargeRequest request, Division sender)
    {
        if (InsuredStore.FindVisit(session, request.VisitNumber) is not { } visit || visit.TreatmentProvince != sender.Code)
            return new() { Refusal = InsuredRefusals.VisitNotFound() };
        if (InsuredUndoStore.FindDischarge(session, request.DischargeTransactionId) is not { } discharge || discharge.VisitNumber != visit.VisitNumber)
            return new() { Refusal = InsuredRefusals.InvalidField("discharge_transaction_id", "不是该就诊的出院登记流水号", "not the transaction of a discharge of this visit") };
        return InsuredUndoSteps.UndoDischarge(session, visit, discharge, Cancelling(request.Header, discharge.TransactionId)) is { } obstacle
            ? new() { Refusal = InsuredRefusals.UndoFirst(obstacle) }
            : new() { Undone = new VisitUndone { VisitNumber = visit.VisitNumber } };
    }

    /// <summary>Whatever became of the original, its effect is gone afterwards, or the refusal names what rests on it.</summary>
    public ReverseTransactionResponse Reverse(Session session, ReverseTransactionRequest request, Division sender)
    {
        var originalId = request.OriginalTransactionId;
        if (!TransactionId.TryParse(originalId, out var original) || original.Sender.Province != sender || originalId == request.Header.TransactionId)
            return new() { Refusal = InsuredRefusals.InvalidField("original_transaction_id", "应为发送方自己的另一交易流水号", "another transaction id of the sender itself is expected") };
        var (now, today) = time.Moment();
        var reversal = new Reversal { ReversedAtMs = now, BusinessDate = today.Iso() };
        if (inbox.Lookup(session, originalId, sender) is not { State: TransactionState.Answered } known)
            return Void(session, request, sender, reversal);
        if (!Reversible.TryGetValue(known.Method, out var method))
            return new() { Refusal = InsuredRefusals.NotReversible(Obstacles.OfMethod(known.Method)) };
        var reply = (IExchangeReply)method.Reply.ParseFrom(known.Reply);
        if (reply.Refusal is { Code: RefusalCode.TransactionVoid })
            return Void(session, request, sender, reversal);
        if (reply.Refusal is not null)
        {
            reversal.Effect = ReversalEffect.NothingToUndo;
            return new() { Reversal = reversal };
        }
        if (InsuredUndoSteps.Reverse(session, method.Kind, new Undo(request.Header.TransactionId, originalId, ByReversal: true, now, today)) is { } obstacle)
            return new() { Refusal = InsuredRefusals.NotReversible(obstacle) };
        reversal.Effect = ReversalEffect.Undone;
        reversal.Settlement = (reply as SettleResponse)?.Settlement;
        reversal.Cancellation = (reply as CancelSettlementResponse)?.Cancellation;
        return new() { Reversal = reversal };
    }

    private ReverseTransactionResponse Void(Session session, ReverseTransactionRequest request, Division sender, Reversal reversal)
    {
        inbox.MakeVoid(session, request.OriginalTransactionId, request.Header.TransactionId, sender);
        reversal.Effect = ReversalEffect.Voided;
        return new() { Reversal = reversal };
    }

    private Undo Cancelling(RequestHeader header, string originalId)
    {
        var (now, today) = time.Moment();
        return new Undo(header.TransactionId, originalId, ByReversal: false, now, today);
    }
}
