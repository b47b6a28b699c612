using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.AdapterHost;

/// <summary>
/// Canonical operations and results as JSON: the form of the sample files and of stored operations. Objects carry their record name in
/// <c>$type</c> (first member), names are camelCase, null is left out, dates are ISO, decimals keep their scale. Reading is strict: unknown,
/// missing and doubled members are refused with a <see cref="JsonException"/> that names the place and never the value.
/// </summary>
public static class HisJson
{
    private const string TypeMember = "$type";

    internal static JsonSerializerOptions Options { get; } = StrictOptions();

    /// <summary>The same for files that people read.</summary>
    internal static JsonSerializerOptions Indented { get; } = new(Options) { WriteIndented = true };

    public static string Write(HisOperation operation) => JsonSerializer.Serialize(operation, Options);

    public static string Write(HisResult result) => JsonSerializer.Serialize(result, Options);

    public static byte[] WriteUtf8(HisOperation operation) => JsonSerializer.SerializeToUtf8Bytes(operation, Options);

    public static byte[] WriteUtf8(HisResult result) => JsonSerializer.SerializeToUtf8Bytes(result, Options);

    public static HisOperation ReadOperation(string json) => Read<HisOperation>(json);

    public static HisResult ReadResult(string json) => Read<HisResult>(json);

    /// <summary>
    /// Where two texts first differ, e.g. <c>lines[2].unit_price</c>, or null when they say the same. Numbers are compared as numbers (24.00 is
    /// 24), a missing member is null, the order of members does not count. <c>operation</c> means that the kinds differ.
    /// </summary>
    public static string? FirstDifference(string leftJson, string rightJson) =>
        FirstDifference(JsonNode.Parse(leftJson), JsonNode.Parse(rightJson), "");

    internal static T Read<T>(string json) =>
        JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException($"A {typeof(T).Name} is expected, not null.");

    private static JsonSerializerOptions StrictOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerOptions.Strict)
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            IgnoreReadOnlyProperties = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameRecords<HisOperation>, NameRecords<HisResult> } },
        };
        options.MakeReadOnly();
        return options;
    }

    private static void NameRecords<TBase>(JsonTypeInfo info)
    {
        if (info.Type != typeof(TBase))
            return;
        info.PolymorphismOptions = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = TypeMember };
        foreach (var type in RecordsOf<TBase>())
            info.PolymorphismOptions.DerivedTypes.Add(new JsonDerivedType(type, type.Name));
    }

    internal static IEnumerable<Type> RecordsOf<TBase>() =>
        typeof(TBase).Assembly.GetExportedTypes().Where(type => type.BaseType == typeof(TBase) && !type.IsAbstract);

    private static string? FirstDifference(JsonNode? left, JsonNode? right, string path) => (left, right) switch
    {
        (null, null) => null,
        (JsonObject one, JsonObject other) => FirstDifference(one, other, path),
        (JsonArray one, JsonArray other) => FirstDifference(one, other, path),
        (JsonValue one, JsonValue other) when Same(one, other) => null,
        _ => path,
    };

    private static string? FirstDifference(JsonObject left, JsonObject right, string path)
    {
        foreach (var name in left.Select(member => member.Key).Union(right.Select(member => member.Key)))
        {
            if (FirstDifference(left[name], right[name], Join(path, name)) is { } difference)
                return difference;
        }
        return null;
    }

    private static string? FirstDifference(JsonArray left, JsonArray right, string path)
    {
        for (var index = 0; index < Math.Max(left.Count, right.Count); index++)
        {
            var place = $"{path}[{index}]";
            if (index >= left.Count || index >= right.Count)
                return place;
            if (FirstDifference(left[index], right[index], place) is { } difference)
                return difference;
        }
        return null;
    }

    private static bool Same(JsonValue left, JsonValue right)
    {
        if (left.GetValueKind() != right.GetValueKind())
            return false;
        if (left.GetValueKind() == JsonValueKind.Number && left.TryGetValue(out decimal one) && right.TryGetValue(out decimal other))
            return one == other;
        return JsonNode.DeepEquals(left, right);
    }

    private static string Join(string path, string name)
    {
        var word = name == TypeMember ? "operation" : JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
        return path.Length == 0 ? word : $"{path}.{word}";
    }
}
