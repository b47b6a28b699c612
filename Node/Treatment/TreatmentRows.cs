using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>A designated institution, and the suspension it is under if there is one.</summary>
internal sealed record InstitutionRow
{
    public required string Code { get; init; }
    public required string Name { get; init; }
    public required string Division { get; init; }

    /// <summary>Its own level, exchange code 01..11.</summary>
    public required string Level { get; init; }

    /// <summary>The level whose price limits hold; null is its own.</summary>
    public string? PriceLevel { get; init; }

    /// <summary>The level whose price limits hold, exchange code 01..11.</summary>
    public string LimitLevel => PriceLevel ?? Level;

    /// <summary>The level the insured side's deductible and ratios look at; null is its own.</summary>
    public string? DeductibleLevel { get; init; }

    /// <summary>Opened exchange visit kinds, ascending, separated by blanks; null is every inpatient kind.</summary>
    public string? VisitKinds { get; init; }
    public required string Adapter { get; init; }

    /// <summary>What the adapter spoke when the institution was registered; null before this was kept.</summary>
    public string? Dialect { get; init; }

    /// <summary>Why it is suspended; null when it is not.</summary>
    public string? SuspensionReason { get; init; }

    /// <summary>ISO date of the suspension's last day; null until it is resumed.</summary>
    public string? SuspendedUntil { get; init; }

    public bool IsSuspendedOn(DateOnly day) => SuspensionReason is not null && (SuspendedUntil is null || string.CompareOrdinal(day.Iso(), SuspendedUntil) <= 0);

    public bool Opens(string visitKind) => VisitKindList.Of(VisitKinds).Contains(visitKind, StringComparer.Ordinal);
}

internal sealed class VisitRow
{
    public required long Id { get; init; }
    public required string InstitutionCode { get; init; }
    public required string HospitalVisitNumber { get; init; }
    public required string InsuredDivision { get; init; }
    public required string AdmissionId { get; init; }
    public required byte[] Admission { get; init; }
    public string? VisitNumber { get; init; }
    public required VisitState State { get; init; }
    public required string VisitKind { get; init; }
    /// <summary>Exchange code; of a chronic disease visit.</summary>
    public string? ChronicDisease { get; init; }

    /// <summary>The first day of a stay, or the day an outpatient visit is registered for.</summary>
    public required string AdmissionDate { get; init; }
    public string? DischargeDate { get; init; }

    /// <summary>JSON list of code and name, main diagnosis first.</summary>
    public required string Diagnoses { get; init; }
    public string? DischargeId { get; init; }
    public string? SettlementId { get; init; }
    public string? CancellationId { get; init; }

    /// <summary>Exchange code; null before the admission is answered, and on visits that were admitted before it was kept.</summary>
    public string? PersonClass { get; init; }
    public required int FeeVersion { get; init; }
    public int? PreviewFeeVersion { get; init; }

    /// <summary>Set exactly in <see cref="VisitState.ReversalSent"/>.</summary>
    public VisitState? StateBeneath { get; init; }

    /// <inheritdoc cref="StateBeneath"/>
    public OutboundKind? ReversedKind { get; init; }

    /// <inheritdoc cref="StateBeneath"/>
    public string? ReversalId { get; init; }

    /// <summary>What is known of the visit apart from a reversal under way.</summary>
    public VisitState Known => StateBeneath ?? State;

    public bool IsOutpatient => ClearingTypes.IsOutpatient(VisitKind);

    /// <summary>Of the next settlement, and of the one under way.</summary>
    public SettlementCourse Course => DischargeDate is not null ? SettlementCourse.Final : IsOutpatient ? SettlementCourse.Outpatient : SettlementCourse.Interim;

    /// <summary>As the state allows; the reversal of a discharge or of its cancellation leaves the fees open as these do themselves.</summary>
    public bool AllowsFeeChanges => VisitMachine.AllowsFeeChanges(ReversedKind is OutboundKind.Discharge or OutboundKind.DischargeCancellation ? Known : State);
}

/// <summary>A row of <c>treatment_discharge</c>.</summary>
internal sealed class DischargeRow
{
    public required string TransactionId { get; init; }
    public required long VisitId { get; init; }
    public required string DischargeDate { get; init; }

    /// <summary>As in <see cref="VisitRow.Diagnoses"/>: what the discharge brought, and what it replaced.</summary>
    public required string Diagnoses { get; init; }
    public required string DiagnosesBefore { get; init; }

    /// <summary>The discharge that stood before; null when there was none.</summary>
    public string? Corrects { get; init; }
}

/// <summary>A row of <c>treatment_undo</c>.</summary>
internal sealed record UndoRow
{
    public required string TransactionId { get; init; }
    public required string OriginalId { get; init; }
    public required OutboundKind OriginalKind { get; init; }
    public required bool ByReversal { get; init; }
    public required long VisitId { get; init; }
    public required long UndoneAtMs { get; init; }
    public required string BusinessDate { get; init; }
}

/// <summary>A row of <c>his_void</c>.</summary>
internal sealed class VoidRow
{
    public required string OriginalId { get; init; }
    public required string ReversalId { get; init; }
    public required HisReversalEffect Effect { get; init; }
}

internal sealed class FeeLineRow
{
    public long Id { get; init; }
    public required long VisitId { get; init; }
    public required string TransactionId { get; init; }
    public required string LineSerial { get; init; }
    public required byte[] ContentHash { get; init; }
    public required string LocalCode { get; init; }
    public required string LocalName { get; init; }
    public string? ExchangeCode { get; init; }
    public string? ExchangeName { get; init; }
    public required string FeeCategory { get; init; }

    /// <summary>Exchange code 01..03.</summary>
    public required string ItemClass { get; init; }
    public required int SelfPayBasisPoints { get; init; }
    public required long UnitPriceE4 { get; init; }
    public long? LimitE4 { get; init; }
    public required long QuantityE2 { get; init; }
    public required long AmountFen { get; init; }
    public required long FullSelfPayFen { get; init; }
    public required long OverLimitFen { get; init; }
    public required long PreSelfPayFen { get; init; }
    public required long InScopeFen { get; init; }
    public required string FeeDate { get; init; }

    /// <summary>Null without a mapping, and on lines stored before it was kept.</summary>
    public MappingQuality? MappingQuality { get; init; }

    /// <summary>Exchange code, e.g. 101.</summary>
    public required string CatalogueKind { get; init; }
    public required string CatalogueVersion { get; init; }
    public long? RefundOf { get; init; }
    public required string Details { get; init; }

    /// <summary>1 active, 2 withdrawn.</summary>
    public int State { get; init; } = 1;

    /// <summary>The transaction that withdrew it; null of an active line, and of one withdrawn before this was kept.</summary>
    public string? WithdrawnBy { get; init; }

    /// <summary>The standing settlement that settled it; null while none has.</summary>
    public string? SettlementNumber { get; init; }

    public bool IsActive => State == 1;
}

/// <summary>A row of <c>fee_withdrawal</c>.</summary>
internal sealed class WithdrawalRow
{
    public required long VisitId { get; init; }

    /// <summary>Lines taken out of uploads that waited for a mapping.</summary>
    public required int WaitingCount { get; init; }
}

internal sealed class CategorySumRow
{
    public required string FeeCategory { get; init; }
    public required long TotalFen { get; init; }
    public required long FullSelfPayFen { get; init; }
    public required long OverLimitFen { get; init; }
    public required long PreSelfPayFen { get; init; }
    public required long InScopeFen { get; init; }
    public required int LineCount { get; init; }
}

/// <summary>One local code in the queue of what is still to be mapped.</summary>
internal sealed class UnmappedItemRow
{
    public required string LocalCode { get; init; }
    public required string LocalName { get; init; }
    public required int LineCount { get; init; }
    public required long AmountFen { get; init; }
}

/// <summary>What a stored line says about the item of a code without a mapping.</summary>
internal sealed class UnmappedLineRow
{
    public required long Id { get; init; }
    public required string LocalCode { get; init; }
    public required string CatalogueKind { get; init; }

    /// <summary>Exchange code, 01..14.</summary>
    public required string FeeCategory { get; init; }
    public required long UnitPriceE4 { get; init; }
    public required string FeeDate { get; init; }
    public string? Unit { get; init; }
    public string? Specification { get; init; }
    public string? DoseForm { get; init; }
}

/// <summary>A row of <c>treatment_settlement</c>.</summary>
internal sealed record TreatmentSettlementRow : SettlementFigures
{
    public required string SettlementNumber { get; init; }
    public required string TransactionId { get; init; }
    public required long VisitId { get; init; }
    public required string InsuredProvince { get; init; }
    public required string PolicyVersion { get; init; }
    public required long SettledAtMs { get; init; }
    public required string BusinessDate { get; init; }

    /// <summary>The versions that split the settled lines, separated by commas; null on what was cancelled before they were kept.</summary>
    public required string? CatalogueVersions { get; init; }

    /// <summary>1 settled, 2 undone.</summary>
    public required int State { get; init; }

    /// <summary>A part of a stay that went on.</summary>
    public required bool Interim { get; init; }

    /// <summary>The visit's when it was made or restored; null of one that was undone before this was kept.</summary>
    public required int? FeeVersion { get; init; }

    /// <summary>How it moved its visit.</summary>
    public SettlementCourse CourseOf(VisitRow visit) => Interim ? SettlementCourse.Interim : visit.Course is SettlementCourse.Interim ? SettlementCourse.Final : visit.Course;
}
