namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>
/// Yunnan writes areas in four digits: a pool is the first four of the six-digit division (5301 = 530100), a sub-centre the last four
/// (0102 of 530102).
/// </summary>
internal static class Areas
{
    /// <summary>The division of a pool, or null when the text is not four digits: some calls carry a card number there.</summary>
    public static string? Division(string? pool) => pool is { Length: 4 } && pool.All(char.IsAsciiDigit) ? pool + "00" : null;

    public static string Pool(string? division) => division is { Length: 6 } ? division[..4] : "";

    public static string SubCentre(string? division) => division is { Length: 6 } ? division[2..] : "";

    /// <summary>The division in a national institution code (H, six digits, five digits); null for a hospital that uses another code.</summary>
    public static string? DivisionOfInstitution(string? code) =>
        code is { Length: 12 } && code[0] == 'H' && code.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0 ? code[1..7] : null;
}
