using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>One version of the benefits of one scheme in one pooling area: the immutable model a policy file is read into.</summary>
internal sealed record BenefitPlan(
    BenefitPlanHeader Header,
    DeductibleRule Deductible,
    PoolRule Pool,
    PoolCap? PoolCap,
    IReadOnlyDictionary<string, RemoteRule> Remote,
    IReadOnlyList<SupplementaryLayer> Layers,
    AccountRule Account)
{
    /// <summary>The key of the remote rule for a person without a filing.</summary>
    public const string Unfiled = "unfiled";

    /// <summary>Whether a figure counts only part of a person's year, so that the totals of the year do not tell what it has used.</summary>
    public bool CountsPartOfTheYear => Deductible.Scope is not null || PoolCap?.Scope is not null;

    public RemoteRule RemoteFor(string? filingKind) => Remote[filingKind ?? Unfiled];
}

/// <summary>
/// What selects a plan. <see cref="To"/> is exclusive; null is open. A plan that names diseases goes before one that names none, and then one
/// that names person classes before one for everybody: special figures stand beside the general ones without repeating them.
/// </summary>
internal sealed record BenefitPlanHeader(
    string Version, Division Area, string AreaName, string Scheme, IReadOnlyList<string> VisitKinds, DateOnly From, DateOnly? To)
{
    /// <summary>Null: everybody who has no plan of their own.</summary>
    public IReadOnlyList<string>? PersonClasses { get; init; }

    /// <summary>Null: every disease that has no plan of its own, and visits without one.</summary>
    public IReadOnlyList<string>? ChronicDiseases { get; init; }

    public int Rank => (ChronicDiseases is null ? 0 : 2) + (PersonClasses is null ? 0 : 1);

    public bool IsInForceOn(DateOnly date) => From <= date && (To is null || date < To);

    public bool Covers(string personClass) => PersonClasses is null || PersonClasses.Contains(personClass);

    public bool CoversDisease(string? disease) => ChronicDiseases is null || (disease is not null && ChronicDiseases.Contains(disease));

    /// <summary>Whether there is a bill for which neither plan goes before the other.</summary>
    public bool Overlaps(BenefitPlanHeader other) =>
        Area == other.Area && Scheme == other.Scheme && VisitKinds.Intersect(other.VisitKinds).Any()
        && (other.To is null || From < other.To) && (To is null || other.From < To)
        && Meets(PersonClasses, other.PersonClasses) && Meets(ChronicDiseases, other.ChronicDiseases);

    private static bool Meets(IReadOnlyList<string>? mine, IReadOnlyList<string>? theirs) =>
        mine is null || theirs is null ? mine is null && theirs is null : mine.Intersect(theirs).Any();
}

/// <summary>One figure per institution tier.</summary>
internal sealed record PerTier<T>(T Tertiary, T Secondary, T Primary)
{
    public IEnumerable<T> All => [Tertiary, Secondary, Primary];

    public T this[InstitutionTier tier] => tier switch
    {
        InstitutionTier.Tertiary => Tertiary,
        InstitutionTier.Secondary => Secondary,
        InstitutionTier.Primary => Primary,
        _ => throw new ArgumentOutOfRangeException(nameof(tier)),
    };
}

/// <summary>A general figure and the person classes that have their own.</summary>
internal sealed record ByPersonClass<T>(T General, IReadOnlyDictionary<string, T> Own)
{
    public T For(string personClass) => Own.TryGetValue(personClass, out var own) ? own : General;
}

/// <summary>Whether an amount starts again with every bill or goes on counting through the year.</summary>
internal enum Counting
{
    PerBill = 1,
    PerYear = 2,
}

/// <summary>What of a person's year an amount counts. A list that is null restricts nothing.</summary>
internal sealed record CountingScope(IReadOnlyList<string>? Schemes, IReadOnlyList<string>? VisitKinds, IReadOnlyList<string>? ChronicDiseases)
{
    public bool Counts(YearPart part) =>
        (Schemes is null || Schemes.Contains(part.Scheme))
        && (VisitKinds is null || VisitKinds.Contains(part.VisitKind))
        && (ChronicDiseases is null || (part.ChronicDisease is not null && ChronicDiseases.Contains(part.ChronicDisease)));
}

/// <param name="StayDays">Each begun stretch of so many days of one stay carries a deductible, as if it were the next admission; null: one for the stay.</param>
/// <param name="Scope">What counts as an earlier admission, or as deductible paid this year; null: everything of the year.</param>
internal sealed record DeductibleRule(ByPersonClass<PerTier<Fen>> Amounts, Counting Per, RepeatRule? Repeat, int? StayDays, CountingScope? Scope)
{
    public int StretchesOf(int stayDays) => StayDays is { } stretch ? ((stayDays - 1) / stretch) + 1 : 1;

    /// <summary>The full deductible of a stay, before what is already paid and before the amount in scope limits it.</summary>
    public Fen For(string personClass, InstitutionTier tier, int admissionOrdinal, int stayDays)
    {
        var (sum, stretches) = (Fen.Zero, StretchesOf(stayDays));
        for (var stretch = 0; stretch < stretches; stretch++)
            sum += For(personClass, tier, admissionOrdinal + stretch);
        return sum;
    }

    private Fen For(string personClass, InstitutionTier tier, int admissionOrdinal)
    {
        var first = Amounts.For(personClass)[tier];
        return admissionOrdinal == 1 || Repeat is null ? first : Repeat.After(first, tier, admissionOrdinal);
    }
}

/// <summary>The deductible of the second and later admissions of a year; no rule at all means the full one every time.</summary>
internal abstract record RepeatRule
{
    public abstract Fen After(Fen first, InstitutionTier tier, int admissionOrdinal);

    /// <summary>Shares of the first deductible for the second, third, ... admission; the last one holds for all that follow.</summary>
    public sealed record Shares(IReadOnlyList<BasisPoints> Of) : RepeatRule
    {
        public override Fen After(Fen first, InstitutionTier tier, int admissionOrdinal) =>
            Of[Math.Min(admissionOrdinal - 2, Of.Count - 1)].ShareOf(first);
    }

    public sealed record Fixed(PerTier<Fen> Amounts) : RepeatRule
    {
        public override Fen After(Fen first, InstitutionTier tier, int admissionOrdinal) => Amounts[tier];
    }
}

/// <summary>How much the pool pays before its cap.</summary>
internal abstract record PoolRule
{
    private PoolRule()
    {
    }

    /// <summary>比例结算: slices of the in-scope amount above the deductible, each with its ratio.</summary>
    public sealed record Ratios(IReadOnlyList<BenefitSegment> Segments) : PoolRule;

    /// <summary>定额结算: a fixed amount per visit or per day of stay, never more than the in-scope amount above the deductible.</summary>
    public sealed record FixedAmount(ByPersonClass<PerTier<Fen>> Amounts, FixedUnit Per) : PoolRule
    {
        public Fen For(string personClass, InstitutionTier tier, int stayDays) =>
            new(checked(Amounts.For(personClass)[tier].Value * (Per == FixedUnit.Day ? stayDays : 1)));
    }

    /// <summary>No fund pays anything and nothing counts towards a deductible: legal, but only where the policy says so and why.</summary>
    public sealed record NoBenefit(string Chinese, string English) : PoolRule;
}

internal enum FixedUnit
{
    Visit = 1,
    Day = 2,
}

/// <summary>A slice of an amount. <see cref="To"/> is exclusive; null is open.</summary>
internal interface IBenefitSlice
{
    Fen From { get; }

    Fen? To { get; }
}

/// <summary>A slice of the in-scope amount above the deductible.</summary>
internal sealed record BenefitSegment(Fen From, Fen? To, ByPersonClass<PerTier<BasisPoints>> Ratios) : IBenefitSlice;

/// <summary>A slice of an amount and the share of it that a fund pays.</summary>
internal sealed record BenefitBand(Fen From, Fen? To, BasisPoints Ratio) : IBenefitSlice;

internal static class BenefitSlices
{
    /// <summary>How much of the range lower..upper lies in this slice.</summary>
    public static Fen PortionOf(this IBenefitSlice slice, Fen lower, Fen upper)
    {
        var top = slice.To is { } to ? Fen.Min(upper, to) : upper;
        return Fen.Max(Fen.Zero, top - Fen.Max(lower, slice.From));
    }
}

/// <param name="Scope">Whose payments fill an annual cap; null: all that the pool paid this year.</param>
internal sealed record PoolCap(ByPersonClass<Fen> Amounts, Counting Per, CountingScope? Scope);

/// <summary>What treatment in another province does to the benefits of one kind of filing.</summary>
internal sealed record RemoteRule(RemoteEffect Effect, BasisPoints DeductibleFactor);

internal abstract record RemoteEffect
{
    public abstract BasisPoints Apply(BasisPoints ratio);

    /// <summary>The ratio times a factor. A factor of zero means that no fund pays, supplementary layers included.</summary>
    public sealed record Factor(BasisPoints By) : RemoteEffect
    {
        public override BasisPoints Apply(BasisPoints ratio) => ratio.Times(By);
    }

    /// <summary>The ratio less percentage points, not below zero.</summary>
    public sealed record Points(BasisPoints By) : RemoteEffect
    {
        public override BasisPoints Apply(BasisPoints ratio) => ratio.Less(By);
    }

    /// <summary>No direct settlement for this kind of filing.</summary>
    public sealed record Refuse : RemoteEffect
    {
        public override BasisPoints Apply(BasisPoints ratio) => throw new InvalidOperationException("A refused case has no ratio.");
    }
}

internal enum LayerKind
{
    /// <summary>Takes what the pool cap cut off.</summary>
    EmployeeLargeAmount = 1,

    /// <summary>This and the kinds below take what the in-scope amount still leaves to the person, deductible included.</summary>
    ResidentCriticalIllness = 2,

    CivilServant = 3,
    MedicalAid = 4,
    EnterpriseSupplement = 5,
    Other = 6,
}

/// <summary>A fund that pays after the pool. Layers pay in the order of the file, each on what those before it left.</summary>
/// <param name="Id">The accumulator of the layer: plans whose layers have the same id count together.</param>
/// <param name="Per">Whether threshold and bands count per bill or through the year.</param>
/// <param name="RemoteAdjusted">Whether the remote effect lowers this layer's ratios too.</param>
/// <param name="PersonClasses">Null: everybody insured in the scheme.</param>
/// <param name="AnnualCap">The most the layer pays a person in a year; null is no cap.</param>
internal sealed record SupplementaryLayer(
    string Id,
    LayerKind Kind,
    Fen Threshold,
    Counting Per,
    bool RemoteAdjusted,
    IReadOnlyList<string>? PersonClasses,
    IReadOnlyList<BenefitBand> Bands,
    Fen? AnnualCap)
{
    public bool Covers(string personClass) => PersonClasses is null || PersonClasses.Contains(personClass);
}

internal enum AccountUse
{
    Never = 1,

    /// <summary>Only what the person asks for.</summary>
    OnRequest = 2,

    /// <summary>As much as possible unless the person asks for less.</summary>
    ByDefault = 3,
}

/// <param name="Use">When the personal account pays.</param>
/// <param name="LimitPerBill">The most it pays of one bill; null is no limit but the balance.</param>
internal sealed record AccountRule(AccountUse Use, Fen? LimitPerBill);
