using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftPipe;

/// <summary>What the messages leave open and a province decides in its <c>adapter.json</c>. README.md beside this file lists the settings.</summary>
internal sealed record PipeSettings
{
    private const string Prefix = "prefix";

    /// <summary>Six digits that every insured number belongs to; null when each number begins with its own.</summary>
    public required string? FixedDivision { get; init; }

    /// <summary>The insured number is a card number, not the insured province's person number.</summary>
    public required bool IsCardNumber { get; init; }

    /// <summary>Local code of a diagnosis that is stated in words only.</summary>
    public required string UncodedDiagnosis { get; init; }

    /// <summary>Local fee category of items the catalogue does not know; the message has none.</summary>
    public required string OtherFeeCategory { get; init; }

    /// <summary>Whether the hospital's total must be the stored lines' to the fen.</summary>
    public required bool ComparesTotal { get; init; }

    /// <exception cref="DialectSettingException">A setting that is unknown or has no meaning.</exception>
    public static PipeSettings Of(DialectSettings settings)
    {
        var division = settings.Optional("insuredDivision") ?? Prefix;
        if (division != Prefix && !(division.Length == 6 && division.All(char.IsAsciiDigit)))
            throw new DialectSettingException("insuredDivision", "取值应为 prefix 或六位行政区划代码。", "the value must be prefix or a division code of six digits.");
        var read = new PipeSettings
        {
            FixedDivision = division == Prefix ? null : division,
            IsCardNumber = settings.OneOf("insuredNumber", "person", "person", "card") == "card",
            UncodedDiagnosis = settings.Optional("uncodedDiagnosis") ?? "R69.x00",
            OtherFeeCategory = settings.Optional("otherFeeCategory") ?? "14",
            ComparesTotal = settings.OneOf("claimedTotal", "compare", "compare", "ignore") == "compare",
        };
        settings.RefuseOthers();
        return read;
    }
}
