using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Insured;
using static ProvincialGateway.Tests.Insured.Policies;

namespace ProvincialGateway.Tests.Insured;

internal sealed class BenefitPolicyParsingTests
{
    [TestCaseSource(typeof(Policies), nameof(SampleProvinces))]
    public void A_sample_is_accepted_and_labelled_as_not_official(string province)
    {
        var policy = Sample(province);

        Assert.That(policy.Notice, Does.Contain("sample, not official").And.Contains("示例，非官方"));
        Assert.That(policy.Province.Code, Is.EqualTo(province));
        foreach (var scheme in new[] { "310", "390" })
        {
            var kinds = policy.Plans.Where(plan => plan.Header.Scheme == scheme).ToList();
            Assert.That(kinds.Exists(plan => plan.Header.VisitKinds.Contains("21")), Is.True, $"{scheme} inpatient");
            Assert.That(kinds.Exists(plan => plan.Header.VisitKinds.Contains("11")), Is.True, $"{scheme} ordinary outpatient");
            Assert.That(kinds.Exists(plan => plan.Header.ChronicDiseases is not null), Is.True, $"{scheme} chronic diseases");
            Assert.That(BenefitCodes.ChronicDiseases.All(disease => kinds.Exists(plan => plan.Header.VisitKinds.Contains("14") && plan.Header.CoversDisease(disease))), Is.True);
        }
    }

    [TestCase("""{ "notice": "x", }""", TestName = "A_trailing_comma_is_not_accepted")]
    [TestCase("""{ /* no */ "notice": "x" }""", TestName = "A_comment_is_not_accepted")]
    [TestCase("", TestName = "An_empty_file_is_not_accepted")]
    [TestCase("{ \"notice\": \"x\"", TestName = "A_cut_file_is_not_accepted")]
    public void Broken_json(string json)
    {
        var error = Rejected(json).Single();

        Assert.That(error.Path, Is.EqualTo("$"));
        Assert.That(error.English, Does.StartWith("not valid JSON (line 1, byte "));
        Assert.That(error.Chinese, Does.StartWith("不是有效的 JSON（第 1 行"));
    }

    [Test]
    public void A_byte_order_mark_is_skipped()
    {
        byte[] bytes = [.. Encoding.UTF8.Preamble, .. SampleBytes("530000")];

        Assert.That(BenefitPolicy.TryParse(bytes, out _, out var errors), Is.True);
        Assert.That(errors, Is.Empty);
    }

    [Test]
    public void A_file_that_is_no_object_is_one_error()
    {
        Assert.That(Rejected("[]").Single().Path, Is.EqualTo("$"));
    }

    [Test]
    public void A_file_over_the_limit_is_refused_unread()
    {
        Assert.That(BenefitPolicy.TryParse(new byte[BenefitPolicy.FileBytesMax + 1], out _, out var errors), Is.False);
        Assert.That(errors.Single().English, Does.Contain("exceeds"));
    }

    [Test]
    public void An_unknown_property_is_an_error_that_names_the_nearest_known_one()
    {
        var json = EveryFeatureJson();
        json["plans"]![0]!["deductable"] = 1;
        json["plans"]![0]!["layers"]![1]!["treshold"] = "1.00";
        json["plans"]![0]!["pool_cap"]!["person_classes"]!["22"] = "1.00";

        var errors = Rejected(json);

        Assert.That(
            errors.Select(error => (error.Path, Nearest: error.English.Split(' ')[^1])),
            Is.EquivalentTo(new[] { ("$.plans[0].deductable", "deductible"), ("$.plans[0].layers[1].treshold", "threshold"), ("$.plans[0].pool_cap.person_classes.22", "21") }));
        Assert.That(errors[0].Chinese, Does.Contain("deductible"));
    }

    [Test]
    public void Every_error_of_a_file_is_reported_at_once()
    {
        var json = EveryFeatureJson();
        json["province"] = "61";
        json["plans"]![0]!["scheme"] = "311";
        json["plans"]![0]!["segments"]![1]!["from"] = "12000.00";
        json["plans"]![1]!.AsObject().Remove("account");
        json["plans"]![1]!["pool_cap"]!["amount"] = "100.00";
        json["plans"]![2]!["layers"]![0]!["bands"]![0]!["ratio"] = 160;
        json["plans"]![2]!["to"] = "2023-01-01";

        Assert.That(
            Rejected(json).Select(error => error.Path),
            Is.EquivalentTo(new[]
            {
                "$.province", "$.plans[0].scheme", "$.plans[0].segments[1].from", "$.plans[1].account", "$.plans[1].pool_cap",
                "$.plans[2].layers[0].bands[0].ratio", "$.plans[2].to",
            }));
    }

    [TestCase("1.005")]
    [TestCase("-1")]
    [TestCase("1e3")]
    [TestCase("1,000.00")]
    [TestCase(" 1")]
    [TestCase("")]
    [TestCase(".5")]
    [TestCase("100000000.01")]
    [TestCase("9999999999")]
    public void An_amount_is_yuan_with_two_decimals_at_most(string text) => RejectsAt("$.plans[2].layers[0].threshold", text);

    [TestCase("85.001")]
    [TestCase("-1")]
    [TestCase("100.01")]
    [TestCase("8.5e1")]
    [TestCase("85.00000000000000000000000000000001")]
    [TestCase("\"85\"")]
    public void A_ratio_is_a_per_cent_number_from_0_to_100_with_two_decimals_at_most(string literal)
    {
        var json = EveryFeatureJson();
        json["plans"]![2]!["segments"]![0]!["ratios"]!["secondary"] = JsonNode.Parse(literal);

        Assert.That(Rejected(json).Single().Path, Is.EqualTo("$.plans[2].segments[0].ratios.secondary"));
    }

    [Test]
    public void Ratios_are_read_exactly()
    {
        Assert.That(((PoolRule.Ratios)WithEveryFeature().Plans[0].Pool).Segments[1].Ratios.For("21").Tertiary.Value, Is.EqualTo(9_525));
        Assert.That(WithEveryFeature().Plans[0].Layers[1].Bands[0].Ratio.Value, Is.EqualTo(3_333));
    }

    [TestCase("$.plans[0].segments[0].from", "\"1.00\"", "must start at 0.00")]
    [TestCase("$.plans[0].segments[1].from", "\"10000.01\"", "gap 10000.00 to 10000.01")]
    [TestCase("$.plans[0].segments[1].from", "\"9999.00\"", "overlaps the one before it from 9999.00 to 10000.00")]
    [TestCase("$.plans[0].segments[1].to", "\"20000.00\"", "must be open")]
    [TestCase("$.plans[0].layers[1].bands[1].from", "\"5001.00\"", "gap")]
    [TestCase("$.plans[1].deductible.repeat", """{ "percents": [50] }""", "must be null")]
    [TestCase("$.plans[0].remote.06.refuse", "false", "can only be true")]
    [TestCase("$.plans[0].remote.04", """{ "points": 10, "factor": 90 }""", "exactly one of factor, points, refuse")]
    [TestCase("$.plans[0].remote.04", """{ "deductible_factor": 90 }""", "exactly one of factor, points, refuse")]
    [TestCase("$.plans[0].deductible.repeat", "{}", "exactly one of percents, fixed")]
    [TestCase("$.plans[2].area", "\"620100\"", "does not belong to 610000")]
    [TestCase("$.plans[2].version", "\"xian-310-2025\"", "is also that of $.plans[1]")]
    [TestCase("$.plans[1].from", "\"2024-12-31\"", "overlaps that of $.plans[0] (version xian-310-2024)")]
    [TestCase("$.plans[0].to", "\"2024-01-01\"", "must be later than 2024-01-01")]
    [TestCase("$.plans[0].visit_kinds[1]", "\"21\"", "is repeated")]
    [TestCase("$.plans[0].layers[1].id", "\"large\"", "is repeated")]
    [TestCase("$.plans[0].layers[2].annual_cap", "\"0.00\"", "can never pay")]
    [TestCase("$.plans[2].layers[0].kind", "\"employee_large_amount\"", "without a pool cap")]
    [TestCase("$.plans[0].layers[1].kind", "\"large_amount\"", "must be one of employee_large_amount")]
    [TestCase("$.plans[0].layers[2].kind", "\"employee_large_amount\"", "must come before the other layers")]
    [TestCase("$.plans", "[]", "array of 1 to 500 items")]
    [TestCase("$.province", "\"610100\"", "must be the code of a province")]
    public void What_is_wrong_is_said_at_its_place(string path, string value, string english)
    {
        var json = EveryFeatureJson();
        JsonPlaces.Replace(json, path, JsonNode.Parse(value));

        var errors = Rejected(json);

        Assert.That(errors.Where(error => error.Path == path).Select(error => error.English), Has.Some.Contains(english));
    }

    [TestCase("$.plans[0].deductible.stay_days", "6", "whole number from 7 to 366")]
    [TestCase("$.plans[0].deductible.stay_days", "90.5", "whole number from 7 to 366")]
    [TestCase("$.plans[0].deductible.repeat", "null", "leave it out", "$.plans[0].deductible.scope")]
    [TestCase("$.plans[1].deductible.stay_days", "90", "does not depend on the days of stay")]
    [TestCase("$.plans[3].deductible.stay_days", "90", "has no days of stay")]
    [TestCase("$.plans[0].deductible.scope.visit_kinds", """["21"]""", "lacks the plan's own 22, 14")]
    [TestCase("$.plans[0].pool_cap.scope.schemes", """["390"]""", "lacks the plan's own 310")]
    [TestCase("$.plans[2].pool_cap.scope.chronic_diseases", """["M03900"]""", "lacks the plan's own M01600")]
    [TestCase("$.plans[0].pool_cap.per", "\"bill\"", "leave it out", "$.plans[0].pool_cap.scope")]
    [TestCase("$.plans[2].chronic_diseases[0]", "\"M07803\"", "must be one of M00500")]
    [TestCase("$.plans[2].visit_kinds", """["14", "11"]""", "only visit kind 14", "$.plans[2].chronic_diseases")]
    [TestCase("$.plans[3].chronic_diseases", """["M01600"]""", "overlaps that of $.plans[2]", "$.plans[3].from")]
    [TestCase("$.plans[6].person_classes", """["41"]""", "can never apply", "$.plans[6].deductible.person_classes.51", """{ "51": { "tertiary": "1.00", "secondary": "1.00", "primary": "1.00" } }""")]
    [TestCase("$.plans[3].fixed.per", "\"week\"", "must be one of visit, day")]
    [TestCase("$.plans[3].fixed.amounts.tertiary", "\"60000.00\"", "below the fixed amount 60000.00", "$.plans[3].pool_cap")]
    [TestCase("$.plans[3].segments", "[]", "exactly one of segments, fixed, no_benefit", "$.plans[3]")]
    [TestCase("$.plans[4].no_benefit.reason_en", "\"\"", "text of 1 to 200")]
    [TestCase("$.plans[4].pool_cap", """{ "amount": "1.00", "per": "year" }""", "must be null")]
    [TestCase("$.plans[4].deductible.amounts.primary", "\"1.00\"", "must be 0.00", "$.plans[4].deductible.amounts")]
    [TestCase("$.plans[0].segments[0].ratios.primary", "0", "benefits of zero need a plan of their own", "$.plans[0].segments")]
    [TestCase("$.plans[5].layers[1].threshold", "\"5000.01\"", "above the layer's cap 5000.00")]
    [TestCase("$.plans[5].layers[1].bands", """[ { "from": "0.00", "to": "50000.00", "ratio": 20 }, { "from": "50000.00", "to": null, "ratio": 30 } ]""", "use up the cap 5000.00", "$.plans[5].layers[1].bands[1]")]
    [TestCase("$.plans[6].layers", """[ { "id": "above", "kind": "other", "threshold": "0.00", "per": "bill", "remote_adjusted": false, "bands": [ { "from": "0.00", "to": null, "ratio": 10 } ], "annual_cap": null } ]""", "is another fund at $.plans[5].layers[0].id", "$.plans[6].layers[0].id")]
    [TestCase("$.plans[6].layers", """[ { "id": "x", "kind": "other", "threshold": "0.00", "per": "bill", "remote_adjusted": false, "person_classes": ["51", "31"], "bands": [ { "from": "0.00", "to": null, "ratio": 10 } ], "annual_cap": null } ]""", "person class 31 is not among", "$.plans[6].layers[0].person_classes[1]")]
    [TestCase("$.plans[4].layers", """[ { "id": "x", "kind": "other", "threshold": "0.00", "per": "bill", "remote_adjusted": false, "bands": [ { "from": "0.00", "to": null, "ratio": 10 } ], "annual_cap": null } ]""", "no layer can ever pay")]
    [TestCase("$.plans[0].remote", """{ "01": { "refuse": true }, "02": { "refuse": true }, "03": { "refuse": true }, "04": { "refuse": true }, "05": { "refuse": true }, "06": { "refuse": true }, "unfiled": { "refuse": true } }""", "every filing kind is refused")]
    public void What_is_wrong_with_plans_side_by_side_is_said_at_its_place(string path, string value, string english, string? errorPath = null, string? ownDeductible = null)
    {
        var json = EveryKindJson();
        JsonPlaces.Replace(json, path, JsonNode.Parse(value));
        if (ownDeductible is not null)
            JsonPlaces.Replace(json, "$.plans[6].deductible.person_classes", JsonNode.Parse(ownDeductible));

        var errors = Rejected(json);

        Assert.That(errors.Where(error => error.Path == (errorPath ?? path)).Select(error => error.English), Has.Some.Contains(english), string.Join('\n', errors));
    }

    [Test]
    public void Plans_of_one_period_may_stand_side_by_side_for_different_visit_kinds()
    {
        var json = EveryFeatureJson();
        json["plans"]![1]!["from"] = "2024-01-01";
        json["plans"]![0]!["visit_kinds"] = new JsonArray("14");
        json["plans"]![1]!["visit_kinds"] = new JsonArray("21");

        Assert.That(Accepted(json).Plans, Has.Count.EqualTo(3));
    }

    [Test]
    public void A_layer_means_one_fund_in_every_scheme_because_a_person_may_change_it_within_the_year()
    {
        var json = EveryFeatureJson();
        json["plans"]![2]!["layers"]![0]!["id"] = "large";

        Assert.That(Rejected(json).Single().English, Does.Contain("layer large is another fund at $.plans[0].layers[0].id"));
    }

    [Test]
    public void A_layer_behind_one_that_leaves_nothing_is_unreachable()
    {
        var json = EveryFeatureJson();
        var civil = json["plans"]![0]!["layers"]![1]!;
        civil["threshold"] = "0.00";
        civil["bands"] = JsonNode.Parse("""[ { "from": "0.00", "to": null, "ratio": 100 } ]""");

        var error = Rejected(json).Single();

        Assert.That(error.Path, Is.EqualTo("$.plans[0].layers[2]"));
        Assert.That(error.English, Does.Contain("layer civil leaves nothing over"));
    }

    [Test]
    public void A_layer_that_pays_nothing_is_unreachable()
    {
        var json = EveryFeatureJson();
        json["plans"]![0]!["layers"]![0]!["bands"]![0]!["ratio"] = 0;

        Assert.That(Rejected(json).Single().Path, Is.EqualTo("$.plans[0].layers[0].bands"));
    }

    [Test]
    public void A_cap_below_the_deductible_of_one_person_class_is_an_error()
    {
        var json = EveryFeatureJson();
        json["plans"]![0]!["deductible"]!["person_classes"]!["21"] = JsonNode.Parse("""{ "tertiary": "100000.01", "secondary": "1.00", "primary": "1.00" }""");

        var error = Rejected(json).Single();

        Assert.That(error.Path, Is.EqualTo("$.plans[0].pool_cap"));
        Assert.That(error.English, Does.Contain("person class 21"));
    }

    [Test]
    public void A_property_given_twice_is_not_accepted()
    {
        Assert.That(Rejected("""{ "notice": "x", "notice": "y" }""").Single().English, Does.Contain("'notice'"));
    }

    [TestCase("""{ "notice": "\ud800" }""", 13)]
    [TestCase("""{ "\udc00": 1 }""", 3)]
    public void Half_a_surrogate_pair_is_refused_with_its_place(string json, int place)
    {
        Assert.That(Rejected(json).Single().English, Does.Contain($"byte {place} of the file"));
    }

    [Test]
    public void Bytes_that_are_not_UTF8_are_refused_with_their_place()
    {
        var bytes = Encoding.UTF8.GetBytes("""{ "notice": "x" }""");
        bytes[13] = 0xFF;

        Assert.That(BenefitPolicy.TryParse(bytes, out _, out var errors), Is.False);
        Assert.That(errors.Single().English, Does.Contain("byte 13 of the file"));
    }

    private static void RejectsAt(string path, string text)
    {
        var json = EveryFeatureJson();
        JsonPlaces.Replace(json, path, JsonValue.Create(text));

        Assert.That(Rejected(json).Single().Path, Is.EqualTo(path));
    }
}
