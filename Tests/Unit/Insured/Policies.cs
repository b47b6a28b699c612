using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Insured;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Insured;

/// <summary>The sample policies as they are delivered, one policy that uses every feature, and a case to vary.</summary>
internal static class Policies
{
    public static readonly string[] SampleProvinces = ["310000", "440000", "500000", "530000"];

    private const string RemoteWithBothForms =
        """
        { "01": { "factor": 100 }, "02": { "factor": 100 }, "03": { "factor": 100 }, "04": { "points": 10 },
          "05": { "factor": 90, "deductible_factor": 200 }, "06": { "refuse": true }, "unfiled": { "factor": 0 } }
        """;

    private static readonly string EveryFeature =
        $$"""
        {
          "$schema": "benefit-policy.schema.json",
          "notice": "for tests",
          "province": "610000",
          "plans": [
            {
              "version": "xian-310-2024", "area": "610100", "area_name": "西安市", "scheme": "310", "visit_kinds": ["21", "14"],
              "from": "2024-01-01", "to": "2025-01-01",
              "deductible": {
                "amounts": { "tertiary": "1000.00", "secondary": "600", "primary": "200.5" },
                "person_classes": { "51": { "tertiary": "0.00", "secondary": "0.00", "primary": "0.00" } },
                "per": "bill", "repeat": { "percents": [70, 50] } },
              "segments": [
                { "from": "0.00", "to": "10000.00", "ratios": { "tertiary": 80, "secondary": 85, "primary": 90 } },
                { "from": "10000.00", "to": null, "ratios": { "tertiary": 88.5, "secondary": 90, "primary": 92 },
                  "person_classes": { "21": { "tertiary": 95.25, "secondary": 96, "primary": 97 } } } ],
              "pool_cap": { "amount": "100000.00", "person_classes": { "51": "150000.00" }, "per": "year" },
              "remote": {{RemoteWithBothForms}},
              "layers": [
                { "id": "large", "kind": "employee_large_amount", "threshold": "500.00", "per": "bill", "remote_adjusted": true,
                  "bands": [ { "from": "0.00", "to": null, "ratio": 90 } ], "annual_cap": "200000.00" },
                { "id": "civil", "kind": "civil_servant", "threshold": "1000.00", "per": "bill", "remote_adjusted": false,
                  "bands": [ { "from": "0.00", "to": "5000.00", "ratio": 33.33 }, { "from": "5000.00", "to": null, "ratio": 66.67 } ], "annual_cap": null },
                { "id": "aid", "kind": "medical_aid", "threshold": "0.00", "per": "year", "remote_adjusted": false, "person_classes": ["51"],
                  "bands": [ { "from": "0.00", "to": null, "ratio": 70 } ], "annual_cap": "30000.00" } ],
              "account": { "use": "on_request", "limit_per_bill": "3000.00" }
            },
            {
              "version": "xian-310-2025", "area": "610100", "area_name": "西安市", "scheme": "310", "visit_kinds": ["21", "14"],
              "from": "2025-01-01", "to": null,
              "deductible": { "amounts": { "tertiary": "1200.00", "secondary": "700.00", "primary": "300.00" }, "per": "year", "repeat": null },
              "segments": [ { "from": "0.00", "to": null, "ratios": { "tertiary": 82, "secondary": 86, "primary": 91 } } ],
              "pool_cap": { "amount": "50000.00", "per": "bill" },
              "remote": {{RemoteWithBothForms}},
              "layers": [],
              "account": { "use": "never", "limit_per_bill": null }
            },
            {
              "version": "xian-390-2024", "area": "610100", "area_name": "西安市", "scheme": "390", "visit_kinds": ["21"],
              "from": "2024-01-01", "to": null,
              "deductible": {
                "amounts": { "tertiary": "900.00", "secondary": "500.00", "primary": "200.00" }, "per": "bill",
                "repeat": { "fixed": { "tertiary": "300.00", "secondary": "200.00", "primary": "100.00" } } },
              "segments": [ { "from": "0.00", "to": null, "ratios": { "tertiary": 60, "secondary": 70, "primary": 80 } } ],
              "pool_cap": null,
              "remote": {{RemoteWithBothForms}},
              "layers": [
                { "id": "critical", "kind": "resident_critical_illness", "threshold": "10000.00", "per": "year", "remote_adjusted": true,
                  "bands": [ { "from": "0.00", "to": "20000.00", "ratio": 60 }, { "from": "20000.00", "to": null, "ratio": 75 } ], "annual_cap": "250000.00" } ],
              "account": { "use": "by_default", "limit_per_bill": "1500.00" }
            }
          ]
        }
        """;

    private const string PlainRemote =
        """
        { "01": { "factor": 100 }, "02": { "factor": 100 }, "03": { "factor": 100 }, "04": { "factor": 90 },
          "05": { "factor": 90 }, "06": { "points": 20 }, "unfiled": { "refuse": true } }
        """;

    private const string NoDeductible =
        """{ "amounts": { "tertiary": "0.00", "secondary": "0.00", "primary": "0.00" }, "per": "bill", "repeat": null }""";

    private const string NeverAccount = """{ "use": "never", "limit_per_bill": null }""";

    /// <summary>Inpatient, outpatient and chronic disease plans side by side, counted apart; fixed amounts; explicit zero; figures for one class.</summary>
    private static readonly string EveryKind =
        $$"""
        {
          "notice": "for tests",
          "province": "620000",
          "plans": [
            {
              "version": "inpatient", "area": "620100", "area_name": "兰州市", "scheme": "310", "visit_kinds": ["21", "22", "14"], "from": "2016-01-01", "to": null,
              "deductible": {
                "amounts": { "tertiary": "1000.00", "secondary": "600.00", "primary": "200.00" }, "per": "bill", "repeat": { "percents": [50, 25] },
                "stay_days": 90, "scope": { "visit_kinds": ["21", "22", "14"] } },
              "segments": [ { "from": "0.00", "to": null, "ratios": { "tertiary": 80, "secondary": 85, "primary": 90 } } ],
              "pool_cap": { "amount": "60000.00", "per": "year", "scope": { "schemes": ["310", "390"], "visit_kinds": ["21", "22", "14"] } },
              "remote": {{PlainRemote}}, "layers": [], "account": {{NeverAccount}}
            },
            {
              "version": "outpatient", "area": "620100", "area_name": "兰州市", "scheme": "310", "visit_kinds": ["11", "13"], "from": "2016-01-01", "to": null,
              "deductible": {
                "amounts": { "tertiary": "400.00", "secondary": "200.00", "primary": "100.00" }, "per": "year", "repeat": null, "scope": { "visit_kinds": ["11", "13"] } },
              "segments": [ { "from": "0.00", "to": null, "ratios": { "tertiary": 50, "secondary": 55, "primary": 60 } } ],
              "pool_cap": { "amount": "2000.00", "per": "year", "scope": { "visit_kinds": ["11", "13"] } },
              "remote": {{PlainRemote}}, "layers": [], "account": { "use": "by_default", "limit_per_bill": "100.00" }
            },
            {
              "version": "hypertension-diabetes", "area": "620100", "area_name": "兰州市", "scheme": "310", "visit_kinds": ["14"], "chronic_diseases": ["M03900", "M01600"],
              "from": "2016-01-01", "to": null,
              "deductible": {
                "amounts": { "tertiary": "300.00", "secondary": "300.00", "primary": "300.00" }, "per": "year", "repeat": null,
                "scope": { "chronic_diseases": ["M03900", "M01600"] } },
              "segments": [ { "from": "0.00", "to": null, "ratios": { "tertiary": 70, "secondary": 70, "primary": 70 } } ],
              "pool_cap": { "amount": "3000.00", "per": "year", "scope": { "chronic_diseases": ["M03900", "M01600"] } },
              "remote": {{PlainRemote}}, "layers": [], "account": {{NeverAccount}}
            },
            {
              "version": "dialysis", "area": "620100", "area_name": "兰州市", "scheme": "310", "visit_kinds": ["14"], "chronic_diseases": ["M07800"],
              "from": "2016-01-01", "to": null, "deductible": {{NoDeductible}},
              "fixed": { "amounts": { "tertiary": "400.00", "secondary": "380.00", "primary": "350.00" }, "person_classes": { "21": { "tertiary": "420.00", "secondary": "400.00", "primary": "370.00" } }, "per": "visit" },
              "pool_cap": { "amount": "50000.00", "per": "year", "scope": { "chronic_diseases": ["M07800"] } },
              "remote": {{PlainRemote}}, "layers": [], "account": {{NeverAccount}}
            },
            {
              "version": "registration", "area": "620100", "area_name": "兰州市", "scheme": "310", "visit_kinds": ["12"], "from": "2016-01-01", "to": null,
              "deductible": {{NoDeductible}}, "no_benefit": { "reason_zh": "挂号费由个人负担", "reason_en": "registration fees are the person's own" },
              "pool_cap": null, "remote": {{PlainRemote}}, "layers": [], "account": {{NeverAccount}}
            },
            {
              "version": "resident", "area": "620100", "area_name": "兰州市", "scheme": "390", "visit_kinds": ["21"], "from": "2016-01-01", "to": null,
              "deductible": {{NoDeductible}},
              "fixed": { "amounts": { "tertiary": "300.00", "secondary": "250.00", "primary": "200.00" }, "per": "day" },
              "pool_cap": { "amount": "8000.00", "per": "year" }, "remote": {{PlainRemote}},
              "layers": [
                { "id": "above", "kind": "employee_large_amount", "threshold": "0.00", "per": "bill", "remote_adjusted": false,
                  "bands": [ { "from": "0.00", "to": null, "ratio": 50 } ], "annual_cap": null },
                { "id": "enterprise", "kind": "enterprise_supplement", "threshold": "1000.00", "per": "year", "remote_adjusted": false,
                  "bands": [ { "from": "0.00", "to": null, "ratio": 20 } ], "annual_cap": "5000.00" },
                { "id": "other", "kind": "other", "threshold": "0.00", "per": "bill", "remote_adjusted": false, "person_classes": ["32"],
                  "bands": [ { "from": "0.00", "to": null, "ratio": 10 } ], "annual_cap": null } ],
              "account": {{NeverAccount}}
            },
            {
              "version": "resident-poor", "area": "620100", "area_name": "兰州市", "scheme": "390", "visit_kinds": ["21"], "person_classes": ["51"], "from": "2016-01-01", "to": null,
              "deductible": {{NoDeductible}},
              "segments": [ { "from": "0.00", "to": null, "ratios": { "tertiary": 90, "secondary": 90, "primary": 90 } } ],
              "pool_cap": null, "remote": {{PlainRemote}}, "layers": [], "account": {{NeverAccount}}
            },
            {
              "version": "transplant", "area": "620100", "area_name": "兰州市", "scheme": "390", "visit_kinds": ["14"], "chronic_diseases": ["M08300"], "from": "2016-01-01", "to": null,
              "deductible": {{NoDeductible}},
              "segments": [ { "from": "0.00", "to": null, "ratios": { "tertiary": 60, "secondary": 60, "primary": 60 } } ],
              "pool_cap": null, "remote": {{PlainRemote}}, "layers": [], "account": {{NeverAccount}}
            },
            {
              "version": "students", "area": "620100", "area_name": "兰州市", "scheme": "390", "visit_kinds": ["11"], "person_classes": ["41"], "from": "2016-01-01", "to": null,
              "deductible": {{NoDeductible}}, "fixed": { "amounts": { "tertiary": "20.00", "secondary": "20.00", "primary": "20.00" }, "per": "visit" },
              "pool_cap": null, "remote": {{PlainRemote}}, "layers": [], "account": {{NeverAccount}}
            }
          ]
        }
        """;

    /// <summary>Kunming employee, working, tertiary, inpatient, long-term filing, first admission: the worked example of 50000.00.</summary>
    public static BenefitCase KunmingEmployee { get; } = new()
    {
        PoolingArea = Division.Parse("530100"),
        Scheme = "310",
        PersonClass = PersonClass.Working,
        InstitutionLevel = "02",
        VisitKind = "21",
        FilingKind = "02",
        AdmissionOrdinal = 1,
        ServiceDate = new DateOnly(2024, 5, 20),
        StayDays = 8,
        Total = Fen.FromYuan(50_000),
        FullSelfPay = Fen.FromYuan(4_000),
        OverLimit = Fen.FromYuan(600),
        PreSelfPay = Fen.FromYuan(3_400),
        InScope = Fen.FromYuan(42_000),
        PoolPaidYear = Fen.Zero,
        DeductiblePaidYear = Fen.Zero,
        YearByKind = [],
        LayerPaidYear = new Dictionary<string, Fen>(),
        LayerBaseYear = new Dictionary<string, Fen>(),
        AccountBalance = Fen.FromYuan(2_000),
    };

    public static byte[] SampleBytes(string province) =>
        File.ReadAllBytes(Directory.GetFiles(AppContext.BaseDirectory, $"{province}-policy.json", SearchOption.AllDirectories).Single());

    public static BenefitPolicy Sample(string province) => Accepted(SampleBytes(province));

    public static JsonNode EveryFeatureJson() => JsonNode.Parse(EveryFeature)!;

    public static BenefitPolicy WithEveryFeature() => Accepted(Encoding.UTF8.GetBytes(EveryFeature));

    public static JsonNode EveryKindJson() => JsonNode.Parse(EveryKind)!;

    public static BenefitPolicy WithEveryKind() => Accepted(Encoding.UTF8.GetBytes(EveryKind));

    public static BenefitPolicy[] All() => [.. SampleProvinces.Select(Sample), WithEveryFeature(), WithEveryKind()];

    public static BenefitPolicy Accepted(JsonNode json) => Accepted(Encoding.UTF8.GetBytes(json.ToJsonString()));

    public static IReadOnlyList<PolicyError> Rejected(JsonNode json) => Rejected(json.ToJsonString());

    public static IReadOnlyList<PolicyError> Rejected(string json)
    {
        var accepted = BenefitPolicy.TryParse(Encoding.UTF8.GetBytes(json), out var policy, out var errors);
        Assert.That(accepted, Is.False, "the policy was accepted");
        Assert.That(policy, Is.Null);
        Assert.That(errors, Is.Not.Empty);
        Assert.That(errors.All(error => error.Path.StartsWith('$') && error.Chinese != "" && error.English != ""), Is.True);
        return errors;
    }

    public static BenefitDecision Decided(this BenefitPolicy policy, BenefitCase bill)
    {
        var outcome = policy.Decide(bill);
        Assert.That(outcome, Is.InstanceOf<BenefitDecision>(), $"refused: {outcome}");
        return (BenefitDecision)outcome;
    }

    public static BenefitRefusal Refused(this BenefitPolicy policy, BenefitCase bill)
    {
        var outcome = policy.Decide(bill);
        Assert.That(outcome, Is.InstanceOf<BenefitRefusal>());
        return (BenefitRefusal)outcome;
    }

    /// <summary>The same case with nothing but an amount in scope and an empty personal account.</summary>
    public static BenefitCase OfInScope(this BenefitCase bill, Fen inScope) => bill with
    {
        Total = inScope,
        InScope = inScope,
        FullSelfPay = Fen.Zero,
        OverLimit = Fen.Zero,
        PreSelfPay = Fen.Zero,
        AccountBalance = Fen.Zero,
    };

    public static BenefitCase OfInScope(this BenefitCase bill, long yuan) => bill.OfInScope(Fen.FromYuan(yuan));

    public static Fen Yuan(string text) => Fen.TryParseYuan(text, out var amount) ? amount : throw new FormatException(text);

    private static BenefitPolicy Accepted(byte[] json)
    {
        var accepted = BenefitPolicy.TryParse(json, out var policy, out var errors);
        Assert.That(errors, Is.Empty);
        Assert.That(accepted, Is.True);
        return policy!;
    }
}
