using System.Text.Json;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>One code between the hospital and the exchange, by the tables in force on a day.</summary>
internal static class CodeConversion
{
    private static readonly Dictionary<string, CodeSystem> Systems =
        Enum.GetValues<CodeSystem>().ToDictionary(system => JsonNamingPolicy.SnakeCaseLower.ConvertName(system.ToString()), StringComparer.Ordinal);

    public static HisResult Convert(HisCaller caller, ConvertCode convert, TransactionId id, DateOnly today)
    {
        if (!Systems.TryGetValue(convert.CodeSystem, out var system))
            return DeskRefusals.UnknownCodeSystem(Systems.Keys);
        var (codes, day) = (caller.Adapter.Catalogue.Codes, convert.Day ?? today);
        return new CodeConverted
        {
            TransactionId = id.Text,
            ConvertedCode = convert.Direction switch
            {
                HisConversionDirection.ToExchange => codes.ToExchange(system, convert.Code, day),
                HisConversionDirection.ToLocal => codes.ToLocal(system, convert.Code, day),
                _ => throw new ArgumentOutOfRangeException(nameof(convert), convert.Direction, "Not a direction."),
            },
        };
    }
}
