using System.Collections.Frozen;
using System.Text.Json;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>
/// Conversion: one local code to the common one. The interface's own item types are not known, so a type is the element that carries the code
/// or the code system's name. It returns a text and cannot fail: whatever is not converted comes back unchanged.
/// </summary>
internal static class ConversionCalls
{
    private static readonly FrozenDictionary<string, CodeSystem> Systems = new Dictionary<string, CodeSystem>
    {
        ["AAC004"] = CodeSystem.Gender,
        ["AKA065"] = CodeSystem.ItemClass,
        ["AKA111"] = CodeSystem.FeeCategory,
        ["AKA120"] = CodeSystem.Diagnosis,
        ["AKA130"] = CodeSystem.VisitKind,
        ["AKC021"] = CodeSystem.PersonClass,
        ["AKC193"] = CodeSystem.Diagnosis,
        ["AKC195"] = CodeSystem.DischargeReason,
        ["AKC196"] = CodeSystem.Diagnosis,
        ["AKC300"] = CodeSystem.Scheme,
    }.Concat(Enum.GetValues<CodeSystem>().Where(system => system != CodeSystem.Item).Select(system => KeyValuePair.Create(NameOf(system), system)))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static HisOperation Decode(CallReader call)
    {
        var type = call.Optional(Elements.ItemType) ?? call.Optional(Elements.ItemTypeSpelt);
        return type is not null && Systems.TryGetValue(type, out var system) && call.Optional(Elements.OldItem) is { } code
            ? new ConvertCode { CodeSystem = NameOf(system), Code = code, Direction = HisConversionDirection.ToExchange }
            : new Acknowledge();
    }

    public static Outcome Encode(CallReader call, HisResult result) =>
        new Converted(LegacyXml.Carriable(result is CodeConverted { ConvertedCode: { } converted } ? converted : call.Raw(Elements.OldItem) ?? ""));

    private static string NameOf(CodeSystem system) => JsonNamingPolicy.SnakeCaseLower.ConvertName(system.ToString());
}
