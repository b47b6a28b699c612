using Provincial.Exchange.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// Everything that is asked before money moves: who the person is, whether insurance and filing hold, whether the bill adds up, and what the
/// policy decides. Preview and settlement share it, so they cannot disagree. Writes nothing.
/// </summary>
internal sealed class BenefitAssessment(Division province, PersonStore persons, BenefitPolicySource policy, FilingRules filings)
{
    private const string Emergency = "05";

    /// <summary>The person a request means, insured or not.</summary>
    public (PersonRow? Person, Refusal? Refusal) FindPerson(Session session, PersonReference? reference)
    {
        if (reference is null)
            return (null, InsuredRefusals.MissingField("person"));
        if (reference is { CertificateNumber: "", SocialSecurityNumber: "", CardNumber: "", PersonNumber: "" })
            return (null, InsuredRefusals.MissingField("person.certificate_number"));
        if (persons.Find(session, reference) is not { } row)
            return (null, InsuredRefusals.PersonNotFound());
        if (MismatchOf(reference, persons.Open(row)) is { } field)
            return (null, InsuredRefusals.PersonMismatch(field));
        return (row, null);
    }

    /// <summary>The person a request means, insured on a day; the row is that of the day.</summary>
    public (PersonRow? Person, Refusal? Refusal) FindInsured(Session session, PersonReference? reference, DateOnly on)
    {
        var found = FindPerson(session, reference);
        if (found.Person is not { } row)
            return found;
        var standing = PersonEventStore.Standing(session, row, on);
        return standing.IsInsured ? (standing.Of(row), null) : (null, InsuredRefusals.NotInsured(standing));
    }

    /// <summary>The person with account, year and the filing that applies.</summary>
    public Person Describe(Session session, PersonRow row, FilingRow? filing, DateOnly on, string visitKind, string? chronicDisease)
    {
        var person = persons.Open(row);
        (person.InsuredDivision, person.Scheme, person.PersonClass) = (row.InsuredDivision, row.Scheme, row.PersonClass);
        var year = InsuredStore.Accumulator(session, row.PersonNumber, on.Year);
        var layers = InsuredStore.AccumulatorLayers(session, row.PersonNumber, on.Year);
        person.AccountBalanceFen = row.AccountBalanceFen;
        person.Accumulators = new Accumulators
        {
            Year = on.Year,
            DeductiblePaidFen = year.DeductiblePaidFen,
            PoolPaidFen = year.PoolPaidFen,
            LayersPaidFen = layers.Sum(layer => layer.PaidFen),
            Admissions = year.Admissions,
        };
        if (PlanOf(row, visitKind.Length > 0 ? visitKind : "21", chronicDisease, on) is { } plan)
            AddLimits(person.Accumulators, plan, row.PersonClass, PartsOf(session, row.PersonNumber, on.Year));
        if (filing is not null)
            person.Filing = FilingAgency.ToMessage(filing);
        return person;
    }

    /// <summary>
    /// Which admission of the year a visit is as its plan counts, and the deductible it carries as things stand if it stays one stretch: what the
    /// year has paid already is taken off. Zero where no plan covers it (the settlement will say why).
    /// </summary>
    public (int Ordinal, Fen Deductible) AdmissionTerms(Session session, PersonRow row, InsuredVisitRow visit, Person person)
    {
        var on = ChinaTime.ParseIso(visit.AdmissionDate);
        if (PlanOf(row, visit.VisitKind, visit.ChronicDisease, on) is not { } plan || InstitutionTiers.OfLevel(visit.InstitutionLevel) is not { } tier)
            return (person.Accumulators.Admissions + 1, Fen.Zero);
        var filed = Counted(FilingStore.For(session, row.PersonNumber, Division.Parse(visit.TreatmentDivision), on), visit.VisitKind, row)?.Kind;
        return BenefitCalculation.AdmissionTerms(plan, CaseOf(session, new Bill { Charges = new Charges() }, visit, row, person, filed, on), tier);
    }

    /// <summary>Why no plan covers a visit of a person on a day; null when one does.</summary>
    public Refusal? RefuseUncovered(PersonRow row, string visitKind, string? chronicDisease, DateOnly on) =>
        policy.Policy is null ? NoPolicy()
        : PlanOf(row, visitKind, chronicDisease, on) is null ? InsuredRefusals.NoPlan(visitKind, chronicDisease, on)
        : null;

    public (AssessedBill? Bill, Refusal? Refusal) Assess(Session session, Bill? bill, Division sender, BillPurpose purpose)
    {
        if (BillRules.FirstFault(bill) is { } fault)
            return (null, fault);
        if (InsuredStore.FindVisit(session, bill!.VisitNumber) is not { } visit || visit.TreatmentProvince != sender.Code)
            return (null, InsuredRefusals.VisitNotFound());
        if (BillRules.FaultAgainst(visit, bill, purpose) is { } outside)
            return (null, outside);
        var row = PersonStore.ByNumber(session, visit.PersonNumber)
            ?? throw new InvalidOperationException("A visit names a person that is not stored.");
        var standing = PersonEventStore.Standing(session, row, ChinaTime.ParseIso(bill.ServiceDate));
        // The division that insured the person at the admission pays for the whole stay; the visit number names it.
        return standing.IsInsured
            ? Decide(session, bill, visit, standing.Of(row) with { InsuredDivision = IssuedNumber.InsuredOf(visit.VisitNumber).Code }, purpose)
            : (null, InsuredRefusals.NotInsured(standing));
    }

    private (AssessedBill?, Refusal?) Decide(Session session, Bill bill, InsuredVisitRow visit, PersonRow row, BillPurpose purpose)
    {
        if (policy.Policy is null)
            return (null, NoPolicy());
        var day = ChinaTime.ParseIso(bill.ServiceDate);
        var treatment = Division.Parse(visit.TreatmentDivision);
        // What is recorded now counts, so a filing made after the admission does; that it held on the admission date decides, so one that ran out since does too.
        var admission = ChinaTime.ParseIso(visit.AdmissionDate);
        var counted = Counted(FilingStore.For(session, row.PersonNumber, treatment, admission), visit.VisitKind, row);
        var person = Describe(session, row, counted?.Filing, day, visit.VisitKind, visit.ChronicDisease);
        var stay = InsuredStore.StaySoFar(session, visit.VisitNumber);
        var asked = CaseOf(session, bill, visit, row, person, counted?.Kind, day) with { Stay = stay };
        var outcome = policy.Policy.Decide(asked);
        return outcome switch
        {
            BenefitDecision decision => (new AssessedBill(visit, row, person, bill, decision, counted, policy.Hash)
            {
                Interim = purpose is BillPurpose.Interim,
                Admissions = stay is null ? 1 : 0,
                CountedBefore = CountedBefore(asked, PlanOf(row, visit.VisitKind, visit.ChronicDisease, day)!),
            }, null),
            BenefitRefusal { Code: BenefitRefusalCode.FilingRequired } => (null, RefuseUnfiled(session, row, treatment, admission)),
            BenefitRefusal refusal => (null, InsuredRefusals.PolicyMissing(refusal.Chinese, refusal.English)),
            _ => throw new InvalidOperationException("A benefit outcome is neither a decision nor a refusal."),
        };
    }

    private static BenefitCase CaseOf(Session session, Bill bill, InsuredVisitRow visit, PersonRow row, Person person, string? filingKind, DateOnly day)
    {
        var layers = InsuredStore.AccumulatorLayers(session, row.PersonNumber, day.Year);
        return new BenefitCase
        {
            PoolingArea = Division.Parse(row.InsuredDivision),
            Scheme = row.Scheme,
            PersonClass = row.PersonClass,
            InstitutionLevel = visit.InstitutionLevel,
            VisitKind = visit.VisitKind,
            ChronicDisease = visit.ChronicDisease,
            FilingKind = filingKind,
            AdmissionOrdinal = person.Accumulators.Admissions + 1,
            ServiceDate = day,
            StayDays = BenefitCase.DaysOf(ChinaTime.ParseIso(visit.AdmissionDate), day),
            Total = new Fen(bill.Charges.TotalFen),
            FullSelfPay = new Fen(bill.Charges.FullSelfPayFen),
            OverLimit = new Fen(bill.Charges.OverLimitFen),
            PreSelfPay = new Fen(bill.Charges.PreSelfPayFen),
            InScope = new Fen(bill.Charges.InScopeFen),
            PoolPaidYear = new Fen(person.Accumulators.PoolPaidFen),
            DeductiblePaidYear = new Fen(person.Accumulators.DeductiblePaidFen),
            YearByKind = PartsOf(session, row.PersonNumber, day.Year),
            LayerPaidYear = layers.ToDictionary(layer => layer.Layer, layer => new Fen(layer.PaidFen)),
            LayerBaseYear = layers.ToDictionary(layer => layer.Layer, layer => new Fen(layer.BaseFen)),
            AccountBalance = new Fen(row.AccountBalanceFen),
            AccountRequested = bill.HasAccountRequestedFen ? new Fen(bill.AccountRequestedFen) : null,
        };
    }

    /// <summary>No more of the year than the plan looks at: what else happened to the person is not the treatment side's business.</summary>
    private static CountedBefore CountedBefore(BenefitCase asked, BenefitPlan plan)
    {
        var counted = new CountedBefore
        {
            DeductiblePaidFen = asked.DeductiblePaidIn(plan.Deductible.Scope).Value,
            PoolPaidFen = asked.PoolPaidIn(plan.PoolCap?.Scope).Value,
            FilingKind = asked.FilingKind ?? "",
        };
        counted.Layers.Add(plan.Layers.Select(layer => new CountedLayer
        {
            Layer = layer.Id,
            PaidYearFen = asked.LayerPaidYear.GetValueOrDefault(layer.Id).Value,
            BaseYearFen = asked.LayerBaseYear.GetValueOrDefault(layer.Id).Value,
            BaseStayFen = asked.Stay?.LayerBase.GetValueOrDefault(layer.Id).Value ?? 0,
        }).Where(layer => layer is not { PaidYearFen: 0, BaseYearFen: 0, BaseStayFen: 0 }));
        return counted;
    }

    private Refusal NoPolicy() => InsuredRefusals.PolicyMissing(
        $"参保地 {province.Code} 未加载待遇政策。", $"the insured province {province.Code} has no benefit policy loaded.");

    private CountedFiling? Counted(FilingRow? filing, string visitKind, PersonRow row) =>
        filing is not null ? new CountedFiling(filing, filing.Kind)
        : filings.For(Division.Parse(row.InsuredDivision)).EmergencyVisitKinds.Contains(visitKind) ? new CountedFiling(null, Emergency)
        : null;

    private static Refusal RefuseUnfiled(Session session, PersonRow row, Division treatment, DateOnly admission)
    {
        var effective = FilingStore.Standing(session, row.PersonNumber).FindAll(filing => filing.State is FilingStatus.Effective);
        return effective.Count == 0 ? InsuredRefusals.FilingMissing()
            : effective.Exists(filing => filing.IsValidOn(admission.Iso())) ? InsuredRefusals.FilingArea(treatment)
            : InsuredRefusals.FilingExpired(admission);
    }

    private BenefitPlan? PlanOf(PersonRow row, string visitKind, string? chronicDisease, DateOnly on) =>
        policy.Policy?.Find(Division.Parse(row.InsuredDivision), row.Scheme, visitKind, chronicDisease, row.PersonClass, on);

    private static IReadOnlyList<YearPart> PartsOf(Session session, string personNumber, int year) => [.. InsuredStore.YearParts(session, personNumber, year, before: null).Select(part => part.ToPart())];

    private static void AddLimits(Accumulators year, BenefitPlan plan, string personClass, IReadOnlyList<YearPart> parts)
    {
        if (plan.PoolCap is { } cap)
        {
            var used = cap.Per is not Counting.PerYear ? 0 : cap.Scope is { } scope ? parts.Where(scope.Counts).Sum(part => part.PoolPaid.Value) : year.PoolPaidFen;
            year.PoolRemainingFen = Math.Max(0, cap.Amounts.For(personClass).Value - used);
        }
        var capped = plan.Layers.Where(layer => layer.Covers(personClass)).Select(layer => layer.AnnualCap).ToList();
        if (capped.Count > 0 && capped.TrueForAll(amount => amount is not null))
            year.LayersRemainingFen = Math.Max(0, capped.Sum(amount => amount!.Value.Value) - year.LayersPaidFen);
    }

    private static string? MismatchOf(PersonReference stated, Person known) => stated switch
    {
        { Name.Length: > 0 } when stated.Name.Trim() != known.Name => "person.name",
        { SocialSecurityNumber.Length: > 0 } when !Same(stated.SocialSecurityNumber, known.SocialSecurityNumber) => "person.social_security_number",
        { CardNumber.Length: > 0 } when !Same(stated.CardNumber, known.CardNumber) => "person.card_number",
        { CertificateNumber.Length: > 0, CertificateKind.Length: > 0 }
            when !Same(stated.CertificateNumber, stated.CertificateKind == known.CertificateKind ? known.CertificateNumber : known.SocialSecurityNumber) =>
            "person.certificate_number",
        _ => null,
    };

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A bill the policy has decided, with everything it was decided from.</summary>
/// <param name="PolicyHash">Of the policy file that decided.</param>
internal sealed record AssessedBill(InsuredVisitRow Visit, PersonRow Row, Person Person, Bill Bill, BenefitDecision Benefit, CountedFiling? Filing, string PolicyHash)
{
    /// <summary>The stay goes on.</summary>
    public bool Interim { get; init; }

    /// <summary>What it adds to the settlements its year counts: a stay counts once.</summary>
    public required int Admissions { get; init; }

    public required CountedBefore CountedBefore { get; init; }

    public Decision ToDecision()
    {
        var decision = new Decision
        {
            Person = Person,
            Charges = Bill.Charges,
            Payments = ToSettlement("", "", 0, default).ToPayments(),
            AdmissionOrdinal = Benefit.AdmissionOrdinal,
            PolicyVersion = Benefit.PolicyVersion,
            CountedBefore = CountedBefore,
        };
        decision.Steps.Add(Benefit.Steps.Select(ToStep));
        return decision;
    }

    public InsuredSettlementRow ToSettlement(string number, string transactionId, long settledAtMs, DateOnly businessDate) => new()
    {
        SettlementNumber = number,
        TransactionId = transactionId,
        VisitNumber = Visit.VisitNumber,
        PersonNumber = Row.PersonNumber,
        TreatmentProvince = Visit.TreatmentProvince,
        Scheme = Row.Scheme,
        ServiceDate = Bill.ServiceDate,
        AccumulatorYear = Person.Accumulators.Year,
        AdmissionOrdinal = Benefit.AdmissionOrdinal,
        PolicyVersion = Benefit.PolicyVersion,
        PolicyHash = PolicyHash,
        SettledAtMs = settledAtMs,
        BusinessDate = businessDate.Iso(),
        State = 1,
        Interim = Interim,
        Admissions = Admissions,
        TotalFen = Bill.Charges.TotalFen,
        FullSelfPayFen = Bill.Charges.FullSelfPayFen,
        OverLimitFen = Bill.Charges.OverLimitFen,
        PreSelfPayFen = Bill.Charges.PreSelfPayFen,
        InScopeFen = Bill.Charges.InScopeFen,
        DeductibleFen = Benefit.Deductible.Value,
        PoolFen = Benefit.Pool.Value,
        CivilServantFen = Benefit.CivilServant.Value,
        EnterpriseFen = Benefit.Enterprise.Value,
        EmployeeLargeAmountFen = Benefit.EmployeeLargeAmount.Value,
        ResidentCriticalIllnessFen = Benefit.ResidentCriticalIllness.Value,
        MedicalAidFen = Benefit.MedicalAid.Value,
        OtherFundFen = Benefit.OtherFund.Value,
        FundTotalFen = Benefit.FundTotal.Value,
        AccountFen = Benefit.Account.Value,
        CashFen = Benefit.Cash.Value,
        PersonalTotalFen = Benefit.PersonalTotal.Value,
        HospitalBorneFen = Benefit.HospitalBorne.Value,
    };

    private static Provincial.Exchange.V1.BenefitStep ToStep(BenefitStep step)
    {
        var message = new Provincial.Exchange.V1.BenefitStep { Code = step.Code, TextZh = step.Chinese, TextEn = step.English };
        if (step.Amount is { } amount)
            message.AmountFen = amount.Value;
        return message;
    }
}
