using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// What the insured side's answers change here: visit number, discharge, the mirrored settlement with its postings, the cancellation. Runs in
/// the transaction that stores the answer, whether the hospital still waits for it or not.
/// </summary>
internal sealed class ReplyApplier(TimeProvider time) : IReplyApplier
{
    private readonly Confirmations _confirmations = new(time);

    public string? Contradiction(Session session, OutboundRow row, byte[] request, byte[] reply)
    {
        try
        {
            var message = Parse(row, reply);
            if (message.TransactionId != row.TransactionId)
                return "应答的是另一流水号 / the reply answers another transaction id";
            if (message.Refusal is not null)
                return RefusalFault.In(message.Refusal);
            return message switch
            {
                RegisterAdmissionResponse admission => ContradictionIn(admission.Admission, session, row),
                RegisterOutpatientResponse outpatient => ContradictionIn(outpatient.Visit, session, row),
                RegisterDischargeResponse discharge => ContradictionIn(discharge, RegisterDischargeRequest.Parser.ParseFrom(request)),
                SettleResponse settle => ContradictionIn(settle, SettleRequest.Parser.ParseFrom(request), session, row),
                CancelSettlementResponse cancel => ContradictionIn(cancel, CancelSettlementRequest.Parser.ParseFrom(request)),
                CancelAdmissionResponse cancel => ContradictionIn(cancel.Undone, CancelAdmissionRequest.Parser.ParseFrom(request).VisitNumber),
                CancelDischargeResponse cancel => ContradictionIn(cancel.Undone, CancelDischargeRequest.Parser.ParseFrom(request).VisitNumber),
                ReverseTransactionResponse reverse => ReversalReply.ContradictionIn(session, reverse.Reversal, row),
                _ => throw new InvalidOperationException($"Outbound kind {row.Kind} is not handled."),
            };
        }
        catch (InvalidProtocolBufferException)
        {
            return "应答不是约定的报文 / the reply is not a message of the contract";
        }
    }

    public void Apply(Session session, OutboundRow row, byte[] request, byte[] reply)
    {
        var visit = VisitStore.Get(session, row.VisitId);
        var message = Parse(row, reply);
        if (message.Refusal is not null)
        {
            Undo(session, row, visit);
            return;
        }
        switch (message)
        {
            case RegisterAdmissionResponse admission:
                Open(session, visit, admission.Admission);
                break;
            case RegisterOutpatientResponse outpatient:
                Open(session, visit, outpatient.Visit);
                break;
            case RegisterDischargeResponse discharge:
                Discharges.Begin(session, visit, row.TransactionId, discharge.Discharge.DischargeDate, Diagnoses.ToJson(RegisterDischargeRequest.Parser.ParseFrom(request).Diagnoses));
                VisitStore.Move(session, visit, VisitEvent.DischargeAccepted);
                break;
            case SettleResponse settle:
                Settle(session, row, visit, settle.Settlement);
                break;
            case CancelSettlementResponse cancel:
                Cancel(session, row, visit, cancel.Cancellation);
                break;
            case CancelAdmissionResponse:
                CancelAdmission(session, row, visit);
                break;
            case CancelDischargeResponse:
                CancelDischarge(session, row, visit);
                break;
            case ReverseTransactionResponse reverse:
                ReversalReply.Apply(session, row, visit, reverse.Reversal, time.NowMs());
                break;
            default:
                throw new InvalidOperationException($"Outbound kind {row.Kind} is not handled.");
        }
    }

    public void Reject(Session session, OutboundRow row) => Undo(session, row, VisitStore.Get(session, row.VisitId));

    private void Undo(Session session, OutboundRow row, VisitRow visit)
    {
        if (row.Kind is OutboundKind.Reversal)
        {
            VisitStore.EndReversal(session, visit, happened: null);
            _confirmations.Refused(session, row.TransactionId);
            return;
        }
        VisitStore.Move(session, visit, RefusedEvent(row.Kind));
        _confirmations.Refused(session, row.TransactionId);
        // The settlement stands: the next cancellation is a new one.
        if (row.Kind is OutboundKind.SettlementCancellation)
            VisitStore.ClearCancellationId(session, visit.Id);
    }

    private static void Open(Session session, VisitRow visit, Admission admission)
    {
        VisitStore.SetAdmission(session, visit.Id, admission.VisitNumber, admission.Person.PersonClass);
        VisitStore.Move(session, visit, VisitEvent.AdmissionAccepted);
    }

    private void Settle(Session session, OutboundRow row, VisitRow visit, Settlement settlement)
    {
        SettlementMirror.Book(session, row, visit, settlement, time.NowMs());
        VisitStore.Move(session, visit, VisitEvent.SettlementAccepted);
    }

    private void Cancel(Session session, OutboundRow row, VisitRow visit, Cancellation cancellation)
    {
        var mirror = VisitStore.FindSettlement(session, cancellation.SettlementNumber)
            ?? throw new InvalidOperationException("A cancellation was asked for a settlement that is not stored.");
        SettlementMirror.TakeBack(session, mirror, UndoOf(row, mirror.TransactionId, OutboundKind.Settlement, cancellation.CancelledAtMs, cancellation.BusinessDate), time.NowMs());
        VisitStore.Move(session, visit, VisitEvent.CancellationAccepted);
    }

    private void CancelAdmission(Session session, OutboundRow row, VisitRow visit)
    {
        var (now, today) = time.Moment();
        VisitStore.Move(session, visit, VisitEvent.AdmissionCancellationAccepted);
        UndoStore.Insert(session, UndoOf(row, visit.AdmissionId, OutboundKind.Admission, now, today.Iso()));
    }

    private void CancelDischarge(Session session, OutboundRow row, VisitRow visit)
    {
        var (now, today) = time.Moment();
        Discharges.End(session, visit);
        VisitStore.Move(session, visit, VisitEvent.DischargeCancellationAccepted);
        UndoStore.Insert(session, UndoOf(row, row.OriginalId!, OutboundKind.Discharge, now, today.Iso()));
    }

    private static UndoRow UndoOf(OutboundRow cancellation, string originalId, OutboundKind kind, long atMs, string businessDate) => new()
    {
        TransactionId = cancellation.TransactionId,
        OriginalId = originalId,
        OriginalKind = kind,
        ByReversal = false,
        VisitId = cancellation.VisitId,
        UndoneAtMs = atMs,
        BusinessDate = businessDate,
    };

    private static string? ContradictionIn(Admission? opened, Session session, OutboundRow row) => opened switch
    {
        null => "既无数据也无拒绝 / neither data nor refusal",
        _ when !HisPersons.IsWhole(opened.Person) => "入院登记没有参保人，或没有出生日期 / an admission without a person, or without birth date",
        _ when !IssuedNumber.IsVisit(opened.VisitNumber) || IssuedNumber.InsuredOf(opened.VisitNumber).Province.Code != row.Peer => "就诊流水号不是该省所编 / a visit number that this peer does not issue",
        _ => VisitStore.HasNumber(session, opened.VisitNumber) ? "就诊流水号已被使用 / a visit number that is given already" : null,
    };

    private static string? ContradictionIn(RegisterDischargeResponse reply, RegisterDischargeRequest asked) => reply.Discharge switch
    {
        null => "既无数据也无拒绝 / neither data nor refusal",
        { } discharge when discharge.VisitNumber != asked.VisitNumber => "是另一次就诊的出院登记 / a discharge of another visit",
        { } discharge => discharge.DischargeDate == asked.DischargeDate ? null : "出院日期与所发不同 / a discharge on another date than was sent",
    };

    private static string? ContradictionIn(SettleResponse reply, SettleRequest asked, Session session, OutboundRow row) =>
        SettlementMirror.ContradictionIn(session, reply.Settlement, row.Peer, asked.Bill.VisitNumber, asked.Bill.Charges);

    private static string? ContradictionIn(VisitUndone? undone, string visitNumber) =>
        undone is null ? "既无数据也无拒绝 / neither data nor refusal" : undone.VisitNumber == visitNumber ? null : "撤销的是另一次就诊 / the undo of another visit";

    private static string? ContradictionIn(CancelSettlementResponse reply, CancelSettlementRequest asked) =>
        reply.Cancellation is not { } cancellation ? "既无数据也无拒绝 / neither data nor refusal"
        : cancellation.SettlementNumber != asked.SettlementNumber ? "取消的是另一笔结算 / a cancellation of another settlement"
        : ChinaTime.IsOn(cancellation.CancelledAtMs, cancellation.BusinessDate) ? null : "业务日期与取消时间不符 / a business date that is not the cancellation time's";

    private static IExchangeReply Parse(OutboundRow row, byte[] reply) => row.Kind switch
    {
        OutboundKind.Admission when row.IsOf(PeerMethod.RegisterOutpatient) => RegisterOutpatientResponse.Parser.ParseFrom(reply),
        OutboundKind.Admission => RegisterAdmissionResponse.Parser.ParseFrom(reply),
        OutboundKind.Discharge => RegisterDischargeResponse.Parser.ParseFrom(reply),
        OutboundKind.Settlement => SettleResponse.Parser.ParseFrom(reply),
        OutboundKind.SettlementCancellation => CancelSettlementResponse.Parser.ParseFrom(reply),
        OutboundKind.AdmissionCancellation => CancelAdmissionResponse.Parser.ParseFrom(reply),
        OutboundKind.DischargeCancellation => CancelDischargeResponse.Parser.ParseFrom(reply),
        OutboundKind.Reversal => ReverseTransactionResponse.Parser.ParseFrom(reply),
        _ => throw new InvalidOperationException($"Outbound kind {row.Kind} is not handled."),
    };

    private static VisitEvent RefusedEvent(OutboundKind kind) => kind switch
    {
        OutboundKind.Admission => VisitEvent.AdmissionRefused,
        OutboundKind.Discharge => VisitEvent.DischargeRefused,
        OutboundKind.Settlement => VisitEvent.SettlementRefused,
        OutboundKind.SettlementCancellation => VisitEvent.CancellationRefused,
        OutboundKind.AdmissionCancellation => VisitEvent.AdmissionCancellationRefused,
        OutboundKind.DischargeCancellation => VisitEvent.DischargeCancellationRefused,
        _ => throw new InvalidOperationException($"Outbound kind {kind} is not handled."),
    };
}
