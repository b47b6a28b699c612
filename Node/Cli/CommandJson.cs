using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>JSON of commands for scripts: camelCase, enum names in kebab-case, no nulls, Chinese as it is.</summary>
internal static class CommandJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower), new YuanText() },
    };

    public static Option<bool> Option() => new("--json") { Description = "输出 JSON / print JSON" };

    public static string Of<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <summary>Writes a result: as JSON for scripts, or as people read it.</summary>
    /// <returns>Exit code 0.</returns>
    public static int Tell<T>(this NodeWork work, T result, bool asJson, Action<T> write)
    {
        if (asJson)
            work.Out.WriteLine(Of(result));
        else
            write(result);
        return 0;
    }

    /// <summary>Money as yuan in a text, exact. Figures that a row keeps in fen are numbers and say so in their names.</summary>
    private sealed class YuanText : JsonConverter<Fen>
    {
        public override Fen Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("Commands only write JSON.");

        public override void Write(Utf8JsonWriter writer, Fen value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
