using System.Text;
using Google.Protobuf.Collections;
using Provincial.Exchange.V1;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// What a request that was sent and forgotten had prepared here, made again from the request alone: the visit as it stood while the request was
/// under way. What only the hospital knows (fee lines, its own ids, business periods) is not in it. Runs in the transaction that takes in the answer.
/// </summary>
internal sealed class ForgottenIntents(Vault vault)
{
    /// <returns>The request as it is to be stored.</returns>
    /// <exception cref="ForgottenStepException">What it rests on is not there.</exception>
    public OutboundRequest Prepare(Session session, PeerMethod method, IExchangeRequest request, byte[] bytes)
    {
        var id = TransactionId.Parse(request.Header!.TransactionId);
        var (kind, visitId, originalId) = request switch
        {
            RegisterAdmissionRequest admission => Open(session, admission),
            RegisterOutpatientRequest outpatient => Open(session, outpatient),
            RegisterDischargeRequest discharge => Move(session, VisitOf(session, discharge.VisitNumber), VisitEvent.DischargeSent, OutboundKind.Discharge),
            SettleRequest settle => Settle(session, settle),
            CancelSettlementRequest cancel => Cancel(session, cancel),
            CancelAdmissionRequest cancel => Move(
                session, VisitOf(session, cancel.VisitNumber), VisitEvent.AdmissionCancellationSent, OutboundKind.AdmissionCancellation, cancel.AdmissionTransactionId),
            CancelDischargeRequest cancel => Move(
                session, VisitOf(session, cancel.VisitNumber), VisitEvent.DischargeCancellationSent, OutboundKind.DischargeCancellation, cancel.DischargeTransactionId),
            ReverseTransactionRequest reverse => Reverse(session, reverse),
            _ => throw new InvalidOperationException($"{request.GetType().Name} is no step of a visit."),
        };
        return new OutboundRequest(id, Division.Parse(request.Header.ReceiverDivision).Province, kind, visitId, method, bytes) { OriginalId = originalId };
    }

    private (OutboundKind, long, string?) Open(Session session, RegisterAdmissionRequest request) => Open(session, request.Header, request.Institution, request.HospitalVisitNumber,
        new RegisterAdmission
        {
            Person = PersonOf(request.Person),
            HospitalVisitNumber = request.HospitalVisitNumber,
            VisitKind = request.VisitKind,
            AdmissionDate = ChinaTime.ParseIso(request.AdmissionDate),
            Diagnoses = DiagnosesOf(request.Diagnoses),
            Department = Said(request.Department),
        }, request.VisitKind, null, request.AdmissionDate, request.Diagnoses);

    private (OutboundKind, long, string?) Open(Session session, RegisterOutpatientRequest request) => Open(session, request.Header, request.Institution, request.HospitalVisitNumber,
        new RegisterOutpatient
        {
            Person = PersonOf(request.Person),
            HospitalVisitNumber = request.HospitalVisitNumber,
            VisitKind = request.VisitKind,
            VisitDate = ChinaTime.ParseIso(request.VisitDate),
            Diagnoses = DiagnosesOf(request.Diagnoses),
            ChronicDisease = Said(request.ChronicDisease),
            Department = Said(request.Department),
        }, request.VisitKind, Said(request.ChronicDisease), request.VisitDate, request.Diagnoses);

    private (OutboundKind, long, string?) Open(
        Session session, RequestHeader header, Institution institution, string hospitalVisitNumber, HisOperation operation, string visitKind, string? chronicDisease, string date,
        RepeatedField<Diagnosis> diagnoses)
    {
        if (InstitutionStore.ByCode(session, institution.Code) is null)
        {
            throw new ForgottenStepException(
                $"本节点没有机构 {institution.Code}；请先导入该机构（institutions import），再执行 recovery retry",
                $"this node has no institution {institution.Code}; import it (institutions import), then run recovery retry");
        }
        return (OutboundKind.Admission, VisitStore.Insert(session, new VisitRow
        {
            Id = 0,
            InstitutionCode = institution.Code,
            HospitalVisitNumber = hospitalVisitNumber,
            InsuredDivision = header.ReceiverDivision,
            AdmissionId = header.TransactionId,
            Admission = vault.Seal(Encoding.UTF8.GetBytes(HisJson.Write(operation)), VisitOpenings.OpeningPurpose),
            State = VisitState.AdmissionSent,
            VisitKind = visitKind,
            ChronicDisease = chronicDisease,
            AdmissionDate = date,
            Diagnoses = Diagnoses.ToJson(diagnoses),
            FeeVersion = 0,
        }), null);
    }

    private static (OutboundKind, long, string?) Settle(Session session, SettleRequest request)
    {
        var visit = VisitOf(session, request.Bill.VisitNumber);
        var moved = Move(session, visit, VisitEvent.SettlementSent, OutboundKind.Settlement);
        VisitStore.SetSettlementId(session, visit.Id, request.Header.TransactionId);
        return moved;
    }

    private static (OutboundKind, long, string?) Cancel(Session session, CancelSettlementRequest request)
    {
        if (VisitStore.FindSettlement(session, request.SettlementNumber) is not { } settlement)
            throw Missing($"结算 {request.SettlementNumber}", $"settlement {request.SettlementNumber}");
        var moved = Move(session, VisitStore.Get(session, settlement.VisitId), VisitEvent.CancellationSent, OutboundKind.SettlementCancellation, settlement.TransactionId);
        VisitStore.SetCancellationId(session, settlement.VisitId, settlement.TransactionId, request.Header.TransactionId);
        return moved;
    }

    private static (OutboundKind, long, string?) Reverse(Session session, ReverseTransactionRequest request)
    {
        if (Outbox.Find(session, request.OriginalTransactionId) is not { } original)
            throw Missing($"被冲正的交易 {request.OriginalTransactionId}", $"transaction {request.OriginalTransactionId}, which it reverses,");
        VisitStore.BeginReversal(session, VisitStore.Get(session, original.VisitId), original.Kind, request.Header.TransactionId);
        return (OutboundKind.Reversal, original.VisitId, original.TransactionId);
    }

    private static (OutboundKind, long, string?) Move(Session session, VisitRow visit, VisitEvent sent, OutboundKind kind, string? originalId = null)
    {
        if (VisitMachine.Next(visit.Course, visit.Known, sent) is null)
        {
            throw new ForgottenStepException(
                $"就诊 {visit.VisitNumber} 的状态不容许这一步（{visit.Known}）；请与对方核对", $"visit {visit.VisitNumber} is in a state ({visit.Known}) that does not allow it; compare with that province");
        }
        VisitStore.Move(session, visit, sent);
        return (kind, visit.Id, originalId);
    }

    private static VisitRow VisitOf(Session session, string number) => VisitStore.ByNumber(session, number) ?? throw Missing($"就诊 {number}", $"visit {number}");

    private static ForgottenStepException Missing(string chinese, string english) => new(
        $"本节点没有{chinese}，对方也未提供；请与对方核对", $"this node does not have {english} and was not given it; compare with that province");

    private static HisPersonReference PersonOf(PersonReference person) => new()
    {
        InsuredDivision = person.InsuredDivision,
        CertificateKind = Said(person.CertificateKind),
        CertificateNumber = Said(person.CertificateNumber),
        SocialSecurityNumber = Said(person.SocialSecurityNumber),
        CardNumber = Said(person.CardNumber),
        PersonNumber = Said(person.PersonNumber),
        Name = Said(person.Name),
    };

    private static List<HisDiagnosis> DiagnosesOf(IEnumerable<Diagnosis> diagnoses) =>
        [.. diagnoses.Select(diagnosis => new HisDiagnosis { Code = diagnosis.Code, Name = Said(diagnosis.Name) })];

    private static string? Said(string text) => text.Length > 0 ? text : null;
}

/// <summary>A forgotten step cannot be taken in again by itself: the message says why and what to do.</summary>
internal sealed class ForgottenStepException(string chinese, string english) : Exception($"{chinese} / {english}")
{
    public string Chinese { get; } = chinese;

    public string English { get; } = english;
}
