using Provincial.His.V1;
using ProvincialGateway.Cli;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Walk;

/// <summary>One direction of care: a hospital, whose people it treats, and what its province calls things.</summary>
internal sealed record Care
{
    /// <summary>People of Yunnan in Guangzhou, with and without a filing, and one who is not insured.</summary>
    public static readonly Care InGuangzhou = new()
    {
        Treatment = PilotCountry.Guangdong.Code,
        Insured = PilotCountry.Yunnan.Code,
        Institution = "H44010000001",
        InpatientKind = "25",
        ChronicKind = "18",
        Item = ("T330000", "重症监护", "06", "180.0000"),
        People = [Patient.OfKunming, Patient.RetiredOfKunming, Patient.PostedOfKunming, Patient.ResidentOfKunming, Patient.UnfiledOfKunming, Patient.SuspendedOfKunming],
    };

    /// <summary>People of Guangdong in Kunming.</summary>
    public static readonly Care InKunming = new()
    {
        Treatment = PilotCountry.Yunnan.Code,
        Insured = PilotCountry.Guangdong.Code,
        Institution = "H53010000001",
        InpatientKind = "21",
        ChronicKind = "14",
        Item = ("ZL120100003", "一级护理", "09", "25.0000"),
        People =
        [
            Patient.OfGuangzhou, new("440100", "4401000003", "测试患者卯", "440104197201230313"), new("440100", "4401000010", "测试患者戌", "440103196604161015"),
        ],
    };

    /// <summary>People of Yunnan in Shanghai, of whom one goes to Guangzhou too: years and accounts are one, ledgers and statements are two.</summary>
    public static readonly Care InShanghai = new()
    {
        Treatment = PilotCountry.Shanghai.Code,
        Insured = PilotCountry.Yunnan.Code,
        Institution = "H31010000001",
        InpatientKind = "21",
        ChronicKind = "14",
        Item = ("SHF110100002", "住院诊察费", "02", "30.0000"),
        People = [Patient.FiledForShanghaiOfKunming, Patient.UnfiledOfKunming],
    };

    public static readonly IReadOnlyList<Care> All = [InGuangzhou, InKunming, InShanghai];

    public const string OrdinaryKind = "11";

    /// <summary>Called the same in all three.</summary>
    public const string Hypertension = "M03900";

    public required string Treatment { get; init; }
    public required string Insured { get; init; }
    public required string Institution { get; init; }
    public required string InpatientKind { get; init; }
    public required string ChronicKind { get; init; }
    public required (string Code, string Name, string Category, string Price) Item { get; init; }
    public required IReadOnlyList<Patient> People { get; init; }

    public FeeLine Line(string serial, int quantity, DateOnly on) =>
        SampleBills.Line(serial, Item.Code, Item.Name, Item.Category, Item.Price, quantity.ToString(System.Globalization.CultureInfo.InvariantCulture), on);
}
