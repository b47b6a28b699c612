using System.Text.RegularExpressions;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>What the messages of a hospital do not say and its province does: the <c>settings</c> of <c>adapter.json</c>.</summary>
internal sealed partial class YinhaiSettings
{
    private const int SubCentreLength = 4;
    private const int DivisionLength = 6;

    private readonly Dictionary<string, string> _divisions = [];

    /// <exception cref="DialectSettingException">A setting is missing, unknown or not usable.</exception>
    public YinhaiSettings(DialectSettings settings)
    {
        VisitKind = settings.Required("visitKind");
        UnlistedFeeCategory = settings.Required("unlistedFeeCategory");
        foreach (var pair in (settings.Optional("subCentres") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (SubCentre().Match(pair) is not { Success: true } found || !_divisions.TryAdd(found.Groups["code"].Value, found.Groups["division"].Value))
                throw new DialectSettingException(
                    "subCentres", "应为 四位分中心编号=六位行政区划，逗号分隔，不重复，如 9900=520000,9901=520100。",
                    "pairs of a four-digit sub-centre and a six-digit division are expected, separated by commas, none twice, e.g. 9900=520000,9901=520100.");
        }

        UncodedDiagnosis = settings.Optional("uncodedDiagnosis") ?? "R69.x00";
        OutpatientKinds = Kinds(settings.Optional("outpatientKinds"));
        ChronicKinds = Kinds(settings.Optional("chronicKinds"));
        settings.RefuseOthers();
    }

    /// <summary>支付类别, local code of <see cref="CodeSystem.VisitKind"/>: 21 has no element for it and its reply tells it (31 in Guizhou).</summary>
    public string VisitKind { get; }

    /// <summary>Local code of <see cref="CodeSystem.FeeCategory"/> for items that no catalogue lists: lines carry none.</summary>
    public string UnlistedFeeCategory { get; }

    /// <summary>Local code of a diagnosis that 48 states in words only.</summary>
    public string UncodedDiagnosis { get; }

    /// <summary>支付类别 that 48 takes besides <see cref="ChronicKinds"/>, local codes of <see cref="CodeSystem.VisitKind"/>.</summary>
    public IReadOnlyList<string> OutpatientKinds { get; }

    /// <summary>支付类别 of 48 in which 门诊诊断信息 begins with the code of a chronic disease.</summary>
    public IReadOnlyList<string> ChronicKinds { get; }

    public bool TakesOutpatients => OutpatientKinds.Count + ChronicKinds.Count > 0;

    /// <summary>The division of a sub-centre: as set, else four digits and <c>00</c>; null when it is not four digits.</summary>
    public string? Division(string? subCentre) => subCentre is not { Length: SubCentreLength } || !subCentre.All(char.IsAsciiDigit) ? null
        : _divisions.TryGetValue(subCentre, out var division) ? division
        : subCentre + "00";

    /// <summary>The other way; the four digits say less than a county, so this is for people and for echoes.</summary>
    public string SubCentreOf(string division) =>
        _divisions.FirstOrDefault(pair => pair.Value == division).Key ?? (division.Length == DivisionLength ? division[..SubCentreLength] : "");

    private static string[] Kinds(string? text) => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    [GeneratedRegex(@"\A(?<code>[0-9]{4})\s*=\s*(?<division>[0-9]{6})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex SubCentre();
}
