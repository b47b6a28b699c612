using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Insured;
using static ProvincialGateway.Tests.Insured.Policies;

namespace ProvincialGateway.Tests.Insured;

/// <summary>The schema that editors use and the parser that decides must say the same.</summary>
internal sealed class BenefitPolicySchemaTests
{
    private static readonly JsonNode Schema = ReadSchema();

    private static readonly Func<JsonNode>[] Documents = [EveryFeatureJson, EveryKindJson];

    [Test]
    public void Every_object_of_the_parser_is_in_the_schema_with_the_same_properties()
    {
        foreach (var shape in BenefitPolicyShapes.All)
        {
            var definition = Schema["$defs"]![shape.Name]!;
            Assert.That(definition["properties"]!.AsObject().Select(property => property.Key), Is.EquivalentTo(shape.Properties), shape.Name);
            Assert.That(Names(definition["required"]), Is.EquivalentTo(shape.Required), shape.Name);
            Assert.That(OneOfRequired(definition), Is.EquivalentTo(shape.OneOf), shape.Name);
            Assert.That((bool)definition["additionalProperties"]!, Is.False, shape.Name);
        }
    }

    [Test]
    public void Every_object_of_the_schema_is_in_the_parser()
    {
        var objects = Schema["$defs"]!.AsObject().Where(definition => definition.Value!["properties"] is not null).Select(definition => definition.Key);

        Assert.That(objects, Is.EquivalentTo(BenefitPolicyShapes.All.Select(shape => shape.Name)));
    }

    [Test]
    public void Codes_and_words_are_the_same()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Names(At("scheme.enum")), Is.EqualTo(BenefitCodes.Schemes));
            Assert.That(Names(At("visit_kind.enum")), Is.EqualTo(BenefitCodes.VisitKinds));
            Assert.That(Names(At("chronic_disease.enum")), Is.EqualTo(BenefitCodes.ChronicDiseases));
            Assert.That(Names(At("fixed.properties.per.enum")), Is.EqualTo(BenefitPolicyShapes.FixedWords.Keys));
            Assert.That(Names(At("person_class.enum")), Is.EqualTo(PersonClass.All));
            Assert.That(Names(At("layer.properties.kind.enum")), Is.EqualTo(BenefitPolicyShapes.LayerWords.Keys));
            Assert.That(Names(At("counting.enum")), Is.EqualTo(BenefitPolicyShapes.CountingWords.Keys));
            Assert.That(Names(At("account.properties.use.enum")), Is.EqualTo(BenefitPolicyShapes.AccountWords.Keys));
        }
    }

    [Test]
    public void Limits_are_the_same()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)At("file.properties.plans.maxItems"), Is.EqualTo(BenefitPolicyReader.PlansMax));
            Assert.That((int)At("plan.properties.segments.maxItems"), Is.EqualTo(BenefitPolicyReader.StepsMax));
            Assert.That((int)At("layer.properties.bands.maxItems"), Is.EqualTo(BenefitPolicyReader.StepsMax));
            Assert.That((int)At("plan.properties.layers.maxItems"), Is.EqualTo(BenefitPolicyReader.LayersMax));
            Assert.That((int)At("repeat.properties.percents.maxItems"), Is.EqualTo(BenefitPolicyReader.RepeatsMax));
            Assert.That((int)At("percent.maximum"), Is.EqualTo(BenefitPolicyReader.RatioPercentMax));
            Assert.That((int)At("remote_rule.properties.deductible_factor.maximum"), Is.EqualTo(BenefitPolicyReader.DeductibleFactorPercentMax));
            Assert.That((int)At("deductible.properties.stay_days.minimum"), Is.EqualTo(BenefitPolicyReader.StayDaysMin));
            Assert.That((int)At("deductible.properties.stay_days.maximum"), Is.EqualTo(BenefitPolicyReader.StayDaysMax));
            Assert.That((int)At("no_benefit.properties.reason_zh.maxLength"), Is.EqualTo(BenefitPolicyReader.ReasonLengthMax));
            Assert.That((string?)At("amount.pattern"), Is.EqualTo(BenefitPolicyObject.AmountPattern));
        }
    }

    [TestCaseSource(typeof(Policies), nameof(SampleProvinces))]
    public void A_sample_satisfies_the_schema(string province)
    {
        Assert.That(SchemaCheck.Faults(Schema, JsonNode.Parse(SampleBytes(province))), Is.Empty);
    }

    [Test]
    public void The_policies_with_every_feature_satisfy_the_schema()
    {
        foreach (var document in Documents)
            Assert.That(SchemaCheck.Faults(Schema, document()), Is.Empty);
    }

    /// <summary>Proves both that the parser reads every value and that the schema constrains every value.</summary>
    [Test]
    public void Nonsense_in_any_place_is_rejected_there_by_parser_and_schema()
    {
        foreach (var (document, path) in Documents.SelectMany(document => JsonPlaces.All(document()).Select(path => (document, path))))
        {
            var json = document();
            JsonPlaces.Replace(json, path, JsonNode.Parse("[[]]"));

            Assert.That(Rejected(json).Select(error => error.Path), Has.Some.StartsWith(path));
            Assert.That(SchemaCheck.Faults(Schema, json), Is.Not.Empty, path);
        }
    }

    [Test]
    public void Leaving_out_any_property_gets_the_same_verdict_from_parser_and_schema()
    {
        foreach (var (document, path) in Documents.SelectMany(document => JsonPlaces.All(document()).Select(path => (document, path))))
        {
            var json = document();
            if (!JsonPlaces.RemoveProperty(json, path))
                continue;
            // Without what sets it apart a plan overlaps the general one, which no schema can say.
            var accepted = BenefitPolicy.TryParse(Encoding.UTF8.GetBytes(json.ToJsonString()), out _, out var errors)
                || errors.All(error => error.English.Contains("the period in force overlaps"));
            Assert.That(SchemaCheck.Faults(Schema, json).Count == 0, Is.EqualTo(accepted), path);
        }
    }

    [Test]
    public void An_unknown_property_in_any_object_is_rejected_by_parser_and_schema()
    {
        foreach (var (document, path) in Documents.SelectMany(document => JsonPlaces.All(document()).Append("$").Select(path => (document, path))))
        {
            var json = document();
            if (JsonPlaces.Find(json, path) is not JsonObject target)
                continue;
            target["surprise"] = 1;

            Assert.That(Rejected(json).Select(error => error.Path), Does.Contain($"{path}.surprise"));
            Assert.That(SchemaCheck.Faults(Schema, json), Is.Not.Empty, path);
        }
    }

    private static JsonNode ReadSchema()
    {
        using var stream = typeof(BenefitPolicy).Assembly.GetManifestResourceStream("ProvincialGateway.Insured.benefit-policy.schema.json");
        return JsonNode.Parse(stream!)!;
    }

    private static JsonNode At(string path) => path.Split('.').Aggregate(Schema["$defs"]!, (node, key) => node[key]!);

    private static string[] Names(JsonNode? array) => array is null ? [] : [.. array.AsArray().Select(item => (string)item!)];

    private static string[] OneOfRequired(JsonNode definition) =>
        definition["oneOf"] is JsonArray choices ? [.. choices.SelectMany(choice => Names(choice!["required"]))] : [];
}
