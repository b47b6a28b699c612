namespace ProvincialGateway.Matching;

/// <summary>
/// Adds up what the aspects of a pair are worth. What neither side mentions is left out of the sum, so a service, which has little but its name, can
/// reach 100 as well as a drug.
/// </summary>
internal struct EvidenceScore
{
    public static readonly AspectWeight Salt = new(6, OneSided: 0.2f);
    public static readonly AspectWeight Form = new(12, OneSided: 0.55f);
    public static readonly AspectWeight Strength = new(16, OneSided: 0.4f);
    public static readonly AspectWeight Pack = new(6, OneSided: 0.7f);
    public static readonly AspectWeight Words = new(4, OneSided: 0.6f);
    public static readonly AspectWeight Manufacturer = new(8, OneSided: 0.7f);
    public static readonly AspectWeight ItemClass = new(2, OneSided: 1);
    public static readonly AspectWeight Price = new(2, OneSided: 1);
    public static readonly AspectWeight Unit = new(2, OneSided: 1);

    private const float NameWeight = 50;
    private const float Near = 0.8f;
    private const float Apart = 0.2f;

    /// <summary>Points off for every contradiction, beyond what the aspect itself loses.</summary>
    private const float ContradictionPoints = 5;

    private static readonly float Aspects =
        Salt.Weight + Form.Weight + Strength.Weight + Pack.Weight + Words.Weight + Manufacturer.Weight + ItemClass.Weight + Price.Weight + Unit.Weight;

    private float _sum;
    private float _weight = NameWeight;
    private float _open = Aspects;
    private int _contradictions;

    public EvidenceScore(NameRelation name)
    {
        _sum = NameWeight * name.Similarity;
        _contradictions = name.Qualifiers == Verdict.Differs ? 1 : 0;
    }

    /// <summary>0..100, one decimal: the score if everything that was not added yet agreed, and so the score itself when everything was.</summary>
    public readonly decimal Most
    {
        get
        {
            var tenths = (int)MathF.Round(10 * ((100 * (_sum + _open) / (_weight + _open)) - (ContradictionPoints * _contradictions)));
            return new decimal(Math.Clamp(tenths, 0, 1000), 0, 0, isNegative: false, scale: 1);
        }
    }

    /// <returns>The verdict.</returns>
    public Verdict Add(Verdict verdict, AspectWeight aspect)
    {
        _open -= aspect.Weight;
        if (verdict == Verdict.Silent)
            return verdict;
        _weight += aspect.Weight;
        _contradictions += verdict == Verdict.Differs ? 1 : 0;
        _sum += aspect.Weight * verdict switch
        {
            Verdict.Agrees => 1,
            Verdict.LocalMore or Verdict.ExchangeMore => (1 + aspect.OneSided) / 2,
            Verdict.Near => Near,
            Verdict.LocalOnly or Verdict.ExchangeOnly or Verdict.BothMore => aspect.OneSided,
            Verdict.Apart => Apart,
            _ => 0,
        };
        return verdict;
    }
}

/// <param name="Weight">Against the name's 50.</param>
/// <param name="OneSided">The share of the weight when only one side says something, 0..1.</param>
internal readonly record struct AspectWeight(float Weight, float OneSided);
