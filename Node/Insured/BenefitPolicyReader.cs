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
    public const int ReasonLengthMax = 200;
    public const int StayDaysMin = 7;
    public const int StayDaysMax = 366;

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
        BenefitReachRules.CheckLayerIds(file, plans);
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
            plan.IsNull("to") ? null : plan.Date("to"))
        {
            PersonClasses = plan.Has("person_classes") ? plan.Codes("person_classes", PersonClass.All) : null,
            ChronicDiseases = plan.Has("chronic_diseases") ? plan.Codes("chronic_diseases", BenefitCodes.ChronicDiseases) : null,
        };
        if (header.To is { } to && to != default && to <= header.From)
            plan.Fail(plan.At("to"), $"应晚于生效日期 {header.From.Iso()}（不含当日）", $"must be later than {header.From.Iso()} (it is exclusive)");
        if (header.ChronicDiseases is not null && header.VisitKinds is not [BenefitCodes.ChronicOutpatient])
        {
            plan.Fail(plan.At("chronic_diseases"), $"只有就诊类型 {BenefitCodes.ChronicOutpatient} 有门诊慢特病病种，visit_kinds 应只含它",
                $"only visit kind {BenefitCodes.ChronicOutpatient} has a chronic disease: visit_kinds must hold it alone");
        }
        return header;
    }

    /// <summary>The parts that could not be read are null here; their errors make the caller drop the plan, so it never gets out.</summary>
    private static BenefitPlan ReadPlan(BenefitPolicyObject plan, BenefitPlanHeader? header)
    {
        var deductible = plan.Part("deductible", BenefitPolicyShapes.Deductible, ReadDeductible);
        var pool = ReadPool(plan);
        var cap = plan.IsNull("pool_cap") ? null : plan.Part("pool_cap", BenefitPolicyShapes.PoolCap, ReadPoolCap);
        var remote = plan.Part("remote", BenefitPolicyShapes.Remote, ReadRemote);
        var layers = plan.Parts("layers", BenefitPolicyShapes.Layer, min: 0, LayersMax, ReadLayer);
        var account = plan.Part("account", BenefitPolicyShapes.Account, ReadAccount);
        BenefitPolicyRules.CheckCaps(plan, cap, deductible, pool);
        BenefitPolicyRules.CheckLayers(plan, layers);
        BenefitReachRules.Check(plan, header, deductible, pool, cap, remote, layers);
        return new BenefitPlan(header!, deductible!, pool!, cap, remote!, [.. layers.OfType<SupplementaryLayer>()], account!);
    }

    /// <summary>Null when it could not be read whole, or when there is none.</summary>
    private static PoolRule? ReadPool(BenefitPolicyObject plan)
    {
        if (plan.Has("fixed"))
            return plan.Part("fixed", BenefitPolicyShapes.Fixed, ReadFixed);
        if (plan.Has("no_benefit"))
            return plan.Part("no_benefit", BenefitPolicyShapes.NoBenefit, none => new PoolRule.NoBenefit(none.Text("reason_zh", ReasonLengthMax), none.Text("reason_en", ReasonLengthMax)));
        return plan.Sound(source => new PoolRule.Ratios(ReadLadder(source, "segments", BenefitPolicyShapes.Segment, ReadSegment)), "segments");
    }

    private static PoolRule.FixedAmount ReadFixed(BenefitPolicyObject source) => new(ReadAmounts(source), source.Word("per", BenefitPolicyShapes.FixedWords));

    private static ByPersonClass<PerTier<Fen>> ReadAmounts(BenefitPolicyObject source) =>
        new(TierAmounts(source, "amounts"), source.Map("person_classes", PersonClass.All, TierAmounts));

    private static CountingScope? ReadScope(BenefitPolicyObject owner) => owner.Part("scope", BenefitPolicyShapes.Scope, scope => new CountingScope(
        scope.Has("schemes") ? scope.Codes("schemes", BenefitCodes.Schemes) : null,
        scope.Has("visit_kinds") ? scope.Codes("visit_kinds", BenefitCodes.VisitKinds) : null,
        scope.Has("chronic_diseases") ? scope.Codes("chronic_diseases", BenefitCodes.ChronicDiseases) : null));

    private static DeductibleRule ReadDeductible(BenefitPolicyObject source)
    {
        var amounts = ReadAmounts(source);
        var per = source.Word("per", BenefitPolicyShapes.CountingWords);
        var repeat = source.IsNull("repeat") ? null : source.Part("repeat", BenefitPolicyShapes.Repeat, ReadRepeat);
        if (per == Counting.PerYear && source.Has("repeat") && !source.IsNull("repeat"))
            source.Fail(source.At("repeat"), "年度起付标准不按住院次数变化，应为 null", "an annual deductible does not depend on the admission: must be null");
        int? stayDays = source.Has("stay_days") ? source.Whole("stay_days", StayDaysMin, StayDaysMax) : null;
        if (per == Counting.PerYear && stayDays is not null)
            source.Fail(source.At("stay_days"), "年度起付标准不按住院天数变化，应删除", "an annual deductible does not depend on the days of stay: leave it out");
        if (per == Counting.PerBill && source.IsNull("repeat") && source.Has("scope"))
            source.Fail(source.At("scope"), "按次计算且不区分次数的起付标准无需累计范围，应删除", "a deductible that is the same for every bill counts nothing: leave it out");
        return new DeductibleRule(amounts, per, repeat, stayDays, ReadScope(source));
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

    private static PoolCap ReadPoolCap(BenefitPolicyObject source)
    {
        var amounts = new ByPersonClass<Fen>(source.Amount("amount"), source.Map("person_classes", PersonClass.All, (classes, code) => classes.Amount(code)));
        var per = source.Word("per", BenefitPolicyShapes.CountingWords);
        if (per == Counting.PerBill && source.Has("scope"))
            source.Fail(source.At("scope"), "按次的封顶线不累计，应删除", "a cap per bill counts nothing: leave it out");
        return new PoolCap(amounts, per, ReadScope(source));
    }

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
