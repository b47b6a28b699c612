using System.Text.Json.Nodes;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>Amounts as JSON numbers. Formed in decimal, so that a reply comes out whatever the figures are.</summary>
internal static class Json
{
    /// <summary>Yuan with two decimals.</summary>
    public static JsonNode Yuan(decimal fen) => JsonValue.Create(YuanOf(fen));

    /// <summary>As few decimals as say it.</summary>
    public static JsonNode Number(decimal value) => JsonValue.Create(Shortest(value));

    /// <inheritdoc cref="Yuan"/>
    public static decimal YuanOf(decimal fen) => fen / 100m + 0.00m;

    /// <inheritdoc cref="Number"/>
    public static decimal Shortest(decimal value) => value / 1.0000000000000000000000000000m;
}
