using System.Text.Json.Nodes;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>Amounts as JSON numbers. Formed in decimal, so that a reply comes out whatever the figures are.</summary>
internal static class Json
{
    /// <summary>Yuan with two decimals.</summary>
    public static JsonNode Yuan(decimal fen) => JsonValue.Create(fen / 100m + 0.00m);

    /// <summary>As few decimals as say it.</summary>
    public static JsonNode Number(decimal value) => JsonValue.Create(value / 1.0000000000000000000000000000m);
}
