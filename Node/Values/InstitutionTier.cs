namespace ProvincialGateway.Values;

/// <summary>The three tiers on which price limits, deductibles and ratios depend. 0 is not a tier.</summary>
public enum InstitutionTier
{
    Tertiary = 1,
    Secondary = 2,
    Primary = 3,
}

public static class InstitutionTiers
{
    /// <summary>
    /// The tier of an exchange institution level (01..11); null for any other code. An ungraded institution (11) counts as primary, which
    /// is how clinics and township hospitals are paid.
    /// </summary>
    public static InstitutionTier? OfLevel(string level) => level switch
    {
        "01" or "02" or "03" or "04" => InstitutionTier.Tertiary,
        "05" or "06" or "07" => InstitutionTier.Secondary,
        "08" or "09" or "10" or "11" => InstitutionTier.Primary,
        _ => null,
    };

    public static string Chinese(this InstitutionTier tier) => tier switch
    {
        InstitutionTier.Tertiary => "三级",
        InstitutionTier.Secondary => "二级",
        InstitutionTier.Primary => "一级及以下",
        _ => throw new ArgumentOutOfRangeException(nameof(tier)),
    };

    public static string English(this InstitutionTier tier) => tier switch
    {
        InstitutionTier.Tertiary => "tertiary",
        InstitutionTier.Secondary => "secondary",
        InstitutionTier.Primary => "primary",
        _ => throw new ArgumentOutOfRangeException(nameof(tier)),
    };
}
