using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// What a policy file must satisfy beyond its form. Every rule skips what could not be read, because that has its own error already.
/// </summary>
internal static class BenefitPolicyRules
{
    public static void CheckAreas(BenefitPolicyObject file, Division province, IReadOnlyList<BenefitPlanHeader?> headers)
    {
        if (province == default)
            return;
        if (!province.IsProvince)
            file.Fail(file.At("province"), "应为省级代码，如 530000", "must be the code of a province, e.g. 530000");
        for (var i = 0; i < headers.Count; i++)
        {
            if (headers[i] is { } header && header.Area.Province != province.Province)
                file.Fail($"$.plans[{i}].area", $"统筹区 {header.Area} 不属于 {province}", $"area {header.Area} does not belong to {province}");
        }
    }

    public static void CheckPlansTogether(BenefitPolicyObject file, IReadOnlyList<BenefitPlanHeader?> headers)
    {
        for (var later = 1; later < headers.Count; later++)
        {
            for (var earlier = 0; earlier < later; earlier++)
            {
                if (headers[later] is { } plan && headers[earlier] is { } other)
                    CheckPair(file, $"$.plans[{later}]", plan, $"$.plans[{earlier}]", other);
            }
        }
    }

    private static void CheckPair(BenefitPolicyObject file, string path, BenefitPlanHeader plan, string otherPath, BenefitPlanHeader other)
    {
        if (plan.Version == other.Version)
            file.Fail($"{path}.version", $"版本 {plan.Version} 与 {otherPath} 重复", $"version {plan.Version} is also that of {otherPath}");
        if (plan.Overlaps(other))
            file.Fail($"{path}.from", $"有效期与 {otherPath}（版本 {other.Version}）重叠", $"the period in force overlaps that of {otherPath} (version {other.Version})");
    }

    /// <summary>Slices start at zero, follow each other without gap or overlap, and the last one is open.</summary>
    public static void CheckLadder(BenefitPolicyObject owner, string name, IReadOnlyList<IBenefitSlice?> slices)
    {
        for (var i = 0; i < slices.Count; i++)
        {
            if (slices[i] is not { } slice)
                continue;
            var path = $"{owner.At(name)}[{i}]";
            if (i == 0 && !slice.From.IsZero)
                owner.Fail($"{path}.from", "第一段应从 0.00 开始，否则之前的金额没有比例", "the first must start at 0.00; the amounts before it would have no ratio");
            if (slice.To is { } to && to <= slice.From)
                owner.Fail($"{path}.to", $"应大于起点 {slice.From}", $"must be above its start {slice.From}");
            if (i == slices.Count - 1 && slice.To is not null)
                owner.Fail($"{path}.to", "最后一段应为 null，否则以上金额没有比例", "the last must be open (null); the amounts above it would have no ratio");
            if (i > 0 && slices[i - 1] is { } previous)
                CheckJoint(owner, path, previous, slice);
        }
    }

    private static void CheckJoint(BenefitPolicyObject owner, string path, IBenefitSlice previous, IBenefitSlice slice)
    {
        if (previous.To is not { } end)
            owner.Fail($"{path}.from", "上一段没有终点，本段不会生效", "the one before it is open, so this can never apply");
        else if (slice.From > end)
            owner.Fail($"{path}.from", $"与上一段之间有空缺 {end}–{slice.From}", $"there is a gap {end} to {slice.From} after the one before it");
        else if (slice.From < end)
            owner.Fail($"{path}.from", $"与上一段重叠 {slice.From}–{end}", $"it overlaps the one before it from {slice.From} to {end}");
    }

    public static void CheckCaps(BenefitPolicyObject plan, PoolCap? cap, DeductibleRule? deductible, PoolRule? pool)
    {
        if (cap is not null && pool is PoolRule.FixedAmount rule)
            CheckCapAgainstFixed(plan, cap, rule);
        if (cap is not null && deductible is not null)
            CheckCapAgainstDeductible(plan, cap, deductible);
    }

    private static void CheckCapAgainstFixed(BenefitPolicyObject plan, PoolCap cap, PoolRule.FixedAmount rule)
    {
        var perClass = PersonClass.All.Select(code => (Code: code, Cap: cap.Amounts.For(code), Fixed: rule.Amounts.For(code).All.Max()));
        foreach (var (code, limit, highest) in perClass.DistinctBy(figures => (figures.Cap, figures.Fixed)).Where(figures => figures.Cap < figures.Fixed))
            plan.Fail(plan.At("pool_cap"), $"人员类别 {code} 的封顶线 {limit} 低于定额 {highest}", $"for person class {code} the cap {limit} is below the fixed amount {highest}");
    }

    private static void CheckCapAgainstDeductible(BenefitPolicyObject plan, PoolCap cap, DeductibleRule deductible)
    {
        var perClass = PersonClass.All.Select(code => (Code: code, Cap: cap.Amounts.For(code), Deductible: deductible.Amounts.For(code).All.Max()));
        foreach (var (code, limit, highest) in perClass.DistinctBy(figures => (figures.Cap, figures.Deductible)).Where(figures => figures.Cap < figures.Deductible))
            plan.Fail(plan.At("pool_cap"), $"人员类别 {code} 的封顶线 {limit} 低于起付标准 {highest}", $"for person class {code} the cap {limit} is below the deductible {highest}");
    }

    public static void CheckLayers(BenefitPolicyObject plan, IReadOnlyList<SupplementaryLayer?> layers)
    {
        for (var i = 0; i < layers.Count; i++)
        {
            if (layers[i] is not { } layer)
                continue;
            var path = $"{plan.At("layers")}[{i}]";
            var before = layers.Take(i).OfType<SupplementaryLayer>().ToList();
            if (before.Exists(other => other.Id == layer.Id))
                plan.Fail($"{path}.id", $"层 {layer.Id} 重复", $"layer {layer.Id} is repeated");
            if (layer.Bands.All(band => band.Ratio.Value == 0))
                plan.Fail($"{path}.bands", "所有比例均为 0，本层永远不支付", "every ratio is 0, so this layer can never pay");
            if (layer.AnnualCap is { IsZero: true })
                plan.Fail($"{path}.annual_cap", "封顶线为 0，本层永远不支付", "the cap is 0, so this layer can never pay");
            CheckSource(plan, path, layer, before);
        }
    }

    private static void CheckSource(BenefitPolicyObject plan, string path, SupplementaryLayer layer, IReadOnlyList<SupplementaryLayer> before)
    {
        var takesCutOff = layer.Kind == LayerKind.EmployeeLargeAmount;
        if (takesCutOff && plan.IsNull("pool_cap"))
            plan.Fail($"{path}.kind", "没有统筹封顶线，大额层没有可支付的费用", "without a pool cap nothing is cut off for a large-amount layer");
        if (takesCutOff && before.Any(other => other.Kind != LayerKind.EmployeeLargeAmount))
            plan.Fail($"{path}.kind", "大额层承接统筹封顶线以上的费用，应排在其他层之前", "a large-amount layer takes what the pool cap cut off and must come before the other layers");
        var exhausting = before.FirstOrDefault(other => LeavesNothing(other) && other.Kind == LayerKind.EmployeeLargeAmount == takesCutOff && Includes(other, layer));
        if (exhausting is not null)
            plan.Fail(path, $"层 {exhausting.Id} 已支付全部剩余金额，本层永远不支付", $"layer {exhausting.Id} leaves nothing over, so this layer can never pay");
    }

    private static bool LeavesNothing(SupplementaryLayer layer) =>
        layer is { Threshold.IsZero: true, AnnualCap: null, RemoteAdjusted: false } && layer.Bands.All(band => band.Ratio == BasisPoints.Whole);

    private static bool Includes(SupplementaryLayer wide, SupplementaryLayer narrow) =>
        wide.PersonClasses is null || (narrow.PersonClasses is { } classes && classes.All(wide.PersonClasses.Contains));
}
