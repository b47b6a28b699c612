using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>What a policy answers: a <see cref="BenefitDecision"/> or a <see cref="BenefitRefusal"/>, nothing else.</summary>
internal abstract record BenefitOutcome
{
    private protected BenefitOutcome()
    {
    }
}

/// <summary>
/// How one bill is paid. <see cref="FundTotal"/> never includes the personal account. Construct it only through
/// <see cref="BenefitCalculation"/>, which checks the equations before anybody sees it.
/// </summary>
internal sealed record BenefitDecision : BenefitOutcome
{
    private readonly Func<IReadOnlyList<BenefitStep>> _explain;
    private IReadOnlyList<BenefitStep>? _steps;

    public BenefitDecision(Func<IReadOnlyList<BenefitStep>> explain) => _explain = explain;

    /// <summary>Which admission of the year this is as the plan counts them, from 1.</summary>
    public required int AdmissionOrdinal { get; init; }

    /// <summary>What this bill paid towards the deductible; never more than the in-scope amount.</summary>
    public required Fen Deductible { get; init; }

    public required Fen Pool { get; init; }

    public required Fen CivilServant { get; init; }

    public required Fen Enterprise { get; init; }

    public required Fen EmployeeLargeAmount { get; init; }

    public required Fen ResidentCriticalIllness { get; init; }

    public required Fen MedicalAid { get; init; }

    public required Fen OtherFund { get; init; }

    public required Fen FundTotal { get; init; }

    public required Fen Account { get; init; }

    public required Fen Cash { get; init; }

    public required Fen PersonalTotal { get; init; }

    /// <summary>Zero: a benefit policy charges the hospital nothing; audit deductions are a matter of clearing.</summary>
    public required Fen HospitalBorne { get; init; }

    /// <summary>The version of the plan that decided.</summary>
    public required string PolicyVersion { get; init; }

    /// <summary>The computation in order, in words a patient can be shown. Made when it is first read: most decisions are only counted.</summary>
    public IReadOnlyList<BenefitStep> Steps => _steps ??= _explain();

    /// <summary>What the settlement of this bill adds to the person's year; its cancellation takes the same away.</summary>
    public required BenefitDelta Delta { get; init; }
}

/// <summary>Amounts to add to a person's accumulators of the year. Layers by layer id; a layer that saw nothing is not listed.</summary>
internal sealed record BenefitDelta
{
    public required Fen DeductiblePaid { get; init; }

    public required Fen PoolPaid { get; init; }

    public required IReadOnlyDictionary<string, Fen> LayerPaid { get; init; }

    public required IReadOnlyDictionary<string, Fen> LayerBase { get; init; }
}

/// <summary>One step of the computation with its figures; <see cref="Amount"/> is the step's result where it has one.</summary>
/// <param name="Code">One of <see cref="BenefitStepCode"/>.</param>
internal sealed record BenefitStep(string Code, string Chinese, string English, Fen? Amount);

/// <summary>The closed set of step codes, in the order in which steps appear.</summary>
internal static class BenefitStepCode
{
    public const string Bill = "BILL";
    public const string Disease = "DISEASE";
    public const string Deductible = "DEDUCTIBLE";
    public const string Remote = "REMOTE";
    public const string ZeroBenefit = "ZERO_BENEFIT";
    public const string Segment = "SEGMENT";
    public const string FixedAmount = "FIXED_AMOUNT";
    public const string PoolCap = "POOL_CAP";
    public const string Pool = "POOL";
    public const string LayerThreshold = "LAYER_THRESHOLD";
    public const string LayerBand = "LAYER_BAND";
    public const string LayerCap = "LAYER_CAP";
    public const string Layer = "LAYER";
    public const string FundTotal = "FUND_TOTAL";
    public const string Account = "ACCOUNT";
    public const string Cash = "CASH";
}

/// <summary>Why the insured side does not settle this case; both texts name the reason and the next step.</summary>
internal sealed record BenefitRefusal(BenefitRefusalCode Code, string Chinese, string English) : BenefitOutcome;

internal enum BenefitRefusalCode
{
    /// <summary>An amount of the bill is below zero. The treatment side corrects the bill.</summary>
    AmountNegative = 1,

    /// <summary>An amount of the bill is above <see cref="BenefitCase.AmountMax"/>. The treatment side corrects the bill.</summary>
    AmountTooLarge = 2,

    /// <summary>The four parts do not add up to the total. The treatment side corrects the bill.</summary>
    TotalNotSum = 3,

    PersonClassUnknown = 4,
    InstitutionLevelUnknown = 5,
    FilingKindUnknown = 6,

    /// <summary>The policy has no plan at all for the pooling area.</summary>
    AreaNotCovered = 7,

    SchemeNotCovered = 8,
    VisitKindNotCovered = 9,

    /// <summary>There are plans for the area, scheme and visit kind, but none in force on the service date.</summary>
    NotInForce = 10,

    /// <summary>The policy refuses unfiled persons. A filing made before the discharge settlement cures it.</summary>
    FilingRequired = 11,

    /// <summary>The policy refuses this kind of filing.</summary>
    FilingKindNotCovered = 12,

    ChronicDiseaseUnknown = 13,

    /// <summary>The plans of the visit kind are for other chronic diseases, or need one and the visit has none.</summary>
    ChronicDiseaseNotCovered = 14,

    /// <summary>The plans of the scheme are for other person classes.</summary>
    PersonClassNotCovered = 15,
}
