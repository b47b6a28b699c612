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

    /// <summary>M…, one of <see cref="BenefitCodes.ChronicDiseases"/>; null for a visit that is not for one.</summary>
    public string? ChronicDisease { get; init; }

    /// <summary>01..06; null when the person is unfiled.</summary>
    public string? FilingKind { get; init; }

    /// <summary>Which settlement of the calendar year this is, from 1, whatever its kind; a plan may count only some kinds.</summary>
    public required int AdmissionOrdinal { get; init; }

    /// <summary>Discharge date, or the service date of an outpatient visit: selects the version of the policy.</summary>
    public required DateOnly ServiceDate { get; init; }

    /// <summary>From admission to <see cref="ServiceDate"/>, the first day counted and the last not; 1 within one day. At least 1.</summary>
    public required int StayDays { get; init; }

    public required Fen Total { get; init; }

    public required Fen FullSelfPay { get; init; }

    public required Fen OverLimit { get; init; }

    public required Fen PreSelfPay { get; init; }

    public required Fen InScope { get; init; }

    /// <summary>What the pool has paid this person this year, before this bill.</summary>
    public required Fen PoolPaidYear { get; init; }

    /// <summary>The deductible this person has paid this year, before this bill; only a deductible "per year" looks at it.</summary>
    public required Fen DeductiblePaidYear { get; init; }

    /// <summary>
    /// The same year by scheme, visit kind and disease: where a plan counts only some of them, this is what it looks at. Adds up to the totals.
    /// </summary>
    public required IReadOnlyList<YearPart> YearByKind { get; init; }

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

    /// <summary>Days of a stay: the first counted and the last not, and one within a day.</summary>
    public static int DaysOf(DateOnly from, DateOnly to) => Math.Max(1, to.DayNumber - from.DayNumber);

    /// <summary>What of this stay was settled while it went on; null where nothing was. It is one admission with one deductible, however often it is settled.</summary>
    public StaySoFar? Stay { get; init; }

    /// <summary>
    /// What the plan's scopes count, where the insured side has stated that and not the year by kind; null counts <see cref="YearByKind"/>. Good for
    /// that plan alone.
    /// </summary>
    public CountedYear? Counted { get; init; }

    public int OrdinalIn(CountingScope? scope)
    {
        if (Stay is { } stay)
            return stay.AdmissionOrdinal;
        if (scope is null)
            return AdmissionOrdinal;
        if (Counted is { } counted)
            return counted.AdmissionOrdinal;
        var ordinal = 1;
        foreach (var part in YearByKind)
            ordinal += scope.Counts(part) ? part.Settlements : 0;
        return ordinal;
    }

    public Fen PoolPaidIn(CountingScope? scope)
    {
        if (scope is null)
            return PoolPaidYear;
        if (Counted is { } counted)
            return counted.PoolPaid;
        var paid = Fen.Zero;
        foreach (var part in YearByKind)
            paid += scope.Counts(part) ? part.PoolPaid : Fen.Zero;
        return paid;
    }

    public Fen DeductiblePaidIn(CountingScope? scope)
    {
        if (scope is null)
            return DeductiblePaidYear;
        if (Counted is { } counted)
            return counted.DeductiblePaid;
        var paid = Fen.Zero;
        foreach (var part in YearByKind)
            paid += scope.Counts(part) ? part.DeductiblePaid : Fen.Zero;
        return paid;
    }
}

/// <summary>What the standing settlements of a stay that goes on add up to.</summary>
/// <param name="AdmissionOrdinal">As its first settlement was counted; it does not change, not even in a new year.</param>
/// <param name="Deductible">Paid of the stay's one deductible, whether that is counted by bill or by year.</param>
/// <param name="InScope">Segments of the pool, and a cap or a fixed amount per bill, go on from here.</param>
/// <param name="LayerBase">As <see cref="BenefitCase.LayerBaseYear"/>, for layers that count by bill.</param>
internal sealed record StaySoFar(int AdmissionOrdinal, Fen Deductible, Fen InScope, Fen PoolPaid, IReadOnlyDictionary<string, Fen> LayerBase)
{
    /// <summary>What a stay adds up to once a bill of it is decided.</summary>
    public static StaySoFar After(BenefitCase bill, BenefitDecision decision)
    {
        var before = bill.Stay ?? new StaySoFar(decision.AdmissionOrdinal, Fen.Zero, Fen.Zero, Fen.Zero, new Dictionary<string, Fen>());
        return before with
        {
            Deductible = before.Deductible + decision.Deductible,
            InScope = before.InScope + bill.InScope,
            PoolPaid = before.PoolPaid + decision.Pool,
            LayerBase = before.LayerBase.Keys.Union(decision.Delta.LayerBase.Keys)
                .ToDictionary(layer => layer, layer => before.LayerBase.GetValueOrDefault(layer) + decision.Delta.LayerBase.GetValueOrDefault(layer)),
        };
    }
}

/// <summary>A person's year as one plan's scopes count it.</summary>
/// <param name="DeductiblePaid">In the scope of the deductible, as <paramref name="AdmissionOrdinal"/>.</param>
/// <param name="PoolPaid">In the scope of the pool's cap.</param>
internal sealed record CountedYear(int AdmissionOrdinal, Fen DeductiblePaid, Fen PoolPaid);

/// <summary>What the standing settlements of one scheme, visit kind and chronic disease add up to in a person's year.</summary>
internal sealed record YearPart(string Scheme, string VisitKind, string? ChronicDisease, Fen DeductiblePaid, Fen PoolPaid, int Settlements);
