namespace ProvincialGateway.Insured;

/// <summary>
/// The objects of a policy file and their properties. The reader can read nothing that is not listed here, and benefit-policy.schema.json
/// lists the same; a test compares the two.
/// </summary>
/// <param name="Name">The definition of the same name in the schema.</param>
/// <param name="OneOf">Exactly one of these must be present.</param>
internal sealed record BenefitPolicyShape(string Name, string[] Required, string[] Optional, string[] OneOf)
{
    public IEnumerable<string> Properties => [.. Required, .. Optional, .. OneOf];
}

internal static class BenefitPolicyShapes
{
    public static BenefitPolicyShape File { get; } = new("file", ["notice", "province", "plans"], ["$schema"], []);

    public static BenefitPolicyShape Plan { get; } = new(
        "plan",
        ["version", "area", "area_name", "scheme", "visit_kinds", "from", "to", "deductible", "pool_cap", "remote", "layers", "account"],
        ["person_classes", "chronic_diseases"],
        ["segments", "fixed", "no_benefit"]);

    public static BenefitPolicyShape Deductible { get; } = new("deductible", ["amounts", "per", "repeat"], ["person_classes", "stay_days", "scope"], []);

    public static BenefitPolicyShape TierAmounts { get; } = new("tier_amounts", ["tertiary", "secondary", "primary"], [], []);

    public static BenefitPolicyShape TierRatios { get; } = new("tier_ratios", ["tertiary", "secondary", "primary"], [], []);

    public static BenefitPolicyShape Repeat { get; } = new("repeat", [], [], ["percents", "fixed"]);

    public static BenefitPolicyShape Scope { get; } = new("scope", [], ["schemes", "visit_kinds", "chronic_diseases"], []);

    public static BenefitPolicyShape Fixed { get; } = new("fixed", ["amounts", "per"], ["person_classes"], []);

    public static BenefitPolicyShape NoBenefit { get; } = new("no_benefit", ["reason_zh", "reason_en"], [], []);

    public static BenefitPolicyShape Segment { get; } = new("segment", ["from", "to", "ratios"], ["person_classes"], []);

    public static BenefitPolicyShape PoolCap { get; } = new("pool_cap", ["amount", "per"], ["person_classes", "scope"], []);

    public static BenefitPolicyShape Remote { get; } = new("remote", [.. BenefitCodes.FilingKinds, BenefitPlan.Unfiled], [], []);

    public static BenefitPolicyShape RemoteRule { get; } = new("remote_rule", [], ["deductible_factor"], ["factor", "points", "refuse"]);

    public static BenefitPolicyShape Layer { get; } = new(
        "layer", ["id", "kind", "threshold", "per", "remote_adjusted", "bands", "annual_cap"], ["person_classes"], []);

    public static BenefitPolicyShape Band { get; } = new("band", ["from", "to", "ratio"], [], []);

    public static BenefitPolicyShape Account { get; } = new("account", ["use", "limit_per_bill"], [], []);

    public static IReadOnlyList<BenefitPolicyShape> All { get; } =
        [File, Plan, Deductible, TierAmounts, TierRatios, Repeat, Scope, Segment, Fixed, NoBenefit, PoolCap, Remote, RemoteRule, Layer, Band, Account];

    public static IReadOnlyDictionary<string, Counting> CountingWords { get; } =
        new Dictionary<string, Counting> { ["bill"] = Counting.PerBill, ["year"] = Counting.PerYear };

    public static IReadOnlyDictionary<string, FixedUnit> FixedWords { get; } =
        new Dictionary<string, FixedUnit> { ["visit"] = FixedUnit.Visit, ["day"] = FixedUnit.Day };

    public static IReadOnlyDictionary<string, AccountUse> AccountWords { get; } = new Dictionary<string, AccountUse>
    {
        ["never"] = AccountUse.Never,
        ["on_request"] = AccountUse.OnRequest,
        ["by_default"] = AccountUse.ByDefault,
    };

    public static IReadOnlyDictionary<string, LayerKind> LayerWords { get; } = new Dictionary<string, LayerKind>
    {
        ["employee_large_amount"] = LayerKind.EmployeeLargeAmount,
        ["resident_critical_illness"] = LayerKind.ResidentCriticalIllness,
        ["civil_servant"] = LayerKind.CivilServant,
        ["medical_aid"] = LayerKind.MedicalAid,
        ["enterprise_supplement"] = LayerKind.EnterpriseSupplement,
        ["other"] = LayerKind.Other,
    };
}
