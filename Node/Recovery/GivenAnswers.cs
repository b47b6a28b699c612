using Provincial.Exchange.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Recovery;

/// <summary>
/// The effects of an answer that was given, from the answer alone: where this node would decide otherwise now (a person or policy imported after
/// the backup is missing, say), the figures the other province and the patient were told are the ones that count.
/// </summary>
internal sealed class GivenAnswers(PersonStore persons)
{
    private const int Insured = 1;

    /// <returns>What is missing beside the answer; null when nothing is.</returns>
    /// <exception cref="ForgottenStepException">What it rests on is not there, or nobody can say what the answer did.</exception>
    public Remark? Book(Session session, ForgottenExchange exchange) => (exchange.Request, exchange.Reply) switch
    {
        (RegisterAdmissionRequest request, RegisterAdmissionResponse reply) => Open(session, exchange, request.Institution, request.HospitalVisitNumber, request.VisitKind, "", request.AdmissionDate, reply.Admission),
        (RegisterOutpatientRequest request, RegisterOutpatientResponse reply) => Open(
            session, exchange, request.Institution, request.HospitalVisitNumber, request.VisitKind, request.ChronicDisease, request.VisitDate, reply.Visit),
        (RegisterDischargeRequest request, _) => Discharge(session, request),
        (SettleRequest request, SettleResponse reply) => Settle(session, exchange, request, reply.Settlement),
        (CancelSettlementRequest request, CancelSettlementResponse reply) => Cancel(session, request, reply.Cancellation),
        _ => throw new ForgottenStepException("本节点现在会作出不同应答，且不能只凭应答入账；请与对方核对后 recovery retry 或 set-aside",
            "this node would answer otherwise now, and the answer alone does not say what to book; compare with that province, then recovery retry or set-aside"),
    };

    private Remark? Open(
        Session session, ForgottenExchange exchange, Institution institution, string hospitalVisitNumber, string visitKind, string chronicDisease, string date, Admission admission)
    {
        var remark = Keep(session, admission.Person);
        InsuredStore.InsertVisit(session, new InsuredVisitRow
        {
            VisitNumber = admission.VisitNumber,
            PersonNumber = admission.Person.PersonNumber,
            TreatmentProvince = exchange.Peer.Code,
            TreatmentDivision = institution.Division,
            InstitutionCode = institution.Code,
            InstitutionLevel = institution.Level,
            HospitalVisitNumber = hospitalVisitNumber,
            VisitKind = visitKind,
            ChronicDisease = chronicDisease.Length > 0 ? chronicDisease : null,
            AdmissionDate = date,
            AdmissionId = exchange.TransactionId,
            State = InsuredVisitState.Admitted,
        }, admission.Person.Filing?.FilingNumber);
        return remark;
    }

    /// <summary>A person imported after the backup: what the answer said of them, until the file is imported again.</summary>
    private Remark? Keep(Session session, Person person)
    {
        if (PersonStore.ByNumber(session, person.PersonNumber) is not null)
            return null;
        persons.Put(session, person, Insured);
        return new("该参保人在备份中没有，已按当时应答补建；请重新导入参保人员表", "the person is not in the backup and was made from the answer; import the persons' file again");
    }

    private static Remark? Discharge(Session session, RegisterDischargeRequest request)
    {
        InsuredUndoStore.Discharge(session, new InsuredDischargeRow
        {
            TransactionId = request.Header.TransactionId,
            VisitNumber = VisitOf(session, request.VisitNumber).VisitNumber,
            DischargeDate = request.DischargeDate,
            Corrects = VisitOf(session, request.VisitNumber).DischargeId,
        });
        return null;
    }

    private Remark? Settle(Session session, ForgottenExchange exchange, SettleRequest request, Settlement answer)
    {
        var visit = VisitOf(session, answer.VisitNumber);
        var remark = Keep(session, answer.Decision.Person);
        var settlement = RowOf(exchange, request, answer, isFirst: InsuredStore.StaySoFar(session, visit.VisitNumber) is null);
        var layers = LayersOf(answer.Decision.Payments);
        InsuredStore.InsertSettlement(session, settlement, DeltaOf(settlement, layers));
        InsuredStore.Accumulate(session, settlement, InsuredStore.SettlementLayers(session, settlement.SettlementNumber), sign: 1);
        // Somebody made from this answer has what it left; a known person's account lacks this settlement, whatever else is still to be taken in.
        if (remark is null)
            InsuredStore.MoveAccount(session, settlement.PersonNumber, -settlement.AccountFen);
        InsuredStore.Settle(session, visit, settlement);
        var on = ChinaTime.ParseIso(answer.BusinessDate);
        SettlementPostings.Append(session, settlement, settlement.TransactionId, PostingEvent.Settlement, on, answer.SettledAtMs);
        LedgerBook.Settled(session, LedgerSide.Insured, exchange.Peer, exchange.TransactionId, answer, visit.InstitutionCode, visit.VisitKind);
        return remark ?? (layers.Count > 0
            ? new Remark("补充待遇各层的年度基数只能由当时应答推得，请核对该参保人的年度累计", "what reached the supplementary layers is taken from what they paid; look at the person's accumulators")
            : null);
    }

    private static Remark? Cancel(Session session, CancelSettlementRequest request, Cancellation answer)
    {
        var settlement = InsuredStore.FindSettlement(session, request.SettlementNumber)
            ?? throw new ForgottenStepException($"本节点没有结算 {request.SettlementNumber}，对方也未提供", $"this node does not have settlement {request.SettlementNumber} and was not given it");
        InsuredUndoSteps.TakeBack(session, settlement,
            new Undo(request.Header.TransactionId, settlement.TransactionId, ByReversal: false, answer.CancelledAtMs, ChinaTime.ParseIso(answer.BusinessDate)));
        return null;
    }

    private static InsuredVisitRow VisitOf(Session session, string number) => InsuredStore.FindVisit(session, number)
        ?? throw new ForgottenStepException($"本节点没有就诊 {number}，对方也未提供", $"this node does not have visit {number} and was not given it");

    private static InsuredSettlementRow RowOf(ForgottenExchange exchange, SettleRequest request, Settlement answer, bool isFirst)
    {
        var (person, charges, payments) = (answer.Decision.Person, answer.Decision.Charges, answer.Decision.Payments);
        var figures = SettlementFigures.Of(charges, payments);
        return new InsuredSettlementRow
        {
            SettlementNumber = answer.SettlementNumber,
            TransactionId = exchange.TransactionId,
            VisitNumber = answer.VisitNumber,
            PersonNumber = person.PersonNumber,
            TreatmentProvince = exchange.Peer.Code,
            Scheme = person.Scheme,
            ServiceDate = request.Bill.ServiceDate,
            AccumulatorYear = person.Accumulators.Year,
            AdmissionOrdinal = answer.Decision.AdmissionOrdinal,
            PolicyVersion = answer.Decision.PolicyVersion,
            SettledAtMs = answer.SettledAtMs,
            BusinessDate = answer.BusinessDate,
            State = 1,
            Interim = request.Interim,
            Admissions = isFirst ? 1 : 0,
            TotalFen = figures.TotalFen,
            FullSelfPayFen = figures.FullSelfPayFen,
            OverLimitFen = figures.OverLimitFen,
            PreSelfPayFen = figures.PreSelfPayFen,
            InScopeFen = figures.InScopeFen,
            DeductibleFen = figures.DeductibleFen,
            PoolFen = figures.PoolFen,
            CivilServantFen = figures.CivilServantFen,
            EnterpriseFen = figures.EnterpriseFen,
            EmployeeLargeAmountFen = figures.EmployeeLargeAmountFen,
            ResidentCriticalIllnessFen = figures.ResidentCriticalIllnessFen,
            MedicalAidFen = figures.MedicalAidFen,
            OtherFundFen = figures.OtherFundFen,
            FundTotalFen = figures.FundTotalFen,
            AccountFen = figures.AccountFen,
            CashFen = figures.CashFen,
            PersonalTotalFen = figures.PersonalTotalFen,
            HospitalBorneFen = figures.HospitalBorneFen,
        };
    }

    private static BenefitDelta DeltaOf(InsuredSettlementRow settlement, Dictionary<string, Fen> layers) => new()
    {
        DeductiblePaid = new Fen(settlement.DeductibleFen),
        PoolPaid = new Fen(settlement.PoolFen),
        LayerPaid = layers,
        LayerBase = layers,
    };

    /// <summary>An answer says what each kind of fund paid, and nothing of the policy's own names for its layers.</summary>
    private static Dictionary<string, Fen> LayersOf(Payments payments) => new (string Kind, long Fen)[]
    {
        ("civil_servant", payments.CivilServantFen), ("enterprise_supplement", payments.EnterpriseFen), ("employee_large_amount", payments.EmployeeLargeAmountFen),
        ("resident_critical_illness", payments.ResidentCriticalIllnessFen), ("medical_aid", payments.MedicalAidFen), ("other", payments.OtherFen),
    }.Where(layer => layer.Fen != 0).ToDictionary(layer => layer.Kind, layer => new Fen(layer.Fen));
}
