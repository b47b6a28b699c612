namespace ProvincialGateway.Catalogue;

/// <summary>Exchange catalogue kinds: 101 western and patent medicine, 102 herbal slices, 103 hospital preparation, 104 ethnic medicine, 201 service, 301 consumable.</summary>
public static class CatalogueKind
{
    public const string Medicine = "101";
    public const string HerbalSlices = "102";
    public const string HospitalPreparation = "103";
    public const string EthnicMedicine = "104";
    public const string Service = "201";
    public const string Consumable = "301";

    public static readonly IReadOnlyList<string> All = [Medicine, HerbalSlices, HospitalPreparation, EthnicMedicine, Service, Consumable];

    /// <summary>
    /// The kind of a line. The local catalogue knows three kinds; herbal slices are told apart by their fee category, and so is everything that
    /// is in no catalogue row.
    /// </summary>
    /// <param name="feeCategory">Exchange code, 01..14.</param>
    public static string Of(ItemKind? kind, string feeCategory) => (kind, feeCategory) switch
    {
        (ItemKind.Drug or null, "10") => HerbalSlices,
        (ItemKind.Drug, _) or (null, "09" or "11") => Medicine,
        (ItemKind.Consumable, _) or (null, "08") => Consumable,
        (ItemKind.Service or null, _) => Service,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
