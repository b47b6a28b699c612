using System.Text.Json;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// A bill that somebody makes up to see what a policy does with it: JSON with the names and forms of the policy file. Every error is reported
/// with its path, like those of a policy file.
/// </summary>
internal static class BenefitCaseReader
{
    private const int PartsMax = 100;
    private const int SettlementsMax = 10_000;
    private const int StayDaysMax = 36_500;

    private static readonly BenefitPolicyShape CaseShape = new(
        "case",
        ["area", "scheme", "person_class", "institution_level", "visit_kind", "service_date", "in_scope"],
        ["chronic_disease", "filing_kind", "stay_days", "full_self_pay", "over_limit", "pre_self_pay", "account_balance", "account_requested", "year", "layers"],
        []);

    private static readonly BenefitPolicyShape PartShape = new(
        "part", ["scheme", "visit_kind", "settlements", "deductible_paid", "pool_paid"], ["chronic_disease"], []);

    private static readonly BenefitPolicyShape LayerShape = new("layer", ["id", "paid", "base"], [], []);

    private static readonly string[] Levels = [.. Enumerable.Range(1, 11).Select(level => $"{level:00}")];

    /// <summary>The properties that are texts or numbers, as an option of a command may give them.</summary>
    public static IEnumerable<string> SimpleProperties => CaseShape.Properties.Except(["year", "layers"]);

    /// <summary>Null when there is any error.</summary>
    public static BenefitCase? Read(JsonElement root, out IReadOnlyList<PolicyError> errors)
    {
        var found = new List<PolicyError>();
        errors = found;
        var bill = BenefitPolicyObject.Open(root, "$", CaseShape, found).Sound(ReadCase);
        return found.Count == 0 ? bill : null;
    }

    private static BenefitCase ReadCase(BenefitPolicyObject source)
    {
        var parts = source.Parts("year", PartShape, min: 0, PartsMax, ReadPart).OfType<YearPart>().ToList();
        var layers = source.Parts("layers", LayerShape, min: 0, BenefitPolicyReader.LayersMax, layer => new LayerUse(layer.Text("id", lengthMax: 40), layer.Amount("paid"), layer.Amount("base")))
            .OfType<LayerUse>().ToList();
        if (layers.DistinctBy(layer => layer.Id).Count() != layers.Count)
            source.Fail(source.At("layers"), "层重复", "a layer is repeated");
        var (full, over, pre, inScope) = (source.Amount("full_self_pay"), source.Amount("over_limit"), source.Amount("pre_self_pay"), source.Amount("in_scope"));
        return new BenefitCase
        {
            PoolingArea = source.Division("area"),
            Scheme = source.Code("scheme", BenefitCodes.Schemes),
            PersonClass = source.Code("person_class", PersonClass.All),
            InstitutionLevel = source.Code("institution_level", Levels),
            VisitKind = source.Code("visit_kind", BenefitCodes.VisitKinds),
            ChronicDisease = source.Has("chronic_disease") ? source.Code("chronic_disease", BenefitCodes.ChronicDiseases) : null,
            FilingKind = source.Has("filing_kind") ? source.Code("filing_kind", BenefitCodes.FilingKinds) : null,
            AdmissionOrdinal = parts.Sum(part => part.Settlements) + 1,
            ServiceDate = source.Date("service_date"),
            StayDays = source.Has("stay_days") ? source.Whole("stay_days", 1, StayDaysMax) : 1,
            Total = full + over + pre + inScope,
            FullSelfPay = full,
            OverLimit = over,
            PreSelfPay = pre,
            InScope = inScope,
            PoolPaidYear = Fen.Sum(parts.Select(part => part.PoolPaid)),
            DeductiblePaidYear = Fen.Sum(parts.Select(part => part.DeductiblePaid)),
            YearByKind = parts,
            LayerPaidYear = layers.DistinctBy(layer => layer.Id).ToDictionary(layer => layer.Id, layer => layer.Paid),
            LayerBaseYear = layers.DistinctBy(layer => layer.Id).ToDictionary(layer => layer.Id, layer => layer.Base),
            AccountBalance = source.Amount("account_balance"),
            AccountRequested = source.Has("account_requested") ? source.Amount("account_requested") : null,
        };
    }

    private static YearPart ReadPart(BenefitPolicyObject part) => new(
        part.Code("scheme", BenefitCodes.Schemes),
        part.Code("visit_kind", BenefitCodes.VisitKinds),
        part.Has("chronic_disease") ? part.Code("chronic_disease", BenefitCodes.ChronicDiseases) : null,
        part.Amount("deductible_paid"),
        part.Amount("pool_paid"),
        part.Whole("settlements", 1, SettlementsMax));

    private sealed record LayerUse(string Id, Fen Paid, Fen Base);
}
