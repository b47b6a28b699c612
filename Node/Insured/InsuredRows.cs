using ProvincialGateway.Ledger;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

internal sealed record PersonRow
{
    public required string PersonNumber { get; init; }

    /// <summary>As recorded last; which one it is on a day, <see cref="PersonStanding"/> says.</summary>
    public required string InsuredDivision { get; init; }

    /// <summary>The sealed <c>Person</c> message without account, accumulators and filing.</summary>
    public required byte[] Details { get; init; }

    /// <inheritdoc cref="InsuredDivision"/>
    public required string Scheme { get; init; }

    /// <inheritdoc cref="InsuredDivision"/>
    public required string PersonClass { get; init; }

    /// <inheritdoc cref="InsuredDivision"/>
    public required int InsuranceState { get; init; }
    public required long AccountBalanceFen { get; init; }
}

internal enum InsuredVisitState
{
    Admitted = 1,
    Discharged = 2,
    Settled = 3,

    /// <summary>The admission was cancelled or reversed.</summary>
    Undone = 4,
}

internal sealed class InsuredVisitRow
{
    public required string VisitNumber { get; init; }
    public required string PersonNumber { get; init; }
    public required string TreatmentProvince { get; init; }
    public required string TreatmentDivision { get; init; }
    public required string InstitutionCode { get; init; }
    public required string InstitutionLevel { get; init; }
    public required string HospitalVisitNumber { get; init; }
    public required string VisitKind { get; init; }

    /// <summary>M…; null for a visit that is not for a chronic disease.</summary>
    public string? ChronicDisease { get; init; }
    public required string AdmissionDate { get; init; }
    public required string AdmissionId { get; init; }
    public string? DischargeDate { get; init; }
    public string? DischargeId { get; init; }
    public required InsuredVisitState State { get; init; }

    /// <summary>Without a discharge of its own an outpatient visit is settled from where it was registered.</summary>
    public InsuredVisitState BeforeSettlement => ClearingTypes.IsOutpatient(VisitKind) && DischargeId is null ? InsuredVisitState.Admitted : InsuredVisitState.Discharged;
}

/// <summary>A row of <c>insured_discharge</c>.</summary>
internal sealed class InsuredDischargeRow
{
    public required string TransactionId { get; init; }
    public required string VisitNumber { get; init; }
    public required string DischargeDate { get; init; }

    /// <summary>The discharge that stood before; null when there was none.</summary>
    public string? Corrects { get; init; }
}

/// <summary>A row of <c>insured_settlement</c>.</summary>
internal sealed record InsuredSettlementRow : SettlementFigures
{
    public required string SettlementNumber { get; init; }
    public required string TransactionId { get; init; }
    public required string VisitNumber { get; init; }
    public required string PersonNumber { get; init; }
    public required string TreatmentProvince { get; init; }
    public required string Scheme { get; init; }
    public required string ServiceDate { get; init; }
    public required int AccumulatorYear { get; init; }
    public required int AdmissionOrdinal { get; init; }
    public required string PolicyVersion { get; init; }

    /// <summary>Of the policy file that decided; null in settlements from before it was kept.</summary>
    public string? PolicyHash { get; init; }
    public required long SettledAtMs { get; init; }
    public required string BusinessDate { get; init; }

    /// <summary>1 settled, 2 undone.</summary>
    public required int State { get; init; }

    /// <summary>A part of a stay that went on.</summary>
    public required bool Interim { get; init; }

    /// <summary>1, or 0 where an earlier settlement of the same stay counts in its year already.</summary>
    public required int Admissions { get; init; }

    /// <summary>The cancellation or reversal that undid it.</summary>
    public string? CancellationId { get; init; }
}

internal sealed class AccumulatorRow
{
    public long DeductiblePaidFen { get; init; }
    public long PoolPaidFen { get; init; }
    public int Admissions { get; init; }
}

/// <summary>Standing settlements of a person's year, summed by what a policy may count apart.</summary>
internal sealed class YearPartRow
{
    public required string Scheme { get; init; }
    public required string VisitKind { get; init; }
    public string? ChronicDisease { get; init; }
    public required long DeductibleFen { get; init; }
    public required long PoolFen { get; init; }
    public required int Settlements { get; init; }

    public YearPart ToPart() => new(Scheme, VisitKind, ChronicDisease, new Fen(DeductibleFen), new Fen(PoolFen), Settlements);
}

internal sealed class LayerRow
{
    public required string Layer { get; init; }
    public required long PaidFen { get; init; }
    public required long BaseFen { get; init; }
}
