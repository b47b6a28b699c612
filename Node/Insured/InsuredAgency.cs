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
internal sealed class InsuredAgency(Database database, Inbox inbox, BenefitAssessment assessment, TimeProvider time, ISettlementGate? gate = null)
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

    public Task<RegisterOutpatientResponse> RegisterOutpatientAsync(RegisterOutpatientRequest request, Division sender, CancellationToken cancellation) =>
        inbox.AnswerOnceAsync(request, PeerMethod.RegisterOutpatient.Path, sender, session => Register(session, request, sender), cancellation);

    public Task<RegisterDischargeResponse> RegisterDischargeAsync(RegisterDischargeRequest request, Division sender, CancellationToken cancellation) =>
        inbox.AnswerOnceAsync(request, PeerMethod.RegisterDischarge.Path, sender, session => Discharge(session, request, sender), cancellation);

    public PreviewSettlementResponse PreviewSettlement(PreviewSettlementRequest request, Division sender)
    {
        var reply = database.Read(session => assessment.Assess(session, request.Bill, sender, BillPurpose.Preview) is var assessed && (assessed.Refusal ?? gate?.Refuse(session, sender)) is { } refusal
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

    /// <summary>What a request that changes something is answered now, without id and time; its effects are written in the session.</summary>
    /// <returns>Null for a request of another agency, or one that changes nothing.</returns>
    public IExchangeReply? Decide(Session session, IExchangeRequest request, Division sender) => request switch
    {
        RegisterAdmissionRequest admission => Admit(session, admission, sender),
        RegisterOutpatientRequest outpatient => Register(session, outpatient, sender),
        RegisterDischargeRequest discharge => Discharge(session, discharge, sender),
        SettleRequest settle => Settle(session, settle, sender),
        CancelSettlementRequest cancel => _undo.CancelSettlement(session, cancel, sender),
        CancelAdmissionRequest cancel => _undo.CancelAdmission(session, cancel, sender),
        CancelDischargeRequest cancel => _undo.CancelDischarge(session, cancel, sender),
        ReverseTransactionRequest reverse => _undo.Reverse(session, reverse, sender),
        _ => null,
    };

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
        var found = assessment.FindInsured(session, request.Person, day);
        if (found.Person is not { } row)
            return new() { Refusal = found.Refusal };
        return new() { Person = assessment.Describe(session, row, FilingStore.For(session, row.PersonNumber, treatment, day), day, request.VisitKind, chronicDisease: null) };
    }

    private RegisterAdmissionResponse Admit(Session session, RegisterAdmissionRequest request, Division sender)
    {
        if (ClearingTypes.IsOutpatient(request.VisitKind))
            return new() { Refusal = InsuredRefusals.InvalidField("visit_kind", "门诊类别应使用 RegisterOutpatient", "an outpatient kind is registered with RegisterOutpatient") };
        if (RefuseOpening(VisitOpening.Of(request), sender) is { } wrong)
            return new() { Refusal = wrong };
        var found = assessment.FindInsured(session, request.Person, ChinaTime.ParseIso(request.AdmissionDate));
        return found.Refusal is { } refusal
            ? new() { Refusal = refusal }
            : new() { Admission = Open(session, found.Person!, VisitOpening.Of(request), sender) };
    }

    /// <summary>Beside what an admission checks: the disease of a chronic disease visit, and that a plan covers the visit, for its bill follows at once.</summary>
    private RegisterOutpatientResponse Register(Session session, RegisterOutpatientRequest request, Division sender)
    {
        var opening = VisitOpening.Of(request);
        if ((RefuseOutpatient(request) ?? RefuseOpening(opening, sender)) is { } wrong)
            return new() { Refusal = wrong };
        var day = ChinaTime.ParseIso(opening.Date);
        var found = assessment.FindInsured(session, request.Person, day);
        if ((found.Refusal ?? assessment.RefuseUncovered(found.Person!, request.VisitKind, opening.ChronicDisease, day)) is { } refusal)
            return new() { Refusal = refusal };
        return new() { Visit = Open(session, found.Person!, opening, sender) };
    }

    private Admission Open(Session session, PersonRow row, VisitOpening request, Division sender)
    {
        var (day, treatment) = (ChinaTime.ParseIso(request.Date), Division.Parse(request.Institution.Division));
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
            ChronicDisease = request.ChronicDisease,
            AdmissionDate = request.Date,
            AdmissionId = request.TransactionId,
            State = InsuredVisitState.Admitted,
        };
        var person = assessment.Describe(session, row, FilingStore.For(session, row.PersonNumber, treatment, day), day, visit.VisitKind, visit.ChronicDisease);
        var (ordinal, deductible) = assessment.AdmissionTerms(session, row, visit, person);
        InsuredStore.InsertVisit(session, visit, person.Filing?.FilingNumber);
        return new Admission
        {
            VisitNumber = visit.VisitNumber,
            Person = person,
            AdmissionOrdinal = ordinal,
            DeductibleFen = deductible.Value,
        };
    }

    private static Refusal? RefuseOutpatient(RegisterOutpatientRequest request) => request switch
    {
        _ when !ClearingTypes.IsOutpatient(request.VisitKind) =>
            InsuredRefusals.InvalidField("visit_kind", "不是门诊类别的交换码", "not an exchange code of an outpatient kind"),
        { VisitKind: BenefitCodes.ChronicOutpatient, ChronicDisease: "" } => InsuredRefusals.MissingField("chronic_disease"),
        { VisitKind: BenefitCodes.ChronicOutpatient } when !BenefitCodes.ChronicDiseases.Contains(request.ChronicDisease) =>
            InsuredRefusals.InvalidField("chronic_disease", $"不是交换码 {string.Join("、", BenefitCodes.ChronicDiseases)}", $"not one of the exchange codes {string.Join(", ", BenefitCodes.ChronicDiseases)}"),
        { VisitKind: not BenefitCodes.ChronicOutpatient, ChronicDisease.Length: > 0 } =>
            InsuredRefusals.InvalidField("chronic_disease", $"只有就诊类型 {BenefitCodes.ChronicOutpatient} 有病种", $"only visit kind {BenefitCodes.ChronicOutpatient} names a disease"),
        _ => null,
    };

    private static Refusal? RefuseOpening(VisitOpening request, Division sender) => request switch
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
        _ when !ChinaTime.TryParseIso(request.Date, out _) =>
            InsuredRefusals.InvalidField(request.DateField, "应为 yyyy-MM-dd", "yyyy-MM-dd is expected"),
        { DiagnosisCount: 0 } when !ClearingTypes.IsOutpatient(request.VisitKind) => InsuredRefusals.MissingField("diagnoses"),
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
        if (ClearingTypes.IsOutpatient(visit.VisitKind))
            return new() { Refusal = InsuredRefusals.NoDischarge() };
        if (date < ChinaTime.ParseIso(visit.AdmissionDate))
            return new() { Refusal = InsuredRefusals.DateOutsideStay("discharge_date", date, ChinaTime.ParseIso(visit.AdmissionDate), null) };
        if (InsuredStore.LastServiceDate(session, visit.VisitNumber) is { } settled && date < ChinaTime.ParseIso(settled))
            return new() { Refusal = InsuredRefusals.DateOutsideStay("discharge_date", date, ChinaTime.ParseIso(settled), null) };
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
        var assessed = assessment.Assess(session, request.Bill, sender, request.Interim ? BillPurpose.Interim : BillPurpose.Settlement);
        if ((assessed.Refusal ?? gate?.Refuse(session, sender)) is { } refusal)
            return new() { Refusal = refusal };
        var bill = assessed.Bill!;
        var (now, today) = time.Moment();
        var insured = Division.Parse(bill.Row.InsuredDivision);
        var settlement = bill.ToSettlement(
            IssuedNumber.Settlement(insured, today, Counters.Next(session, $"settlement.{insured.Code}.{today.Iso()}")),
            request.Header.TransactionId, now, today);
        InsuredStore.InsertSettlement(session, settlement, bill.Benefit.Delta);
        FilingStore.RecordUse(session, settlement.SettlementNumber, settlement.VisitNumber, bill.Filing);
        InsuredStore.Accumulate(session, settlement, InsuredStore.SettlementLayers(session, settlement.SettlementNumber), sign: 1);
        InsuredStore.MoveAccount(session, bill.Row.PersonNumber, -settlement.AccountFen);
        InsuredStore.Settle(session, bill.Visit, settlement);
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

    /// <summary>What opens a visit, of either kind, after it was found to be whole.</summary>
    /// <param name="DateField">The field that the date came in.</param>
    private sealed record VisitOpening(
        string TransactionId, PersonReference? Person, Institution Institution, string VisitKind, string? ChronicDisease, string Date, string DateField,
        string HospitalVisitNumber, int DiagnosisCount)
    {
        public static VisitOpening Of(RegisterAdmissionRequest request) => new(
            request.Header.TransactionId, request.Person, request.Institution, request.VisitKind, null, request.AdmissionDate, "admission_date",
            request.HospitalVisitNumber, request.Diagnoses.Count);

        public static VisitOpening Of(RegisterOutpatientRequest request) => new(
            request.Header.TransactionId, request.Person, request.Institution, request.VisitKind, request.ChronicDisease is "" ? null : request.ChronicDisease,
            request.VisitDate, "visit_date", request.HospitalVisitNumber, request.Diagnoses.Count);
    }
}
