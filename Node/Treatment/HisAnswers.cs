using Provincial.Exchange.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// What a hospital is told about a transaction, always read from disk: the interactive answer, a repeat and a later query come from the same
/// rows and are therefore the same.
/// </summary>
internal sealed class HisAnswers(Outbox outbox, HisInbox inbox, HeldUploads held)
{
    public HisResult Load(Session session, string transactionId)
    {
        if (held.Answer(session, transactionId) is { } waited)
            return UndoStore.FindVoid(session, HeldUploads.InstitutionOf(session, transactionId), transactionId) is { } withdrawn
                ? TreatmentRefusals.TransactionVoid(transactionId, withdrawn.ReversalId)
                : waited;
        var row = Outbox.Find(session, transactionId) ?? throw new InvalidOperationException($"Transaction {transactionId} has no outbound row.");
        var visit = VisitStore.Get(session, row.VisitId);
        if (UndoStore.FindVoid(session, visit.InstitutionCode, transactionId) is { } reversed)
            return TreatmentRefusals.TransactionVoid(transactionId, reversed.ReversalId);
        // An answer that came while an operator, or the hospital, already takes it back: nobody may charge by it.
        if (row.State is OutboundState.Answered && visit.ReversalId is { } underWay && Outbox.Find(session, underWay)?.OriginalId == transactionId)
            return BeingReversed(row, underWay);
        return row.State switch
        {
            OutboundState.Awaiting => Pending(row),
            OutboundState.Parked => Parked(row),
            OutboundState.Rejected => TreatmentRefusals.PeerRejected(transactionId, row.Peer, row.LastError ?? ""),
            OutboundState.Answered => Answer(session, row, visit),
            _ => throw new InvalidOperationException($"Outbound state {row.State} is not handled."),
        };
    }

    /// <summary>What became of a transaction, by the hospital's own id or the node's; another hospital's is not found.</summary>
    public HisTransactionState StateOf(Session session, string institutionCode, string anyTransactionId)
    {
        var transactionId = HisInbox.Resolve(session, institutionCode, anyTransactionId);
        if ((UndoStore.FindVoid(session, institutionCode, anyTransactionId) ?? UndoStore.FindVoid(session, institutionCode, transactionId ?? "")) is { } reversed)
            return StateOf(reversed);
        if (inbox.DoneBy(session, institutionCode, anyTransactionId) is { } done)
        {
            // What had been done already under another id stands and falls with that one.
            return done != transactionId && (UndoStore.FindVoid(session, institutionCode, done) is not null || Outbox.Find(session, done) is not null)
                ? StateOfOwn(session, institutionCode, done)
                : HisTransactionState.Committed;
        }
        return transactionId is null ? HisTransactionState.NotFound : StateOfOwn(session, institutionCode, transactionId);
    }

    /// <summary>By the node's id, which a hospital may have used as one of its own for something else.</summary>
    private HisTransactionState StateOfOwn(Session session, string institutionCode, string transactionId)
    {
        if (UndoStore.FindVoid(session, institutionCode, transactionId) is { } reversed)
            return StateOf(reversed);
        if (held.Answer(session, transactionId) is { } waited)
            return HeldUploads.InstitutionOf(session, transactionId) == institutionCode ? StateOf(waited) : HisTransactionState.NotFound;
        if (Outbox.Find(session, transactionId) is not { } row || VisitStore.Get(session, row.VisitId).InstitutionCode != institutionCode)
            return HisTransactionState.NotFound;
        return Load(session, transactionId) switch
        {
            HisPending => HisTransactionState.Pending,
            HisRefusal => HisTransactionState.Refused,
            _ => UndoStore.StandingOn(session, transactionId) is null ? HisTransactionState.Committed : HisTransactionState.Undone,
        };
    }

    private static HisTransactionState StateOf(VoidRow reversed) => reversed.Effect is HisReversalEffect.Undone ? HisTransactionState.Undone : HisTransactionState.Refused;

    private static HisTransactionState StateOf(HisResult result) => result switch
    {
        HisPending => HisTransactionState.Pending,
        HisRefusal => HisTransactionState.Refused,
        _ => HisTransactionState.Committed,
    };

    private HisResult Answer(Session session, OutboundRow row, VisitRow visit)
    {
        var reply = outbox.ReplyOf(row);
        return row.Kind switch
        {
            OutboundKind.Admission when row.IsOf(PeerMethod.RegisterOutpatient) =>
                Read(RegisterOutpatientResponse.Parser.ParseFrom(reply), row, answer => Registered(answer.Visit, row, visit)),
            OutboundKind.Admission => Read(RegisterAdmissionResponse.Parser.ParseFrom(reply), row, answer => Admitted(answer.Admission, row, visit)),
            OutboundKind.Discharge => Read(RegisterDischargeResponse.Parser.ParseFrom(reply), row, answer => DischargedOn(answer.Discharge, row)),
            OutboundKind.Settlement => Read(SettleResponse.Parser.ParseFrom(reply), row, answer => SettledAs(answer.Settlement, row, visit)),
            OutboundKind.SettlementCancellation => Read(CancelSettlementResponse.Parser.ParseFrom(reply), row, answer => CancelledAs(session, answer.Cancellation, row)),
            OutboundKind.AdmissionCancellation => Read(CancelAdmissionResponse.Parser.ParseFrom(reply), row,
                answer => new AdmissionCancelled { TransactionId = row.TransactionId, VisitNumber = answer.Undone.VisitNumber }),
            OutboundKind.DischargeCancellation => Read(CancelDischargeResponse.Parser.ParseFrom(reply), row,
                answer => new DischargeCancelled { TransactionId = row.TransactionId, VisitNumber = answer.Undone.VisitNumber }),
            OutboundKind.Reversal => Read(ReverseTransactionResponse.Parser.ParseFrom(reply), row,
                answer => new TransactionReversed { TransactionId = row.TransactionId, Effect = (HisReversalEffect)answer.Reversal.Effect }),
            _ => throw new InvalidOperationException($"Outbound kind {row.Kind} is not handled."),
        };
    }

    private static HisResult Read<TReply>(TReply reply, OutboundRow row, Func<TReply, HisResult> data)
        where TReply : IExchangeReply => reply.Refusal is { } refusal ? TreatmentRefusals.From(refusal, row.TransactionId) : data(reply);

    private static AdmissionRegistered Admitted(Admission admission, OutboundRow row, VisitRow visit) => new()
    {
        TransactionId = row.TransactionId,
        VisitNumber = admission.VisitNumber,
        Person = HisPersons.From(admission.Person, visit.AdmissionDate),
        DeductibleFen = admission.DeductibleFen,
        AdmissionOrdinal = admission.AdmissionOrdinal,
    };

    private static OutpatientRegistered Registered(Admission registration, OutboundRow row, VisitRow visit) => new()
    {
        TransactionId = row.TransactionId,
        VisitNumber = registration.VisitNumber,
        Person = HisPersons.From(registration.Person, visit.AdmissionDate),
        DeductibleFen = registration.DeductibleFen,
    };

    private static Discharged DischargedOn(DischargeRecord discharge, OutboundRow row) => new()
    {
        TransactionId = row.TransactionId,
        DischargeDate = ChinaTime.ParseIso(discharge.DischargeDate),
    };

    private static Settled SettledAs(Settlement settlement, OutboundRow row, VisitRow visit) => new()
    {
        TransactionId = row.TransactionId,
        VisitNumber = settlement.VisitNumber,
        SettlementNumber = settlement.SettlementNumber,
        SettledAt = ChinaTime.FromMs(settlement.SettledAtMs),
        Person = HisPersons.From(settlement.Decision.Person, visit.AdmissionDate),
        Figures = HisPersons.Figures(settlement.Decision.Charges, settlement.Decision.Payments),
        AdmissionOrdinal = settlement.Decision.AdmissionOrdinal,
        Steps = HisPersons.Steps(settlement.Decision.Steps),
    };

    // The settlement's row keeps its figures for good, so a repeat says the same whatever happened since.
    private SettlementCancelled CancelledAs(Session session, Cancellation cancellation, OutboundRow row)
    {
        var settlement = VisitStore.FindSettlement(session, cancellation.SettlementNumber);
        return new SettlementCancelled
        {
            TransactionId = row.TransactionId,
            SettlementNumber = cancellation.SettlementNumber,
            CancelledAt = ChinaTime.FromMs(cancellation.CancelledAtMs),
            Figures = settlement is null ? null : HisPersons.Opposite(HisPersons.Figures(settlement.ToCharges(), settlement.ToPayments())),
            Scheme = settlement is null ? null : SchemeOf(session, settlement),
        };
    }

    private string? SchemeOf(Session session, TreatmentSettlementRow settlement) =>
        Outbox.Find(session, settlement.TransactionId) is { State: OutboundState.Answered } asked
            ? SettleResponse.Parser.ParseFrom(outbox.ReplyOf(asked)).Settlement?.Decision?.Person?.Scheme
            : null;

    private static HisPending Pending(OutboundRow row) => new()
    {
        TransactionId = row.TransactionId,
        Chinese = $"交易 {row.TransactionId} 已受理，参保地 {row.Peer} 尚未应答{Because(row)}。本节点会用同一流水号继续询问，请勿另发新交易，稍后查询结果。",
        English = $"transaction {row.TransactionId} is accepted, province {row.Peer} has not answered yet{Because(row)}. The node goes on asking with the same id: do not send a new transaction, query later.",
    };

    private static HisPending BeingReversed(OutboundRow row, string reversalId) => new()
    {
        TransactionId = row.TransactionId,
        Chinese = $"交易 {row.TransactionId} 正在冲正（{reversalId}），以冲正结果为准。请勿据此收费，也勿另发新交易，稍后查询结果。",
        English = $"transaction {row.TransactionId} is being reversed ({reversalId}), and what comes of that counts. Do not charge by it nor send a new transaction; query later.",
    };

    private static HisPending Parked(OutboundRow row) => new()
    {
        TransactionId = row.TransactionId,
        Chinese = $"交易 {row.TransactionId} 的应答自相矛盾，已挂起待人工核对（{row.LastError}）。请勿另发新交易，请联系省级经办机构。",
        English = $"the answer to transaction {row.TransactionId} contradicts itself and waits for an operator ({row.LastError}). Do not send a new transaction; call the provincial agency.",
    };

    private static string Because(OutboundRow row) => row.LastError is null ? "" : $" ({row.LastError})";
}
