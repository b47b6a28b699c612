using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// The insured province's use cases: it knows its people, issues visit and settlement numbers, decides and owes. Each answer is committed
/// together with its effects, and a repeated request gets the committed bytes.
/// </summary>
internal sealed class InsuredAgency(Database database, Inbox inbox, BenefitAssessment assessment, TimeProvider time)
{
    private readonly InsuredUndo _undo = new(inbox, time);

    public VerifyPersonResponse VerifyPerson(VerifyPersonRequest request)
    {
        var reply = database.Read(session => Verify(session, request));
        inbox.Complete(reply, request.Header.TransactionId);
        return reply;
    }

    public Task<RegisterAdmissionResponse> RegisterAdmissionAsync(RegisterAdmissionRequest request, Division sender, CancellationToken cancellation) =>
        inbox.AnswerOnceAsync(request, PeerMethod.RegisterAdmission.Path, sender, session => Admit(session, request, sender), cancellation);

    public Task<RegisterDischargeResponse> RegisterDischargeAsync(RegisterDischargeRequest request, Division sender, CancellationToken cancellation) =>
        inbox.AnswerOnceAsync(request, PeerMethod.RegisterDischarge.Path, sender, session => Discharge(session, request, sender), cancellation);

    public PreviewSettlementResponse PreviewSettlement(PreviewSettlementRequest request, Division sender)
    {
        var reply = database.Read(session => assessment.Assess(session, request.Bill, sender, isPreview: true) is var assessed && assessed.Refusal is { } refusal
            ? new PreviewSettlementResponse { Refusal = refusal }
            : new PreviewSettlementResponse { Decision = assessed.Bill!.ToDecision() });
        inbox.Complete(reply, request.Header.TransactionId);
        return reply;
    }

    public Task<SettleResponse> SettleAsync(SettleRequest request, Division sender, CancellationToken cancellation) =>
        inbox.AnswerOnceAsync(request, PeerMethod.Settle.Path, sender, session => Settle(session, request, sender), cancellation);

    public Task<CancelSettlementResponse> CancelSettlementAsync(CancelSettlementRequest request, Division sender, CancellationToken cancellation) =>
        inbox.AnswerOnceAsync(request, PeerMethod.CancelSettlement.Path, sender, session => _undo.CancelSettlement(session, request, sender), cancellation);

    public Task<CancelAdmissionResponse> CancelAdmissionAsync(CancelAdmissionRequest request, Division sender, CancellationToken cancellation) =>
        inbox.AnswerOnceAsync(request, PeerMethod.CancelAdmission.Path, sender, session => _undo.CancelAdmission(session, request, sender), cancellation);

    public Task<CancelDischargeResponse> CancelDischargeAsync(CancelDischargeRequest request, Division sender, CancellationToken cancellation) =>
        inbox.AnswerOnceAsync(request, PeerMethod.CancelDischarge.Path, sender, session => _undo.CancelDischarge(session, request, sender), cancellation);

    public Task<ReverseTransactionResponse> ReverseTransactionAsync(ReverseTransactionRequest request, Division sender, CancellationToken cancellation) =>
        inbox.AnswerOnceAsync(request, PeerMethod.ReverseTransaction.Path, sender, session => _undo.Reverse(session, request, sender), cancellation);

    public GetTransactionResponse GetTransaction(GetTransactionRequest request, Division sender)
    {
        var reply = new GetTransactionResponse
        {
            Transaction = database.Read(session => inbox.Lookup(session, request.OriginalTransactionId, sender))
                ?? new TransactionRecord { State = TransactionState.NotSeen },
        };
        inbox.Complete(reply, request.Header.TransactionId);
        return reply;
    }

    private VerifyPersonResponse Verify(Session session, VerifyPersonRequest request)
    {
        if (!ChinaTime.TryParseIso(request.ServiceDate, out var day))
            return new() { Refusal = InsuredRefusals.InvalidField("service_date", "应为 yyyy-MM-dd", "yyyy-MM-dd is expected") };
        if (!Division.TryParse(request.TreatmentDivision, out var treatment))
            return new() { Refusal = InsuredRefusals.InvalidField("treatment_division", "应为六位行政区划代码", "a six-digit division code is expected") };
        return assessment.FindInsured(session, request.Person) is var found && found.Refusal is { } refusal
            ? new() { Refusal = refusal }
            : new() { Person = assessment.Describe(session, found.Person!, treatment, day, request.VisitKind, chronicDisease: null) };
    }

    private RegisterAdmissionResponse Admit(Session session, RegisterAdmissionRequest request, Division sender)
    {
        if (RefuseAdmission(request, sender) is { } wrong)
            return new() { Refusal = wrong };
        var found = assessment.FindInsured(session, request.Person);
        if (found.Refusal is { } refusal)
            return new() { Refusal = refusal };
        var (row, day) = (found.Person!, ChinaTime.ParseIso(request.AdmissionDate));
        var treatment = Division.Parse(request.Institution.Division);
        var today = time.Today();
        var visit = new InsuredVisitRow
        {
            VisitNumber = IssuedNumber.Visit(Division.Parse(row.InsuredDivision), today, Counters.Next(session, $"visit.{row.InsuredDivision}.{today.Iso()}")),
            PersonNumber = row.PersonNumber,
            TreatmentProvince = sender.Code,
            TreatmentDivision = treatment.Code,
            InstitutionCode = request.Institution.Code,
            InstitutionLevel = request.Institution.Level,
            HospitalVisitNumber = request.HospitalVisitNumber,
            VisitKind = request.VisitKind,
            AdmissionDate = request.AdmissionDate,
            AdmissionId = request.Header.TransactionId,
            State = InsuredVisitState.Admitted,
        };
        var person = assessment.Describe(session, row, treatment, day, visit.VisitKind, visit.ChronicDisease);
        var (ordinal, deductible) = assessment.AdmissionTerms(session, row, visit, person.Accumulators.Admissions);
        InsuredStore.InsertVisit(session, visit, person.Filing?.FilingNumber);
        return new()
        {
            Admission = new Admission
            {
                VisitNumber = visit.VisitNumber,
                Person = person,
                AdmissionOrdinal = ordinal,
                DeductibleFen = deductible.Value,
            },
        };
    }

    private static Refusal? RefuseAdmission(RegisterAdmissionRequest request, Division sender) => request switch
    {
        { Person: null } => InsuredRefusals.MissingField("person"),
        { Institution: null } => InsuredRefusals.MissingField("institution"),
        { Institution.Code: "" } => InsuredRefusals.MissingField("institution.code"),
        _ when request.Institution.Code.Any(char.IsControl) =>
            InsuredRefusals.InvalidField("institution.code", "含控制字符", "contains a control character"),
        { HospitalVisitNumber: "" } => InsuredRefusals.MissingField("hospital_visit_number"),
        _ when !BenefitCodes.VisitKinds.Contains(request.VisitKind) =>
            InsuredRefusals.InvalidField("visit_kind", "不是交换码", "not an exchange code"),
        _ when !Division.TryParse(request.Institution.Division, out _) =>
            InsuredRefusals.InvalidField("institution.division", "应为六位行政区划代码", "a six-digit division code is expected"),
        // Filings are for an area: a province speaks for its own hospitals only.
        _ when Division.Parse(request.Institution.Division).Province != sender =>
            InsuredRefusals.InvalidField("institution.division", $"不属于就医省 {sender.Code}", $"not in the sending province {sender.Code}"),
        _ when InstitutionTiers.OfLevel(request.Institution.Level) is null =>
            InsuredRefusals.InvalidField("institution.level", "不是交换码 01..11", "not an exchange code 01..11"),
        _ when !ChinaTime.TryParseIso(request.AdmissionDate, out _) =>
            InsuredRefusals.InvalidField("admission_date", "应为 yyyy-MM-dd", "yyyy-MM-dd is expected"),
        _ when request.Diagnoses.Count == 0 => InsuredRefusals.MissingField("diagnoses"),
        _ => null,
    };

    private static RegisterDischargeResponse Discharge(Session session, RegisterDischargeRequest request, Division sender)
    {
        if (!ChinaTime.TryParseIso(request.DischargeDate, out var date))
            return new() { Refusal = InsuredRefusals.InvalidField("discharge_date", "应为 yyyy-MM-dd", "yyyy-MM-dd is expected") };
        if (InsuredStore.FindVisit(session, request.VisitNumber) is not { } visit || visit.TreatmentProvince != sender.Code)
            return new() { Refusal = InsuredRefusals.VisitNotFound() };
        if (visit.State is InsuredVisitState.Settled)
            return new() { Refusal = InsuredRefusals.VisitState("已结算", "settled", "在院或已出院未结算", "admitted, or discharged and not settled") };
        if (visit.State is InsuredVisitState.Undone)
            return new() { Refusal = InsuredRefusals.VisitState("入院登记已撤销", "admission undone", "在院或已出院未结算", "admitted, or discharged and not settled") };
        if (date < ChinaTime.ParseIso(visit.AdmissionDate))
            return new() { Refusal = InsuredRefusals.DateOutsideStay("discharge_date", date, ChinaTime.ParseIso(visit.AdmissionDate), null) };
        InsuredUndoStore.Discharge(session, new InsuredDischargeRow
        {
            TransactionId = request.Header.TransactionId,
            VisitNumber = visit.VisitNumber,
            DischargeDate = request.DischargeDate,
            Corrects = visit.DischargeId,
        });
        return new() { Discharge = new DischargeRecord { VisitNumber = visit.VisitNumber, DischargeDate = request.DischargeDate } };
    }

    private SettleResponse Settle(Session session, SettleRequest request, Division sender)
    {
        var assessed = assessment.Assess(session, request.Bill, sender, isPreview: false);
        if (assessed.Refusal is { } refusal)
            return new() { Refusal = refusal };
        var bill = assessed.Bill!;
        var (now, today) = time.Moment();
        var insured = Division.Parse(bill.Row.InsuredDivision);
        var settlement = bill.ToSettlement(
            IssuedNumber.Settlement(insured, today, Counters.Next(session, $"settlement.{insured.Code}.{today.Iso()}")),
            request.Header.TransactionId, now, today);
        InsuredStore.InsertSettlement(session, settlement, bill.Benefit.Delta);
        InsuredStore.Accumulate(session, settlement, InsuredStore.SettlementLayers(session, settlement.SettlementNumber), sign: 1);
        InsuredStore.MoveAccount(session, bill.Row.PersonNumber, -settlement.AccountFen);
        InsuredStore.MoveVisit(session, bill.Visit.VisitNumber, InsuredVisitState.Discharged, InsuredVisitState.Settled);
        SettlementPostings.Append(session, settlement, settlement.TransactionId, PostingEvent.Settlement, today, now);
        var decision = bill.ToDecision();
        // The receipt shows what is left in the account, not what was there.
        decision.Person.AccountBalanceFen -= settlement.AccountFen;
        var answer = new Settlement
        {
            SettlementNumber = settlement.SettlementNumber,
            VisitNumber = settlement.VisitNumber,
            SettledAtMs = now,
            BusinessDate = today.Iso(),
            Decision = decision,
        };
        LedgerBook.Settled(session, LedgerSide.Insured, sender, settlement.TransactionId, answer, bill.Visit.InstitutionCode, bill.Visit.VisitKind);
        return new() { Settlement = answer };
    }
}
