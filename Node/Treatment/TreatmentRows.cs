using ProvincialGateway.Ledger;

namespace ProvincialGateway.Treatment;

internal sealed record InstitutionRow
{
    public required string Code { get; init; }
    public required string Name { get; init; }
    public required string Division { get; init; }

    /// <summary>Exchange code 01..11.</summary>
    public required string Level { get; init; }
    public required string Adapter { get; init; }
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
    public required string AdmissionDate { get; init; }
    public string? DischargeDate { get; init; }

    /// <summary>JSON list of code and name, main diagnosis first.</summary>
    public required string Diagnoses { get; init; }
    public string? DischargeId { get; init; }
    public string? SettlementId { get; init; }
    public string? CancellationId { get; init; }
    public required int FeeVersion { get; init; }
    public int? PreviewFeeVersion { get; init; }
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
    public required string CatalogueVersion { get; init; }
    public long? RefundOf { get; init; }
    public required string Details { get; init; }
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

    /// <summary>1 settled, 2 cancelled.</summary>
    public required int State { get; init; }
}
