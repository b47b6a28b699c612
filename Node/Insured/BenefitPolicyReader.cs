using System.Text.Json;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>Turns the JSON of a policy file into plans, and finds everything that is wrong with it on the way.</summary>
internal static class BenefitPolicyReader
{
    public const int PlansMax = 500;
    public const int StepsMax = 20;
    public const int LayersMax = 10;
    public const int RepeatsMax = 10;
    public const int RatioPercentMax = 100;
    public const int DeductibleFactorPercentMax = 500;

    private static readonly string[] HeaderNames = ["version", "area", "area_name", "scheme", "visit_kinds", "from", "to"];

    /// <summary>Null when there is any error.</summary>
    public static BenefitPolicy? Read(JsonElement root, out IReadOnlyList<PolicyError> errors)
    {
        var found = new List<PolicyError>();
        errors = found;
        var file = BenefitPolicyObject.Open(root, "$", BenefitPolicyShapes.File, found);
        if (file.Has("$schema"))
            file.Text("$schema", lengthMax: 200);
        var notice = file.Text("notice", lengthMax: 200);
        var province = file.Division("province");
        var headers = new List<BenefitPlanHeader?>();
        var plans = file.Parts("plans", BenefitPolicyShapes.Plan, min: 1, PlansMax, plan =>
        {
            headers.Add(plan.Sound(ReadHeader, HeaderNames));
            return ReadPlan(plan, headers[^1]);
        });
        BenefitPolicyRules.CheckAreas(file, province, headers);
        BenefitPolicyRules.CheckPlansTogether(file, headers);
        return found.Count == 0 ? new BenefitPolicy(province, notice, [.. plans.OfType<BenefitPlan>()]) : null;
    }

    private static BenefitPlanHeader ReadHeader(BenefitPolicyObject plan)
    {
        var header = new BenefitPlanHeader(
            plan.Text("version", lengthMax: 40),
            plan.Division("area"),
            plan.Text("area_name", lengthMax: 60),
            plan.Code("scheme", BenefitCodes.Schemes),
            plan.Codes("visit_kinds", BenefitCodes.VisitKinds),
            plan.Date("from"),
            plan.IsNull("to") ? null : plan.Date("to"));
        if (header.To is { } to && to != default && to <= header.From)
            plan.Fail(plan.At("to"), $"应晚于生效日期 {header.From.Iso()}（不含当日）", $"must be later than {header.From.Iso()} (it is exclusive)");
        return header;
    }

    /// <summary>The parts that could not be read are null here; their errors make the caller drop the plan, so it never gets out.</summary>
    private static BenefitPlan ReadPlan(BenefitPolicyObject plan, BenefitPlanHeader? header)
    {
        var deductible = plan.Part("deductible", BenefitPolicyShapes.Deductible, ReadDeductible);
        var segments = ReadLadder(plan, "segments", BenefitPolicyShapes.Segment, ReadSegment);
        var cap = plan.IsNull("pool_cap") ? null : plan.Part("pool_cap", BenefitPolicyShapes.PoolCap, ReadPoolCap);
        var remote = plan.Part("remote", BenefitPolicyShapes.Remote, ReadRemote);
        var layers = plan.Parts("layers", BenefitPolicyShapes.Layer, min: 0, LayersMax, ReadLayer);
        var account = plan.Part("account", BenefitPolicyShapes.Account, ReadAccount);
        BenefitPolicyRules.CheckCapAgainstDeductible(plan, cap, deductible);
        BenefitPolicyRules.CheckLayers(plan, layers);
        return new BenefitPlan(header!, deductible!, segments, cap, remote!, [.. layers.OfType<SupplementaryLayer>()], account!);
    }

    private static DeductibleRule ReadDeductible(BenefitPolicyObject source)
    {
        var amounts = new ByPersonClass<PerTier<Fen>>(TierAmounts(source, "amounts"), source.Map("person_classes", PersonClass.All, TierAmounts));
        var per = source.Word("per", BenefitPolicyShapes.CountingWords);
        var repeat = source.IsNull("repeat") ? null : source.Part("repeat", BenefitPolicyShapes.Repeat, ReadRepeat);
        if (per == Counting.PerYear && source.Has("repeat") && !source.IsNull("repeat"))
            source.Fail(source.At("repeat"), "年度起付标准不按住院次数变化，应为 null", "an annual deductible does not depend on the admission: must be null");
        return new DeductibleRule(amounts, per, repeat);
    }

    private static RepeatRule ReadRepeat(BenefitPolicyObject rule) => rule.Has("percents")
        ? new RepeatRule.Shares(rule.Percents("percents", RatioPercentMax, RepeatsMax))
        : new RepeatRule.Fixed(TierAmounts(rule, "fixed"));

    private static BenefitSegment ReadSegment(BenefitPolicyObject source)
    {
        var ratios = new ByPersonClass<PerTier<BasisPoints>>(TierRatios(source, "ratios"), source.Map("person_classes", PersonClass.All, TierRatios));
        return new BenefitSegment(source.Amount("from"), source.AmountOrNull("to"), ratios);
    }

    private static BenefitBand ReadBand(BenefitPolicyObject source) =>
        new(source.Amount("from"), source.AmountOrNull("to"), source.Percent("ratio", RatioPercentMax));

    /// <summary>Segments or bands: all that could be read, after the rule that they follow each other without gap or overlap.</summary>
    private static IReadOnlyList<T> ReadLadder<T>(BenefitPolicyObject owner, string name, BenefitPolicyShape shape, Func<BenefitPolicyObject, T> read)
        where T : class, IBenefitSlice
    {
        var slices = owner.Parts(name, shape, min: 1, StepsMax, read);
        BenefitPolicyRules.CheckLadder(owner, name, slices);
        return [.. slices.OfType<T>()];
    }

    private static PoolCap ReadPoolCap(BenefitPolicyObject source) => new(
        new ByPersonClass<Fen>(source.Amount("amount"), source.Map("person_classes", PersonClass.All, (classes, code) => classes.Amount(code))),
        source.Word("per", BenefitPolicyShapes.CountingWords));

    private static IReadOnlyDictionary<string, RemoteRule> ReadRemote(BenefitPolicyObject source) => BenefitPolicyShapes.Remote.Required
        .ToDictionary(kind => kind, kind => ReadRemoteRule(source.Object(kind, BenefitPolicyShapes.RemoteRule)));

    private static RemoteRule ReadRemoteRule(BenefitPolicyObject rule)
    {
        var deductible = rule.Has("deductible_factor") ? rule.Percent("deductible_factor", DeductibleFactorPercentMax) : BasisPoints.Whole;
        if (rule.Has("refuse") && !rule.Flag("refuse"))
            rule.Fail(rule.At("refuse"), "只能为 true；给予待遇请写 factor 或 points", "can only be true; write factor or points to grant benefits");
        RemoteEffect effect = rule.Has("factor") ? new RemoteEffect.Factor(rule.Percent("factor", RatioPercentMax))
            : rule.Has("points") ? new RemoteEffect.Points(rule.Percent("points", RatioPercentMax))
            : new RemoteEffect.Refuse();
        return new RemoteRule(effect, deductible);
    }

    private static SupplementaryLayer ReadLayer(BenefitPolicyObject source) => new(
        source.Text("id", lengthMax: 40),
        source.Word("kind", BenefitPolicyShapes.LayerWords),
        source.Amount("threshold"),
        source.Word("per", BenefitPolicyShapes.CountingWords),
        source.Flag("remote_adjusted"),
        source.Has("person_classes") ? source.Codes("person_classes", PersonClass.All) : null,
        ReadLadder(source, "bands", BenefitPolicyShapes.Band, ReadBand),
        source.AmountOrNull("annual_cap"));

    private static AccountRule ReadAccount(BenefitPolicyObject source) =>
        new(source.Word("use", BenefitPolicyShapes.AccountWords), source.AmountOrNull("limit_per_bill"));

    private static PerTier<Fen> TierAmounts(BenefitPolicyObject owner, string name)
    {
        var tiers = owner.Object(name, BenefitPolicyShapes.TierAmounts);
        return new(tiers.Amount("tertiary"), tiers.Amount("secondary"), tiers.Amount("primary"));
    }

    private static PerTier<BasisPoints> TierRatios(BenefitPolicyObject owner, string name)
    {
        var tiers = owner.Object(name, BenefitPolicyShapes.TierRatios);
        return new(tiers.Percent("tertiary", RatioPercentMax), tiers.Percent("secondary", RatioPercentMax), tiers.Percent("primary", RatioPercentMax));
    }
}
