using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// What a plan says and can never apply: a figure that nobody reaches is a figure that somebody meant otherwise. Every rule skips what could
/// not be read, because that has its own error already.
/// </summary>
internal static class BenefitReachRules
{
    public static void Check(
        BenefitPolicyObject plan,
        BenefitPlanHeader? header,
        DeductibleRule? deductible,
        PoolRule? pool,
        PoolCap? cap,
        IReadOnlyDictionary<string, RemoteRule>? remote,
        IReadOnlyList<SupplementaryLayer?> layers)
    {
        CheckRatios(plan, header, pool);
        CheckLayers(plan, layers);
        if (pool is PoolRule.NoBenefit)
            CheckNoBenefit(plan, deductible, layers);
        if (remote is not null && remote.Values.All(rule => rule.Effect is RemoteEffect.Refuse))
            plan.Fail(plan.At("remote"), "所有备案类型均不予结算，本方案永远不会使用", "every filing kind is refused, so this plan can never apply");
        if (header is null)
            return;
        if (deductible is { StayDays: not null } && !header.VisitKinds.Any(BenefitCodes.InpatientKinds.Contains))
            plan.Fail($"{plan.At("deductible")}.stay_days", "门诊没有住院天数，应删除", "an outpatient visit has no days of stay: leave it out");
        CheckScope(plan, "deductible", header, deductible?.Scope);
        CheckScope(plan, "pool_cap", header, cap?.Scope);
        CheckClasses(plan, header, deductible, pool, cap, layers);
    }

    /// <summary>A person's year counts a layer by its id, whatever area and scheme the person has been in, so the id must mean one fund in the whole file.</summary>
    public static void CheckLayerIds(BenefitPolicyObject file, IReadOnlyList<BenefitPlan?> plans)
    {
        var known = new Dictionary<string, (LayerKind Kind, string Path)>();
        for (var i = 0; i < plans.Count; i++)
        {
            for (var j = 0; plans[i] is { } plan && j < plan.Layers.Count; j++)
            {
                var (layer, path) = (plan.Layers[j], $"$.plans[{i}].layers[{j}].id");
                if (!known.TryAdd(layer.Id, (layer.Kind, path)) && known[layer.Id] is var first && first.Kind != layer.Kind)
                    file.Fail(path, $"层 {layer.Id} 在 {first.Path} 是另一种基金，累计会混在一起", $"layer {layer.Id} is another fund at {first.Path}; their accumulators would mix");
            }
        }
    }

    private static void CheckRatios(BenefitPolicyObject plan, BenefitPlanHeader? header, PoolRule? pool)
    {
        if (pool is not PoolRule.Ratios { Segments: { Count: > 0 } segments })
            return;
        var without = (header?.PersonClasses ?? PersonClass.All)
            .Where(code => Enum.GetValues<InstitutionTier>().Any(tier => segments.All(segment => segment.Ratios.For(code)[tier].Value == 0))).ToList();
        if (without.Count > 0)
        {
            plan.Fail(plan.At("segments"), $"人员类别 {string.Join("、", without)} 的比例全为 0；零待遇须单列方案并写明 no_benefit",
                $"every ratio of person class {string.Join(", ", without)} is 0; benefits of zero need a plan of their own with no_benefit");
        }
    }

    private static void CheckNoBenefit(BenefitPolicyObject plan, DeductibleRule? deductible, IReadOnlyList<SupplementaryLayer?> layers)
    {
        if (layers.Count > 0)
            plan.Fail(plan.At("layers"), "零待遇方案的补充层永远不支付，应为空", "without benefits no layer can ever pay: must be empty");
        if (plan.Has("pool_cap") && !plan.IsNull("pool_cap"))
            plan.Fail(plan.At("pool_cap"), "零待遇方案没有封顶线，应为 null", "without benefits there is no cap: must be null");
        if (deductible is not null && PersonClass.All.SelectMany(code => deductible.Amounts.For(code).All).Any(amount => !amount.IsZero))
            plan.Fail($"{plan.At("deductible")}.amounts", "零待遇方案不计起付标准，应为 0.00", "without benefits no deductible is due: must be 0.00");
    }

    private static void CheckLayers(BenefitPolicyObject plan, IReadOnlyList<SupplementaryLayer?> layers)
    {
        for (var i = 0; i < layers.Count; i++)
        {
            if (layers[i] is not { AnnualCap: { IsZero: false } cap } layer)
                continue;
            var path = $"{plan.At("layers")}[{i}]";
            if (layer.Threshold > cap)
                plan.Fail($"{path}.threshold", $"起付线 {layer.Threshold} 高于本层封顶线 {cap}，请核对两个金额", $"the threshold {layer.Threshold} is above the layer's cap {cap}; check both figures");
            if (!layer.RemoteAdjusted)
                CheckBands(plan, path, layer, cap);
        }
    }

    /// <summary>A band behind those that already use up the annual cap. Ratios that a remote rule lowers use it up later, if at all.</summary>
    private static void CheckBands(BenefitPolicyObject plan, string path, SupplementaryLayer layer, Fen cap)
    {
        var paid = Fen.Zero;
        for (var i = 0; i < layer.Bands.Count; i++)
        {
            var band = layer.Bands[i];
            if (i > 0 && paid >= cap)
                plan.Fail($"{path}.bands[{i}]", $"前面各段已用完封顶线 {cap}，本段永远不支付", $"the bands before it use up the cap {cap}, so this one can never pay");
            if (band.To is { } to && to > band.From)
                paid += band.Ratio.ShareOf(to - band.From);
        }
    }

    private static void CheckScope(BenefitPolicyObject plan, string owner, BenefitPlanHeader header, CountingScope? scope)
    {
        if (scope is null)
            return;
        var path = $"{plan.At(owner)}.scope";
        Missing("schemes", [header.Scheme], scope.Schemes);
        Missing("visit_kinds", header.VisitKinds, scope.VisitKinds);
        Missing("chronic_diseases", header.ChronicDiseases ?? [], scope.ChronicDiseases);

        void Missing(string list, IReadOnlyList<string> own, IReadOnlyList<string>? counted)
        {
            if (counted is not null && own.Except(counted).ToList() is { Count: > 0 } missing)
                plan.Fail($"{path}.{list}", $"不含本方案自己的 {string.Join("、", missing)}，其费用不会累计", $"lacks the plan's own {string.Join(", ", missing)}, whose bills would never count");
        }
    }

    /// <summary>Figures for person classes that the plan itself leaves out.</summary>
    private static void CheckClasses(
        BenefitPolicyObject plan, BenefitPlanHeader header, DeductibleRule? deductible, PoolRule? pool, PoolCap? cap, IReadOnlyList<SupplementaryLayer?> layers)
    {
        if (header.PersonClasses is null)
            return;
        Own($"{plan.At("deductible")}.person_classes", deductible?.Amounts.Own.Keys);
        Own($"{plan.At("pool_cap")}.person_classes", cap?.Amounts.Own.Keys);
        Own($"{plan.At("fixed")}.person_classes", (pool as PoolRule.FixedAmount)?.Amounts.Own.Keys);
        foreach (var (index, segment) in ((pool as PoolRule.Ratios)?.Segments ?? []).Index())
            Own($"{plan.At("segments")}[{index}].person_classes", segment.Ratios.Own.Keys);
        foreach (var (index, layer) in layers.Index())
        {
            foreach (var (place, code) in (layer?.PersonClasses ?? []).Index().Where(entry => !header.Covers(entry.Item)))
                Fail($"{plan.At("layers")}[{index}].person_classes[{place}]", code);
        }

        void Own(string path, IEnumerable<string>? codes)
        {
            foreach (var code in (codes ?? []).Where(code => !header.Covers(code)))
                Fail($"{path}.{code}", code);
        }

        void Fail(string path, string code) =>
            plan.Fail(path, $"人员类别 {code} 不在本方案的 person_classes 中，永远用不到", $"person class {code} is not among the plan's person_classes, so this can never apply");
    }
}
