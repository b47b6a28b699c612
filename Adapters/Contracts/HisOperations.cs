namespace ProvincialGateway.Adapters.Contracts;

/// <summary>
/// The canonical operations every dialect is translated to; they mirror <c>provincial/his/v1</c>. Coded fields hold the hospital's local
/// codes here, dates are business dates at +08:00, money is fen, null means "not given".
/// </summary>
public abstract record HisOperation;

/// <summary>Who the patient is. At least one of certificate, social security number, card or person number is given.</summary>
public sealed record HisPersonReference
{
    /// <summary>Insured division, six digits, e.g. 530100.</summary>
    public required string InsuredDivision { get; init; }

    /// <summary>Certificate kind, local code (<see cref="CodeSystem.CertificateKind"/>).</summary>
    public string? CertificateKind { get; init; }

    public string? CertificateNumber { get; init; }

    public string? SocialSecurityNumber { get; init; }

    public string? CardNumber { get; init; }

    /// <summary>The insured province's own number of the person.</summary>
    public string? PersonNumber { get; init; }

    /// <summary>Compared with the insured side's record when given.</summary>
    public string? Name { get; init; }
}

/// <summary>A visit by the insured province's number or, where a dialect has only that, by the hospital's own number.</summary>
public sealed record HisVisitReference
{
    /// <summary>Visit number <c>S…</c> (20 characters).</summary>
    public string? VisitNumber { get; init; }

    /// <summary>The hospital's inpatient number.</summary>
    public string? HospitalVisitNumber { get; init; }
}

public sealed record HisDiagnosis
{
    /// <summary>Local code (<see cref="CodeSystem.Diagnosis"/>); ICD-10 with the hospital's extensions.</summary>
    public required string Code { get; init; }

    public string? Name { get; init; }
}

/// <summary>A call that needs no work, such as a client's start-up call; answered as done without a transaction.</summary>
public sealed record Acknowledge : HisOperation;

/// <summary>Asks for a fresh transaction serial, for dialects whose hospitals must fetch one before they call.</summary>
public sealed record IssueSerial : HisOperation;

/// <summary>Opens an operator's business period (sign-in).</summary>
public sealed record OpenBusinessPeriod : HisOperation
{
    public required string OperatorNumber { get; init; }
}

/// <summary>Identity, insurance state and filing of a person, asked of the insured province.</summary>
public sealed record VerifyPerson : HisOperation
{
    public required HisPersonReference Person { get; init; }

    /// <summary>The day the insurance must cover; null is today.</summary>
    public DateOnly? ServiceDate { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.VisitKind"/>).</summary>
    public string? VisitKind { get; init; }
}

public sealed record RegisterAdmission : HisOperation
{
    public required HisPersonReference Person { get; init; }

    /// <summary>The hospital's inpatient number; unique in the hospital, so a repeat is recognised by it.</summary>
    public required string HospitalVisitNumber { get; init; }

    public string? MedicalRecordNumber { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.VisitKind"/>).</summary>
    public required string VisitKind { get; init; }

    public required DateOnly AdmissionDate { get; init; }

    /// <summary>Main diagnosis first; one to sixteen.</summary>
    public required IReadOnlyList<HisDiagnosis> Diagnoses { get; init; }

    public string? Department { get; init; }

    public string? Bed { get; init; }

    public string? Doctor { get; init; }

    public string? ContactName { get; init; }

    public string? ContactPhone { get; init; }

    public string? Remark { get; init; }
}

/// <summary>Opens an outpatient visit. It has no discharge: it is settled for the day of its last fee line.</summary>
public sealed record RegisterOutpatient : HisOperation
{
    public required HisPersonReference Person { get; init; }

    /// <summary>The hospital's own number of the visit; unique in the hospital, so a repeat is recognised by it.</summary>
    public required string HospitalVisitNumber { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.VisitKind"/>) of an outpatient kind.</summary>
    public required string VisitKind { get; init; }

    public required DateOnly VisitDate { get; init; }

    /// <summary>Main diagnosis first; at most sixteen. Empty where they are told later, by <see cref="UpdateVisit"/>: the bill needs one.</summary>
    public required IReadOnlyList<HisDiagnosis> Diagnoses { get; init; }

    /// <summary>
    /// Local code (<see cref="CodeSystem.ChronicDisease"/>) of the disease a chronic disease visit is for; required there, refused in every
    /// other kind of visit.
    /// </summary>
    public string? ChronicDisease { get; init; }

    public string? Department { get; init; }

    public string? Doctor { get; init; }
}

/// <summary>One charged item as the hospital states it.</summary>
public sealed record HisFeeLine
{
    /// <summary>The hospital's id of the line, unique in the visit: a re-sent line is recognised by it.</summary>
    public required string LineSerial { get; init; }

    public string? PrescriptionNumber { get; init; }

    /// <summary>The hospital's item code (<see cref="CodeSystem.Item"/>).</summary>
    public required string LocalCode { get; init; }

    public required string LocalName { get; init; }

    /// <summary>The centre's code the hospital believes in, when its dialect carries one. Recorded; the province's own mapping decides.</summary>
    public string? DeclaredCode { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.FeeCategory"/>).</summary>
    public required string FeeCategory { get; init; }

    /// <summary>Yuan, up to four decimals, not negative.</summary>
    public required decimal UnitPrice { get; init; }

    /// <summary>Up to two decimals; negative on a refund line, never zero.</summary>
    public required decimal Quantity { get; init; }

    /// <summary>Unit price × quantity rounded half away from zero, as the hospital computed it; the node checks it.</summary>
    public required long AmountFen { get; init; }

    public required DateOnly FeeDate { get; init; }

    public string? Unit { get; init; }

    public string? Specification { get; init; }

    public string? DoseForm { get; init; }

    public string? Department { get; init; }

    public string? Doctor { get; init; }

    public string? ApprovalNumber { get; init; }

    /// <summary>
    /// Why an item of restricted use (限制使用) was used, as the hospital says it; null when it says nothing or the dialect has no place for it. Kept and
    /// sent to the insured side, at most 200 characters. Since contract 3.
    /// </summary>
    public string? RestrictedUseReason { get; init; }
}

/// <summary>Translates and splits lines and shows the result; stores nothing.</summary>
public sealed record TranslateFeeLines : HisOperation
{
    public required HisVisitReference Visit { get; init; }

    public required IReadOnlyList<HisFeeLine> Lines { get; init; }
}

/// <summary>Stores lines of a visit, all or none. A line that is already stored with the same content counts as stored.</summary>
public sealed record UploadFeeLines : HisOperation
{
    public required HisVisitReference Visit { get; init; }

    public required IReadOnlyList<HisFeeLine> Lines { get; init; }
}

/// <summary>Withdraws unsettled lines.</summary>
public sealed record WithdrawFeeLines : HisOperation
{
    public required HisVisitReference Visit { get; init; }

    /// <summary>Null withdraws every line of the visit.</summary>
    public IReadOnlyList<string>? LineSerials { get; init; }
}

/// <summary>Takes back part of one stored line by a negative line with the same ratio as the original.</summary>
public sealed record RefundFeeLine : HisOperation
{
    public required HisVisitReference Visit { get; init; }

    /// <summary>The transaction that stored the line: the hospital's serial or the node's.</summary>
    public required string OriginalTransactionId { get; init; }

    /// <summary>Positive, up to two decimals.</summary>
    public required decimal Quantity { get; init; }

    /// <summary>Positive.</summary>
    public required long AmountFen { get; init; }

    /// <summary>
    /// The hospital's id of the refund line where its dialect has refund lines, unique in the visit: a re-sent refund is recognised by it. The
    /// amount of such a line is price × quantity; the one that takes the last of a line takes what is left, which rounding may make differ.
    /// </summary>
    public string? LineSerial { get; init; }
}

/// <summary>Class and usable price of one item today.</summary>
public sealed record LookUpItem : HisOperation
{
    /// <summary>Local or centre code; null or empty when the hospital has no mapping.</summary>
    public string? Code { get; init; }

    public required decimal UnitPrice { get; init; }
}

/// <summary>Whether the item needs an approval and which one is valid.</summary>
public sealed record LookUpApproval : HisOperation
{
    public string? Code { get; init; }
}

public sealed record PreviewSettlement : HisOperation
{
    public required HisVisitReference Visit { get; init; }

    /// <summary>The hospital's own total; refused when it differs from the stored lines.</summary>
    public long? ClaimedTotalFen { get; init; }

    /// <summary>Wish for the personal account; null leaves it to the insured province's policy, 0 asks for none.</summary>
    public long? AccountRequestedFen { get; init; }
}

/// <summary>Discharge data; null means unchanged, so a second one may add what the first left out.</summary>
public sealed record Discharge : HisOperation
{
    public required HisVisitReference Visit { get; init; }

    /// <summary>Null is today.</summary>
    public DateOnly? DischargeDate { get; init; }

    /// <summary>Empty when the hospital sends none; the admission diagnoses then stand.</summary>
    public required IReadOnlyList<HisDiagnosis> Diagnoses { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.DischargeReason"/>).</summary>
    public string? DischargeReason { get; init; }

    public string? Department { get; init; }

    public string? Bed { get; init; }

    public string? Doctor { get; init; }
}

public sealed record Settle : HisOperation
{
    public required HisVisitReference Visit { get; init; }

    /// <summary>The hospital's own total; refused when it differs from the stored lines.</summary>
    public long? ClaimedTotalFen { get; init; }

    /// <summary>As in <see cref="PreviewSettlement.AccountRequestedFen"/>.</summary>
    public long? AccountRequestedFen { get; init; }

    public string? InvoiceNumber { get; init; }

    /// <summary>
    /// 中途结算: settles what is stored so far of a stay that goes on under its visit number; later settlements take the rest. Null and
    /// false settle a discharged stay or an outpatient visit.
    /// </summary>
    public bool? Interim { get; init; }
}

/// <summary>Undoes a known settlement. The first reference that is given decides: number, then transaction, then visit.</summary>
public sealed record CancelSettlement : HisOperation
{
    public required HisVisitReference Visit { get; init; }

    /// <summary>Settlement number <c>A…</c>.</summary>
    public string? SettlementNumber { get; init; }

    /// <summary>The transaction of the settlement: the hospital's serial or the node's.</summary>
    public string? OriginalTransactionId { get; init; }
}

/// <summary>What became of an earlier transaction.</summary>
public sealed record QueryTransaction : HisOperation
{
    /// <summary>The hospital's serial or the node's.</summary>
    public required string OriginalTransactionId { get; init; }
}
