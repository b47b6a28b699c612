using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.His;

namespace ProvincialGateway.Tests.His;

/// <summary>Requests as a hospital writes them, made without the dialect's own mapping.</summary>
internal static class CanonicalJsonMessages
{
    public static readonly CanonicalJson Dialect = new();

    public static IEnumerable<Type> Operations() => HisJson.RecordsOf<HisOperation>().Where(type => type != typeof(Acknowledge));

    public static HisMessage Message(string operation, byte[] body) =>
        new() { Path = "/his/v1/" + operation, ContentType = "application/json", SoapAction = "", Body = body };

    public static HisRequest Decoded(string operation, string json) => Decoded(Message(operation, Encoding.UTF8.GetBytes(json)));

    public static HisRequest Decoded(HisMessage message) => Dialect.Decode(message).Requests.Single();

    public static HisRefusal Refusal(string operation, string json) =>
        Decoded(operation, json).Refusal ?? throw new AssertionException($"{json} was read, a refusal was expected.");

    public static HisReply Reply(string operation, HisResult result) => Dialect.Encode(Dialect.Decode(Message(operation, "{}"u8.ToArray())), [result]);

    /// <summary>
    /// The operation as proto3 JSON, from its stored form: decimals become text, enum names get their prefix, a list that may be absent its wrapper.
    /// </summary>
    public static JsonObject Body(HisOperation operation)
    {
        var body = (JsonObject)JsonNode.Parse(HisJson.Write(operation))!;
        body.Remove("$type");
        Rewrite(operation.GetType(), body);
        return body;
    }

    /// <summary>A list that may be absent, which is not the same as empty: proto3 puts a message around it.</summary>
    public static bool IsWrapped(PropertyInfo list) => new NullabilityInfoContext().Create(list).WriteState == NullabilityState.Nullable;

    private static void Rewrite(Type record, JsonObject json)
    {
        foreach (var property in record.GetProperties().Where(property => property.SetMethod is not null))
        {
            var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            if (json[name] is { } value)
                json[name] = Rewritten(property, value);
        }
    }

    private static JsonNode Rewritten(PropertyInfo property, JsonNode value)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type == typeof(decimal))
            return JsonValue.Create(value.ToJsonString());
        if (type.IsEnum)
            return JsonValue.Create($"{UpperSnake(type.Name["His".Length..])}_{UpperSnake(value.GetValue<string>())}");
        if (value is JsonObject part)
            Rewrite(type, part);
        if (value is not JsonArray items)
            return value.DeepClone();
        foreach (var item in items.OfType<JsonObject>())
            Rewrite(type.GetGenericArguments()[0], item);
        return IsWrapped(property) ? new JsonObject { ["values"] = items.DeepClone() } : items.DeepClone();
    }

    private static string UpperSnake(string name) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(name);
}
