using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>One version of the benefits of one scheme in one pooling area: the immutable model a policy file is read into.</summary>
internal sealed record BenefitPlan(
    BenefitPlanHeader Header,
    DeductibleRule Deductible,
    IReadOnlyList<BenefitSegment> Segments,
    PoolCap? PoolCap,
    IReadOnlyDictionary<string, RemoteRule> Remote,
    IReadOnlyList<SupplementaryLayer> Layers,
    AccountRule Account)
{
    /// <summary>The key of the remote rule for a person without a filing.</summary>
    public const string Unfiled = "unfiled";

    public RemoteRule RemoteFor(string? filingKind) => Remote[filingKind ?? Unfiled];
}

/// <summary>What selects a plan. <see cref="To"/> is exclusive; null is open.</summary>
internal sealed record BenefitPlanHeader(
    string Version, Division Area, string AreaName, string Scheme, IReadOnlyList<string> VisitKinds, DateOnly From, DateOnly? To)
{
    public bool IsInForceOn(DateOnly date) => From <= date && (To is null || date < To);

    public bool Overlaps(BenefitPlanHeader other) =>
        Area == other.Area && Scheme == other.Scheme && VisitKinds.Intersect(other.VisitKinds).Any()
        && (other.To is null || From < other.To) && (To is null || other.From < To);
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

internal sealed record DeductibleRule(ByPersonClass<PerTier<Fen>> Amounts, Counting Per, RepeatRule? Repeat)
{
    /// <summary>The full deductible of an admission, before what is already paid and before the amount in scope limits it.</summary>
    public Fen For(string personClass, InstitutionTier tier, int admissionOrdinal)
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

/// <summary>A slice of an amount. <see cref="To"/> is exclusive; null is open.</summary>
internal interface IBenefitSlice
{
    Fen From { get; }

    Fen? To { get; }
}

/// <summary>A slice of the in-scope amount above the deductible.</summary>
internal sealed record BenefitSegment(Fen From, Fen? To, ByPersonClass<PerTier<BasisPoints>> Ratios) : IBenefitSlice
{
    public BenefitBand For(string personClass, InstitutionTier tier) => new(From, To, Ratios.For(personClass)[tier]);
}

/// <summary>A slice of an amount and the share of it that a fund pays.</summary>
internal sealed record BenefitBand(Fen From, Fen? To, BasisPoints Ratio) : IBenefitSlice
{
    /// <summary>How much of the range lower..upper lies in this band.</summary>
    public Fen PortionOf(Fen lower, Fen upper)
    {
        var top = To is { } to ? Fen.Min(upper, to) : upper;
        return Fen.Max(Fen.Zero, top - Fen.Max(lower, From));
    }
}

internal sealed record PoolCap(ByPersonClass<Fen> Amounts, Counting Per);

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
}

/// <summary>A fund that pays after the pool. Layers pay in the order of the file, each on what those before it left.</summary>
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
