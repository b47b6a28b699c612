using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Configuration;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// The checks and the stored intent of what undoes an admission or a discharge, and of reversals. Everything here runs in one transaction, before
/// the first packet.
/// </summary>
internal sealed class UndoIntents(NodesConfiguration configuration, Outbox outbox, Vault vault, TimeProvider time)
{
    private static readonly HashSet<string> OperationNames = [.. HisJson.RecordsOf<HisOperation>().Select(record => record.Name)];

    private readonly UndoChain _chain = new(outbox);
    private readonly HisAnswers _answers = new(outbox, new HisInbox(vault, time), new HeldUploads(vault, time));
    private readonly NamedTransactions _transactions = new(new HisInbox(vault, time), new HeldUploads(vault, time));
    private readonly FeeLineReversal _feeLines = new(vault, time);

    public Intent CancelAdmission(Session session, HisCaller caller, CancelAdmission cancel, TransactionId id)
    {
        if (VisitStore.FindToUndo(session, caller.Institution.Code, cancel.Visit) is not { } visit)
            return Intent.Refuse(TreatmentRefusals.VisitNotFound());
        if (cancel.OriginalTransactionId is { } named && HisInbox.Resolve(session, caller.Institution.Code, named) != visit.AdmissionId)
            return Intent.Refuse(TreatmentRefusals.InvalidField("original_transaction_id", "不是该就诊入院登记的流水号", "not the transaction of this visit's admission"));
        if (caller.HisTransactionId is null && Repeated(session, visit, OutboundKind.AdmissionCancellation, VisitState.AdmissionUndone) is { } known)
            return Intent.Known(known);
        if (UndoChain.OnAdmission(session, visit) is { } obstacle)
            return Intent.Refuse(TreatmentRefusals.UndoFirst(obstacle));
        VisitStore.Move(session, visit, VisitEvent.AdmissionCancellationSent);
        var request = new CancelAdmissionRequest { Header = Header(caller, id, visit), VisitNumber = visit.VisitNumber, AdmissionTransactionId = visit.AdmissionId };
        return Send(id, visit, OutboundKind.AdmissionCancellation, PeerMethod.CancelAdmission, request, visit.AdmissionId);
    }

    public Intent CancelDischarge(Session session, HisCaller caller, CancelDischarge cancel, TransactionId id)
    {
        if (VisitStore.Find(session, caller.Institution.Code, cancel.Visit) is not { } visit)
            return Intent.Refuse(TreatmentRefusals.VisitNotFound());
        if (caller.HisTransactionId is null && Repeated(session, visit, OutboundKind.DischargeCancellation, VisitState.Admitted) is { } known)
            return Intent.Known(known);
        if (visit.State is not VisitState.Discharged)
            return Intent.Refuse(TreatmentRefusals.UndoFirst(UndoChain.LastStep(session, visit)));
        VisitStore.Move(session, visit, VisitEvent.DischargeCancellationSent);
        var request = new CancelDischargeRequest { Header = Header(caller, id, visit), VisitNumber = visit.VisitNumber, DischargeTransactionId = visit.DischargeId };
        return Send(id, visit, OutboundKind.DischargeCancellation, PeerMethod.CancelDischarge, request, visit.DischargeId!);
    }

    /// <summary>Whatever became of the original, it is void afterwards, or the refusal names what rests on it.</summary>
    public Intent Reverse(Session session, HisCaller caller, ReverseTransaction reverse, TransactionId id)
    {
        if (reverse.OriginalTransactionId.Length == 0)
            return Intent.Refuse(TreatmentRefusals.MissingField("original_transaction_id"));
        if (reverse.OriginalOperation is { } operation && !OperationNames.Contains(operation))
            return Intent.Refuse(TreatmentRefusals.InvalidField("original_operation", "没有这个操作", "there is no such operation"));
        return _transactions.Find(session, caller.Institution.Code, reverse.OriginalTransactionId, reverse.OriginalOperation) switch
        {
            NamedTransaction.Nothing => Done(HisReversalEffect.NothingToUndo, id.Text),
            NamedTransaction.Unseen => Void(session, caller, reverse.OriginalTransactionId, id) ?? MakeVoid(session, caller, reverse.OriginalTransactionId, id),
            NamedTransaction.Local local => Void(session, caller, local.TransactionId, id) ?? _feeLines.Reverse(session, caller, local, id),
            NamedTransaction.Exchange exchange => Void(session, caller, exchange.Row.TransactionId, id) ?? Reverse(session, caller, exchange.Row, exchange.Visit, id),
            var named => throw new InvalidOperationException($"{named.GetType().Name} is not handled."),
        };
    }

    private Intent Reverse(Session session, HisCaller caller, OutboundRow original, VisitRow visit, TransactionId id)
    {
        if (original.Kind is OutboundKind.Reversal)
            return Intent.Refuse(TreatmentRefusals.NotReversible(UndoChain.IsReversal));
        // One reversal at a time: who asks again meanwhile waits for the same answer.
        if (visit.ReversalId is { } underWay && Outbox.Find(session, underWay)!.OriginalId == original.TransactionId)
            return Intent.Known(underWay);
        if (_answers.Load(session, original.TransactionId) is HisRefusal || UndoStore.StandingOn(session, original.TransactionId) is not null)
            return Done(HisReversalEffect.NothingToUndo, id.Text);
        // What is unanswered is the last step there is; what is answered may have others resting on it.
        if ((original.IsOpen ? null : _chain.OnReversal(session, visit, original)) is { } obstacle)
            return Intent.Refuse(TreatmentRefusals.NotReversible(obstacle));
        if (original.Kind is OutboundKind.Settlement or OutboundKind.SettlementCancellation && BusinessPeriods.Enter(session, caller, id) is { } periodRefusal)
            return Intent.Refuse(periodRefusal);
        VisitStore.BeginReversal(session, visit, original.Kind, id.Text);
        var request = new ReverseTransactionRequest { Header = Header(caller, id, visit), OriginalTransactionId = original.TransactionId };
        return Send(id, visit, OutboundKind.Reversal, PeerMethod.ReverseTransaction, request, original.TransactionId);
    }

    /// <summary>A repeat of the reversal where the dialect has no ids; under an id of its own a second reversal finds nothing.</summary>
    private static Intent? Void(Session session, HisCaller caller, string originalId, TransactionId id) =>
        UndoStore.FindVoid(session, caller.Institution.Code, originalId) is not { } known ? null
        : caller.HisTransactionId is null ? Done(known.Effect, known.ReversalId)
        : Done(HisReversalEffect.NothingToUndo, id.Text);

    private Intent MakeVoid(Session session, HisCaller caller, string originalId, TransactionId id)
    {
        var row = new VoidRow { OriginalId = originalId, ReversalId = id.Text, Effect = HisReversalEffect.Voided };
        UndoStore.InsertVoid(session, caller.Institution.Code, row, time.NowMs());
        return Done(row.Effect, id.Text);
    }

    /// <summary>Dialects without request ids repeat a cancellation by sending it again.</summary>
    private static string? Repeated(Session session, VisitRow visit, OutboundKind cancellation, VisitState undone)
    {
        var last = Outbox.LastOf(session, visit.Id, cancellation);
        return last is not null && (Outbox.Find(session, last)!.IsOpen || (visit.State == undone && UndoStore.IsStanding(session, last))) ? last : null;
    }

    private static Intent Done(HisReversalEffect effect, string transactionId) => Intent.Done(new TransactionReversed { TransactionId = transactionId, Effect = effect });

    private RequestHeader Header(HisCaller caller, TransactionId id, VisitRow visit) =>
        RequestHeaders.Create(configuration, id, Division.Parse(visit.InsuredDivision), caller.Operator, time.GetUtcNow());

    private static Intent Send(TransactionId id, VisitRow visit, OutboundKind kind, PeerMethod method, IExchangeRequest request, string originalId) =>
        Intent.Send(new OutboundRequest(id, Division.Parse(visit.InsuredDivision).Province, kind, visit.Id, method, request.ToByteArray()) { OriginalId = originalId });
}
