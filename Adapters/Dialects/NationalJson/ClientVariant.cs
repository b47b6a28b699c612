using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>Whose reply a client reads. What clients send is read alike from all of them.</summary>
internal enum ClientVariant
{
    /// <summary>Chongqing, Hebei and everybody who keeps to the published interface.</summary>
    CQ = 1,

    /// <summary>Guangzhou: another node of the sign-in, a person as a list, more members of a settlement.</summary>
    GZ = 2,

    /// <summary>Zhongshan: times of 14 digits.</summary>
    NH = 3,

    /// <summary>Hubei: times with separators, one column more in reconciliation files. Its requests do not show it.</summary>
    HB = 4,
}

/// <summary>What a province says about its hospitals in <c>settings</c> of adapter.json.</summary>
/// <param name="Variant">Null recognises each client by its message.</param>
/// <param name="ItemCode">Which of a line's two codes the province's catalogue lists.</param>
/// <param name="OutpatientKind">Local code of the visit kind of a 2201 that has none, as published.</param>
internal sealed record NationalSettings(ClientVariant? Variant, Field ItemCode, string OutpatientKind)
{
    public const string VariantName = "variant";
    public const string ItemCodeName = "item-code";
    public const string OutpatientKindName = "outpatient-kind";

    private const string Auto = "auto";
    private const string HospitalCode = "medins_list_codg";
    private const string NationalCode = "med_list_codg";
    private const string OrdinaryOutpatient = "11";

    /// <exception cref="DialectSettingException">A value or a name that does not exist.</exception>
    public static NationalSettings Of(DialectSettings settings)
    {
        var variant = settings.OneOf(VariantName, Auto, [Auto, .. Enum.GetNames<ClientVariant>()]);
        var itemCode = settings.OneOf(ItemCodeName, HospitalCode, HospitalCode, NationalCode);
        var outpatientKind = settings.Optional(OutpatientKindName) ?? OrdinaryOutpatient;
        settings.RefuseOthers();
        return new NationalSettings(
            variant == Auto ? null : Enum.Parse<ClientVariant>(variant),
            itemCode == HospitalCode ? Fields.HospitalCode : Fields.NationalCode with { Canonical = Fields.HospitalCode.Canonical },
            outpatientKind);
    }
}
