namespace ProvincialGateway.Adapters.Contracts;

/// <summary>What this node knows of the hospital that asks, and the node's time.</summary>
public sealed record DescribeInstitution : HisOperation;

/// <summary>
/// Corrects what an open visit was registered with; null means unchanged. Department, bed, doctor and diagnoses stay in the province until
/// the discharge carries the diagnoses; kind and date of the admission can only be stated again: to change them, cancel the admission.
/// </summary>
public sealed record UpdateVisit : HisOperation
{
    public required HisVisitReference Visit { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.VisitKind"/>); must be the registered one.</summary>
    public string? VisitKind { get; init; }

    /// <summary>Must be the registered one.</summary>
    public DateOnly? AdmissionDate { get; init; }

    /// <summary>Replaces the stored ones; null leaves them.</summary>
    public IReadOnlyList<HisDiagnosis>? Diagnoses { get; init; }

    public string? Department { get; init; }

    public string? Bed { get; init; }

    public string? Doctor { get; init; }
}

/// <summary>The stored, not withdrawn lines of a visit, in the order they were stored.</summary>
public sealed record QueryFeeLines : HisOperation
{
    public required HisVisitReference Visit { get; init; }

    /// <summary>Lines to leave out, from 0.</summary>
    public required int Skip { get; init; }

    /// <summary>1..500.</summary>
    public required int PageSize { get; init; }
}

/// <summary>Translates one code between the hospital and the exchange.</summary>
public sealed record ConvertCode : HisOperation
{
    /// <summary>snake_case name of a <see cref="Contracts.CodeSystem"/>, e.g. <c>visit_kind</c>.</summary>
    public required string CodeSystem { get; init; }

    public required string Code { get; init; }

    public required HisConversionDirection Direction { get; init; }

    /// <summary>Null is today.</summary>
    public DateOnly? Day { get; init; }
}

public enum HisConversionDirection
{
    ToExchange = 1,
    ToLocal = 2,
}

/// <summary>Sums of settlements, net of cancellations and reversals.</summary>
public sealed record HisSettlementTotals
{
    /// <summary>Settlements, cancelled ones included.</summary>
    public required int SettlementCount { get; init; }

    /// <summary>Cancelled and reversed settlements.</summary>
    public required int CancellationCount { get; init; }

    public required long TotalFen { get; init; }

    public required long FundTotalFen { get; init; }

    public required long AccountFen { get; init; }

    public required long CashFen { get; init; }
}

/// <summary>The same sums as a hospital states them; null is not stated and not compared.</summary>
public sealed record HisClaimedTotals
{
    public int? SettlementCount { get; init; }

    public int? CancellationCount { get; init; }

    public long? TotalFen { get; init; }

    public long? FundTotalFen { get; init; }

    public long? AccountFen { get; init; }

    public long? CashFen { get; init; }
}

/// <summary>The sums of a business period so far.</summary>
public sealed record QueryBusinessPeriod : HisOperation
{
    public required string PeriodNumber { get; init; }
}

/// <summary>Closes a business period (sign-out). Refused when a claimed sum differs, so that the hospital reconciles first.</summary>
public sealed record CloseBusinessPeriod : HisOperation
{
    public required string PeriodNumber { get; init; }

    public HisClaimedTotals? Claimed { get; init; }
}

/// <summary>Which settlements are meant: by their business date, and by the period or scheme where given.</summary>
public sealed record HisSettlementScope
{
    /// <summary>Null is open.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Inclusive; null is open.</summary>
    public DateOnly? To { get; init; }

    public string? PeriodNumber { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.Scheme"/>).</summary>
    public string? Scheme { get; init; }

    /// <summary>清算类别, exchange code: 11 outpatient or 21 inpatient; null is both.</summary>
    public string? ClearingType { get; init; }

    /// <summary>Leaves out cancelled settlements and their cancellations.</summary>
    public required bool WithoutCancelled { get; init; }
}

/// <summary>Compares the hospital's sums with the node's.</summary>
public sealed record ReconcileTotals : HisOperation
{
    public required HisSettlementScope Scope { get; init; }

    public required HisClaimedTotals Claimed { get; init; }
}

/// <summary>Compares the hospital's settlements with the node's, row by row.</summary>
public sealed record ReconcileSettlements : HisOperation
{
    public required HisSettlementScope Scope { get; init; }

    /// <summary>Empty where <see cref="RowsOf"/> is given.</summary>
    public required IReadOnlyList<HisClaimedSettlement> Rows { get; init; }

    /// <summary>The rows are those of this earlier <see cref="StateSettlements"/>: the hospital's serial or the node's.</summary>
    public string? RowsOf { get; init; }
}

/// <summary>
/// Hands in the hospital's settlements for a <see cref="ReconcileSettlements"/> that follows, for dialects that upload the rows as a file first.
/// Kept under the hospital's own id of this request, which it must therefore have.
/// </summary>
public sealed record StateSettlements : HisOperation
{
    /// <summary>At most 10000.</summary>
    public required IReadOnlyList<HisClaimedSettlement> Rows { get; init; }
}

/// <summary>The stored answer of a <see cref="ReconcileSettlements"/> that named its rows, for dialects that fetch it as a file afterwards.</summary>
public sealed record QueryReconciliation : HisOperation
{
    /// <summary>The hospital's serial or the node's.</summary>
    public required string OriginalTransactionId { get; init; }
}

/// <summary>One settlement or cancellation as the hospital has it; null is not stated and not compared.</summary>
public sealed record HisClaimedSettlement
{
    /// <summary>The hospital's name of the row, given back with the verdict.</summary>
    public required string RowKey { get; init; }

    /// <summary>The first of settlement number and transaction that is given finds the row.</summary>
    public string? SettlementNumber { get; init; }

    /// <summary>The hospital's serial or the node's.</summary>
    public string? OriginalTransactionId { get; init; }

    public string? VisitNumber { get; init; }

    public required bool IsCancellation { get; init; }

    /// <summary>Negative on a cancellation.</summary>
    public long? TotalFen { get; init; }

    /// <inheritdoc cref="TotalFen"/>
    public long? FundTotalFen { get; init; }

    /// <inheritdoc cref="TotalFen"/>
    public long? AccountFen { get; init; }
}

/// <summary>The node's settlements and cancellations, in the order of their time; at most 10000.</summary>
public sealed record ListSettlements : HisOperation
{
    public required HisSettlementScope Scope { get; init; }
}

public sealed record InstitutionDescribed : HisResult
{
    public required string InstitutionCode { get; init; }

    public required string Name { get; init; }

    public required string Division { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.InstitutionLevel"/>).</summary>
    public required string Level { get; init; }

    /// <summary>The node's time at +08:00.</summary>
    public required DateTimeOffset Now { get; init; }
}

public sealed record VisitUpdated : HisResult
{
    public required string VisitNumber { get; init; }
}

public sealed record FeeLinesFound : HisResult
{
    public required IReadOnlyList<HisSplitLine> Lines { get; init; }

    /// <summary>All stored, not withdrawn lines of the visit.</summary>
    public required int LineCount { get; init; }

    /// <summary>Their sum.</summary>
    public required long VisitTotalFen { get; init; }
}

public sealed record CodeConverted : HisResult
{
    /// <summary>Null when no mapping is valid on that day.</summary>
    public string? ConvertedCode { get; init; }
}

public sealed record BusinessPeriodSummed : HisResult
{
    public required string PeriodNumber { get; init; }

    public required HisSettlementTotals Totals { get; init; }
}

public sealed record BusinessPeriodClosed : HisResult
{
    public required string PeriodNumber { get; init; }

    public required HisSettlementTotals Totals { get; init; }
}

public sealed record TotalsReconciled : HisResult
{
    /// <summary>Every claimed sum is the node's.</summary>
    public required bool Balanced { get; init; }

    /// <summary>The node's sums.</summary>
    public required HisSettlementTotals Totals { get; init; }
}

public sealed record SettlementsReconciled : HisResult
{
    /// <summary>The claimed rows in their order, then the node's rows that were not claimed.</summary>
    public required IReadOnlyList<HisReconciledSettlement> Rows { get; init; }
}

/// <summary>The rows are kept; the request's id names them.</summary>
public sealed record SettlementsStated : HisResult;

public sealed record ReconciliationFound : HisResult
{
    /// <inheritdoc cref="SettlementsReconciled.Rows"/>
    public required IReadOnlyList<HisReconciledSettlement> Rows { get; init; }
}

public sealed record HisReconciledSettlement
{
    /// <summary>As claimed; null on a row that was not.</summary>
    public string? RowKey { get; init; }

    public required HisReconciliationVerdict Verdict { get; init; }

    /// <summary>Which field differs, snake_case; null unless the verdict is <see cref="HisReconciliationVerdict.Differs"/>.</summary>
    public string? Field { get; init; }

    /// <summary>The node's row; null when it has none.</summary>
    public HisSettlementRow? Row { get; init; }
}

public enum HisReconciliationVerdict
{
    Balanced = 1,

    /// <summary>The node has no such row.</summary>
    OnlyHospital = 2,

    /// <summary>The hospital did not claim it.</summary>
    OnlyNode = 3,

    Differs = 4,

    /// <summary>Waits for the insured province's answer; not a difference.</summary>
    Pending = 5,
}

public sealed record SettlementsListed : HisResult
{
    public required IReadOnlyList<HisSettlementRow> Rows { get; init; }
}

/// <summary>One settlement, or its cancellation with negative figures.</summary>
public sealed record HisSettlementRow
{
    /// <summary>The node's transaction id of this settlement or cancellation.</summary>
    public required string OriginalTransactionId { get; init; }

    /// <summary>The hospital's own id of it; null where its dialect has none.</summary>
    public string? HisTransactionId { get; init; }

    public required bool IsCancellation { get; init; }

    public required string SettlementNumber { get; init; }

    public required string VisitNumber { get; init; }

    public required string HospitalVisitNumber { get; init; }

    public required string PersonNumber { get; init; }

    public required string Name { get; init; }

    public required string InsuredDivision { get; init; }

    /// <summary>Local code (<see cref="CodeSystem.Scheme"/>).</summary>
    public required string Scheme { get; init; }

    public string? InvoiceNumber { get; init; }

    public required DateTimeOffset SettledAt { get; init; }

    public required HisFigures Figures { get; init; }
}
