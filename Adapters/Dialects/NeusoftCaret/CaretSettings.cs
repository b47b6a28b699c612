using System.Globalization;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>Which city's field lists a province's hospitals use; they cannot be told apart by counting fields.</summary>
internal enum Profile
{
    /// <summary>Nanchang's C# client.</summary>
    Nc = 1,

    /// <summary>The "PayAPI" client of Anhui and Shandong.</summary>
    Sdz = 2,

    /// <summary>Guangxi's Java client, also over SOAP.</summary>
    Gx = 3,
}

/// <summary>What a province decides in its <c>adapter.json</c>. README.md beside this file lists the settings.</summary>
internal sealed record CaretSettings
{
    private const string InMessage = "message", Prefix = "prefix";
    private const int BufferMin = 1024, BufferMax = 1_048_576;

    public required Profile Profile { get; init; }

    /// <summary>Six digits for every person whose message names no area; null when there is no such rule.</summary>
    public required string? FixedDivision { get; init; }

    /// <summary>Person numbers begin with the six digits of their division.</summary>
    public required bool IsDivisionPrefix { get; init; }

    /// <summary>The province's catalogue is keyed by the hospital's code, not the centre's.</summary>
    public required bool IsKeyedByHospitalCode { get; init; }

    /// <summary>Local code of a diagnosis that is stated in words only.</summary>
    public required string UncodedDiagnosis { get; init; }

    /// <summary>Local fee category of lines whose message has none.</summary>
    public required string OtherFeeCategory { get; init; }

    /// <summary>The kinds of outpatient visit whose 诊断编码 is the code of a chronic disease (病种).</summary>
    public required IReadOnlySet<string> ChronicKinds { get; init; }

    /// <summary>The caller's reply buffer with its closing NUL.</summary>
    public required int BufferBytes { get; init; }

    /// <exception cref="DialectSettingException">A setting that is missing, unknown or has no meaning.</exception>
    public static CaretSettings Of(DialectSettings settings)
    {
        settings.Required("profile");
        var division = settings.Optional("insuredDivision") ?? InMessage;
        if (division is not (InMessage or Prefix) && !IsDivision(division))
            throw new DialectSettingException("insuredDivision", "取值应为 message、prefix 或六位行政区划代码。", "the value must be message, prefix or a division code of six digits.");
        var read = new CaretSettings
        {
            Profile = settings.OneOf("profile", "", "NC", "SDZ", "GX") switch { "NC" => Profile.Nc, "SDZ" => Profile.Sdz, _ => Profile.Gx },
            FixedDivision = IsDivision(division) ? division : null,
            IsDivisionPrefix = division == Prefix,
            IsKeyedByHospitalCode = settings.OneOf("itemCode", "centre", "centre", "hospital") == "hospital",
            UncodedDiagnosis = settings.Optional("uncodedDiagnosis") ?? "R69.x00",
            OtherFeeCategory = settings.Optional("otherFeeCategory") ?? "91",
            ChronicKinds = Kinds(settings.Optional("chronicKinds") ?? "16,17"),
            BufferBytes = Buffer(settings.Optional("bufferBytes") ?? "2048"),
        };
        settings.RefuseOthers();
        return read;
    }

    public static bool IsDivision(string text) => text.Length == 6 && text.All(char.IsAsciiDigit);

    private static HashSet<string> Kinds(string text)
    {
        var kinds = text.Split(',', StringSplitOptions.TrimEntries);
        return kinds.All(VisitCalls.IsOutpatient)
            ? [.. kinds]
            : throw new DialectSettingException("chronicKinds", "取值应为以 1 开头的医疗类别，逗号分隔，如 16,17。", "codes of kinds of visit that begin with 1 are expected, separated by commas, e.g. 16,17.");
    }

    private static int Buffer(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes is >= BufferMin and <= BufferMax
            ? bytes
            : throw new DialectSettingException("bufferBytes", $"取值应为 {BufferMin} 至 {BufferMax} 的整数。", $"the value must be a whole number from {BufferMin} to {BufferMax}.");
}
