using System.Text;
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

    /// <summary>The operation as proto3 JSON, from its stored form: decimals become text, the list of serials gets its wrapper.</summary>
    public static JsonObject Body(HisOperation operation)
    {
        var body = (JsonObject)JsonNode.Parse(HisJson.Write(operation))!;
        body.Remove("$type");
        foreach (var holder in new[] { body }.Concat(body["lines"]?.AsArray().Select(line => (JsonObject)line!) ?? []))
        {
            foreach (var name in new[] { "unitPrice", "quantity" })
            {
                if (holder[name] is JsonValue number)
                    holder[name] = number.ToJsonString();
            }
        }
        if (body["lineSerials"] is JsonArray serials)
            body["lineSerials"] = new JsonObject { ["values"] = serials.DeepClone() };
        return body;
    }
}
