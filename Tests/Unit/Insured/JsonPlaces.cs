using System.Globalization;
using System.Text.Json.Nodes;

namespace ProvincialGateway.Tests.Insured;

/// <summary>Finds and changes places of a JSON document by the paths that policy errors use.</summary>
internal static class JsonPlaces
{
    /// <summary>The path of every value in the document but the root.</summary>
    public static IEnumerable<string> All(JsonNode? node, string path = "$") => node switch
    {
        JsonObject members => members.SelectMany(member => Below(member.Value, $"{path}.{member.Key}")),
        JsonArray items => items.SelectMany((item, index) => Below(item, $"{path}[{index}]")),
        _ => [],
    };

    public static void Replace(JsonNode root, string path, JsonNode? value)
    {
        var (parent, key) = Parent(root, path);
        if (parent is JsonArray items)
            items[int.Parse(key, CultureInfo.InvariantCulture)] = value;
        else
            parent[key] = value;
    }

    /// <summary>True when the place was a property; items of arrays are left alone.</summary>
    public static bool RemoveProperty(JsonNode root, string path)
    {
        var (parent, key) = Parent(root, path);
        return parent is JsonObject members && members.Remove(key);
    }

    public static JsonNode? Find(JsonNode root, string path) =>
        Keys(path).Aggregate((JsonNode?)root, (node, key) => node is JsonArray items ? items[int.Parse(key, CultureInfo.InvariantCulture)] : node![key]);

    private static IEnumerable<string> Below(JsonNode? node, string path) => [path, .. All(node, path)];

    private static (JsonNode Parent, string Key) Parent(JsonNode root, string path)
    {
        var cut = path.LastIndexOfAny(['.', '[']);
        return (Find(root, path[..cut])!, path[(cut + 1)..].TrimEnd(']'));
    }

    private static IEnumerable<string> Keys(string path) => path.Split('.', '[').Skip(1).Select(key => key.TrimEnd(']'));
}
