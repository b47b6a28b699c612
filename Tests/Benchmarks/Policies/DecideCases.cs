using ProvincialGateway.Insured;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Policies;

internal sealed record DecideCase(BenefitPolicy Policy, BenefitCase Bill);

/// <summary>Bills of four provinces, the same in every run: mostly inpatient, some outpatient and chronic, early and late in the year.</summary>
internal static class DecideCases
{
    public const int Seed = 20170925;

    private const int Count = 20_000;

    private static readonly (string Province, string Area)[] Areas = [("530000", "530100"), ("440000", "440100"), ("310000", "310000"), ("500000", "500000")];

    private static readonly string[] Kinds = ["21", "21", "21", "22", "24", "14", "14", "11", "11", "13"];

    public static DecideCase[] Make()
    {
        var random = new Random(Seed);
        var policies = Areas.Select(area => Sample(area.Province)).ToArray();
        var cases = new DecideCase[Count];
        for (var i = 0; i < Count; i++)
        {
            var area = random.Next(Areas.Length);
            cases[i] = new DecideCase(policies[area], Bill(random, Division.Parse(Areas[area].Area)));
        }
        return cases;
    }

    private static BenefitCase Bill(Random random, Division area)
    {
        var isEmployee = random.Next(2) == 0;
        var kind = Kinds[random.Next(Kinds.Length)];
        var isStay = BenefitCodes.InpatientKinds.Contains(kind);
        var (full, over, pre, inScope) = (Amount(random, 5_000), Amount(random, 500), Amount(random, 4_000), Amount(random, isStay ? 120_000 : 2_000));
        YearPart[] year = random.Next(2) == 0
            ? []
            : [new(isEmployee ? "310" : "390", "21", null, Amount(random, 2_000), Amount(random, 80_000), 1), new(isEmployee ? "310" : "390", "11", null, Amount(random, 400), Amount(random, 2_000), random.Next(1, 20))];
        var layers = year.Length == 0 ? [] : new Dictionary<string, Fen> { ["critical-illness"] = Amount(random, 20_000) };
        return new BenefitCase
        {
            PoolingArea = area,
            Scheme = isEmployee ? "310" : "390",
            PersonClass = isEmployee ? (random.Next(3) == 0 ? PersonClass.Retired : PersonClass.Working) : PersonClass.ResidentAdult,
            InstitutionLevel = $"{random.Next(1, 12):00}",
            VisitKind = kind,
            ChronicDisease = kind == BenefitCodes.ChronicOutpatient ? BenefitCodes.ChronicDiseases[random.Next(BenefitCodes.ChronicDiseases.Count)] : null,
            FilingKind = random.Next(12) == 0 ? null : $"{random.Next(1, 7):00}",
            AdmissionOrdinal = year.Sum(part => part.Settlements) + 1,
            ServiceDate = new DateOnly(2017, 1, 1).AddDays(random.Next(365)),
            StayDays = isStay ? random.Next(1, 120) : 1,
            Total = full + over + pre + inScope,
            FullSelfPay = full,
            OverLimit = over,
            PreSelfPay = pre,
            InScope = inScope,
            PoolPaidYear = Fen.Sum(year.Select(part => part.PoolPaid)),
            DeductiblePaidYear = Fen.Sum(year.Select(part => part.DeductiblePaid)),
            YearByKind = year,
            LayerPaidYear = layers,
            LayerBaseYear = layers,
            AccountBalance = Amount(random, 3_000),
        };
    }

    private static Fen Amount(Random random, int yuanMax) => new(random.NextInt64(0, yuanMax * 100L));

    private static BenefitPolicy Sample(string province)
    {
        var bytes = File.ReadAllBytes(Directory.GetFiles(AppContext.BaseDirectory, $"{province}-policy.json", SearchOption.AllDirectories).Single());
        return BenefitPolicy.TryParse(bytes, out var policy, out var errors) ? policy : throw new InvalidOperationException($"The sample of {province} has errors: {errors[0]}");
    }
}
