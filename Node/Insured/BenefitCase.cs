using ProvincialGateway.Ledger;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>Everything a benefit decision depends on, in exchange codes. Two equal cases under one policy get equal decisions.</summary>
internal sealed record BenefitCase
{
    /// <summary>A bill above this is refused: 100 million yuan, far above any real stay and far below an overflow.</summary>
    public static readonly Fen AmountMax = new(SettlementFigures.AmountMaxFen);

    /// <summary>The pooling area (统筹区) that insures the person, exactly as the policy names it.</summary>
    public required Division PoolingArea { get; init; }

    public required string Scheme { get; init; }

    /// <summary>One of <see cref="Insured.PersonClass"/>.</summary>
    public required string PersonClass { get; init; }

    /// <summary>01..11, the level of the institution for deductibles.</summary>
    public required string InstitutionLevel { get; init; }

    public required string VisitKind { get; init; }

    /// <summary>01..06; null when the person is unfiled.</summary>
    public string? FilingKind { get; init; }

    /// <summary>Which admission of the calendar year this is, from 1.</summary>
    public required int AdmissionOrdinal { get; init; }

    /// <summary>Discharge date, or the service date of an outpatient visit: selects the version of the policy.</summary>
    public required DateOnly ServiceDate { get; init; }

    public required Fen Total { get; init; }

    public required Fen FullSelfPay { get; init; }

    public required Fen OverLimit { get; init; }

    public required Fen PreSelfPay { get; init; }

    public required Fen InScope { get; init; }

    /// <summary>What the pool has paid this person this year, before this bill.</summary>
    public required Fen PoolPaidYear { get; init; }

    /// <summary>The deductible this person has paid this year, before this bill; only a deductible "per year" looks at it.</summary>
    public required Fen DeductiblePaidYear { get; init; }

    /// <summary>What each supplementary layer has paid this year, by layer id; a layer not listed has paid nothing.</summary>
    public required IReadOnlyDictionary<string, Fen> LayerPaidYear { get; init; }

    /// <summary>
    /// The amounts that reached each layer this year before its threshold, by layer id; a layer not listed has seen nothing. A threshold
    /// and bands "per year" go on counting from here.
    /// </summary>
    public required IReadOnlyDictionary<string, Fen> LayerBaseYear { get; init; }

    public required Fen AccountBalance { get; init; }

    /// <summary>The most the person wants to take from the personal account; null leaves it to the policy, zero keeps the account whole.</summary>
    public Fen? AccountRequested { get; init; }
}
