using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;

namespace ProvincialGateway.Treatment;

/// <summary>The business types of an institution: exchange visit kinds, ascending, separated by blanks.</summary>
internal static class VisitKindList
{
    /// <summary>门诊慢特病, the one kind that names a disease.</summary>
    public const string ChronicDisease = "14";

    /// <summary>What an institution may do for which nothing else was said.</summary>
    private static readonly string[] Inpatient = ["21", "22", "24", "52"];

    /// <param name="stored">Null is every inpatient kind.</param>
    public static IReadOnlyList<string> Of(string? stored) => stored?.Split(' ') ?? Inpatient;

    /// <summary>The list as it is stored; null for an empty text. <paramref name="unknown"/> holds what is no exchange visit kind.</summary>
    public static string? Read(string text, out IReadOnlyList<string> unknown)
    {
        var kinds = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        unknown = [.. kinds.Where(kind => !ExchangeCodes.Contains(CodeSystem.VisitKind, kind))];
        return kinds.Count == 0 ? null : string.Join(' ', kinds);
    }
}
