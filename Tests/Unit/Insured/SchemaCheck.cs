using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ProvincialGateway.Tests.Insured;

/// <summary>
/// The part of JSON Schema that benefit-policy.schema.json uses. A keyword it does not know fails the check, so that the schema cannot
/// grow beyond what is verified here.
/// </summary>
internal static class SchemaCheck
{
    public static IReadOnlyList<string> Faults(JsonNode schema, JsonNode? value)
    {
        var faults = new List<string>();
        Check(schema.AsObject(), schema, value, "$", faults);
        return faults;
    }

    private static void Check(JsonObject schema, JsonNode root, JsonNode? value, string path, List<string> faults)
    {
        foreach (var (keyword, rule) in schema)
        {
            if (!Holds(keyword, rule!, schema, root, value, path, faults))
                faults.Add($"{path}: {keyword}");
        }
    }

    private static bool Holds(string keyword, JsonNode rule, JsonObject schema, JsonNode root, JsonNode? value, string path, List<string> faults)
    {
        switch (keyword)
        {
            case "$schema" or "$defs" or "title" or "description" or "default" or "format":
                return true;
            case "$ref":
                Check(root["$defs"]![((string)rule!)["#/$defs/".Length..]]!.AsObject(), root, value, path, faults);
                return true;
            case "properties":
                foreach (var (name, property) in rule.AsObject().Where(_ => value is JsonObject))
                {
                    if (value!.AsObject().TryGetPropertyValue(name, out var member))
                        Check(property!.AsObject(), root, member, $"{path}.{name}", faults);
                }
                return true;
            case "additionalProperties":
                var known = schema["properties"]?.AsObject().Select(property => property.Key).ToList() ?? [];
                var others = value is JsonObject members ? members.Where(member => !known.Contains(member.Key)).ToList() : [];
                if (rule is JsonObject each)
                    others.ForEach(other => Check(each, root, other.Value, $"{path}.{other.Key}", faults));
                return rule is JsonObject || others.Count == 0;
            case "items":
                foreach (var (index, item) in (value as JsonArray ?? []).Index())
                    Check(rule.AsObject(), root, item, $"{path}[{index}]", faults);
                return true;
            case "propertyNames":
                foreach (var name in value is JsonObject named ? named.Select(member => member.Key) : [])
                    Check(rule.AsObject(), root, JsonValue.Create(name), $"{path}.{name}", faults);
                return true;
            case "oneOf":
                return rule.AsArray().Count(choice => Matches(choice!.AsObject(), root, value)) == 1;
            default:
                return HoldsForValue(keyword, rule, value);
        }
    }

    private static bool Matches(JsonObject schema, JsonNode root, JsonNode? value)
    {
        var faults = new List<string>();
        Check(schema, root, value, "$", faults);
        return faults.Count == 0;
    }

    private static bool HoldsForValue(string keyword, JsonNode rule, JsonNode? value) => keyword switch
    {
        "type" when (string?)rule == "integer" => Number(value) is { } whole && whole == decimal.Truncate(whole),
        "type" => (string?)rule == Kind(value),
        "enum" => rule.AsArray().Any(allowed => JsonNode.DeepEquals(allowed, value)),
        "const" => JsonNode.DeepEquals(rule, value),
        "required" => value is not JsonObject members || rule.AsArray().All(name => members.ContainsKey((string)name!)),
        "pattern" => Kind(value) != "string" || Regex.IsMatch((string)value!, (string)rule!),
        "minLength" => Kind(value) != "string" || ((string)value!).Length >= (int)rule,
        "maxLength" => Kind(value) != "string" || ((string)value!).Length <= (int)rule,
        "minItems" => value is not JsonArray items || items.Count >= (int)rule,
        "maxItems" => value is not JsonArray items || items.Count <= (int)rule,
        "uniqueItems" => value is not JsonArray items || items.Select(item => item?.ToJsonString()).Distinct().Count() == items.Count,
        "minimum" => Number(value) is not { } number || number >= Number(rule),
        "maximum" => Number(value) is not { } number || number <= Number(rule),
        "multipleOf" => Number(value) is not { } number || number % Number(rule)!.Value == 0,
        _ => throw new NotSupportedException($"The schema keyword {keyword} is not checked."),
    };

    private static string Kind(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        _ => "boolean",
    };

    private static decimal? Number(JsonNode? value) =>
        Kind(value) == "number" ? decimal.Parse(value!.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) : null;
}
