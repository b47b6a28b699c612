namespace ProvincialGateway.Adapters.Contracts;

/// <summary>
/// The answer to one <see cref="HisOperation"/>: the result of its kind, <see cref="HisPending"/> or <see cref="HisRefusal"/>.
/// Coded fields are local codes when a dialect sees them.
/// </summary>
public abstract record HisResult
{
    /// <summary>The node's own transaction id (30 digits), named in every later undo or query; empty when nothing was begun.</summary>
    public required string TransactionId { get; init; }
}

/// <summary>
/// Refused, with everything a cashier needs: which side said no, about which field, why, and what to do. A refusal is final for its
/// transaction; a new attempt is a new transaction.
/// </summary>
public sealed record HisRefusal : HisResult
{
    /// <summary>Closed set, <c>UPPER_SNAKE</c>, documented in Protos/README.md.</summary>
    public required string Code { get; init; }

    public required RefusingSide Side { get; init; }

    /// <summary>Canonical field name in snake_case, e.g. <c>visit_kind</c> or <c>lines[2].local_code</c>; empty when no single field is meant.</summary>
    public required string Field { get; init; }

    public required string Chinese { get; init; }

    public required string English { get; init; }

    public required string NextStepChinese { get; init; }

    public required string NextStepEnglish { get; init; }

    /// <summary>One line for dialects that have a single message field.</summary>
    public string Text => $"[{Code}] {SideChinese}: {Chinese} {NextStepChinese} | {English} {NextStepEnglish}";

    private string SideChinese => Side switch
    {
        RefusingSide.Hospital => "医院端 hospital",
        RefusingSide.Treatment => "就医地 treatment side",
        RefusingSide.Insured => "参保地 insured side",
        _ => throw new InvalidOperationException($"Refusing side {Side} is not defined."),
    };
}

public enum RefusingSide
{
    /// <summary>The message itself is wrong.</summary>
    Hospital = 1,

    /// <summary>The hospital's own province refuses.</summary>
    Treatment = 2,

    /// <summary>The insured province refuses.</summary>
    Insured = 3,
}

/// <summary>
/// Taken and not finished yet: the insured province has not answered, or codes wait for their mapping. The node goes on by itself; the
/// hospital may query or ask again with the same id, and must not start a new transaction.
/// </summary>
public sealed record HisPending : HisResult
{
    public required string Chinese { get; init; }

    public required string English { get; init; }

    /// <summary>The local item codes whose mapping the bill waits for, named in the texts too; empty when the insured province is awaited.</summary>
    public IReadOnlyList<string> WaitingFor { get; init; } = [];
}

/// <summary>The answer to <see cref="Acknowledge"/>.</summary>
public sealed record Acknowledged : HisResult;

public sealed record SerialIssued : HisResult
{
    public required string Serial { get; init; }
}

public sealed record BusinessPeriodOpened : HisResult
{
    public required string PeriodNumber { get; init; }
}

/// <summary>A person as the insured province states it.</summary>
public sealed record HisPerson
{
    public required string InsuredDivision { get; init; }

    public required string PersonNumber { get; init; }

    public required string Name { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.CertificateKind"/>).</summary>
    public required string CertificateKind { get; init; }

    public required string CertificateNumber { get; init; }

    public required string SocialSecurityNumber { get; init; }

    public required string CardNumber { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.Gender"/>).</summary>
    public required string Gender { get; init; }

    public required DateOnly BirthDate { get; init; }

    /// <summary>Full years on the service date.</summary>
    public required int Age { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.PersonClass"/>).</summary>
    public required string PersonClass { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.Scheme"/>).</summary>
    public required string Scheme { get; init; }

    public required bool IsCivilServant { get; init; }

    public required string EmployerCode { get; init; }

    public required string EmployerName { get; init; }

    public required long AccountBalanceFen { get; init; }

    public required long DeductiblePaidYearFen { get; init; }

    public required long PoolPaidYearFen { get; init; }

    /// <summary>What the pool may still pay this year; null where the policy has no cap.</summary>
    public long? PoolLimitRemainingFen { get; init; }

    /// <summary>What the supplementary layers together may still pay this year; null where there is no layer or no cap.</summary>
    public long? LayerLimitRemainingFen { get; init; }

    /// <summary>Admissions of the year before this one.</summary>
    public required int AdmissionsYear { get; init; }

    public string? FilingNumber { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.FilingKind"/>).</summary>
    public string? FilingKind { get; init; }
}

public sealed record PersonVerified : HisResult
{
    public required HisPerson Person { get; init; }
}

public sealed record AdmissionRegistered : HisResult
{
    public required string VisitNumber { get; init; }

    public required HisPerson Person { get; init; }

    /// <summary>The deductible this visit will carry if it stays within it.</summary>
    public required long DeductibleFen { get; init; }

    /// <summary>This admission's place in the year, from 1.</summary>
    public required int AdmissionOrdinal { get; init; }
}

public sealed record OutpatientRegistered : HisResult
{
    public required string VisitNumber { get; init; }

    public required HisPerson Person { get; init; }

    /// <summary>The deductible this visit will carry if its in-scope charges reach it.</summary>
    public required long DeductibleFen { get; init; }
}

/// <summary>One line as the treatment province sees it: translated and split.</summary>
public sealed record HisSplitLine
{
    public required string LineSerial { get; init; }

    public required string LocalCode { get; init; }

    public required string LocalName { get; init; }

    /// <summary>Null when the code has no mapping and the province counts such items as full self-pay.</summary>
    public string? ExchangeCode { get; init; }

    public string? ExchangeName { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.FeeCategory"/>).</summary>
    public string? FeeCategory { get; init; }

    public DateOnly? FeeDate { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.ItemClass"/>).</summary>
    public required string ItemClass { get; init; }

    /// <summary>Pre-self-pay ratio in basis points, 0..10000.</summary>
    public required int SelfPayBasisPoints { get; init; }

    public required decimal UnitPrice { get; init; }

    public required decimal Quantity { get; init; }

    public required long AmountFen { get; init; }

    public required long FullSelfPayFen { get; init; }

    public required long OverLimitFen { get; init; }

    public required long PreSelfPayFen { get; init; }

    public required long InScopeFen { get; init; }
}

public sealed record FeeLinesTranslated : HisResult
{
    public required IReadOnlyList<HisSplitLine> Lines { get; init; }
}

public sealed record FeeLinesStored : HisResult
{
    /// <summary>The lines of this request, in its order.</summary>
    public required IReadOnlyList<HisSplitLine> Lines { get; init; }

    /// <summary>Sum of all stored, not withdrawn lines of the visit.</summary>
    public required long VisitTotalFen { get; init; }
}

public sealed record FeeLinesWithdrawn : HisResult
{
    public required int LineCount { get; init; }
}

public sealed record FeeLineRefunded : HisResult
{
    public required decimal RemainingQuantity { get; init; }

    public required long RemainingAmountFen { get; init; }

    /// <summary>The negative line as it is stored.</summary>
    public HisSplitLine? Line { get; init; }
}

public sealed record ItemLookedUp : HisResult
{
    public required decimal UsableUnitPrice { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.ItemClass"/>); the class of an item without mapping is full self-pay.</summary>
    public required string ItemClass { get; init; }
}

public sealed record ApprovalLookedUp : HisResult
{
    /// <summary>Null when no approval is needed or none exists.</summary>
    public string? ApprovalNumber { get; init; }
}

public sealed record Discharged : HisResult
{
    public required DateOnly DischargeDate { get; init; }
}

/// <summary>
/// The figures of a bill in fen. <c>total = full self-pay + over limit + pre-self-pay + in scope = fund total + personal total + hospital
/// borne</c>; <c>fund total</c> is the sum of the funds and excludes the personal account; <c>personal total = account + cash</c>.
/// </summary>
public sealed record HisFigures
{
    public required long TotalFen { get; init; }

    public required long FullSelfPayFen { get; init; }

    public required long OverLimitFen { get; init; }

    public required long PreSelfPayFen { get; init; }

    public required long InScopeFen { get; init; }

    public required long DeductibleFen { get; init; }

    public required long PoolFen { get; init; }

    public required long CivilServantFen { get; init; }

    public required long EnterpriseFen { get; init; }

    public required long EmployeeLargeAmountFen { get; init; }

    public required long ResidentCriticalIllnessFen { get; init; }

    public required long MedicalAidFen { get; init; }

    public required long OtherFundFen { get; init; }

    public required long FundTotalFen { get; init; }

    public required long AccountFen { get; init; }

    public required long CashFen { get; init; }

    public required long PersonalTotalFen { get; init; }

    public required long HospitalBorneFen { get; init; }
}

public sealed record SettlementPreviewed : HisResult
{
    public required HisPerson Person { get; init; }

    public required HisFigures Figures { get; init; }

    public required int AdmissionOrdinal { get; init; }

    public required IReadOnlyList<HisBenefitStep> Steps { get; init; }
}

/// <summary>One step of the benefit computation in words a patient can be shown.</summary>
public sealed record HisBenefitStep
{
    public required string Chinese { get; init; }

    public required string English { get; init; }

    public long? AmountFen { get; init; }
}

public sealed record Settled : HisResult
{
    public required string VisitNumber { get; init; }

    public required string SettlementNumber { get; init; }

    /// <summary>The insured side's settlement time; both sides count the settlement on its date.</summary>
    public required DateTimeOffset SettledAt { get; init; }

    public required HisPerson Person { get; init; }

    public required HisFigures Figures { get; init; }

    public required int AdmissionOrdinal { get; init; }

    public required IReadOnlyList<HisBenefitStep> Steps { get; init; }
}

public sealed record SettlementCancelled : HisResult
{
    public required string SettlementNumber { get; init; }

    /// <summary>The insured side's cancellation time.</summary>
    public required DateTimeOffset CancelledAt { get; init; }

    /// <summary>The figures of the settlement with the opposite sign, for dialects whose cancellation is a bill of its own.</summary>
    public HisFigures? Figures { get; init; }

    /// <summary>The settlement's, local code (<see cref="CodeSystem.Scheme"/>).</summary>
    public string? Scheme { get; init; }
}

public sealed record TransactionFound : HisResult
{
    public required HisTransactionState State { get; init; }
}

public enum HisTransactionState
{
    /// <summary>No transaction of this hospital has this id: nothing was done.</summary>
    NotFound = 1,

    /// <summary>Not answered yet; the node goes on asking.</summary>
    Pending = 2,

    Committed = 3,

    Refused = 4,

    /// <summary>Committed and later undone.</summary>
    Undone = 5,
}
