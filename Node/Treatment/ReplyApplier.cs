using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
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
    public string? Contradiction(Session session, OutboundRow row, byte[] request, byte[] reply)
    {
        try
        {
            var message = Parse(row.Kind, reply);
            if (message.TransactionId != row.TransactionId)
                return "the reply answers another transaction id";
            if (message.Refusal is not null)
                return message.Refusal.Code == RefusalCode.Unspecified ? "a refusal without a code" : null;
            return message switch
            {
                RegisterAdmissionResponse admission => ContradictionIn(admission, session, row),
                RegisterDischargeResponse discharge => ContradictionIn(discharge, RegisterDischargeRequest.Parser.ParseFrom(request)),
                SettleResponse settle => ContradictionIn(settle, SettleRequest.Parser.ParseFrom(request), session, row),
                CancelSettlementResponse cancel => ContradictionIn(cancel, CancelSettlementRequest.Parser.ParseFrom(request)),
                _ => throw new InvalidOperationException($"Outbound kind {row.Kind} is not handled."),
            };
        }
        catch (InvalidProtocolBufferException)
        {
            return "the reply is not a message of the contract";
        }
    }

    public void Apply(Session session, OutboundRow row, byte[] request, byte[] reply)
    {
        var visit = VisitStore.Get(session, row.VisitId);
        var message = Parse(row.Kind, reply);
        if (message.Refusal is not null)
        {
            Undo(session, row, visit);
            return;
        }
        switch (message)
        {
            case RegisterAdmissionResponse admission:
                VisitStore.SetVisitNumber(session, visit.Id, admission.Admission.VisitNumber);
                VisitStore.Move(session, visit, VisitEvent.AdmissionAccepted);
                break;
            case RegisterDischargeResponse discharge:
                var diagnoses = Diagnoses.ToJson(RegisterDischargeRequest.Parser.ParseFrom(request).Diagnoses);
                VisitStore.SetDischarge(session, visit.Id, discharge.Discharge.DischargeDate, diagnoses, row.TransactionId);
                VisitStore.Move(session, visit, VisitEvent.DischargeAccepted);
                break;
            case SettleResponse settle:
                Settle(session, row, visit, settle.Settlement);
                break;
            case CancelSettlementResponse cancel:
                Cancel(session, row, visit, cancel.Cancellation);
                break;
            default:
                throw new InvalidOperationException($"Outbound kind {row.Kind} is not handled.");
        }
    }

    public void Reject(Session session, OutboundRow row) => Undo(session, row, VisitStore.Get(session, row.VisitId));

    private static void Undo(Session session, OutboundRow row, VisitRow visit)
    {
        VisitStore.Move(session, visit, RefusedEvent(row.Kind));
        // The settlement stands: the next cancellation is a new one.
        if (row.Kind is OutboundKind.SettlementCancellation)
            VisitStore.ClearCancellationId(session, visit.Id);
    }

    private void Settle(Session session, OutboundRow row, VisitRow visit, Settlement settlement)
    {
        var mirror = Mirror(row, visit, settlement);
        VisitStore.InsertSettlement(session, mirror);
        VisitStore.Move(session, visit, VisitEvent.SettlementAccepted);
        Post(session, mirror, row, PostingEvent.Settlement, settlement.BusinessDate, PostingRules.Treatment(mirror));
    }

    private void Cancel(Session session, OutboundRow row, VisitRow visit, Cancellation cancellation)
    {
        var mirror = VisitStore.FindSettlement(session, cancellation.SettlementNumber)
            ?? throw new InvalidOperationException("A cancellation was asked for a settlement that is not stored.");
        VisitStore.CancelSettlement(session, mirror.SettlementNumber, row.TransactionId, cancellation.CancelledAtMs, cancellation.BusinessDate);
        VisitStore.Move(session, visit, VisitEvent.CancellationAccepted);
        Post(session, mirror, row, PostingEvent.Cancellation, cancellation.BusinessDate, PostingRules.Opposite(PostingRules.Treatment(mirror)));
    }

    private void Post(Session session, TreatmentSettlementRow mirror, OutboundRow row, PostingEvent what, string businessDate, IReadOnlyList<Posting> postings) =>
        PostingStore.Append(session, new PostingSet
        {
            TransactionId = TransactionId.Parse(row.TransactionId),
            Event = what,
            SettlementNumber = mirror.SettlementNumber,
            Partner = Division.Parse(mirror.InsuredProvince),
            BusinessDate = ChinaTime.ParseIso(businessDate),
            PostedAtMs = time.NowMs(),
            Postings = postings,
        });

    private static TreatmentSettlementRow Mirror(OutboundRow row, VisitRow visit, Settlement settlement)
    {
        var (charges, payments) = (settlement.Decision.Charges, settlement.Decision.Payments);
        return new TreatmentSettlementRow
        {
            SettlementNumber = settlement.SettlementNumber,
            TransactionId = row.TransactionId,
            VisitId = visit.Id,
            InsuredProvince = row.Peer,
            PolicyVersion = settlement.Decision.PolicyVersion,
            SettledAtMs = settlement.SettledAtMs,
            BusinessDate = settlement.BusinessDate,
            State = 1,
            TotalFen = charges.TotalFen,
            FullSelfPayFen = charges.FullSelfPayFen,
            OverLimitFen = charges.OverLimitFen,
            PreSelfPayFen = charges.PreSelfPayFen,
            InScopeFen = charges.InScopeFen,
            DeductibleFen = payments.DeductibleFen,
            PoolFen = payments.PoolFen,
            CivilServantFen = payments.CivilServantFen,
            EnterpriseFen = payments.EnterpriseFen,
            EmployeeLargeAmountFen = payments.EmployeeLargeAmountFen,
            ResidentCriticalIllnessFen = payments.ResidentCriticalIllnessFen,
            MedicalAidFen = payments.MedicalAidFen,
            OtherFundFen = payments.OtherFen,
            FundTotalFen = payments.FundTotalFen,
            AccountFen = payments.AccountFen,
            CashFen = payments.CashFen,
            PersonalTotalFen = payments.PersonalTotalFen,
            HospitalBorneFen = payments.HospitalBorneFen,
        };
    }

    private static string? ContradictionIn(RegisterAdmissionResponse reply, Session session, OutboundRow row) => reply.Admission switch
    {
        null => "neither data nor refusal",
        _ when !HisPersons.IsWhole(reply.Admission.Person) => "an admission without a person, or without birth date",
        _ when !IssuedNumber.IsVisit(reply.Admission.VisitNumber) || !IsIssuedBy(row.Peer, reply.Admission.VisitNumber) => "a visit number that this peer does not issue",
        _ => VisitStore.HasNumber(session, reply.Admission.VisitNumber) ? "a visit number that is given already" : null,
    };

    private static string? ContradictionIn(RegisterDischargeResponse reply, RegisterDischargeRequest asked) => reply.Discharge switch
    {
        null => "neither data nor refusal",
        { } discharge when discharge.VisitNumber != asked.VisitNumber => "a discharge of another visit",
        { } discharge => discharge.DischargeDate == asked.DischargeDate ? null : "a discharge on another date than was sent",
    };

    private static string? ContradictionIn(SettleResponse reply, SettleRequest asked, Session session, OutboundRow row)
    {
        if (reply.Settlement is not { Decision: { Person: { } person, Charges: { } charges, Payments: { } payments } } settlement)
            return "a settlement without person, charges or payments";
        if (!HisPersons.IsWhole(person))
            return "a person without year or birth date";
        if (!IssuedNumber.IsSettlement(settlement.SettlementNumber) || !IsIssuedBy(row.Peer, settlement.SettlementNumber))
            return "a settlement number that this peer does not issue";
        if (settlement.VisitNumber != asked.Bill.VisitNumber)
            return "a settlement of another visit";
        if (VisitStore.FindSettlement(session, settlement.SettlementNumber) is not null)
            return "a settlement number that is booked already";
        if (!ChinaTime.IsOn(settlement.SettledAtMs, settlement.BusinessDate))
            return "a business date that is not the settlement time's";
        return charges.Equals(asked.Bill.Charges) ? SettlementFigures.MismatchOf(charges, payments) : "charges other than those asked for";
    }

    private static string? ContradictionIn(CancelSettlementResponse reply, CancelSettlementRequest asked) =>
        reply.Cancellation is not { } cancellation ? "neither data nor refusal"
        : cancellation.SettlementNumber != asked.SettlementNumber ? "a cancellation of another settlement"
        : ChinaTime.IsOn(cancellation.CancelledAtMs, cancellation.BusinessDate) ? null : "a business date that is not the cancellation time's";

    /// <summary>Of a well-formed number.</summary>
    private static bool IsIssuedBy(string peer, string number) => IssuedNumber.InsuredOf(number).Province.Code == peer;

    private static IExchangeReply Parse(OutboundKind kind, byte[] reply) => kind switch
    {
        OutboundKind.Admission => RegisterAdmissionResponse.Parser.ParseFrom(reply),
        OutboundKind.Discharge => RegisterDischargeResponse.Parser.ParseFrom(reply),
        OutboundKind.Settlement => SettleResponse.Parser.ParseFrom(reply),
        OutboundKind.SettlementCancellation => CancelSettlementResponse.Parser.ParseFrom(reply),
        _ => throw new InvalidOperationException($"Outbound kind {kind} is not handled."),
    };

    private static VisitEvent RefusedEvent(OutboundKind kind) => kind switch
    {
        OutboundKind.Admission => VisitEvent.AdmissionRefused,
        OutboundKind.Discharge => VisitEvent.DischargeRefused,
        OutboundKind.Settlement => VisitEvent.SettlementRefused,
        OutboundKind.SettlementCancellation => VisitEvent.CancellationRefused,
        _ => throw new InvalidOperationException($"Outbound kind {kind} is not handled."),
    };
}
