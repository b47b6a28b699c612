using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.His.CanonicalJsonMessages;

namespace ProvincialGateway.Tests.His;

/// <summary>Every field of every operation is taken away in turn, at any depth.</summary>
public sealed class CanonicalJsonMandatoryTests
{
    [TestCaseSource(typeof(CanonicalJsonMessages), nameof(Operations))]
    public void A_mandatory_field_that_is_left_out_is_named_and_an_optional_one_is_not_missed(Type type)
    {
        foreach (var place in PlacesOf(type))
            AssertNamed(type, place, parent => parent.Remove(place.Name));
    }

    [TestCaseSource(typeof(CanonicalJsonMessages), nameof(Operations))]
    public void A_mandatory_field_that_is_null_is_named(Type type)
    {
        foreach (var place in PlacesOf(type))
            AssertNamed(type, place, parent => parent[place.Name] = null);
    }

    [TestCaseSource(typeof(CanonicalJsonMessages), nameof(Operations))]
    public void A_mandatory_text_or_list_that_is_empty_is_named(Type type)
    {
        foreach (var place in PlacesOf(type).Where(place => !place.IsEnum && place.Kind is JsonValueKind.String or JsonValueKind.Array))
            AssertNamed(type, place, parent => parent[place.Name] = place.Kind is JsonValueKind.Array ? new JsonArray() : JsonValue.Create(" \u3000"));
    }

    [Test]
    public void The_walk_reaches_nested_fields_of_both_kinds()
    {
        var places = PlacesOf(typeof(UploadFeeLines));

        Assert.That(places.Where(place => place.IsMandatory).Select(place => place.Field), Has.Member("lines[0].amount_fen").And.Member("visit"));
        Assert.That(places.Where(place => !place.IsMandatory).Select(place => place.Field), Has.Member("lines[0].dose_form").And.Member("visit.visit_number"));
    }

    [Test]
    public void The_walk_goes_through_the_message_around_a_list_that_may_be_absent() =>
        Assert.That(PlacesOf(typeof(UpdateVisit)).Where(place => place.IsMandatory).Select(place => place.Field), Is.EquivalentTo(new[] { "visit", "diagnoses[0].code" }));

    private static void AssertNamed(Type type, Place place, Action<JsonObject> spoil)
    {
        var body = Whole(type);
        spoil(place.ParentIn(body));
        var refusal = Decoded(type.Name, body.ToJsonString()).Refusal;

        Assert.That((refusal?.Code, refusal?.Field), Is.EqualTo(place.IsMandatory ? ("MISSING_FIELD", place.Field) : (null, default(string))), place.Field);
    }

    private static JsonObject Whole(Type type) => Body((HisOperation)new AnyRecord(new Random(1), listMin: 1, isComplete: true).Of(type));

    private static List<Place> PlacesOf(Type type)
    {
        var whole = Whole(type);
        Assert.That(Decoded(type.Name, whole.ToJsonString()).Refusal, Is.Null);
        return [.. Places(type, whole, "", body => body)];
    }

    private static IEnumerable<Place> Places(Type record, JsonObject json, string path, Func<JsonObject, JsonObject> parentIn)
    {
        foreach (var property in record.GetProperties().Where(property => property.SetMethod is not null))
        {
            var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            var field = path + JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            yield return new Place(parentIn, name, field, IsMandatory(property), property.PropertyType.IsEnum, json[name]!.GetValueKind());
            var isList = property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);
            var nested = isList ? property.PropertyType.GetGenericArguments()[0] : property.PropertyType;
            if (nested.Assembly != typeof(HisOperation).Assembly || nested.IsEnum)
                continue;
            JsonObject Child(JsonObject parent) => (JsonObject)(
                !isList ? parent[name]!
                : IsWrapped(property) ? parent[name]!["values"]![0]!
                : parent[name]![0]!);
            foreach (var place in Places(nested, Child(json), field + (isList ? "[0]." : "."), body => Child(parentIn(body))))
                yield return place;
        }
    }

    private static bool IsMandatory(PropertyInfo property) =>
        property.IsDefined(typeof(RequiredMemberAttribute), inherit: false)
        && (property.DeclaringType, property.Name) != (typeof(Discharge), nameof(Discharge.Diagnoses))
        && (property.DeclaringType, property.Name) != (typeof(ReconcileSettlements), nameof(ReconcileSettlements.Rows));

    private sealed record Place(Func<JsonObject, JsonObject> ParentIn, string Name, string Field, bool IsMandatory, bool IsEnum, JsonValueKind Kind);
}
